package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// conditionalFunctions are CASE and its short forms.
func conditionalFunctions() []function {
	return []function{
		{name: "CASE", min: 2, max: -1, typing: typeCase, build: buildCase},
		{name: "COALESCE", min: 1, max: -1, typing: typeCoalesce, build: buildCoalesce},
		{name: "IF", min: 3, max: 3, rewrite: func(args []Expr) (Expr, error) {
			return Resolve("CASE", args)
		}},
		{name: "IFNULL", min: 2, max: 2, rewrite: func(args []Expr) (Expr, error) {
			return Resolve("COALESCE", args)
		}},
		{name: "NULLIF", min: 2, max: 2, rewrite: rewriteNullIf},
	}
}

// rewriteNullIf is CASE WHEN a = b THEN NULL ELSE a END.
func rewriteNullIf(args []Expr) (Expr, error) {
	equal, err := Resolve("=", args)
	if err != nil {
		return nil, err
	}
	return Resolve("CASE", []Expr{equal, NullLit(types.Type{}), args[0]})
}

// typeCase types [cond, value]… [else]; without an else it is NULL.
func typeCase(s *signature) (types.Type, error) {
	if len(s.args)%2 == 0 {
		s.args = append(s.args, NullLit(types.Type{}))
	}
	var branches []types.Type
	for i := 0; i+1 < len(s.args); i += 2 {
		if err := aBool(s, i); err != nil {
			return types.Type{}, typeErrorf(i, "", "CASE WHEN expects a BOOLEAN condition, not %s", typeName(s.typ(i)))
		}
		branches = append(branches, s.typ(i+1))
	}
	last := len(s.args) - 1
	branches = append(branches, s.typ(last))
	t, ok := CommonType(branches)
	if !ok {
		return t, typeErrorf(-1, "Use CAST to bring the branches to one type", "Illegal mixing of types in CASE or COALESCE statement: %s", typeList(branches))
	}
	for i := 1; i < last; i += 2 {
		if err := s.coerce(i, t); err != nil {
			return t, err
		}
	}
	return t, s.coerce(last, t)
}

func typeCoalesce(s *signature) (types.Type, error) {
	all := make([]types.Type, len(s.args))
	nullable := true
	for i := range s.args {
		all[i] = s.typ(i)
		nullable = nullable && (all[i].Nullable || all[i].Kind == types.Null)
	}
	t, ok := CommonType(all)
	if !ok {
		t, ok = commonDate(all)
	}
	if !ok {
		return t, typeErrorf(-1, "Use CAST to bring the arguments to one type", "Illegal mixing of types in CASE or COALESCE statement: %s", typeList(all))
	}
	for i := range s.args {
		if err := s.coerce(i, t); err != nil {
			return t, err
		}
	}
	return t.WithNull(nullable), nil
}

// commonDate is the DATE that COALESCE makes of dates beside TIMESTAMPs.
func commonDate(ts []types.Type) (types.Type, bool) {
	for _, t := range ts {
		if t.Kind != types.Date && t.Kind != types.Timestamp && t.Kind != types.Null {
			return types.Type{}, false
		}
	}
	return types.Of(types.Date), true
}

func typeList(ts []types.Type) string {
	text := ""
	for i, t := range ts {
		if i > 0 {
			text += ", "
		}
		text += typeName(t)
	}
	return text
}

// choiceNode gives each row the value of one of its branches; which one is told
// by pick. A branch is evaluated only at the rows that chose it.
type choiceNode struct {
	branches []node
	conds    []node // conds[k] guards branches[k]; fewer than branches: the rest is the ELSE
	coalesce bool   // the guard of a branch is that it is not NULL
	out      *batch.Vector
	pick     []int32         // per row: the branch
	rows     [][]int32       // per branch: its rows
	left     [2][]int32      // rows not decided yet, in turn
	vals     []*batch.Vector // per branch: its values
	texts    [][]byte        // per branch: its text if it is a constant one, not NULL
	valid    batch.Bitmap
	w        writer
}

func buildCase(b *builder) (node, error) {
	c := &choiceNode{out: batch.New(b.call.T, 0)}
	n := len(b.args)
	for i := 0; i+1 < n; i += 2 {
		c.conds = append(c.conds, b.args[i])
		c.branches = append(c.branches, b.args[i+1])
	}
	c.branches = append(c.branches, b.args[n-1])
	c.init()
	return c, nil
}

func buildCoalesce(b *builder) (node, error) {
	if len(b.args) == 1 {
		return b.args[0], nil
	}
	c := &choiceNode{out: batch.New(b.call.T, 0), branches: b.args, coalesce: true}
	c.init()
	return c, nil
}

func (c *choiceNode) init() {
	c.rows = make([][]int32, len(c.branches))
	c.vals = make([]*batch.Vector, len(c.branches))
	c.texts = make([][]byte, len(c.branches))
	for k, b := range c.branches {
		if v := constantOf(b); v != nil && !v.IsNull(0) && v.Type.Physical() == types.LayoutBytes {
			c.texts[k] = append([]byte{}, v.At(0)...)
		}
	}
}

// constantOf is the value of a constant node, else nil.
func constantOf(nd node) *batch.Vector {
	if c, ok := nd.(*constNode); ok {
		return c.value
	}
	return nil
}

func (c *choiceNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	rest := allRows(f, sel)
	all := rest
	if len(all) == 0 {
		resetOut(c.out, f.n)
		return c.out, nil
	}
	last := len(c.branches) - 1
	for k := range c.branches {
		c.vals[k] = nil
		if len(rest) == 0 {
			continue
		}
		taken := rest
		var err error
		switch {
		case k == last:
		case c.coalesce:
			taken, err = c.present(k, f, rest)
		default:
			taken, err = filterRows(c.conds[k], f, rest, c.rows[k][:0])
			c.rows[k] = taken
		}
		if err != nil {
			return nil, err
		}
		if len(taken) > 0 && c.vals[k] == nil {
			if err := c.evalBranch(k, f, taken, len(taken) == f.n); err != nil {
				return nil, err
			}
		}
		if len(taken) == len(all) && c.vals[k].Type.Physical() == c.out.Type.Physical() {
			return c.vals[k], nil // every row chose this branch
		}
		c.mark(k, taken, f.n)
		if k < last {
			c.left[k&1] = difference(c.left[k&1][:0], rest, taken)
			rest = c.left[k&1]
		}
	}
	c.collect(f, all)
	return c.out, nil
}

// present evaluates branch k of COALESCE and lists the rows where it is there.
func (c *choiceNode) present(k int, f *frame, rest []int32) ([]int32, error) {
	if len(rest) == 0 {
		return nil, nil
	}
	if err := c.evalBranch(k, f, rest, len(rest) == f.n); err != nil {
		return nil, err
	}
	v := c.vals[k]
	switch {
	case v.Type.Kind == types.Null:
		return nil, nil
	case v.Valid == nil:
		return rest, nil
	}
	c.rows[k] = appendValid(c.rows[k][:0], rest, v.Valid)
	return c.rows[k], nil
}

func (c *choiceNode) evalBranch(k int, f *frame, rows []int32, dense bool) error {
	if cn, ok := c.branches[k].(*constNode); ok {
		c.vals[k] = cn.mustSpread(f)
		return nil
	}
	if dense {
		rows = nil
	}
	v, err := c.branches[k].eval(f, rows)
	c.vals[k] = v
	return err
}

func (c *choiceNode) mark(k int, rows []int32, n int) {
	if cap(c.pick) < n {
		c.pick = make([]int32, max(n, batch.Capacity))
	}
	c.pick = c.pick[:n]
	for _, i := range rows {
		c.pick[i] = int32(k)
	}
}

// collect copies the chosen values into out.
func (c *choiceNode) collect(f *frame, rows []int32) {
	resetOut(c.out, f.n)
	c.collectValid(f, rows)
	switch c.out.Type.Physical() {
	case types.LayoutNull:
	case types.LayoutBool:
		for _, i := range rows {
			if v := c.vals[c.pick[i]]; v.Type.Kind != types.Null {
				c.out.Bits.SetTo(int(i), v.Bits.Get(int(i)))
			}
		}
	case types.LayoutInt8:
		choose[int8](c, rows)
	case types.LayoutInt16:
		choose[int16](c, rows)
	case types.LayoutInt32:
		choose[int32](c, rows)
	case types.LayoutInt64:
		choose[int64](c, rows)
	case types.LayoutFloat32:
		choose[float32](c, rows)
	case types.LayoutFloat64:
		choose[float64](c, rows)
	case types.LayoutDecimal:
		out := c.out.Decimals()
		for _, i := range rows {
			if v := c.vals[c.pick[i]]; v.Type.Kind != types.Null {
				out[i] = v.Decimals()[i]
			}
		}
	case types.LayoutBytes:
		c.collectText(rows)
	default:
		c.collectConstructed(rows)
	}
}

// collectText copies texts; those of constant branches are at hand.
func (c *choiceNode) collectText(rows []int32) {
	c.w.start(c.out)
	for _, i := range rows {
		k := c.pick[i]
		if text := c.texts[k]; text != nil {
			c.w.buf = append(c.w.buf, text...)
			c.w.end(i)
			continue
		}
		if v := c.vals[k]; !v.IsNull(int(i)) {
			c.w.buf = append(c.w.buf, v.At(int(i))...)
			c.w.end(i)
		}
	}
	c.w.finish(c.out)
}

// collectValid sets out's validity from the chosen branches'.
func (c *choiceNode) collectValid(f *frame, rows []int32) {
	null := false
	for _, v := range c.vals {
		null = null || v != nil && (v.Valid != nil || v.Type.Kind == types.Null)
	}
	if !null {
		return
	}
	c.valid = sizedBitmap(c.valid, f.n)
	c.valid.Fill(true)
	for _, i := range rows {
		if c.vals[c.pick[i]].IsNull(int(i)) {
			c.valid.Clear(int(i))
		}
	}
	c.out.Valid = c.valid
}

// choose is collect for a fixed-width layout.
func choose[T ordered](c *choiceNode, rows []int32) {
	out := fixedOf[T](c.out)
	views := make([][]T, 0, 8)
	for _, v := range c.vals {
		if v == nil || v.Type.Kind == types.Null {
			views = append(views, out)
			continue
		}
		views = append(views, fixedOf[T](v))
	}
	for _, i := range rows {
		out[i] = views[c.pick[i]][i]
	}
}

// collectConstructed copies arrays, maps and rows value by value.
func (c *choiceNode) collectConstructed(rows []int32) {
	c.out.Reset()
	for _, i := range rows {
		for c.out.Len() < int(i) {
			c.out.AppendNull()
		}
		c.out.AppendFrom(c.vals[c.pick[i]], int(i))
	}
	for c.out.Len() < len(c.pick) {
		c.out.AppendNull()
	}
}
