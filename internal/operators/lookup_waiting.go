package operators

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// The rows of a retryingLookup in a checkpoint are entries of an operator list, in the
// order of its queue: hash of the distribution 8, status 1, and then
//
//	unanswered  kind 1, retries uvarint, due varint, the row
//	answered    its results, each after its length (uvarint)
//
// Rows that come by the hash of columns belong to the subtask of that key group also
// after the job was rescaled, so that every subtask gets all entries and takes its own;
// others are spread.

const parkedHead = 9

// restore takes over the rows that waited.
func (r *retryingLookup) restore() (err error) {
	mode := state.Split
	if len(r.spec.Distributed) > 0 {
		mode = state.Union
	}
	if r.list, err = r.ctx.State.OperatorList("waiting-rows", mode); err != nil {
		return err
	}
	now := r.ctx.Clock.Now().UnixMilli()
	for _, rec := range r.list.Get() {
		if len(rec) < parkedHead {
			return fmt.Errorf("%w: an entry of %d bytes among the rows that wait for a lookup", state.ErrCorrupt, len(rec))
		}
		hash := binary.LittleEndian.Uint64(rec)
		if g := keygroup.Of(hash, r.ctx.MaxParallelism); mode == state.Union && (g < r.ctx.KeyGroups.Start || g > r.ctx.KeyGroups.End) {
			continue
		}
		w, err := decodeWaiting(rec[8:])
		if err != nil {
			return err
		}
		w.hash, w.since = hash, now
		r.keep(w)
	}
	if len(r.queue) > 0 && r.ctx.Watermark != stream.MinTime {
		r.hold(r.ctx.Watermark)
	}
	r.setTimer()
	return nil
}

// PrepareSnapshot writes the queue down.
func (r *retryingLookup) PrepareSnapshot(int64) error {
	records := make([][]byte, 0, r.rows)
	for i := range r.queue {
		switch w := &r.queue[i]; w.status {
		case unanswered, answered:
			records = append(records, encodeWaiting(w))
		}
	}
	r.list.Set(records)
	return nil
}

func encodeWaiting(w *parkedRow) []byte {
	rec := binary.LittleEndian.AppendUint64(nil, w.hash)
	rec = append(rec, byte(w.status))
	if w.status == unanswered {
		rec = binary.AppendUvarint(append(rec, byte(w.kind)), uint64(w.retries))
		return append(binary.AppendVarint(rec, w.due), w.row...)
	}
	for _, a := range w.answer {
		rec = append(binary.AppendUvarint(rec, uint64(len(a))), a...)
	}
	return rec
}

// decodeWaiting reads what stands behind the hash. The result aliases rec.
func decodeWaiting(rec []byte) (w parkedRow, err error) {
	corrupt := fmt.Errorf("%w: a row that waits for a lookup cannot be read", state.ErrCorrupt)
	w.status, rec = parkedStatus(rec[0]), rec[1:]
	switch w.status {
	case unanswered:
		if len(rec) == 0 || rec[0] > byte(batch.Delete) {
			return w, corrupt
		}
		w.kind, rec = batch.RowKind(rec[0]), rec[1:]
		retries, n := binary.Uvarint(rec)
		if n <= 0 {
			return w, corrupt
		}
		due, m := binary.Varint(rec[n:])
		if m <= 0 {
			return w, corrupt
		}
		w.retries, w.due, w.row = int(retries), due, rec[n+m:]
		return w, nil
	case answered:
		for len(rec) > 0 {
			size, n := binary.Uvarint(rec)
			if n <= 0 || size == 0 || size > uint64(len(rec)-n) {
				return w, corrupt
			}
			w.answer, rec = append(w.answer, rec[n:n+int(size)]), rec[n+int(size):]
		}
		return w, nil
	}
	return w, corrupt
}

// distribution hashes rows as the exchange in front of the operator does.
type distribution struct {
	cols []int
	enc  *rowcodec.KeyEncoder
	keys state.Keys
}

func newDistribution(schema types.Schema, cols []int) distribution {
	return distribution{cols: cols, enc: rowcodec.NewKeyEncoder(columnTypes(schema, cols))}
}

// of returns the hash of each of rows; nil if they are not distributed by hash.
func (d *distribution) of(b *batch.Batch, rows []int32) []uint64 {
	if len(d.cols) == 0 {
		return nil
	}
	d.enc.Encode(b, d.cols, rows, &d.keys)
	return d.keys.Hash
}

// resultRows keeps results as records, the row kind in front, and gives them out again
// in batches.
type resultRows struct {
	enc   *rowcodec.RowEncoder
	out   *batch.Batch
	limit int
	taken [][]byte
	recs  [][]byte
	kinds []batch.RowKind
	other bool // a kind is not Insert
}

// open prepares for results of the types of the columns of like.
func (r *resultRows) open(like *batch.Batch, limit int) {
	schema := make(types.Schema, len(like.Cols))
	for i, c := range like.Cols {
		schema[i].Type = c.Type
	}
	r.enc, r.out, r.limit = rowcodec.NewRowEncoder(schema.Types()), batch.NewBatch(schema, 0), limit
}

// Emit takes the results of a join.
func (r *resultRows) Emit(b *batch.Batch) error {
	for k := range b.Rows() {
		i := b.Row(k)
		kind := batch.Insert
		if b.Kinds != nil {
			kind = b.Kinds[i]
		}
		r.taken = append(r.taken, r.enc.Append([]byte{byte(kind)}, b, i))
	}
	return nil
}

// add emits a result, at the latest with the next flush.
func (r *resultRows) add(rec []byte, out operator.Output) error {
	kind := batch.RowKind(rec[0])
	r.recs, r.kinds = append(r.recs, rec[1:]), append(r.kinds, kind)
	r.other = r.other || kind != batch.Insert
	if len(r.recs) < r.limit {
		return nil
	}
	return r.flush(out)
}

func (r *resultRows) flush(out operator.Output) error {
	if len(r.recs) == 0 {
		return nil
	}
	r.out.Reset()
	if err := r.enc.DecodeAll(r.recs, r.out.Cols); err != nil {
		return err
	}
	if r.out.N = len(r.recs); r.other {
		r.out.Kinds = append(r.out.Kinds, r.kinds...)
	}
	r.recs, r.kinds, r.other = r.recs[:0], r.kinds[:0], false
	return out.Emit(r.out)
}
