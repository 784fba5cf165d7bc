package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// block is a SELECT while it is being bound. All its expressions are bound over
// the row of FROM; what is computed by later relations is a placeholder, a
// column with a number from one of the ranges below. The stages then run in SQL's order
//
//	FROM, WHERE, GROUP BY, HAVING, OVER, QUALIFY, SELECT, DISTINCT, ORDER BY
//
// each putting relations on node and replacing in the expressions that are
// still to come the columns that changed their place.
type block struct {
	*query
	scope *scope
	node  plan.Node

	grouping *grouping
	aggs     []*aggCall
	auxs     []*auxiliary
	overs    []*overCall
	subs     []*subquery
	windows  map[string]*ast.WindowSpec
	aliases  []string // of the SELECT list, for messages
	written  []string // names of the SELECT list before they are made unique

	items  []item
	having []conjunct
	// qualify and order are bound in the same row as the items.
	qualify []conjunct
	order   []sortItem
}

// item is a column of the SELECT list.
type item struct {
	n     ast.Node // where it stands
	x     expr.Expr
	name  string
	named bool // by an alias or by the column's own name
}

// The placeholders of the k-th aggregate, auxiliary, … are columns from these
// numbers on; no row has as many columns. Inner columns are those of a
// subquery in the conditions that join it.
const (
	aggBase = (1 + iota) << 24
	auxBase
	overBase
	subBase
	innerBase
)

// base is the range of a column number: 0 for a column of the row, -1 for one
// of a query around this one.
func base(index int) int {
	if index < 0 {
		return -1
	}
	return index >> 24 << 24
}

// replace substitutes columns; f returns nil to leave one as it is.
func replace(x expr.Expr, f func(*expr.Column) expr.Expr) expr.Expr {
	return expr.Rewrite(x, func(e expr.Expr) expr.Expr {
		if c, ok := e.(*expr.Column); ok {
			if y := f(c); y != nil {
				return y
			}
		}
		return e
	})
}

// mentions reports whether x has a column of the range.
func mentions(x expr.Expr, rng int) bool {
	found := false
	expr.Walk(x, func(e expr.Expr) bool {
		if c, ok := e.(*expr.Column); ok && base(c.Index) == rng {
			found = true
		}
		return !found
	})
	return found
}

// equal reports whether two expressions compute the same from the same row.
func equal(a, b expr.Expr) bool {
	switch a := a.(type) {
	case *expr.Column:
		b, ok := b.(*expr.Column)
		return ok && a.Index == b.Index
	case *expr.Literal:
		b, ok := b.(*expr.Literal)
		return ok && a.Type().Equal(b.Type()) && expr.LiteralText(a) == expr.LiteralText(b)
	case *expr.Field:
		b, ok := b.(*expr.Field)
		return ok && a.Index == b.Index && equal(a.X, b.X)
	case *expr.Call:
		b, ok := b.(*expr.Call)
		if !ok || a.Fn != b.Fn || a.User != b.User || len(a.Args) != len(b.Args) || !a.T.EqualIgnoringNull(b.T) {
			return false
		}
		for i := range a.Args {
			if !equal(a.Args[i], b.Args[i]) {
				return false
			}
		}
		return true
	}
	return false
}

func sameAll(a, b []expr.Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// conjuncts splits a condition at its ANDs.
func conjuncts(x expr.Expr, into []expr.Expr) []expr.Expr {
	if c, ok := x.(*expr.Call); ok && c.Fn == "AND" {
		for _, a := range c.Args {
			into = conjuncts(a, into)
		}
		return into
	}
	return append(into, x)
}

// and joins conditions; nil if there are none.
func and(parts []expr.Expr) expr.Expr {
	var xs []expr.Expr
	for _, p := range parts {
		xs = conjuncts(p, xs)
	}
	switch len(xs) {
	case 0:
		return nil
	case 1:
		return xs[0]
	}
	x, err := expr.Resolve("AND", xs)
	if err != nil { // they are BOOLEAN, each was checked
		panic(err)
	}
	return x
}

// columnOf is a reference to column i of a schema.
func columnOf(s types.Schema, i int) *expr.Column {
	return &expr.Column{Index: i, Name: s[i].Name, T: s[i].Type}
}

// outType is the type of a computed column: only a column that is passed on, or
// PROCTIME(), is a time attribute.
func outType(x expr.Expr) types.Type {
	t := x.Type()
	switch x := x.(type) {
	case *expr.Column:
		return t
	case *expr.Call:
		if x.Fn == "PROCTIME" {
			return t
		}
	}
	return t.WithoutTime()
}

// projector collects the columns a relation needs from its input, each once.
type projector struct {
	input plan.Node
	exprs []expr.Expr
	out   types.Schema
	names map[string]bool
}

func newProjector(input plan.Node) *projector {
	return &projector{input: input, names: map[string]bool{}}
}

// identity keeps all columns of the input in their places.
func (p *projector) identity() *projector {
	for i, f := range p.input.Schema() {
		p.append(columnOf(p.input.Schema(), i), f.Name)
	}
	return p
}

// add returns the position of x in the output.
func (p *projector) add(x expr.Expr) int {
	for i, y := range p.exprs {
		if equal(x, y) {
			return i
		}
	}
	name := ""
	if c, ok := x.(*expr.Column); ok {
		name = c.Name
	}
	return p.append(x, name)
}

func (p *projector) append(x expr.Expr, name string) int {
	if name == "" {
		name = "$f" + itoa(len(p.exprs))
	}
	name = unique(name, p.names)
	p.exprs = append(p.exprs, x)
	p.out = append(p.out, types.Field{Name: name, Type: outType(x)})
	return len(p.exprs) - 1
}

// node is the projection, or the input if it would change nothing.
func (p *projector) node() plan.Node {
	in := p.input.Schema()
	same := len(in) == len(p.exprs)
	for i, x := range p.exprs {
		c, ok := x.(*expr.Column)
		same = same && ok && c.Index == i
	}
	if same || len(p.exprs) == 0 {
		return p.input
	}
	return &plan.Project{Input: p.input, Exprs: p.exprs, Out: p.out}
}
