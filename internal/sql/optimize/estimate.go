package optimize

import (
	"strconv"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// Guesses where ANALYZE TABLE has counted nothing: Flink's.
const (
	unknownRows       = 1e8
	equalSelectivity  = 0.15
	rangeSelectivity  = 0.5
	nullSelectivity   = 0.1
	otherSelectivity  = 0.25
	unknownJoinFactor = 0.15 // of the rows of both inputs of an equi-join
)

// estimator guesses how many rows relations have. It is what join reordering and
// EXPLAIN ESTIMATED_COST go by; no answer depends on it.
type estimator struct {
	rows map[plan.Node]float64
}

func newEstimator() *estimator { return &estimator{rows: make(map[plan.Node]float64)} }

// of is the number of rows of n, at least 1.
func (e *estimator) of(n plan.Node) float64 {
	if r, ok := e.rows[n]; ok {
		return r
	}
	r := max(e.estimate(n), 1)
	e.rows[n] = r
	return r
}

func (e *estimator) estimate(n plan.Node) float64 {
	rows := 0.0
	for _, in := range n.Inputs() {
		rows = max(rows, e.of(in))
	}
	switch n := n.(type) {
	case *plan.Scan:
		rows = unknownRows
		if n.Table.Rows > 0 {
			rows = float64(n.Table.Rows)
		}
		if n.Limit > 0 {
			rows = min(rows, float64(n.Limit))
		}
	case *plan.Values:
		rows = float64(len(n.Rows))
	case *plan.Filter:
		rows *= e.selectivity(n.Cond, n.Input)
	case *plan.Join:
		return e.join(n)
	case *plan.Aggregate:
		return e.groups(n, rows)
	case *plan.Rank:
		rows = min(rows, rows/10*float64(max(n.End-n.Start+1, 1)))
	case *plan.Sort:
		if n.Limit >= 0 {
			rows = min(rows, float64(n.Limit))
		}
	case *plan.SetOp:
		rows = 0
		for _, in := range n.In {
			rows += e.of(in)
		}
	case *plan.Expand:
		rows *= float64(len(n.Projections))
	}
	return rows
}

// groups is the number of groups: the combinations of keys if they are counted,
// else a tenth of the rows.
func (e *estimator) groups(n *plan.Aggregate, rows float64) float64 {
	if len(n.Keys) == 0 && n.Group == nil {
		return 1
	}
	product := 1.0
	for _, k := range n.Keys {
		d, ok := e.distinct(n.Input, k)
		if !ok {
			return rows / 10
		}
		product *= d
	}
	if n.Group != nil {
		return rows / 10
	}
	return min(rows, product)
}

// join estimates every kind of join by the inner one.
func (e *estimator) join(n *plan.Join) float64 {
	left, right := e.of(n.Left), e.of(n.Right)
	width := len(n.Left.Schema())
	var pairs []keyPair
	rest := 1.0
	for _, c := range conjuncts(n.Cond) {
		l, r, fn := equality(c)
		a, ok1 := l.(*expr.Column)
		b, ok2 := r.(*expr.Column)
		if fn == "" {
			rest *= conjunctSelectivity(c, nil)
			continue
		}
		p := keyPair{}
		if ok1 && ok2 && (a.Index < width) != (b.Index < width) {
			if a.Index > b.Index {
				a, b = b, a
			}
			p.left, p.leftKnown = e.distinct(n.Left, a.Index)
			p.right, p.rightKnown = e.distinct(n.Right, b.Index-width)
		}
		pairs = append(pairs, p)
	}
	inner := joinedRows(left, right, pairs) * rest
	switch n.Kind {
	case jobgraph.Left:
		return max(inner, left)
	case jobgraph.Right:
		return max(inner, right)
	case jobgraph.Full:
		return max(inner, left+right-inner)
	case jobgraph.Semi, jobgraph.Anti:
		return min(inner, left) / 2
	}
	return inner
}

// keyPair is how many different values the two sides of an equality have.
type keyPair struct {
	left, right           float64
	leftKnown, rightKnown bool
}

// joinedRows is the number of rows of an inner join: of each key of the side with
// fewer keys, all rows of either side meet.
func joinedRows(left, right float64, pairs []keyPair) float64 {
	if len(pairs) == 0 {
		return left * right
	}
	rows, counted := left*right, false
	for _, p := range pairs {
		if p.leftKnown && p.rightKnown {
			rows, counted = rows/max(min(p.left, left), min(p.right, right), 1), true
		}
	}
	if counted {
		return max(rows, 1)
	}
	return max((left+right)*unknownJoinFactor, 1)
}

// distinct is how many different values a column has, false if that is not known.
func (e *estimator) distinct(n plan.Node, col int) (float64, bool) {
	var d float64
	ok := false
	switch n := n.(type) {
	case *plan.Scan:
		d, ok = e.distinctScanned(n, col)
	case *plan.Project:
		if c, plain := n.Exprs[col].(*expr.Column); plain {
			d, ok = e.distinct(n.Input, c.Index)
		}
	case *plan.Join:
		if width := len(n.Left.Schema()); col < width {
			d, ok = e.distinct(n.Left, col)
		} else {
			d, ok = e.distinct(n.Right, col-width)
		}
	case *plan.Aggregate:
		switch {
		case col >= len(n.Keys):
		case len(n.Keys) == 1 && n.Group == nil:
			return e.of(n), true
		default:
			d, ok = e.distinct(n.Input, n.Keys[col])
		}
	case *plan.Filter, *plan.Rank, *plan.Over, *plan.Sort, *plan.WindowTVF, *plan.Unnest, *plan.TableFunction:
		if in := n.Inputs()[0]; col < len(in.Schema()) {
			d, ok = e.distinct(in, col)
		}
	}
	return min(d, e.of(n)), ok
}

func (e *estimator) distinctScanned(n *plan.Scan, col int) (float64, bool) {
	s, primary := scannedColumn(n, col)
	if s.Distinct > 0 {
		return float64(s.Distinct), true
	}
	return e.of(n), primary
}

// scannedColumn is what is counted of a scan's column, and whether it alone is
// the primary key.
func scannedColumn(n *plan.Scan, col int) (plan.ColumnStatistics, bool) {
	if n.Columns != nil {
		col = n.Columns[col]
	}
	c := n.Table.Layout[col]
	s, ok := n.Table.Statistics[c.Name]
	if !ok {
		s = plan.ColumnStatistics{Distinct: -1, Nulls: -1}
	}
	pk := n.Table.PrimaryKey
	return s, len(pk) == 1 && pk[0] == c.Source
}

// selectivity is the part of n's rows for which cond holds.
func (e *estimator) selectivity(cond expr.Expr, n plan.Node) float64 {
	s := 1.0
	for _, c := range conjuncts(cond) {
		s *= conjunctSelectivity(c, func(col int) (plan.ColumnStatistics, float64) { return e.columnOf(n, col) })
	}
	return s
}

// columnOf finds what is counted of a column, and of how many rows.
func (e *estimator) columnOf(n plan.Node, col int) (plan.ColumnStatistics, float64) {
	switch n := n.(type) {
	case *plan.Scan:
		s, _ := scannedColumn(n, col)
		return s, e.of(n)
	case *plan.Project:
		if c, ok := n.Exprs[col].(*expr.Column); ok {
			return e.columnOf(n.Input, c.Index)
		}
	case *plan.Filter:
		return e.columnOf(n.Input, col)
	}
	out := plan.ColumnStatistics{Distinct: -1, Nulls: -1}
	if d, ok := e.distinct(n, col); ok {
		out.Distinct = int64(d)
	}
	return out, e.of(n)
}

// conjunctSelectivity is that of one condition; column may be nil.
func conjunctSelectivity(c expr.Expr, column func(int) (plan.ColumnStatistics, float64)) float64 {
	call, ok := c.(*expr.Call)
	if !ok {
		return rangeSelectivity
	}
	switch call.Fn {
	case "OR":
		none := 1.0
		for _, a := range call.Args {
			none *= 1 - conjunctSelectivity(a, column)
		}
		return 1 - none
	case "AND":
		all := 1.0
		for _, a := range call.Args {
			all *= conjunctSelectivity(a, column)
		}
		return all
	case "NOT":
		return 1 - conjunctSelectivity(call.Args[0], column)
	case "=", "IS NOT DISTINCT FROM":
		return equals(call, column, 1)
	case "IN":
		return equals(call, column, float64(len(call.Args)-1))
	case "<>":
		return 1 - equals(call, column, 1)
	case "<", "<=", ">", ">=":
		return ranged(call, column)
	case "BETWEEN":
		return rangeSelectivity * rangeSelectivity
	case "IS NULL", "IS NOT NULL":
		nulls := nullPart(call, column)
		if call.Fn == "IS NULL" {
			return nulls
		}
		return 1 - nulls
	}
	return otherSelectivity
}

// against finds the column that a condition compares with a constant.
func against(call *expr.Call, column func(int) (plan.ColumnStatistics, float64)) (s plan.ColumnStatistics, rows float64, ok bool) {
	if column == nil {
		return s, 0, false
	}
	for _, a := range call.Args {
		if c, plain := a.(*expr.Column); plain {
			s, rows = column(c.Index)
			return s, rows, true
		}
	}
	return s, 0, false
}

func equals(call *expr.Call, column func(int) (plan.ColumnStatistics, float64), values float64) float64 {
	if s, _, ok := against(call, column); ok && s.Distinct > 0 {
		return min(values/float64(s.Distinct), 1)
	}
	return min(values*equalSelectivity, rangeSelectivity*max(values, 1), 1)
}

func nullPart(call *expr.Call, column func(int) (plan.ColumnStatistics, float64)) float64 {
	if s, rows, ok := against(call, column); ok && s.Nulls >= 0 && rows > 0 {
		return min(float64(s.Nulls)/rows, 1)
	}
	return nullSelectivity
}

// ranged is a comparison with a constant, by the least and greatest number.
func ranged(call *expr.Call, column func(int) (plan.ColumnStatistics, float64)) float64 {
	s, _, ok := against(call, column)
	if !ok || len(call.Args) != 2 {
		return rangeSelectivity
	}
	_, first := call.Args[0].(*expr.Column)
	at := call.Args[1]
	if !first {
		at = call.Args[0]
	}
	x, known := numberOf(at)
	lo, err1 := strconv.ParseFloat(s.Min, 64)
	hi, err2 := strconv.ParseFloat(s.Max, 64)
	if !known || err1 != nil || err2 != nil || hi <= lo {
		return rangeSelectivity
	}
	below := min(max((x-lo)/(hi-lo), 0), 1)
	if (call.Fn[0] == '<') == first {
		return below
	}
	return 1 - below
}

// numberOf reads a numeric constant.
func numberOf(e expr.Expr) (float64, bool) {
	if c, ok := e.(*expr.Call); ok && c.Fn == "CAST" {
		return numberOf(c.Args[0])
	}
	l, ok := e.(*expr.Literal)
	if !ok || l.Value.IsNull(0) {
		return 0, false
	}
	switch l.Type().Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.Decimal, types.Float, types.Double:
		x, err := strconv.ParseFloat(l.String(), 64)
		return x, err == nil
	}
	return 0, false
}
