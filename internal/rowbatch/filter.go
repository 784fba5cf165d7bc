package rowbatch

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// KeyFilter keeps the rows of a subtask's own key groups: rows in flight on a hash
// edge whose receiver has another parallelism now.
type KeyFilter struct {
	cols   []int
	groups int // of the job: its max parallelism
	own    keygroup.Range
	keys   *rowcodec.KeyEncoder
	keyBuf state.Keys
	sel    []int32
}

// NewKeyFilter returns a filter of rows of a schema; keys are the columns by which
// the edge shares them out.
func NewKeyFilter(schema types.Schema, keys []int, maxParallelism int, own keygroup.Range) *KeyFilter {
	keyTypes := make([]types.Type, len(keys))
	for i, k := range keys {
		keyTypes[i] = schema[k].Type
	}
	return &KeyFilter{cols: keys, groups: maxParallelism, own: own, keys: rowcodec.NewKeyEncoder(keyTypes)}
}

// Keep narrows b.Sel to the rows of own key groups. The selection belongs to the
// filter, until the next call.
func (f *KeyFilter) Keep(b *batch.Batch) {
	f.keys.Encode(b, f.cols, b.Sel, &f.keyBuf)
	if f.sel == nil {
		f.sel = make([]int32, 0, batch.Capacity)
	}
	f.sel = f.sel[:0]
	for k, h := range f.keyBuf.Hash {
		if g := keygroup.Of(h, f.groups); g >= f.own.Start && g <= f.own.End {
			f.sel = append(f.sel, int32(b.Row(k)))
		}
	}
	b.Sel = f.sel
}
