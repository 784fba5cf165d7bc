package optimize

import (
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// bounds says left.time + lower <= right.time <= left.time + upper, in ms.
type bounds struct {
	left, right  int // time columns of either side
	lower, upper int64
	proctime     bool
	rest         []expr.Expr
}

// timeBounds finds conditions that bound the distance of two time attributes
// from both sides.
func timeBounds(conds []expr.Expr, left, right types.Schema) (bounds, bool) {
	b := bounds{left: -1, lower: math.MinInt64, upper: math.MaxInt64}
	for _, c := range conds {
		if !b.take(c, left, right) {
			b.rest = append(b.rest, c)
		}
	}
	return b, b.left >= 0 && b.lower != math.MinInt64 && b.upper != math.MaxInt64
}

// take tightens the bounds by one condition; false if it is not about them.
func (b *bounds) take(e expr.Expr, left, right types.Schema) bool {
	c, ok := e.(*expr.Call)
	if !ok {
		return false
	}
	if c.Fn == "BETWEEN" && len(c.Args) == 3 {
		before := *b
		if b.compare(c.Args[0], ">=", c.Args[1], left, right) && b.compare(c.Args[0], "<=", c.Args[2], left, right) {
			return true
		}
		*b = before
		return false
	}
	return len(c.Args) == 2 && b.compare(c.Args[0], c.Fn, c.Args[1], left, right)
}

// compare takes x fn y, where one is a time of the left side plus a constant
// and the other one of the right side.
func (b *bounds) compare(x expr.Expr, fn string, y expr.Expr, left, right types.Schema) bool {
	xc, xo, ok1 := timeAndOffset(x)
	yc, yo, ok2 := timeAndOffset(y)
	if !ok1 || !ok2 {
		return false
	}
	width := len(left)
	if xc >= width { // make x the left side's
		xc, xo, yc, yo = yc, yo, xc, xo
		fn = mirrored[fn]
	}
	if xc >= width || yc < width || fn == "" || fn == "<>" {
		return false
	}
	r := yc - width
	lt, rt := left[xc].Type.Time, right[r].Type.Time
	if lt == types.NoTime || lt != rt || b.left >= 0 && (b.left != xc || b.right != r) {
		return false
	}
	// left + xo fn right + yo  <=>  right mirrored(fn) left + (xo - yo)
	d := xo - yo
	switch fn {
	case "<=":
		b.lower = max(b.lower, d)
	case "<":
		b.lower = max(b.lower, d+1)
	case ">=":
		b.upper = min(b.upper, d)
	case ">":
		b.upper = min(b.upper, d-1)
	case "=":
		b.lower, b.upper = max(b.lower, d), min(b.upper, d)
	default:
		return false
	}
	b.left, b.right, b.proctime = xc, r, lt == types.Proctime
	return true
}

// timeAndOffset reads a time column plus or minus constant intervals.
func timeAndOffset(e expr.Expr) (column int, ms int64, ok bool) {
	switch e := e.(type) {
	case *expr.Column:
		return e.Index, 0, e.T.IsTimestamp()
	case *expr.Call:
		if e.Fn == "CAST" && e.T.IsTimestamp() && e.Args[0].Type().Kind == e.T.Kind && e.T.Length >= e.Args[0].Type().Length {
			return timeAndOffset(e.Args[0])
		}
		if len(e.Args) != 2 || e.Fn != "+" && e.Fn != "-" {
			return 0, 0, false
		}
		x, d := e.Args[0], e.Args[1]
		if x.Type().Kind == types.IntervalDayTime && e.Fn == "+" {
			x, d = d, x
		}
		if d.Type().Kind != types.IntervalDayTime {
			return 0, 0, false
		}
		v, isConst := expr.ConstantInt(d)
		column, ms, ok = timeAndOffset(x)
		if e.Fn == "-" {
			v = -v
		}
		return column, ms + v, ok && isConst
	}
	return 0, 0, false
}

func (p *planner) intervalJoin(n *plan.Join, left, right *plan.Physical, keys equiJoin, b bounds) *plan.Physical {
	var rest []expr.Expr
	plain := equiJoin{}
	for i := range keys.left {
		if keys.nullSafe[i] {
			rest = append(rest, keys.keyConds[i])
			continue
		}
		plain.left = append(plain.left, keys.left[i])
		plain.right = append(plain.right, keys.right[i])
	}
	rest = append(rest, b.rest...)
	spec := &jobgraph.IntervalJoin{
		Kind: n.Kind, LeftKeys: plain.left, RightKeys: plain.right, LeftTime: b.left, RightTime: b.right,
		Lower: b.lower, Upper: b.upper, Proctime: b.proctime, Cond: and(rest...),
		LeftSchema: left.Out, RightSchema: right.Out,
	}
	out := &plan.Physical{Spec: spec, Op: "IntervalJoin", Inputs: p.joinInputs(left, right, plain), Out: joinOut(n, left, right, true)}
	f := facts{single: len(plain.left) == 0, hash: joinHash(n.Kind, plain, len(left.Out))}
	f.attrs = func() []plan.Attr {
		attrs := joinAttrs(n, out.Out)
		// Flink counts from the other side: left.time - right.time.
		window := fmt.Sprintf("[isRowTime=%v, leftLowerBound=%d, leftUpperBound=%d, leftTimeIndex=%d, rightTimeIndex=%d]",
			!b.proctime, -b.upper, -b.lower, b.left, b.right)
		return append([]plan.Attr{attrs[0], {Name: "windowBounds", Value: window}}, attrs[1:]...)
	}
	return p.add(out, f)
}
