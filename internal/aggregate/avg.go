package aggregate

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

func resolveAvg(f *Function) error {
	t := f.Args[0]
	f.Type = t
	switch t.Kind {
	case types.Decimal:
		scale := max(t.Scale, 6)
		f.Type = types.DecimalOf(decimal.MaxPrecision, scale).WithNull(t.Nullable)
		f.impl = avgDecimal{sumDecimal: sumDecimal{unbounded: t.Length > roomyPrecision}, shift: scale - t.Scale}
	case types.TinyInt:
		f.impl = avgInt[int8]{}
	case types.SmallInt:
		f.impl = avgInt[int16]{}
	case types.Int:
		f.impl = avgInt[int32]{}
	case types.BigInt:
		f.impl = avgInt[int64]{}
	case types.Float:
		f.impl = avgFloat[float32]{}
	case types.Double:
		f.impl = avgFloat[float64]{}
	}
	return nil
}

// avgInt is AVG of integers: sum as BIGINT (8) and count (8); the quotient is
// cut off.
type avgInt[T integer] struct{ sumInt[T] }

func (avgInt[T]) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		n := getInt(rec, r.off+8)
		if n == 0 {
			out.AppendNull()
			continue
		}
		batch.AppendFixed(out, T(getInt(rec, r.off)/n))
	}
	return nil
}

// avgFloat is AVG of FLOAT and DOUBLE: sum as DOUBLE (8) and count (8).
type avgFloat[T float] struct{ sumFloat[float64] }

func (avgFloat[T]) accumulate(u *update) error { return avgAdd[T](u, 1) }
func (avgFloat[T]) retract(u *update) error    { return avgAdd[T](u, -1) }

func avgAdd[T float](u *update, sign int64) error {
	vals := batch.Values[T](u.args[0])
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		sum := math.Float64frombits(le.Uint64(p)) + float64(sign)*float64(vals[i])
		le.PutUint64(p, math.Float64bits(sum))
		le.PutUint64(p[8:], le.Uint64(p[8:])+uint64(sign))
	}
	return nil
}

func (avgFloat[T]) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		n := getInt(rec, r.off+8)
		if n == 0 {
			out.AppendNull()
			continue
		}
		batch.AppendFixed(out, T(math.Float64frombits(le.Uint64(rec[r.off:]))/float64(n)))
	}
	return nil
}

// avgDecimal is AVG of DECIMAL(p, s) with scale max(s, 6), rounded half up.
type avgDecimal struct {
	sumDecimal
	shift int // digits the result has more than the argument
}

func (a avgDecimal) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		n := getInt(rec, r.off+16)
		if n == 0 || getNum(rec, r.off) == overflown {
			out.AppendNull()
			continue
		}
		q, ok := decimal.Div(getNum(rec, r.off), decimal.FromInt64(n), a.shift, decimal.MaxPrecision)
		if !ok {
			out.AppendNull()
			continue
		}
		batch.AppendFixed(out, q)
	}
	return nil
}
