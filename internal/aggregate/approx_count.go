package aggregate

import (
	"math"
	"math/bits"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

func resolveApproxCount(f *Function) error {
	f.Type = types.Of(types.BigInt).NotNull()
	f.onlyAppends = true
	f.impl = &approxCount{keys: rowcodec.NewKeyEncoder(f.Args)}
	return nil
}

// approxCount is APPROX_COUNT_DISTINCT by HyperLogLog with 2^13 registers of a
// byte, a standard error of 1.15 %; small counts by linear counting.
type approxCount struct {
	keys  *rowcodec.KeyEncoder
	batch state.Keys
}

const (
	registerBits = 13
	registers    = 1 << registerBits
)

func (*approxCount) width() int            { return 0 }
func (*approxCount) variable()             {}
func (*approxCount) retract(*update) error { return appendOnly{}.retract(nil) }

func (a *approxCount) accumulate(u *update) error {
	if len(u.rows) == 0 {
		return nil
	}
	a.keys.Encode(&batch.Batch{Cols: u.args[:1], N: u.args[0].Len()}, []int{0}, u.rows, &a.batch)
	for k, h := range a.batch.Hash {
		v := &u.vars[u.gid[k]]
		if len(v.b) == 0 {
			v.set(make([]byte, registers))
		}
		h *= 0x9E3779B97F4A7C15 // the state's hash has its own pattern of high bits
		h ^= h >> 32
		slot := h & (registers - 1)
		rank := byte(bits.LeadingZeros64(h|registers-1)) + 1
		if rank > v.b[slot] {
			if !v.owned {
				v.set(v.b)
			}
			v.b[slot] = rank
		}
	}
	return nil
}

func (*approxCount) merge(m *merger) error {
	for k, g := range m.gid {
		v, from := &m.vars[g], m.from[k].b
		if len(v.b) == 0 || len(from) == 0 {
			if len(from) > 0 {
				v.set(from)
			}
			continue
		}
		v.set(v.b)
		for i, x := range from {
			v.b[i] = max(v.b[i], x)
		}
	}
	return nil
}

func (*approxCount) result(r *results, out *batch.Vector) error {
	for k := range r.recs {
		out.AppendInt64(estimate(r.vars[k].b))
	}
	return nil
}

func estimate(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	sum, zeros := 0.0, 0
	for _, x := range b {
		sum += math.Ldexp(1, -int(x))
		if x == 0 {
			zeros++
		}
	}
	const m = registers
	e := 0.7213 / (1 + 1.079/m) * m * m / sum
	if e <= 2.5*m && zeros > 0 {
		e = m * math.Log(m/float64(zeros))
	}
	return int64(e + 0.5)
}
