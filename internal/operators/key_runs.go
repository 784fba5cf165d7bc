package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/state"
)

// keyRuns cuts a batch into runs of rows in which no key occurs twice, so that
// the net change of each run is every change.
type keyRuns struct {
	groups grouper
	runOf  []int32 // per key: the run it was last in
	sel    []int32
	run    batch.Batch
}

// each calls fn with the runs of b, in order; keys are those of its rows.
func (r *keyRuns) each(b *batch.Batch, keys *state.Keys, fn func(*batch.Batch) error) error {
	n := r.groups.group(keys)
	r.runOf = resize(r.runOf, n)
	clear(r.runOf)
	r.sel = r.sel[:0]
	run := int32(1)
	for k, g := range r.groups.gid {
		if r.runOf[g] == run {
			if err := r.call(b, fn); err != nil {
				return err
			}
			run++
		}
		r.runOf[g] = run
		r.sel = append(r.sel, int32(b.Row(k)))
	}
	return r.call(b, fn)
}

func (r *keyRuns) call(b *batch.Batch, fn func(*batch.Batch) error) error {
	if len(r.sel) == 0 {
		return nil
	}
	r.run = *b
	r.run.Sel = r.sel
	err := fn(&r.run)
	r.sel = r.sel[:0]
	return err
}
