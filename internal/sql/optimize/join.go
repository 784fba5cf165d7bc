package optimize

import (
	"strings"
	"time"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// equiJoin is a join condition taken apart.
type equiJoin struct {
	left, right []int // key columns of either side
	nullSafe    []bool
	rest        []expr.Expr // over left then right columns
	keyConds    []expr.Expr // the equalities themselves, for EXPLAIN
}

// splitCondition finds the equalities between plain columns of both sides.
func splitCondition(cond expr.Expr, left, right types.Schema) equiJoin {
	var out equiJoin
	width := len(left)
	for _, c := range conjuncts(cond) {
		l, r, fn := equality(c)
		a, ok1 := l.(*expr.Column)
		b, ok2 := r.(*expr.Column)
		if fn == "" || !ok1 || !ok2 {
			out.rest = append(out.rest, c)
			continue
		}
		i, k := a.Index, b.Index
		if i > k {
			i, k = k, i
		}
		if i >= width || k < width || !hashAlike(left[i].Type, right[k-width].Type) {
			out.rest = append(out.rest, c)
			continue
		}
		out.left = append(out.left, i)
		out.right = append(out.right, k-width)
		out.nullSafe = append(out.nullSafe, fn == "IS NOT DISTINCT FROM")
		out.keyConds = append(out.keyConds, c)
	}
	return out
}

// hashAlike reports that equal values of both types have the same bytes.
func hashAlike(a, b types.Type) bool {
	switch {
	case a.IsCharacter() && b.IsCharacter(), a.IsBinary() && b.IsBinary():
		return true
	case a.IsTimestamp() && a.Kind == b.Kind:
		return a.UnitsPerSecond() == b.UnitsPerSecond()
	case a.Kind == types.Decimal && b.Kind == types.Decimal:
		return a.Scale == b.Scale
	}
	return a.EqualIgnoringNull(b)
}

// join plans every kind of join.
func (p *planner) join(n *plan.Join) (*plan.Physical, error) {
	if n.Snapshot != nil {
		return p.snapshotJoin(n)
	}
	if chain, columns, err := p.multiJoin(n); err != nil {
		return nil, err
	} else if chain != nil {
		return p.calc(chain, nil, columns, n.Schema()), nil
	}
	left, err := p.convert(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := p.convert(n.Right)
	if err != nil {
		return nil, err
	}
	keys := splitCondition(n.Cond, left.Out, right.Out)
	left, right = p.alignKeys(left, right, keys)
	if p.o.Streaming {
		if l, r, ok := windowJoinSides(n); ok {
			return p.windowJoin(n, left, right, keys, l, r), nil
		}
		if b, ok := timeBounds(keys.rest, left.Out, right.Out); ok && !n.NullAware {
			return p.intervalJoin(n, left, right, keys, b), nil
		}
	}
	return p.regularJoin(n, left, right, keys)
}

// joinInputs spreads both inputs by the keys, or brings all to one subtask.
func (p *planner) joinInputs(left, right *plan.Physical, keys equiJoin) []plan.PhysicalInput {
	if len(keys.left) == 0 {
		return []plan.PhysicalInput{p.global(left), p.global(right)}
	}
	return []plan.PhysicalInput{p.hashed(left, keys.left), p.hashed(right, keys.right)}
}

// joinOut is the output schema: the inputs' columns, nullable on the sides that
// may be padded. A regular join's output has no time attributes.
func joinOut(n *plan.Join, left, right *plan.Physical, keepTime bool) types.Schema {
	out := append(types.Schema(nil), n.Out...)
	for i := range out {
		if i < len(left.Out) {
			out[i].Type = left.Out[i].Type
			if n.Kind == jobgraph.Right || n.Kind == jobgraph.Full {
				out[i].Type.Nullable = true
			}
		} else {
			out[i].Type = right.Out[i-len(left.Out)].Type
			if n.Kind == jobgraph.Left || n.Kind == jobgraph.Full {
				out[i].Type.Nullable = true
			}
		}
	}
	if !keepTime {
		return withoutTime(out)
	}
	return out
}

func (p *planner) regularJoin(n *plan.Join, left, right *plan.Physical, keys equiJoin) (*plan.Physical, error) {
	keys, err := matchUnknown(n, left, right, keys)
	if err != nil {
		return nil, err
	}
	inputs := p.joinInputs(left, right, keys)
	spec := &jobgraph.Join{Kind: n.Kind, NullSafe: keys.nullSafe, Cond: and(keys.rest...)}
	spec.Left = p.joinSide(inputs[0], keys.left, n.LeftTTL)
	spec.Right = p.joinSide(inputs[1], keys.right, n.RightTTL)
	out := &plan.Physical{Spec: spec, Op: "Join", Inputs: inputs, Out: joinOut(n, left, right, false)}
	if !p.o.Streaming {
		out.Op = "HashJoin"
		if len(keys.left) == 0 {
			out.Op = "NestedLoopJoin"
		}
	}
	out.Traits.Changes = p.joinChanges(n.Kind, left, right)
	out.Traits.UpsertKeys = joinKeys(n.Kind, p.arriving(inputs[0]), p.arriving(inputs[1]), keys, len(left.Out))
	f := facts{single: len(keys.left) == 0, hash: joinHash(n.Kind, keys, len(left.Out))}
	f.attrs = func() []plan.Attr {
		attrs := joinAttrs(n, out.Out)
		if len(keys.left) == 0 && spec.Cond != nil {
			attrs[1] = conditionAttr("where", spec.Cond)
		}
		if p.o.Streaming {
			attrs = append(attrs, plan.Attr{Name: "leftInputSpec", Value: "[" + sideText(spec.Left) + "]"},
				plan.Attr{Name: "rightInputSpec", Value: "[" + sideText(spec.Right) + "]"})
		}
		return attrs
	}
	return p.add(out, f), nil
}

// matchUnknown turns the key of a NOT IN whose sides may be NULL into a
// condition: there also a comparison that is unknown is a match, so every row
// has to meet every other.
func matchUnknown(n *plan.Join, left, right *plan.Physical, keys equiJoin) (equiJoin, error) {
	nullable := false
	for i := range keys.left {
		nullable = nullable || left.Out[keys.left[i]].Type.Nullable || right.Out[keys.right[i]].Type.Nullable
	}
	if !n.NullAware || !nullable {
		return keys, nil
	}
	unknown, err := call("IS NOT FALSE", and(keys.keyConds...))
	if err != nil {
		return keys, err
	}
	return equiJoin{rest: append([]expr.Expr{unknown}, keys.rest...)}, nil
}

// joinHash says how a join's output is spread: by the keys of the side whose
// rows are never padded.
func joinHash(kind jobgraph.JoinKind, keys equiJoin, width int) []int {
	if len(keys.left) == 0 {
		return nil
	}
	switch kind {
	case jobgraph.Right:
		out := make([]int, len(keys.right))
		for i, c := range keys.right {
			out[i] = c + width
		}
		return out
	case jobgraph.Full:
		return nil
	}
	return keys.left
}

func (p *planner) joinSide(in plan.PhysicalInput, keys []int, hint time.Duration) jobgraph.JoinSide {
	side := jobgraph.JoinSide{Keys: keys, TTL: p.ttl(hint), Schema: in.Node.Out}
	for _, k := range p.arriving(in) {
		if side.Unique == nil || len(k) < len(side.Unique) {
			side.Unique = k
		}
		if subset(k, keys) {
			side.Unique, side.OnePerKey = k, true
			break
		}
	}
	return side
}

func sideText(s jobgraph.JoinSide) string {
	switch {
	case s.OnePerKey:
		return "JoinKeyContainsUniqueKey"
	case s.Unique != nil:
		return "HasUniqueKey"
	}
	return "NoUniqueKey"
}

func (p *planner) joinChanges(kind jobgraph.JoinKind, left, right *plan.Physical) jobgraph.Changes {
	if !p.o.Streaming {
		return 0
	}
	l, r := left.Traits.Changes, right.Traits.Changes
	switch kind {
	case jobgraph.Inner:
		return l | r
	case jobgraph.Semi:
		if !r.InsertOnly() {
			return l | r | jobgraph.Deletes
		}
		return l
	}
	return allChanges
}

// joinKeys derives the upsert keys of a join's output: those of one side where
// the other has at most one row per join key, else pairs of both sides' keys.
// Padded sides have no keys of their own.
func joinKeys(kind jobgraph.JoinKind, left, right [][]int, keys equiJoin, width int) [][]int {
	if kind == jobgraph.Semi || kind == jobgraph.Anti {
		return left
	}
	oneLeft, oneRight := oneRow(left, keys.left), oneRow(right, keys.right)
	var out [][]int
	if oneRight && (kind == jobgraph.Inner || kind == jobgraph.Left) {
		out = append(out, left...)
	}
	if oneLeft && (kind == jobgraph.Inner || kind == jobgraph.Right) {
		for _, k := range right {
			out = append(out, shifted(k, width))
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, l := range left {
		for _, r := range right {
			out = append(out, append(append([]int(nil), l...), shifted(r, width)...))
		}
	}
	return out
}

func oneRow(unique [][]int, keys []int) bool {
	for _, k := range unique {
		if subset(k, keys) {
			return true
		}
	}
	return false
}

func shifted(cols []int, by int) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = c + by
	}
	return out
}

func joinAttrs(n *plan.Join, out types.Schema) []plan.Attr {
	return []plan.Attr{{Name: "joinType", Value: "[" + n.Kind.String() + "]"},
		conditionAttr("where", n.Cond), {Name: "select", Value: list(out.Names())}}
}

// windowJoin plans a join of rows of equal windows.
func (p *planner) windowJoin(n *plan.Join, left, right *plan.Physical, keys equiJoin, l, r *windowColumns) *plan.Physical {
	var plain equiJoin
	ends := [2]int{l.end[0], r.end[0]}
	var rest []expr.Expr
	for i, k := range keys.left {
		switch {
		case l.isStart(k) && r.isStart(keys.right[i]) && l.window.Kind != jobgraph.Session: // the ends say it; those of sessions do not
		case l.isEnd(k) && r.isEnd(keys.right[i]):
			ends = [2]int{k, keys.right[i]}
		case keys.nullSafe[i]:
			rest = append(rest, keys.keyConds[i])
		default:
			plain.left = append(plain.left, k)
			plain.right = append(plain.right, keys.right[i])
		}
	}
	rest = append(rest, keys.rest...)
	spec := &jobgraph.WindowJoin{
		Kind: n.Kind, LeftKeys: plain.left, RightKeys: plain.right, LeftEnd: ends[0], RightEnd: ends[1],
		Cond: and(rest...), LeftSchema: left.Out, RightSchema: right.Out,
	}
	out := &plan.Physical{Spec: spec, Op: "WindowJoin", Inputs: p.joinInputs(left, right, plain), Out: joinOut(n, left, right, true)}
	f := facts{single: len(plain.left) == 0, hash: joinHash(n.Kind, plain, len(left.Out))}
	f.attrs = func() []plan.Attr {
		window := func(w *windowColumns, s types.Schema) string {
			return "[" + windowText(w.window, "win_start=["+s[w.start[0]].Name+"], win_end=["+s[w.end[0]].Name+"]", nil) + "]"
		}
		attrs := []plan.Attr{{Name: "leftWindow", Value: window(l, left.Out)}, {Name: "rightWindow", Value: window(r, right.Out)}}
		var equal []string
		for i := range plain.left {
			equal = append(equal, left.Out[plain.left[i]].Name+" = "+right.Out[plain.right[i]].Name)
		}
		where := plan.Expressions("where", func(form func(expr.Expr) string) string { return windowJoinText(equal, rest, form) })
		return append(attrs, plan.Attr{Name: "joinType", Value: "[" + n.Kind.String() + "]"},
			where, plan.Attr{Name: "select", Value: list(out.Out.Names())})
	}
	return p.add(out, f)
}

// windowJoinText prints the condition of a window join without its windows.
func windowJoinText(equal []string, rest []expr.Expr, form func(expr.Expr) string) string {
	where := make([]string, 0, len(equal)+len(rest))
	for _, e := range equal {
		where = append(where, "("+e+")")
	}
	for _, c := range rest {
		where = append(where, form(c))
	}
	switch text := strings.Join(where, ", "); len(where) {
	case 0:
		return "[true]"
	case 1:
		return "[" + text + "]"
	default:
		return "[AND(" + text + ")]"
	}
}
