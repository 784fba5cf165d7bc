package aggregate

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

type integer interface {
	~int8 | ~int16 | ~int32 | ~int64
}

type float interface{ ~float32 | ~float64 }

func resolveSum(f *Function) error {
	t := f.Args[0]
	f.Type = t
	switch {
	case t.Kind == types.Decimal:
		f.Type = types.DecimalOf(decimal.MaxPrecision, t.Scale).WithNull(t.Nullable)
		f.impl = sumDecimal{zero: f.Name == "SUM0", unbounded: t.Length > roomyPrecision}
	case t.IsInteger():
		f.impl = integerSum(t.Physical(), f.Name == "SUM0")
	case t.Kind == types.Float:
		f.impl = sumFloat[float32]{zero: f.Name == "SUM0"}
	case t.Kind == types.Double:
		f.impl = sumFloat[float64]{zero: f.Name == "SUM0"}
	}
	return nil
}

func resolveSum0(f *Function) error {
	err := resolveSum(f)
	f.Type = f.Type.NotNull()
	return err
}

func integerSum(p types.Physical, zero bool) function {
	switch p {
	case types.LayoutInt8:
		return sumInt[int8]{zero}
	case types.LayoutInt16:
		return sumInt[int16]{zero}
	case types.LayoutInt32:
		return sumInt[int32]{zero}
	}
	return sumInt[int64]{zero}
}

// sumInt is SUM of integers: sum (8, wrapping) and count (8). The sum wraps in
// the type of the argument, as Flink's does.
type sumInt[T integer] struct{ zero bool }

func (sumInt[T]) width() int { return 16 }

func (sumInt[T]) accumulate(u *update) error {
	vals := batch.Values[T](u.args[0])
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		le.PutUint64(p, le.Uint64(p)+uint64(int64(vals[i])))
		le.PutUint64(p[8:], le.Uint64(p[8:])+1)
	}
	return nil
}

func (sumInt[T]) retract(u *update) error {
	vals := batch.Values[T](u.args[0])
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		le.PutUint64(p, le.Uint64(p)-uint64(int64(vals[i])))
		le.PutUint64(p[8:], le.Uint64(p[8:])-1)
	}
	return nil
}

func (sumInt[T]) merge(m *merger) error { return mergeSumCount(m) }

func mergeSumCount(m *merger) error {
	for k, g := range m.gid {
		addInt(m.recs[g], m.off, getInt(m.src[k], m.off))
		addInt(m.recs[g], m.off+8, getInt(m.src[k], m.off+8))
	}
	return nil
}

func (s sumInt[T]) result(r *results, out *batch.Vector) error {
	start := out.Len()
	out.Resize(start + len(r.recs))
	vals := batch.Values[T](out)[start:]
	for k, rec := range r.recs {
		vals[k] = T(getInt(rec, r.off))
	}
	if !s.zero {
		nullWhereZero(r, 8, out, start)
	}
	return nil
}

// nullWhereZero makes the results NULL whose counter at off is 0.
func nullWhereZero(r *results, off int, out *batch.Vector, start int) {
	for k, rec := range r.recs {
		if getInt(rec, r.off+off) == 0 {
			out.SetNull(start + k)
		}
	}
}

// sumFloat is SUM of FLOAT and DOUBLE, added in the argument's type: bits of the
// sum as float64 (8) and count (8).
type sumFloat[T float] struct{ zero bool }

func (sumFloat[T]) width() int { return 16 }

func addFloat[T float](u *update, sign T, count int64) {
	vals := batch.Values[T](u.args[0])
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		sum := T(math.Float64frombits(le.Uint64(p))) + sign*vals[i]
		le.PutUint64(p, math.Float64bits(float64(sum)))
		le.PutUint64(p[8:], le.Uint64(p[8:])+uint64(count))
	}
}

func (sumFloat[T]) accumulate(u *update) error {
	addFloat[T](u, 1, 1)
	return nil
}

func (sumFloat[T]) retract(u *update) error {
	addFloat[T](u, -1, -1)
	return nil
}

func (sumFloat[T]) merge(m *merger) error {
	for k, g := range m.gid {
		p, q := m.recs[g][m.off:m.off+16], m.src[k][m.off:m.off+16]
		sum := T(math.Float64frombits(le.Uint64(p))) + T(math.Float64frombits(le.Uint64(q)))
		le.PutUint64(p, math.Float64bits(float64(sum)))
		le.PutUint64(p[8:], le.Uint64(p[8:])+le.Uint64(q[8:]))
	}
	return nil
}

func (s sumFloat[T]) result(r *results, out *batch.Vector) error {
	start := out.Len()
	out.Resize(start + len(r.recs))
	vals := batch.Values[T](out)[start:]
	for k, rec := range r.recs {
		vals[k] = T(math.Float64frombits(le.Uint64(rec[r.off:])))
	}
	if !s.zero {
		nullWhereZero(r, 8, out, start)
	}
	return nil
}

// sumDecimal is SUM of DECIMAL: sum (16) and count (8). A sum of more than 38
// digits is NULL, and the next value begins a new one, as in Flink.
type sumDecimal struct {
	zero bool
	// unbounded: 2^63 values can have a sum of more than 38 digits.
	unbounded bool
}

// roomyPrecision is the number of digits of which no sum has too many.
const roomyPrecision = 19

// overflown is the sum of too many digits.
var overflown = decimal.Num{Hi: math.MinInt64}

func getNum(rec []byte, off int) decimal.Num {
	return decimal.Num{Lo: le.Uint64(rec[off:]), Hi: int64(le.Uint64(rec[off+8:]))}
}

func putNum(rec []byte, off int, x decimal.Num) {
	le.PutUint64(rec[off:], x.Lo)
	le.PutUint64(rec[off+8:], uint64(x.Hi))
}

func (sumDecimal) width() int { return 24 }

func (s sumDecimal) accumulate(u *update) error {
	vals := u.args[0].Decimals()
	if s.unbounded {
		for k, i := range u.rows {
			rec := u.recs[u.gid[k]]
			putNum(rec, u.off, addChecked(getNum(rec, u.off), vals[i]))
			addInt(rec, u.off+16, 1)
		}
		return nil
	}
	for k, i := range u.rows {
		rec := u.recs[u.gid[k]]
		putNum(rec, u.off, decimal.Add(getNum(rec, u.off), vals[i]))
		addInt(rec, u.off+16, 1)
	}
	return nil
}

func (s sumDecimal) retract(u *update) error {
	vals := u.args[0].Decimals()
	if s.unbounded {
		for k, i := range u.rows {
			rec := u.recs[u.gid[k]]
			putNum(rec, u.off, addChecked(getNum(rec, u.off), vals[i].Neg()))
			addInt(rec, u.off+16, -1)
		}
		return nil
	}
	for k, i := range u.rows {
		rec := u.recs[u.gid[k]]
		putNum(rec, u.off, decimal.Sub(getNum(rec, u.off), vals[i]))
		addInt(rec, u.off+16, -1)
	}
	return nil
}

func addChecked(sum, x decimal.Num) decimal.Num {
	if sum == overflown {
		return x
	}
	if sum = decimal.Add(sum, x); !sum.Fits(decimal.MaxPrecision) {
		return overflown
	}
	return sum
}

func (sumDecimal) merge(m *merger) error {
	for k, g := range m.gid {
		rec, sum := m.recs[g], getNum(m.src[k], m.off)
		switch {
		case getInt(m.src[k], m.off+16) == 0 && sum == decimal.Num{}:
		case sum == overflown:
			putNum(rec, m.off, overflown)
		default:
			putNum(rec, m.off, addChecked(getNum(rec, m.off), sum))
		}
		addInt(rec, m.off+16, getInt(m.src[k], m.off+16))
	}
	return nil
}

func (s sumDecimal) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		sum := getNum(rec, r.off)
		if !s.zero && getInt(rec, r.off+16) == 0 || sum == overflown {
			out.AppendNull()
			continue
		}
		batch.AppendFixed(out, sum)
	}
	return nil
}
