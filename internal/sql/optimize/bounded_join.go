package optimize

import (
	"math"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// join bounds the sides of a regular join: by a key, or by a condition that bounds
// the distance of two times.
func (b *stateBounds) join(n *plan.Physical, spec *jobgraph.Join) map[int]timeBound {
	left, right := b.of[n.Inputs[0].Node], b.of[n.Inputs[1].Node]
	width := len(spec.Left.Schema)
	out := make(map[int]timeBound)
	for i, k := range spec.Left.Keys {
		l, ok1 := left[k]
		r, ok2 := right[spec.Right.Keys[i]]
		if !ok1 || !ok2 || l.format != r.format || len(spec.NullSafe) > i && spec.NullSafe[i] {
			continue
		}
		both := eitherBound(l, r)
		if !b.usable(both) {
			continue
		}
		if spec.Left.Done == nil || both.add < spec.Left.Done.Add {
			spec.Left.Done, spec.Left.Latest = both.at(k), l.at(k)
			spec.Right.Done, spec.Right.Latest = both.at(spec.Right.Keys[i]), r.at(spec.Right.Keys[i])
		}
		// A row comes when one of its sides does.
		if spec.Kind != jobgraph.Right && spec.Kind != jobgraph.Full {
			out[k] = both
		}
		if spec.Kind == jobgraph.Inner || spec.Kind == jobgraph.Right {
			out[width+spec.Right.Keys[i]] = both
		}
	}
	if spec.Left.Done == nil {
		b.byDistance(spec, left, right)
	}
	if spec.Left.Done != nil || spec.Right.Done != nil {
		b.show(n, func() string {
			var parts []string
			for i, s := range []jobgraph.JoinSide{spec.Left, spec.Right} {
				if s.Done != nil {
					parts = append(parts, [2]string{"left: ", "right: "}[i]+boundText(s.Schema[s.Done.Column].Name, s.Done))
				}
			}
			return strings.Join(parts, ", ")
		})
	}
	return out
}

func (t timeBound) at(column int) *jobgraph.TimeBound {
	return &jobgraph.TimeBound{Column: column, Add: t.add, Format: t.format}
}

// byDistance bounds the sides by a condition that says how far their times may be
// from each other.
func (b *stateBounds) byDistance(spec *jobgraph.Join, left, right map[int]timeBound) {
	d, ok := distanceOf(spec.Cond, len(spec.Left.Schema), left, right)
	if !ok {
		return
	}
	l, r := left[d.left], right[d.right]
	if !b.usable(eitherBound(l, r)) {
		return
	}
	spec.Left.Latest, spec.Right.Latest = l.at(d.left), r.at(d.right)
	if d.upper != math.MaxInt64 { // right.time <= left.time + upper
		spec.Left.Done = timeBound{add: max(l.add, d.upper+r.add)}.at(d.left)
	}
	if d.lower != math.MinInt64 { // left.time <= right.time - lower
		spec.Right.Done = timeBound{add: max(r.add, -d.lower+l.add)}.at(d.right)
	}
}

// distance says left.time + lower <= right.time <= left.time + upper (ms), in every
// row for which a condition is TRUE. left < 0: nothing is known.
type distance struct {
	left, right  int
	lower, upper int64
}

func (d distance) known() bool {
	return d.left >= 0 && (d.lower != math.MinInt64 || d.upper != math.MaxInt64)
}

// distanceOf reads a condition: comparisons of times plus constants, BETWEEN,
// TIMESTAMPDIFF, and AND, OR, COALESCE(…, FALSE) and IS TRUE of them.
func distanceOf(cond expr.Expr, width int, left, right map[int]timeBound) (distance, bool) {
	r := distanceReader{width: width, left: left, right: right}
	d := r.read(cond)
	return d, d.known()
}

type distanceReader struct {
	width       int
	left, right map[int]timeBound
}

var noDistance = distance{left: -1, lower: math.MinInt64, upper: math.MaxInt64}

func (r distanceReader) read(e expr.Expr) distance {
	c, ok := e.(*expr.Call)
	if !ok {
		return noDistance
	}
	switch c.Fn {
	case "AND":
		out := noDistance
		for _, a := range c.Args {
			out = out.and(r.read(a))
		}
		return out
	case "OR":
		out := r.read(c.Args[0])
		for _, a := range c.Args[1:] {
			out = out.or(r.read(a))
		}
		return out
	case "IS TRUE":
		return r.read(c.Args[0])
	case "COALESCE":
		if len(c.Args) == 2 && isFalse(c.Args[1]) {
			return r.read(c.Args[0])
		}
	case "BETWEEN":
		if len(c.Args) == 3 {
			return r.compare(c.Args[0], ">=", c.Args[1]).and(r.compare(c.Args[0], "<=", c.Args[2]))
		}
	case "=", "<", "<=", ">", ">=":
		return r.compare(c.Args[0], c.Fn, c.Args[1])
	}
	return noDistance
}

// and takes the stricter of two, if they are about the same times.
func (d distance) and(o distance) distance {
	switch {
	case o.left < 0:
		return d
	case d.left < 0:
		return o
	case d.left != o.left || d.right != o.right:
		return d
	}
	return distance{d.left, d.right, max(d.lower, o.lower), min(d.upper, o.upper)}
}

// or takes the looser of two.
func (d distance) or(o distance) distance {
	if d.left < 0 || o.left < 0 || d.left != o.left || d.right != o.right {
		return noDistance
	}
	return distance{d.left, d.right, min(d.lower, o.lower), max(d.upper, o.upper)}
}

// compare reads x fn y.
func (r distanceReader) compare(x expr.Expr, fn string, y expr.Expr) distance {
	if d, ok := r.difference(x, fn, y); ok {
		return d
	}
	if d, ok := r.difference(y, mirrored[fn], x); ok {
		return d
	}
	xc, xo, ok1 := timeAndOffset(x)
	yc, yo, ok2 := timeAndOffset(y)
	if !ok1 || !ok2 {
		return noDistance
	}
	if xc >= r.width { // make x the left side's
		xc, xo, yc, yo, fn = yc, yo, xc, xo, mirrored[fn]
	}
	if xc >= r.width || yc < r.width || !r.times(xc, yc-r.width) {
		return noDistance
	}
	// left + xo fn right + yo  <=>  right mirrored(fn) left + (xo - yo), to a ms
	return distance{xc, yc - r.width, math.MinInt64, math.MaxInt64}.limit(fn, xo-yo, 1)
}

func (r distanceReader) times(left, right int) bool {
	l, ok1 := r.left[left]
	x, ok2 := r.right[right]
	return ok1 && ok2 && l.format == "" && x.format == ""
}

// limit applies left + by fn right, give or take slack.
func (d distance) limit(fn string, by, slack int64) distance {
	if fn == "<" || fn == "<=" || fn == "=" {
		d.lower = by - slack
	}
	if fn == ">" || fn == ">=" || fn == "=" {
		d.upper = by + slack
	}
	return d
}

// exactUnit is the length of a unit that always has the same.
func exactUnit(e expr.Expr) (int64, bool) {
	if l, ok := e.(*expr.Literal); ok && !l.Value.IsNull(0) && l.Type().IsCharacter() {
		switch string(l.Value.At(0)) {
		case "SECOND", "MINUTE", "HOUR":
			return unitLength(e)
		case "DAY":
			return 86_400_000, true
		}
	}
	return 0, false
}

// difference reads TIMESTAMPDIFF(unit, a, b) fn constant: whole units of b - a.
func (r distanceReader) difference(x expr.Expr, fn string, y expr.Expr) (distance, bool) {
	for {
		c, ok := x.(*expr.Call)
		if !ok {
			return noDistance, false
		}
		if c.Fn == "CAST" {
			x = c.Args[0]
			continue
		}
		if c.Fn != "TIMESTAMPDIFF" || len(c.Args) != 3 {
			return noDistance, false
		}
		unit, ok := exactUnit(c.Args[0])
		n, isConst := expr.ConstantInt(y)
		from, fo, ok1 := timeAndOffset(c.Args[1])
		to, so, ok2 := timeAndOffset(c.Args[2])
		if !ok || !isConst || !ok1 || !ok2 || fo != 0 || so != 0 {
			return noDistance, false
		}
		switch {
		case from < r.width && to >= r.width && r.times(from, to-r.width): // right - left fn n
			return distance{from, to - r.width, math.MinInt64, math.MaxInt64}.limit(mirrored[fn], n*unit, unit), true
		case from >= r.width && to < r.width && r.times(to, from-r.width): // left - right fn n
			return distance{to, from - r.width, math.MinInt64, math.MaxInt64}.limit(fn, -n*unit, unit), true
		}
		return noDistance, false
	}
}
