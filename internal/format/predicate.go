package format

import (
	"bytes"
	"cmp"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// ComparisonOp is how a column is compared with values.
type ComparisonOp uint8

// The comparisons. None holds for NULL.
const (
	Equal ComparisonOp = iota // to one of the values
	Less
	LessEqual
	Greater
	GreaterEqual
)

// Comparison is a condition on a column that statistics can rule out.
type Comparison struct {
	Column int // of the schema that the filter is about
	Op     ComparisonOp
	// Values has one value of the column's type, for Equal one or more. None is NULL.
	Values *batch.Vector
}

// Comparable reports a type whose columns may be in a Comparison.
func Comparable(t types.Type) bool {
	switch t.Kind {
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.Date, types.Varchar:
		return true
	}
	return false
}

// Filter is what readers of a table want of it: rows that meet all comparisons of
// one of the alternatives. A source may leave out rows that do not; it need not.
type Filter struct {
	Alternatives [][]Comparison
}

// Bounds is what is known of a column in a part of a table. No value is below
// Min[0] or above Max[0]; nil: not known.
type Bounds struct {
	Min, Max *batch.Vector
	// OnlyNulls: there is no value at all.
	OnlyNulls bool
}

// MayMatch reports whether some row of a part of a table can pass, by what is known
// of its columns.
func (f *Filter) MayMatch(known func(column int) Bounds) bool {
	if f == nil {
		return true
	}
	for _, all := range f.Alternatives {
		possible := true
		for i := range all {
			possible = possible && all[i].mayHold(known(all[i].Column))
		}
		if possible {
			return true
		}
	}
	return false
}

func (c *Comparison) mayHold(b Bounds) bool {
	if b.OnlyNulls {
		return false
	}
	for i := range c.Values.Len() {
		low := b.Min == nil || compareValues(b.Min, 0, c.Values, i) <= 0 // the least is not above the value
		high := b.Max == nil || compareValues(b.Max, 0, c.Values, i) >= 0
		switch c.Op {
		case Equal:
			if low && high {
				return true
			}
		case Less:
			return b.Min == nil || compareValues(b.Min, 0, c.Values, i) < 0
		case LessEqual:
			return low
		case Greater:
			return b.Max == nil || compareValues(b.Max, 0, c.Values, i) > 0
		case GreaterEqual:
			return high
		}
	}
	return false
}

// compareValues compares two values of Comparable types: texts, or whole numbers of
// any width (a DATE is one).
func compareValues(a *batch.Vector, i int, b *batch.Vector, k int) int {
	if a.Type.IsCharacter() {
		return bytes.Compare(a.At(i), b.At(k))
	}
	return cmp.Compare(integerAt(a, i), integerAt(b, k))
}

func integerAt(v *batch.Vector, i int) int64 {
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return int64(v.Int8s()[i])
	case types.LayoutInt16:
		return int64(v.Int16s()[i])
	case types.LayoutInt32:
		return int64(v.Int32s()[i])
	}
	return v.Int64s()[i]
}
