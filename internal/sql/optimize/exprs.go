package optimize

import (
	"fmt"
	"sort"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// conjuncts splits e at its outermost ANDs. nil has none.
func conjuncts(e expr.Expr) []expr.Expr {
	if e == nil {
		return nil
	}
	if c, ok := e.(*expr.Call); ok && c.Fn == "AND" {
		var out []expr.Expr
		for _, a := range c.Args {
			out = append(out, conjuncts(a)...)
		}
		return out
	}
	return []expr.Expr{e}
}

// and joins conditions; none is nil, which stands for TRUE. Conditions that
// occur twice are taken once.
func and(list ...expr.Expr) expr.Expr {
	var flat []expr.Expr
	for _, e := range list {
	next:
		for _, c := range conjuncts(e) {
			for _, f := range flat {
				if expr.Equal(f, c) {
					continue next
				}
			}
			flat = append(flat, c)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	nullable := false
	for _, e := range flat {
		nullable = nullable || e.Type().Nullable
	}
	return &expr.Call{Fn: "AND", Args: flat, T: types.Of(types.Boolean).WithNull(nullable)}
}

// call resolves a function over arguments the planner made itself.
func call(fn string, args ...expr.Expr) (expr.Expr, error) {
	e, err := expr.Resolve(fn, args)
	if err != nil {
		return nil, fmt.Errorf("planner: %s: %w", fn, err)
	}
	return e, nil
}

// columnAt is a reference to column i of schema.
func columnAt(schema types.Schema, i int) *expr.Column {
	return &expr.Column{Index: i, Name: schema[i].Name, T: schema[i].Type}
}

// columnsOf are references to all columns of schema.
func columnsOf(schema types.Schema) []expr.Expr {
	out := make([]expr.Expr, len(schema))
	for i := range schema {
		out[i] = columnAt(schema, i)
	}
	return out
}

// remap moves column references: column i becomes to[i], which must not be -1.
func remap(e expr.Expr, to []int) expr.Expr {
	if e == nil {
		return nil
	}
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		if c, ok := n.(*expr.Column); ok && to[c.Index] != c.Index {
			return &expr.Column{Index: to[c.Index], Name: c.Name, T: c.T}
		}
		return n
	})
}

func remapAll(es []expr.Expr, to []int) []expr.Expr {
	out := make([]expr.Expr, len(es))
	for i, e := range es {
		out[i] = remap(e, to)
	}
	return out
}

// shift adds by to every column number.
func shift(e expr.Expr, by int) expr.Expr {
	if e == nil || by == 0 {
		return e
	}
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		if c, ok := n.(*expr.Column); ok {
			return &expr.Column{Index: c.Index + by, Name: c.Name, T: c.T}
		}
		return n
	})
}

// substitute replaces column i by with[i].
func substitute(e expr.Expr, with []expr.Expr) expr.Expr {
	if e == nil {
		return nil
	}
	return expr.Rewrite(e, func(n expr.Expr) expr.Expr {
		if c, ok := n.(*expr.Column); ok {
			return with[c.Index]
		}
		return n
	})
}

func substituteAll(es []expr.Expr, with []expr.Expr) []expr.Expr {
	out := make([]expr.Expr, len(es))
	for i, e := range es {
		out[i] = substitute(e, with)
	}
	return out
}

// remapInts maps a list of columns; it reports false if one has no new place.
func remapInts(cols, to []int) ([]int, bool) {
	if cols == nil {
		return nil, true
	}
	out := make([]int, len(cols))
	for i, c := range cols {
		if to[c] < 0 {
			return nil, false
		}
		out[i] = to[c]
	}
	return out, true
}

// columnSet returns the columns e reads.
func columnSet(es ...expr.Expr) map[int]bool {
	set := make(map[int]bool)
	for _, e := range es {
		if e != nil {
			expr.Columns(e, set)
		}
	}
	return set
}

// within reports that all members of set satisfy lo <= c < hi.
func within(set map[int]bool, lo, hi int) bool {
	for c := range set {
		if c < lo || c >= hi {
			return false
		}
	}
	return true
}

// subset reports that every column of a is in b.
func subset(a []int, b []int) bool {
	for _, x := range a {
		if !contains(b, x) {
			return false
		}
	}
	return true
}

func contains(list []int, x int) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func equalInts(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func sorted(set map[int]bool) []int {
	out := make([]int, 0, len(set))
	for c := range set {
		out = append(out, c)
	}
	sort.Ints(out)
	return out
}

func ascending(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// isIdentity reports that exprs pass the columns of schema through, in order.
func isIdentity(exprs []expr.Expr, width int) bool {
	if len(exprs) != width {
		return false
	}
	for i, e := range exprs {
		if c, ok := e.(*expr.Column); !ok || c.Index != i {
			return false
		}
	}
	return true
}

// isTrue reports the constant TRUE.
func isTrue(e expr.Expr) bool {
	l, ok := e.(*expr.Literal)
	return ok && l.Value.Type.Kind == types.Boolean && !l.Value.IsNull(0) && l.Value.Bool(0)
}

// isFalse reports the constant FALSE or NULL, which no row passes.
func isFalse(e expr.Expr) bool {
	l, ok := e.(*expr.Literal)
	return ok && (l.Value.IsNull(0) || l.Value.Type.Kind == types.Boolean && !l.Value.Bool(0))
}

// project puts exprs over n, with the names and time attributes of out.
func schemaOf(exprs []expr.Expr, names []string) types.Schema {
	out := make(types.Schema, len(exprs))
	for i, e := range exprs {
		t := e.Type()
		if _, ok := e.(*expr.Column); !ok {
			t = t.WithoutTime()
		}
		out[i] = types.Field{Name: names[i], Type: t}
	}
	return out
}
