package aggregate

import (
	"math"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// resolveVariance finds VAR_POP, VAR_SAMP, STDDEV_POP and STDDEV_SAMP, whose
// type is that of AVG.
func resolveVariance(f *Function, root, sample bool) error {
	if err := resolveAvg(f); err != nil || f.impl == nil {
		return err
	}
	f.Type = f.Type.WithNull(f.Type.Nullable || sample)
	f.impl = variance{arg: f.Args[0], out: f.Type, root: root, sample: sample}
	return nil
}

// variance keeps sum (8), sum of squares (8) and count (8), as the public
// formula (Σx² − (Σx)²/n) / n needs them.
type variance struct {
	arg, out     types.Type
	root, sample bool
}

func (variance) width() int { return 24 }

func (v variance) add(u *update, sign float64) error {
	for k, i := range u.rows {
		x := numberAt(u.args[0], int(i))
		p := u.recs[u.gid[k]][u.off : u.off+24]
		le.PutUint64(p, math.Float64bits(math.Float64frombits(le.Uint64(p))+sign*x))
		le.PutUint64(p[8:], math.Float64bits(math.Float64frombits(le.Uint64(p[8:]))+sign*x*x))
		addInt(p, 16, int64(sign))
	}
	return nil
}

// numberAt is value i of any numeric vector.
func numberAt(v *batch.Vector, i int) float64 {
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return float64(v.Int8s()[i])
	case types.LayoutInt16:
		return float64(v.Int16s()[i])
	case types.LayoutInt32:
		return float64(v.Int32s()[i])
	case types.LayoutInt64:
		return float64(v.Int64s()[i])
	case types.LayoutFloat32:
		return float64(v.Float32s()[i])
	case types.LayoutDecimal:
		return v.Decimals()[i].Float64(v.Type.Scale)
	}
	return v.Float64s()[i]
}

func (v variance) accumulate(u *update) error { return v.add(u, 1) }
func (v variance) retract(u *update) error    { return v.add(u, -1) }

func (variance) merge(m *merger) error {
	for k, g := range m.gid {
		p, q := m.recs[g][m.off:], m.src[k][m.off:]
		for at := 0; at < 16; at += 8 {
			le.PutUint64(p[at:], math.Float64bits(math.Float64frombits(le.Uint64(p[at:]))+math.Float64frombits(le.Uint64(q[at:]))))
		}
		addInt(p, 16, getInt(q, 16))
	}
	return nil
}

func (v variance) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		n := getInt(rec, r.off+16)
		div := n
		if v.sample {
			div--
		}
		if div <= 0 {
			out.AppendNull()
			continue
		}
		sum, squares := math.Float64frombits(le.Uint64(rec[r.off:])), math.Float64frombits(le.Uint64(rec[r.off+8:]))
		x := (squares - sum*sum/float64(n)) / float64(div)
		if v.root {
			x = math.Sqrt(max(x, 0))
		}
		v.append(out, x)
	}
	return nil
}

func (v variance) append(out *batch.Vector, x float64) {
	switch v.out.Kind {
	case types.TinyInt:
		batch.AppendFixed(out, int8(cut(x, math.MinInt32, math.MaxInt32)))
	case types.SmallInt:
		batch.AppendFixed(out, int16(cut(x, math.MinInt32, math.MaxInt32)))
	case types.Int:
		batch.AppendFixed(out, int32(cut(x, math.MinInt32, math.MaxInt32)))
	case types.BigInt:
		batch.AppendFixed(out, cut(x, math.MinInt64, math.MaxInt64))
	case types.Float:
		batch.AppendFixed(out, float32(x))
	case types.Double:
		out.AppendFloat64(x)
	case types.Decimal:
		if d, ok := decimal.FromFloat64(x, v.out.Length, v.out.Scale); ok {
			batch.AppendFixed(out, d)
		} else {
			out.AppendNull()
		}
	}
}

// cut makes an integer of x as Java does: within bounds, the fraction cut off.
// Narrower types take the low bits of an INT.
func cut(x float64, least, most int64) int64 {
	switch {
	case x >= float64(most):
		return most
	case x <= float64(least):
		return least
	case x != x:
		return 0
	}
	return int64(x)
}
