package session

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// refused are the statements that flott knows and does not carry out: what is
// wrong in them as such is said first, then why, and what to do instead.
func (s *Session) refused(stmt ast.Statement) error {
	switch x := stmt.(type) {
	case *ast.Update:
		return s.refuseRowLevel(x.Table, "update", "UPDATE", "write the new rows with INSERT INTO a table with a PRIMARY KEY, such as one of 'upsert-kafka'")
	case *ast.Delete:
		return s.refuseRowLevel(x.Table, "delete", "DELETE", "INSERT OVERWRITE the rows that stay, in batch mode")
	case *ast.Truncate:
		return s.refuseTruncate(x)
	case *ast.CallProcedure:
		return s.refuseCall(x)
	case *ast.CreateMaterializedTable:
		return fail(x.Name, "CREATE TABLE, and keep an INSERT INTO of the same query running", "Materialized tables need a catalog that supports them and a service that refreshes them, which this program does not have")
	case *ast.CreateConnection:
		return fail(x.Name, "give the options to the table: WITH (…)", "CREATE CONNECTION is not supported, in Flink 2.3 neither: it parses and nothing carries it out")
	case *ast.LoadModule:
		if x.Name.Name == "core" {
			return fail(x.Name, "", "A module with name 'core' already exists")
		}
		return fail(x.Name, "there is the module core; functions of your own: CREATE FUNCTION", "Could not find any factory for identifier '"+x.Name.Name+"' that implements 'ModuleFactory'")
	case *ast.UnloadModule:
		if x.Name.Name == "core" {
			return fail(x.Name, "a function of your own hides a built-in one of its name", "The module 'core' holds all functions and cannot be unloaded")
		}
		return fail(x.Name, "SHOW MODULES lists them", "No module with name '"+x.Name.Name+"' exists")
	case *ast.Jar:
		if x.Remove {
			return fail(x.Path, "SHOW JARS lists none", "Could not remove the specified resource '"+x.Path.Text+"': no JAR is registered")
		}
		return fail(x.Path, "functions are written in Go or WASM; connectors and formats are built in", "JAR files cannot be used: there is no JVM")
	case *ast.StopJob:
		return fail(x.ID, "SHOW JOBS lists the jobs that run", "job "+x.ID.Text+" could not be stopped: no such job runs")
	case *ast.ClientCommand:
		return fail(x, "flott sql opens it", x.Verb+" is a command of the interactive shell")
	}
	return fail(stmt, "", statementName(stmt)+" is not supported yet")
}

// existing finds a table of any kind.
func (s *Session) existing(n ast.Name) (*catalog.Table, error) {
	cat := s.Binder.Catalog
	path, err := cat.Resolve(n.Strings())
	if err != nil {
		return nil, err
	}
	r, ok := cat.Lookup(path)
	if !ok {
		return nil, fail(n, cat.NearTo(path), "Cannot find table '"+path.Quoted()+"' in any of the catalogs ["+strings.Join(cat.Catalogs(), ", ")+"], nor as a temporary table.")
	}
	t, ok := r.(*catalog.Table)
	if !ok {
		return nil, fail(n, "", "'"+path.String()+"' is a view: only tables can be changed")
	}
	return t, nil
}

func (s *Session) refuseRowLevel(n ast.Name, verb, word, instead string) error {
	t, err := s.existing(n)
	if err != nil {
		return err
	}
	if s.Binder.Streaming {
		return fail(n, "SET 'execution.runtime-mode' = 'batch'; but the connector does not do it there either", word+" is not supported in streaming mode")
	}
	return fail(n, instead, "Can't perform "+verb+" operation of the table "+t.Path.String()+" because the connector '"+t.Options["connector"]+"' does not support row-level "+verb+"s; no connector of this program does")
}

func (s *Session) refuseTruncate(x *ast.Truncate) error {
	t, err := s.existing(x.Table)
	if err != nil {
		return err
	}
	if s.Binder.Streaming {
		return fail(x.Table, "SET 'execution.runtime-mode' = 'batch'; but the connector does not do it there either", "TRUNCATE TABLE statement is not supported in streaming mode.")
	}
	return fail(x.Table, "INSERT OVERWRITE it with a query that has no rows, in batch mode", "TRUNCATE TABLE statement is not supported for the table "+t.Path.String()+": no connector of this program has it, nor does Flink's '"+t.Options["connector"]+"'")
}

func (s *Session) refuseCall(x *ast.CallProcedure) error {
	parts := x.Call.Name.Strings()
	if len(parts) > 3 {
		return fail(x.Call.Name, "", "Object identifier must consist of 1 to 3 parts.")
	}
	name, _ := s.Binder.Catalog.Current()
	if len(parts) == 3 {
		name = parts[0]
	}
	if !slices.Contains(s.Binder.Catalog.Catalogs(), name) {
		return fail(x.Call.Name, catalog.DidYouMean(name, s.Binder.Catalog.Catalogs()), "A catalog with name ["+name+"] does not exist.")
	}
	return fail(x.Call.Name, "procedures belong to catalogs of lake formats (Paimon, Iceberg), which are not among them", "The catalog "+name+" has no procedures")
}
