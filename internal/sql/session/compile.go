package session

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/sql/planfile"
)

// Compiler is an Explainer that can tell the operators of a job.
type Compiler interface {
	Operators(roots []plan.Node) ([]planfile.Operator, error)
}

// compile is COMPILE PLAN and COMPILE AND EXECUTE PLAN.
func (s *Session) compile(source string, x *ast.CompilePlan) (*Result, error) {
	path, err := planfile.LocalPath(x.Path.Text)
	if err != nil {
		return nil, fail(x.Path, "", err.Error())
	}
	if planfile.Exists(path) {
		switch {
		case x.Execute:
			return s.executePlan(x.Path)
		case x.IfNotExists:
			return &Result{}, nil
		case !strings.EqualFold(s.Config.Text("table.plan.force-recompile"), "true"):
			return nil, fail(x.Path, "write IF NOT EXISTS to keep it, or SET 'table.plan.force-recompile' = 'true' to overwrite it", "Cannot overwrite the plan file '"+x.Path.Text+"'. Either manually remove the file or, if you're debugging your job, set the option 'table.plan.force-recompile' to true.")
		}
	}
	c, ok := s.Explainer.(Compiler)
	if !ok {
		return nil, fail(x, "flott run carries it out", "COMPILE PLAN is not possible here: nothing is planned for real")
	}
	f, roots, err := s.planFile(source, x.Stmt)
	if err != nil {
		return nil, err
	}
	if f.Operators, err = c.Operators(roots); err != nil {
		return nil, err
	}
	if err := planfile.Write(path, f); err != nil {
		return nil, fail(x.Path, "", err.Error())
	}
	if x.Execute {
		return s.executePlan(x.Path)
	}
	return &Result{}, nil
}

// planFile binds a statement and notes what it uses.
func (s *Session) planFile(source string, stmt ast.Statement) (*planfile.File, []plan.Node, error) {
	cat := s.Binder.Catalog
	at := stmt.Range()
	f := &planfile.File{Statement: source[at.Pos:at.End], Mode: "BATCH", Objects: []planfile.Object{}, Settings: map[string]string{}}
	f.Catalog, f.Database = cat.Current()
	if s.Binder.Streaming {
		f.Mode = "STREAMING"
	}
	for _, kv := range s.Config.List() {
		if strings.HasPrefix(kv[0], "table.") {
			f.Settings[kv[0]] = kv[1]
		}
	}
	cat.Used = func(r catalog.Relation) { f.Objects = noted(f.Objects, r) }
	defer func() { cat.Used = nil }()
	roots, err := s.bindJob(source, stmt)
	return f, roots, err
}

// noted adds an object that is not there yet.
func noted(objects []planfile.Object, r catalog.Relation) []planfile.Object {
	p := r.Name()
	o := planfile.Object{Catalog: p.Catalog, Database: p.Database, Name: p.Object, Statement: statement(r)}
	for _, x := range objects {
		if x.Catalog == o.Catalog && x.Database == o.Database && x.Name == o.Name {
			return objects
		}
	}
	if v, ok := r.(*catalog.View); ok {
		o.In = []string{v.Catalog, v.Database}
	}
	return append(objects, o)
}

// bindJob binds an INSERT or a statement set.
func (s *Session) bindJob(source string, stmt ast.Statement) ([]plan.Node, error) {
	switch st := stmt.(type) {
	case *ast.Insert:
		n, err := s.Binder.Insert(source, st)
		if err != nil {
			return nil, err
		}
		return []plan.Node{n}, nil
	case *ast.StatementSet:
		return s.bindSet(source, st)
	}
	return nil, fail(stmt, "", "A plan is of an INSERT or a statement set")
}

// executePlan is EXECUTE PLAN. Objects that the catalog does not have come from
// the plan, for this job.
func (s *Session) executePlan(path *ast.Literal) (*Result, error) {
	local, err := planfile.LocalPath(path.Text)
	if err != nil {
		return nil, fail(path, "", err.Error())
	}
	f, err := planfile.Read(local)
	if err != nil {
		return nil, fail(path, "", err.Error())
	}
	mode := "BATCH"
	if s.Binder.Streaming {
		mode = "STREAMING"
	}
	if f.Mode != mode {
		return nil, fail(path, "SET 'execution.runtime-mode' = '"+strings.ToLower(f.Mode)+"'", "The plan was compiled in "+strings.ToLower(f.Mode)+" mode")
	}
	roots, err := s.bindPlan(f)
	if err != nil {
		return nil, fail(path, "", "The plan cannot be executed: "+strings.SplitN(diag.Render(f.Statement, err), "\n", 2)[0])
	}
	j := s.job(roots...)
	j.Compiled = f
	return &Result{Job: j}, nil
}

// bindPlan binds the statement of a plan where it was compiled.
func (s *Session) bindPlan(f *planfile.File) (roots []plan.Node, err error) {
	cat := s.Binder.Catalog
	text := strings.TrimSpace(f.Statement)
	if strings.HasPrefix(strings.ToUpper(text), "STATEMENT") {
		text = "EXECUTE " + text
	}
	stmt, err := parser.ParseStatement(text)
	if err != nil {
		return nil, err
	}
	lent := cat.Lend(func(p catalog.Path) (catalog.Relation, error) {
		for _, o := range f.Objects {
			if (catalog.Path{Catalog: o.Catalog, Database: o.Database, Object: o.Name}) != p {
				continue
			}
			in := catalog.Context{Catalog: o.Catalog, Database: o.Database}
			if len(o.In) == 2 {
				in = catalog.Context{Catalog: o.In[0], Database: o.In[1]}
			}
			return s.restore(p, in, o.Statement)
		}
		return nil, nil
	})
	defer lent()
	err = cat.InContext(catalog.Context{Catalog: f.Catalog, Database: f.Database}, func() error {
		roots, err = s.bindJob(text, stmt)
		return err
	})
	return roots, err
}
