package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// changeNames are the kinds of rows as TO_CHANGELOG and FROM_CHANGELOG write them.
var changeNames = map[string]batch.RowKind{
	"INSERT": batch.Insert, "UPDATE_BEFORE": batch.UpdateBefore, "UPDATE_AFTER": batch.UpdateAfter, "DELETE": batch.Delete,
}

// changelogArgs are the arguments of the two functions.
type changelogArgs struct {
	input   *ast.TableArg
	op      ast.Ident
	mapping *ast.MapCtor
}

// changelog binds TO_CHANGELOG and FROM_CHANGELOG.
func (q *query) changelog(c *ast.Call, parent *scope) (plan.Node, error) {
	name := upper(c.Name)
	a, err := readChangelogArgs(c, name)
	if err != nil {
		return nil, err
	}
	if a.input.PartitionBy != nil {
		return nil, errorAt(a.input, "leave PARTITION BY out", "Only tables with set semantics may be partitioned. Invalid PARTITION BY clause in the 0-th operand of table function '%s'", name)
	}
	in, _, err := q.tableArg(a.input, parent)
	if err != nil {
		return nil, err
	}
	if name == "TO_CHANGELOG" {
		return toChangelog(in, a)
	}
	return fromChangelog(c, in, a)
}

func readChangelogArgs(c *ast.Call, name string) (a changelogArgs, err error) {
	a.op.Name = "op"
	params := []string{"input", "op", "op_mapping"}
	for i, x := range c.Args {
		if _, named := x.(*ast.NamedArg); i >= len(params) && !named {
			return a, errorAt(x, "", "%s takes the arguments input, op and op_mapping", name)
		}
		param := params[min(i, len(params)-1)]
		if n, ok := x.(*ast.NamedArg); ok {
			param, x = strings.ToLower(n.Name.Name), n.Value
		}
		ok := false
		switch param {
		case "input":
			a.input, ok = x.(*ast.TableArg)
		case "op":
			var d *ast.Descriptor
			if d, ok = x.(*ast.Descriptor); ok && len(d.Columns) == 1 {
				a.op = d.Columns[0]
			} else {
				ok = false
			}
		case "op_mapping":
			a.mapping, ok = x.(*ast.MapCtor)
			ok = ok && a.mapping.Query == nil
		case "uid": // names state, and there is none
			var l *ast.Literal
			l, ok = x.(*ast.Literal)
			ok = ok && l.Kind == ast.StringLit
		default:
			return a, notSupported(x, "The argument '"+param+"' of "+name, "its arguments are input, op and op_mapping")
		}
		if !ok {
			return a, errorAt(x, "write "+name+"(input => TABLE t, op => DESCRIPTOR(op), op_mapping => MAP['…', '…'])", "The argument '%s' of %s is not what it should be", param, name)
		}
	}
	if a.input == nil {
		return a, errorAt(c, "write "+name+"(TABLE t)", "%s needs a table", name)
	}
	return a, nil
}

// pairs lists the constants of the mapping.
func (a *changelogArgs) pairs(visit func(key, value *ast.Literal) error) error {
	for i, k := range a.mapping.Keys {
		key, ok := k.(*ast.Literal)
		value, ok2 := a.mapping.Values[i].(*ast.Literal)
		if !ok || !ok2 || key.Kind != ast.StringLit || value.Kind != ast.StringLit {
			return errorAt(a.mapping, "", "op_mapping must be a MAP of constant strings")
		}
		if err := visit(key, value); err != nil {
			return err
		}
	}
	return nil
}

// kindsOf reads a list of kinds: 'INSERT, UPDATE_AFTER'.
func kindsOf(l *ast.Literal, visit func(batch.RowKind) error) error {
	for _, name := range strings.Split(l.Text, ",") {
		kind, ok := changeNames[strings.TrimSpace(name)]
		if !ok {
			return errorAt(l, "the changes are INSERT, UPDATE_BEFORE, UPDATE_AFTER and DELETE", "Unknown change operation '%s' in op_mapping", strings.TrimSpace(name))
		}
		if err := visit(kind); err != nil {
			return err
		}
	}
	return nil
}

func toChangelog(in plan.Node, a changelogArgs) (plan.Node, error) {
	codes := map[batch.RowKind]string{}
	if a.mapping == nil {
		for name, kind := range changeNames {
			codes[kind] = name
		}
	} else if err := a.pairs(func(key, value *ast.Literal) error {
		return kindsOf(key, func(k batch.RowKind) error {
			if _, twice := codes[k]; twice {
				return errorAt(key, "", "A change operation occurs twice in op_mapping")
			}
			codes[k] = value.Text
			return nil
		})
	}); err != nil {
		return nil, err
	}
	schema := in.Schema()
	if schema.Index(a.op.Name) >= 0 {
		return nil, errorAt(a.op, "choose another name with op => DESCRIPTOR(name)", "The table has a column '%s' already", a.op.Name)
	}
	out := types.Schema{{Name: a.op.Name, Type: types.String().NotNull()}}
	return &plan.Changelog{Input: in, To: &jobgraph.ToChangelog{Codes: codes}, Out: append(out, schema...)}, nil
}

func fromChangelog(c *ast.Call, in plan.Node, a changelogArgs) (plan.Node, error) {
	kinds := map[string]batch.RowKind{}
	if a.mapping == nil {
		for name, kind := range changeNames {
			kinds[name] = kind
		}
	} else if err := fromMapping(a, kinds); err != nil {
		return nil, err
	}
	schema := in.Schema()
	at := schema.Index(a.op.Name)
	switch {
	case at < 0:
		return nil, errorAt(c, "name it with op => DESCRIPTOR(column)", "The op column '%s' does not exist in the input schema.", a.op.Name)
	case !schema[at].Type.IsCharacter():
		return nil, errorAt(c, "", "The op column '%s' must be of type STRING, but is %s", a.op.Name, schema[at].Type.WithoutTime())
	}
	out := append(append(types.Schema{}, schema[:at]...), schema[at+1:]...)
	return &plan.Changelog{Input: in, From: &jobgraph.FromChangelog{Op: at, Kinds: kinds}, Out: out}, nil
}

func fromMapping(a changelogArgs, kinds map[string]batch.RowKind) error {
	before, after := false, false
	mapped := map[batch.RowKind]bool{}
	err := a.pairs(func(key, value *ast.Literal) error {
		return kindsOf(value, func(k batch.RowKind) error {
			if mapped[k] {
				return errorAt(value, "", "Invalid target mapping for argument 'op_mapping'. Duplicate change operation: '%s'. Use comma-separated keys to map multiple codes to the same operation (e.g., MAP['c, r', 'INSERT']).", strings.TrimSpace(value.Text))
			}
			mapped[k] = true
			before, after = before || k == batch.UpdateBefore, after || k == batch.UpdateAfter
			for _, code := range strings.Split(key.Text, ",") {
				kinds[strings.TrimSpace(code)] = k
			}
			return nil
		})
	})
	if err == nil && after && !before {
		err = errorAt(a.mapping, "", "The 'op_mapping' must include UPDATE_BEFORE for retract mode. Upsert mode (without UPDATE_BEFORE) is not supported in this version.")
	}
	return err
}
