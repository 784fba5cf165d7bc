package aggregate

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

func resolveCount(f *Function) error {
	f.Type = types.Of(types.BigInt).NotNull()
	f.impl = count{}
	return nil
}

// count is COUNT; the accumulator is the result.
type count struct{}

func (count) width() int { return 8 }

func (count) accumulate(u *update) error {
	for _, g := range u.gid {
		addInt(u.recs[g], u.off, 1)
	}
	return nil
}

func (count) retract(u *update) error {
	for _, g := range u.gid {
		addInt(u.recs[g], u.off, -1)
	}
	return nil
}

func (count) merge(m *merger) error {
	for k, g := range m.gid {
		addInt(m.recs[g], m.off, getInt(m.src[k], m.off))
	}
	return nil
}

func (count) result(r *results, out *batch.Vector) error {
	start := out.Len()
	out.Resize(start + len(r.recs))
	vals := out.Int64s()[start:]
	for k, rec := range r.recs {
		vals[k] = getInt(rec, r.off)
	}
	return nil
}
