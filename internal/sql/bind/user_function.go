package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/wasm"
)

// userDefined is what a name stands for that is no built-in function: one of the
// four, or none of them.
type userDefined struct {
	scalar    *expr.UserFunction
	table     *expr.UserTable
	aggregate *expr.UserAggregate
	process   *expr.UserProcess
}

// found reports that there is a function.
func (u userDefined) found() bool {
	return u.scalar != nil || u.table != nil || u.aggregate != nil || u.process != nil
}

// kind names it in messages.
func (u userDefined) kind() string {
	switch {
	case u.table != nil:
		return "a table function"
	case u.aggregate != nil:
		return "an aggregate function"
	case u.process != nil:
		return "a process table function"
	}
	return "a scalar function"
}

// userDefined finds the function that a call names: made by CREATE FUNCTION, or
// registered by the program under that name.
func (q *query) userDefined(name ast.Name) (u userDefined, err error) {
	f := q.Catalog.LookupFunction(name.Strings())
	switch {
	case f != nil:
		u, err = q.defined(f)
		if err != nil {
			return u, errorAt(name, "", "%s", err)
		}
		if !u.found() {
			return u, errorAt(name, q.Registered(), "The class '%s' of function %s is not registered", f.Class, name)
		}
	case len(name.Parts) == 1:
		u = q.registered(name.Last().Name)
	}
	return u, nil
}

// defined is the code behind CREATE FUNCTION.
func (b *Binder) defined(f *catalog.Function) (userDefined, error) {
	if f.Language == "WASM" {
		scalar, err := b.wasmFunction(f)
		return userDefined{scalar: scalar}, err
	}
	if u := b.registered(f.Class); u.found() {
		return u, nil
	}
	return userDefined{scalar: b.function(f.Class)}, nil
}

// registered finds a function that the program has registered.
func (b *Binder) registered(name string) userDefined {
	if b.User == nil {
		return userDefined{}
	}
	key := strings.ToLower(name)
	return userDefined{b.User.Scalars[key], b.User.Tables[key], b.User.Aggregates[key], b.User.Processes[key]}
}

// wasmFunction loads the module of a function, once in a session.
func (b *Binder) wasmFunction(f *catalog.Function) (*expr.UserFunction, error) {
	key := f.Path.String() + "\n" + f.Class + "\n" + f.Resource + "\n" + f.Arguments + "\n" + f.Result
	if have := b.modules[key]; have != nil {
		return have, nil
	}
	s := wasm.Signature{Name: f.Path.Object, Export: f.Class, Path: f.Resource}
	var err error
	if f.Arguments != "" || f.Result != "" {
		s.Declared = true
		if s.Arguments, s.Result, err = wasmTypes(f.Arguments, f.Result); err != nil {
			return nil, err
		}
	}
	fn, err := wasm.Load(s)
	if err != nil {
		return nil, err
	}
	if b.modules == nil {
		b.modules = map[string]*expr.UserFunction{}
	}
	b.modules[key] = fn
	return fn, nil
}

// CheckFunction makes sure that CREATE FUNCTION names something that is there.
func (b *Binder) CheckFunction(f *catalog.Function) (ok bool, err error) {
	u, err := b.defined(f)
	return u.found(), err
}

// userCall binds a call of a user's function in an expression.
func (b *exprBinder) userCall(e *ast.Call, u userDefined) (expr.Expr, error) {
	switch {
	case u.aggregate != nil && e.Over != nil:
		return nil, notSupported(e, "OVER with a user-defined aggregate function", "")
	case u.aggregate != nil && b.rows != nil:
		return b.rows.aggregate(e, e.Name.Last().Name, u.aggregate)
	case u.aggregate != nil:
		return b.aggregateOf(e, e.Name.Last().Name, u.aggregate)
	case u.table != nil:
		return nil, errorAt(e, "write FROM …, LATERAL TABLE("+e.Name.String()+"(…)) AS t(…)", "%s is a table function and can only be called in FROM", e.Name)
	}
	if u.process != nil {
		return nil, errorAt(e, "write FROM "+e.Name.String()+"(TABLE t …)", "%s is a process table function and can only be called in FROM", e.Name)
	}
	if e.Over != nil {
		return nil, errorAt(e, "", "OVER must be applied to aggregate function, not to %s", e.Name)
	}
	if err := plainCall(e, e.Name.String()); err != nil {
		return nil, err
	}
	xs, err := b.all(e.Args)
	if err != nil {
		return nil, err
	}
	x, err := expr.ResolveUser(u.scalar, xs)
	return x, errorOf(e, err)
}

// userTable binds a call of a user's table function over the rows of left.
func (q *query) userTable(t *ast.TableFunc, u userDefined, c *correlation, left *source) (plan.Node, error) {
	if u.table == nil {
		return nil, errorAt(t.Call.Name, "call it in an expression", "%s is %s and cannot be called in FROM", t.Call.Name, u.kind())
	}
	if err := plainCall(t.Call, t.Call.Name.String()); err != nil {
		return nil, err
	}
	eb := &exprBinder{query: q, scope: left.scope}
	xs, err := eb.all(t.Call.Args)
	if err != nil {
		return nil, err
	}
	in := make([]types.Type, len(xs))
	for i, x := range xs {
		in[i] = x.Type().WithoutTime()
	}
	params, rows, err := u.table.Infer(in)
	if err != nil {
		return nil, errorOf(t.Call, expr.SignatureError(u.table.Name, xs, err))
	}
	if xs, err = expr.CastUser(u.table.Name, xs, params); err != nil {
		return nil, errorOf(t.Call, err)
	}
	for i, column := range aliasColumns(t.Alias) {
		if i < len(rows) {
			rows[i].Name = column.Name
		}
	}
	n := &plan.TableFunction{Input: left.node, Fn: u.table.Name, User: u.table, Args: xs, Left: c.keep, Rows: rows}
	n.Out = sideBySide(left.node.Schema(), rows, false, c.keep)
	return n, nil
}
