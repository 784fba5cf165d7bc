package expr

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// typeIn brings the value and the list to one comparison type.
func typeIn(s *signature) (types.Type, error) {
	for k := 1; k < len(s.args); k++ {
		pair := &signature{fn: s.fn, args: []Expr{s.args[0], s.args[k]}}
		if err := coerceComparison(pair, 0, 1); err != nil {
			return types.Type{}, err
		}
		s.args[0] = pair.args[0]
		s.args[k] = pair.args[1]
	}
	return types.Of(types.Boolean).WithNull(s.nullable()), nil
}

// buildIn looks constants of machine and string types up in a set; other lists
// are compared one by one.
func buildIn(b *builder) (node, error) {
	if nd := setNodeOf(b); nd != nil {
		return nd, nil
	}
	or := &Call{Fn: "OR", T: b.call.T}
	for _, a := range b.call.Args[1:] {
		eq, err := Resolve("=", []Expr{b.call.Args[0], a})
		if err != nil {
			return nil, err
		}
		or.Args = append(or.Args, eq)
	}
	if len(or.Args) == 1 {
		return b.compile(or.Args[0])
	}
	return b.compile(or)
}

// setNode is x IN (constants).
type setNode struct {
	x       node
	ints    map[int64]struct{}
	few     []int64 // the same, if there are few
	texts   map[string]struct{}
	hasNull bool // the list holds NULL: no match is NULL, not FALSE
	out     *batch.Vector
	valid   batch.Bitmap
	rows    []int32
	hits    []int32
}

func setNodeOf(b *builder) node {
	t := b.call.Args[0].Type()
	p := t.Physical()
	isText := t.IsCharacter() || t.IsBinary()
	if !isText && (t.IsTimestamp() || p < types.LayoutInt8 || p > types.LayoutInt64) {
		return nil
	}
	s := &setNode{x: b.args[0], out: batch.New(b.call.T, 0)}
	if isText {
		s.texts = map[string]struct{}{}
	} else {
		s.ints = map[int64]struct{}{}
	}
	for i := 1; i < len(b.args); i++ {
		v := b.constant(i)
		switch {
		case v == nil:
			return nil
		case v.IsNull(0):
			s.hasNull = true
		case isText:
			s.texts[string(v.At(0))] = struct{}{}
		case v.Type.Physical() < types.LayoutInt8 || v.Type.Physical() > types.LayoutInt64:
			return nil
		default:
			s.ints[int64At(values{v, 0}, 0)] = struct{}{}
		}
	}
	if len(s.ints) <= 8 {
		for k := range s.ints {
			s.few = append(s.few, k)
		}
	}
	return s
}

func (s *setNode) eval(f *frame, sel []int32) (*batch.Vector, error) {
	v, err := s.x.eval(f, sel)
	if err != nil {
		return nil, err
	}
	resetOut(s.out, f.n)
	s.hits = s.match(f, v, sel, s.hits[:0])
	bits := s.out.Bits[:batch.BitmapWords(f.n)]
	bits.Fill(false)
	for _, i := range s.hits {
		bits.Set(int(i))
	}
	switch {
	case s.hasNull:
		s.valid = sizedBitmap(s.valid, f.n)
		copy(s.valid, bits)
		s.out.Valid = s.valid
	case v.Valid != nil:
		s.out.Valid = v.Valid
	}
	return s.out, nil
}

func (s *setNode) filter(f *frame, sel, dst []int32) ([]int32, error) {
	v, err := s.x.eval(f, sel)
	if err != nil {
		return dst, err
	}
	return s.match(f, v, sel, dst), nil
}

// match appends the rows whose value is in the set.
func (s *setNode) match(f *frame, v *batch.Vector, sel, dst []int32) []int32 {
	if v.Type.Kind == types.Null {
		return dst
	}
	rows := allRows(f, sel)
	if v.Valid != nil {
		s.rows = appendValid(s.rows[:0], rows, v.Valid)
		rows = s.rows
	}
	if s.texts != nil {
		for _, i := range rows {
			if _, ok := s.texts[string(v.At(int(i)))]; ok {
				dst = append(dst, i)
			}
		}
		return dst
	}
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return matchInts(s, v.Int8s(), rows, dst)
	case types.LayoutInt16:
		return matchInts(s, v.Int16s(), rows, dst)
	case types.LayoutInt32:
		return matchInts(s, v.Int32s(), rows, dst)
	}
	return matchInts(s, v.Int64s(), rows, dst)
}

func matchInts[T int8 | int16 | int32 | int64](s *setNode, x []T, rows, dst []int32) []int32 {
	if s.few != nil {
		for _, i := range rows {
			v := int64(x[i])
			for _, c := range s.few {
				if v == c {
					dst = append(dst, i)
					break
				}
			}
		}
		return dst
	}
	for _, i := range rows {
		if _, ok := s.ints[int64(x[i])]; ok {
			dst = append(dst, i)
		}
	}
	return dst
}
