package batch

import (
	"math/bits"

	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

const nanosPerSecond = 1_000_000_000

// Moment is timestamp i of v, of any precision: whole seconds since 1970 and
// the nanoseconds beyond them, 0 to 999999999. Kernels that run often read the
// ticks themselves where the layout is LayoutInt64.
func (v *Vector) Moment(i int) (sec, nano int64) {
	if v.Type.Physical() == types.LayoutDecimal {
		return SplitNanos(v.Decimals()[i])
	}
	unit := v.Type.UnitsPerSecond()
	x := v.Int64s()[i]
	sec = x / unit
	if x%unit < 0 {
		sec--
	}
	return sec, (x - sec*unit) * (nanosPerSecond / unit)
}

// SetMoment makes a moment timestamp i of v; what is finer than the unit of v is
// cut off.
func (v *Vector) SetMoment(i int, sec, nano int64) {
	if v.Type.Physical() == types.LayoutDecimal {
		v.Decimals()[i] = JoinNanos(sec, nano)
		return
	}
	unit := v.Type.UnitsPerSecond()
	v.Int64s()[i] = sec*unit + nano/(nanosPerSecond/unit)
}

// AppendMoment appends a moment to a vector of timestamps.
func (v *Vector) AppendMoment(sec, nano int64) { v.SetMoment(v.grow(), sec, nano) }

// SplitNanos cuts nanoseconds since 1970 into whole seconds and the rest.
func SplitNanos(n decimal.Num) (sec, nano int64) {
	abs := n.Abs()
	q, r := bits.Div64(uint64(abs.Hi)%nanosPerSecond, abs.Lo, nanosPerSecond)
	if n.Hi >= 0 {
		return int64(q), int64(r)
	}
	if r == 0 {
		return -int64(q), 0
	}
	return -int64(q) - 1, nanosPerSecond - int64(r)
}

// JoinNanos undoes SplitNanos.
func JoinNanos(sec, nano int64) decimal.Num {
	return decimal.Add(decimal.MulInt64(sec, nanosPerSecond), decimal.FromInt64(nano))
}
