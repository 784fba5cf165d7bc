package session

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
)

// define carries out CREATE, DROP and ALTER, and refuses the rest by name.
func (s *Session) define(source string, stmt ast.Statement) (*Result, error) {
	switch x := stmt.(type) {
	case *ast.CreateTable:
		return s.createTable(source, x)
	case *ast.CreateView:
		return s.createView(source, x)
	case *ast.CreateFunction:
		return &Result{}, s.createFunction(x)
	case *ast.CreateCatalog:
		c := &catalog.Definition{Name: x.Name.Name, Comment: text(x.Comment), Options: options(x.Options)}
		return &Result{}, s.Binder.Catalog.CreateCatalog(c, x.IfNotExists)
	case *ast.CreateDatabase:
		in, name, err := databaseName(x.Name)
		if err != nil {
			return nil, err
		}
		d := &catalog.Database{Name: name, Comment: text(x.Comment), Options: options(x.Options)}
		return &Result{}, s.Binder.Catalog.CreateDatabase(in, d, x.IfNotExists)
	case *ast.Drop:
		return &Result{}, s.drop(x)
	case *ast.Alter:
		return &Result{}, s.alter(source, x)
	case *ast.CreateModel:
		return &Result{}, s.createModel(x)
	case *ast.ClientCommand:
		if x.Verb == "QUIT" {
			return &Result{Quit: true}, nil
		}
	}
	return nil, s.refused(stmt)
}

// statementName names the statements that are refused.
func statementName(stmt ast.Statement) string {
	switch x := stmt.(type) {
	case *ast.Update:
		return "UPDATE"
	case *ast.Delete:
		return "DELETE"
	case *ast.Truncate:
		return "TRUNCATE TABLE"
	case *ast.CompilePlan:
		return "COMPILE PLAN"
	case *ast.ExecutePlan:
		return "EXECUTE PLAN"
	case *ast.CallProcedure:
		return "CALL"
	case *ast.Analyze:
		return "ANALYZE TABLE"
	case *ast.CreateMaterializedTable:
		return "CREATE MATERIALIZED TABLE"
	case *ast.CreateModel:
		return "CREATE MODEL"
	case *ast.CreateConnection:
		return "CREATE CONNECTION"
	case *ast.StopJob:
		return "STOP JOB"
	case *ast.Drop:
		return "DROP " + string(x.Kind)
	case *ast.Alter:
		return "ALTER " + string(x.Kind)
	}
	return "This statement"
}

func text(l *ast.Literal) string {
	if l == nil {
		return ""
	}
	return l.Text
}

func options(list []ast.Option) map[string]string {
	m := make(map[string]string, len(list))
	for _, o := range list {
		m[o.Key] = o.Value
	}
	return m
}

// databaseName splits [catalog.]database.
func databaseName(n ast.Name) (in, name string, err error) {
	switch len(n.Parts) {
	case 1:
		return "", n.Parts[0].Name, nil
	case 2:
		return n.Parts[0].Name, n.Parts[1].Name, nil
	}
	return "", "", fail(n, "", "A database has at most two parts, catalog.database")
}

// createTable is CREATE TABLE, and with AS the INSERT that follows it.
func (s *Session) createTable(source string, x *ast.CreateTable) (*Result, error) {
	cat := s.Binder.Catalog
	if path, err := cat.Resolve(x.Name.Strings()); err == nil && x.IfNotExists && cat.Exists(path, x.Temporary) {
		return &Result{}, nil
	}
	if x.Replace && x.As == nil {
		return nil, fail(x, "DROP TABLE IF EXISTS, then CREATE TABLE", "REPLACE TABLE is only possible with AS")
	}
	create := s.Binder.CreateTable
	if x.As != nil {
		create = s.Binder.CreateTableAs
	}
	t, err := create(source, x)
	if err != nil {
		return nil, err
	}
	if x.Replace && !x.CreateOr && !cat.Exists(t.Path, false) {
		return nil, fail(x.Name, cat.NearTo(t.Path), "The table '"+t.Path.String()+"' to be replaced doesn't exist. You can try to use CREATE TABLE AS statement or CREATE OR REPLACE TABLE AS statement.")
	}
	if err := cat.Create(t, x.IfNotExists, x.Replace); err != nil {
		return nil, positioned(x.Name, source, err)
	}
	if x.As == nil {
		return &Result{}, nil
	}
	r, err := s.insert(source, fill(x, t))
	if err != nil {
		_ = cat.Drop(t.Path, false, false, true)
		return nil, err
	}
	return r, nil
}

// fill is the INSERT of a CREATE TABLE AS.
func fill(x *ast.CreateTable, t *catalog.Table) *ast.Insert {
	ins := &ast.Insert{Span: x.Span, Table: x.Name, Query: x.As}
	for _, id := range t.FromQuery {
		ins.Columns = append(ins.Columns, ast.Path{Span: x.As.Span, Parts: []ast.Ident{{Span: x.As.Span, Name: id}}})
	}
	return ins
}

// planTableAs binds the INSERT of a CREATE TABLE AS without leaving the table behind.
func (s *Session) planTableAs(source string, x *ast.CreateTable) ([]plan.Node, error) {
	t, err := s.Binder.CreateTableAs(source, x)
	if err != nil {
		return nil, err
	}
	n, err := s.Binder.InsertInto(source, t, fill(x, t))
	if err != nil {
		return nil, err
	}
	return []plan.Node{n}, nil
}

// createView is CREATE [OR REPLACE] VIEW.
func (s *Session) createView(source string, x *ast.CreateView) (*Result, error) {
	cat := s.Binder.Catalog
	if path, err := cat.Resolve(x.Name.Strings()); err == nil && x.IfNotExists && cat.Exists(path, x.Temporary) {
		return &Result{}, nil
	}
	v, err := s.Binder.CreateView(source, x)
	if err != nil {
		return nil, err
	}
	if err := cat.Create(v, x.IfNotExists, x.OrReplace); err != nil {
		return nil, positioned(x.Name, source, err)
	}
	return &Result{}, nil
}

func (s *Session) createFunction(x *ast.CreateFunction) error {
	f, err := s.function(x.Name, &x.Body)
	if err != nil {
		return err
	}
	f.Temporary, f.System = x.Temporary, x.System
	return s.Binder.Catalog.CreateFunction(f, x.IfNotExists)
}

// function checks the body of a function: its class must be registered.
func (s *Session) function(name ast.Name, body *ast.FunctionBody) (*catalog.Function, error) {
	path, err := s.Binder.Catalog.Resolve(name.Strings())
	if err != nil {
		return nil, err
	}
	f := &catalog.Function{Path: path, Class: body.Class.Text, Language: strings.ToUpper(body.Language)}
	if f.Language == "WASM" {
		err = wasmBody(f, body)
	} else {
		err = plainBody(body)
	}
	if err != nil {
		return nil, err
	}
	ok, err := s.Binder.CheckFunction(f)
	if err != nil {
		return nil, fail(body.Class, "", err.Error())
	}
	if !ok {
		return nil, fail(body.Class, s.Binder.Registered(), "No Go function is registered under the class name '"+body.Class.Text+"'")
	}
	return f, nil
}

func (s *Session) drop(x *ast.Drop) error {
	cat := s.Binder.Catalog
	switch x.Kind {
	case ast.CatalogObject:
		return cat.DropCatalog(x.Name.String(), x.IfExists)
	case ast.DatabaseObject:
		in, name, err := databaseName(x.Name)
		if err != nil {
			return err
		}
		return cat.DropDatabase(in, name, x.IfExists, x.Behavior == "CASCADE")
	}
	path, err := cat.Resolve(x.Name.Strings())
	if err != nil {
		return err
	}
	switch x.Kind {
	case ast.TableObject, ast.ViewObject:
		return cat.Drop(path, x.Kind == ast.ViewObject, x.Temporary, x.IfExists)
	case ast.FunctionObject:
		return cat.DropFunction(path, x.Temporary, x.System, x.IfExists)
	case ast.ModelObject:
		return cat.DropModel(path, x.Temporary, x.IfExists)
	case ast.MaterializedTableObject:
		if x.IfExists {
			return nil
		}
		return fail(x.Name, "there are none: this program does not have them", "Materialized table with identifier "+path.Quoted()+" does not exist.")
	}
	return fail(x.Name, "there are none: CREATE CONNECTION is not supported", statementName(x)+" is not supported, in Flink 2.3 neither")
}
