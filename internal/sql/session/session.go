// Package session carries out statements one by one: SET, DDL, USE, SHOW,
// DESCRIBE and EXPLAIN at once; a query or INSERT becomes a Job, bound and
// ready to be planned.
//
// The contract:
//
//   - Execute runs no job. What a statement gives is a Result: rows of text, OK, or a Job.
//   - Run carries out a whole script over a Host, which starts jobs and shows results. Its
//     rule for the order of jobs is at Run.
//   - Every mistake of the user is an error with a position (diag.Error) where there is one.
//   - A Session is used by one goroutine.
package session

import (
	"errors"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/sql/planfile"
	"github.com/flottstream/flott/internal/types"
)

// Config is the configuration that SET and RESET change.
type Config interface {
	Set(key, value string) error
	// Reset forgets a key, all of them if key is "".
	Reset(key string)
	// List returns the keys that were set and their values, by key.
	List() [][2]string
	// Text returns the value of a known key, its default if it was not set.
	Text(key string) string
}

// Explainer prints the plans of relations; details are the words behind EXPLAIN.
type Explainer interface {
	Explain(roots []plan.Node, details []string) (string, error)
}

// Session is a catalog, a configuration and where the user stands in them.
type Session struct {
	Config    Config
	Binder    *bind.Binder
	Explainer Explainer
	// Catalogs is called once, before the first statement; it may be nil.
	Catalogs func(*catalog.Manager) error
	// set collects the INSERTs between BEGIN STATEMENT SET and END.
	set *Job
}

// New returns a session with an empty catalog.
func New(cfg Config, connectors map[string]connector.Factory, env *connector.Env, explainer Explainer) *Session {
	b := &bind.Binder{Catalog: catalog.New(), Connectors: connectors, Connector: env}
	s := &Session{Config: cfg, Binder: b, Explainer: explainer}
	b.Catalog.Restore, b.Catalog.Statement = s.restore, statement
	return s
}

// Result is what a statement gave.
type Result struct {
	Statement ast.Statement
	// Columns and Rows are a table of text; a nil field is NULL. Both are nil for
	// a statement that was carried out and has nothing to show (OK).
	Columns types.Schema
	Rows    [][]*string
	// Job is set for a query, an INSERT or a statement set.
	Job *Job
	// Then takes the rows of the job, a query whose rows are not for the user; nil for
	// others. The statement is done when it returns.
	Then func(rows [][]*string) error
	// Quit is set by QUIT and EXIT.
	Quit bool
}

// Job is what is to be run as one job.
type Job struct {
	// Roots are *plan.Sink, or one *plan.Collect for a query.
	Roots []plan.Node
	// Bounded: all sources end by themselves.
	Bounded bool
	// Compiled is the plan file the job comes from; nil for others.
	Compiled *planfile.File
}

// IsQuery reports a job whose rows go to the user.
func (j *Job) IsQuery() bool {
	_, ok := j.Roots[0].(*plan.Collect)
	return ok
}

// Execute carries out one statement. source is the text its spans refer to.
func (s *Session) Execute(source string, stmt ast.Statement) (*Result, error) {
	s.Binder.Streaming = !strings.EqualFold(s.Config.Text("execution.runtime-mode"), "BATCH")
	s.Binder.TimeZone = s.Config.Text("table.local-time-zone")
	if open := s.Catalogs; open != nil {
		if err := open(s.Binder.Catalog); err != nil {
			return nil, positioned(stmt, source, err)
		}
		s.Catalogs = nil
	}
	if err := s.Binder.Catalog.Refresh(); err != nil {
		return nil, positioned(stmt, source, err)
	}
	r, err := s.execute(source, stmt)
	if err != nil {
		return nil, positioned(stmt, source, err)
	}
	r.Statement = stmt
	return r, nil
}

// positioned gives an error without a position that of the statement.
func positioned(n ast.Node, source string, err error) error {
	var d *diag.Error
	if !errors.As(err, &d) {
		at := subject(n).Range()
		d = &diag.Error{Pos: at.Pos, End: at.End, Msg: err.Error(), Hint: connector.HintOf(err)}
		var c *catalog.Error
		if errors.As(err, &c) {
			d.Msg, d.Hint = c.Message, c.Hint
		}
	}
	return d.Locate(source)
}

// subject is the name a statement is about, the statement itself if there is none.
func subject(n ast.Node) ast.Node {
	switch x := n.(type) {
	case *ast.Drop:
		return x.Name
	case *ast.Alter:
		return x.Name
	case *ast.Insert:
		return x.Table
	case *ast.Use:
		return x.Names[0]
	case *ast.CreateDatabase:
		return x.Name
	case *ast.CreateCatalog:
		return x.Name
	case *ast.CreateFunction:
		return x.Name
	case *ast.Show:
		if x.Name != nil {
			return *x.Name
		}
	case *ast.Describe:
		if x.Name != nil {
			return *x.Name
		}
	}
	return n
}

// fail is a mistake at a node.
func fail(n ast.Node, hint, msg string) error {
	return &diag.Error{Pos: n.Range().Pos, End: n.Range().End, Msg: msg, Hint: hint}
}

func (s *Session) execute(source string, stmt ast.Statement) (*Result, error) {
	switch x := stmt.(type) {
	case *ast.QueryStatement:
		return s.query(source, x)
	case *ast.Insert:
		return s.insert(source, x)
	case *ast.StatementSet:
		return s.statementSet(source, x)
	case *ast.BeginStatementSet:
		if s.set != nil {
			return nil, fail(x, "END; closes it", "A statement set is open already")
		}
		s.set = &Job{Bounded: true}
		return &Result{}, nil
	case *ast.EndStatementSet:
		return s.endSet(x)
	}
	if s.set != nil {
		return nil, fail(stmt, "END; closes it", "Only INSERT statements are allowed in a statement set")
	}
	switch x := stmt.(type) {
	case *ast.Set:
		return s.setKey(x)
	case *ast.Reset:
		return s.resetKey(x)
	case *ast.Use:
		return &Result{}, s.use(x)
	case *ast.Explain:
		return s.explain(source, x)
	case *ast.Show:
		return s.show(x)
	case *ast.Describe:
		return s.describe(x)
	case *ast.Analyze:
		return s.analyze(x)
	case *ast.CompilePlan:
		return s.compile(source, x)
	case *ast.ExecutePlan:
		return s.executePlan(x.Path)
	}
	return s.define(source, stmt)
}

func (s *Session) query(source string, x *ast.QueryStatement) (*Result, error) {
	if s.set != nil {
		return nil, fail(x, "END; closes it", "Only INSERT statements are allowed in a statement set")
	}
	n, err := s.Binder.Query(source, x.Query)
	if err != nil {
		return nil, err
	}
	return &Result{Job: s.job(n)}, nil
}

func (s *Session) job(roots ...plan.Node) *Job {
	j := &Job{Roots: roots, Bounded: true}
	for _, r := range roots {
		j.Bounded = j.Bounded && s.Binder.Bounded(r)
	}
	return j
}

func (s *Session) insert(source string, x *ast.Insert) (*Result, error) {
	n, err := s.Binder.Insert(source, x)
	if err != nil {
		return nil, err
	}
	if s.set != nil {
		s.set.Roots = append(s.set.Roots, n)
		return &Result{}, nil
	}
	return &Result{Job: s.job(n)}, nil
}

func (s *Session) statementSet(source string, x *ast.StatementSet) (*Result, error) {
	roots, err := s.bindSet(source, x)
	if err != nil {
		return nil, err
	}
	return &Result{Job: s.job(roots...)}, nil
}

func (s *Session) bindSet(source string, x *ast.StatementSet) ([]plan.Node, error) {
	if len(x.Inserts) == 0 {
		return nil, fail(x, "", "NO statements in statement set")
	}
	var roots []plan.Node
	for _, i := range x.Inserts {
		n, err := s.Binder.Insert(source, i)
		if err != nil {
			return nil, err
		}
		roots = append(roots, n)
	}
	return roots, nil
}

func (s *Session) endSet(x *ast.EndStatementSet) (*Result, error) {
	set := s.set
	s.set = nil
	switch {
	case set == nil:
		return nil, fail(x, "BEGIN STATEMENT SET; opens one", "No statement set is open")
	case len(set.Roots) == 0:
		return nil, fail(x, "", "NO statements in statement set")
	}
	return &Result{Job: s.job(set.Roots...)}, nil
}

func (s *Session) setKey(x *ast.Set) (*Result, error) {
	if x.Key == nil {
		r := table("key", "value")
		for _, kv := range s.Config.List() {
			r.add(kv[0], kv[1])
		}
		return r, nil
	}
	if strings.HasPrefix(x.Key.Text, "table.catalog-store.") || x.Key.Text == "flott.table.catalog.path" {
		return nil, fail(x.Key, "give it to the command: -D "+x.Key.Text+"="+x.Value.Text, "'"+x.Key.Text+"' is read when the session begins")
	}
	if err := s.Config.Set(x.Key.Text, x.Value.Text); err != nil {
		return nil, fail(x.Key, "", err.Error())
	}
	return &Result{}, nil
}

func (s *Session) resetKey(x *ast.Reset) (*Result, error) {
	if x.Key == nil {
		s.Config.Reset("")
	} else {
		s.Config.Reset(x.Key.Text)
	}
	return &Result{}, nil
}

func (s *Session) use(x *ast.Use) error {
	cat := s.Binder.Catalog
	name := x.Names[0]
	switch x.What {
	case "CATALOG":
		return cat.UseCatalog(name.Last().Name)
	case "MODULES":
		for i, n := range x.Names {
			if i > 0 && n.String() == "core" {
				return fail(n, "name it once", "Module 'core' appears more than once")
			}
			if n.String() != "core" {
				return fail(n, "there is the module core", "No module with name '"+n.String()+"' exists")
			}
		}
		return nil
	}
	parts := name.Strings()
	if len(parts) > 2 {
		return fail(name, "", "A database has at most two parts, catalog.database")
	}
	if len(parts) == 2 {
		return cat.UseDatabase(parts[0], parts[1])
	}
	return cat.UseDatabase("", parts[0])
}

func (s *Session) explain(source string, x *ast.Explain) (*Result, error) {
	var roots []plan.Node
	var err error
	switch st := x.Stmt.(type) {
	case *ast.QueryStatement:
		var n plan.Node
		if n, err = s.Binder.Query(source, st.Query); err == nil {
			roots = []plan.Node{n}
		}
	case *ast.Insert:
		var n plan.Node
		if n, err = s.Binder.Insert(source, st); err == nil {
			roots = []plan.Node{n}
		}
	case *ast.StatementSet:
		roots, err = s.bindSet(source, st)
	case *ast.CreateTable:
		roots, err = s.planTableAs(source, st)
	default:
		return nil, fail(x, "", "EXPLAIN is possible for a query, an INSERT, a statement set and CREATE TABLE AS")
	}
	if err != nil {
		return nil, err
	}
	text, err := s.Explainer.Explain(roots, x.Details)
	if err != nil {
		return nil, err
	}
	return table("result").add(text), nil
}

// table is an empty result of text columns.
func table(columns ...string) *Result {
	r := &Result{Rows: [][]*string{}}
	for _, c := range columns {
		r.Columns = append(r.Columns, types.Field{Name: c, Type: types.String()})
	}
	return r
}

// add appends a row of text.
func (r *Result) add(fields ...string) *Result {
	row := make([]*string, len(fields))
	for i := range fields {
		row[i] = &fields[i]
	}
	r.Rows = append(r.Rows, row)
	return r
}

// list is a result of one column.
func list(column string, names []string) *Result {
	r := table(column)
	for _, n := range names {
		r.add(n)
	}
	return r
}
