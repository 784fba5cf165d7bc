package operators

import (
	"bytes"
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// batchRank numbers all rows of bounded input: it keeps them until the end,
// sorts them by partition and order and emits those whose number is in range.
type batchRank struct {
	spec  *jobgraph.Rank
	limit int // rows per emitted batch
	keys  *rowcodec.KeyEncoder
	sort  *rowcodec.SortKey
	rows  *rowcodec.RowEncoder
	all   rowSorter
	out   *batch.Batch

	keyBuf  state.Keys
	sortBuf rowcodec.Records
	rowBuf  rowcodec.Records
	prefix  []byte
	chosen  [][]byte
	numbers []int64
}

func newBatchRank(spec *jobgraph.Rank) operator.Operator { return &batchRank{spec: spec} }

// Open compiles the encoders.
func (r *batchRank) Open(ctx *operator.Context) (err error) {
	if ctx.Settings.Streaming {
		return errors.New("RANK, DENSE_RANK and ROW_NUMBER without an upper bound run in batch mode only; set 'execution.runtime-mode' = 'batch' or filter by the number, e.g. WHERE rownum <= 10")
	}
	r.limit = ctx.Settings.BatchRows
	r.keys = rowcodec.NewKeyEncoder(columnTypes(r.spec.Schema, r.spec.Partition))
	r.rows = rowcodec.NewRowEncoder(r.spec.Schema.Types())
	r.out = batch.NewBatch(rankSchema(r.spec), 0)
	r.sort, err = rowcodec.NewSortKey(sortColumns(r.spec.Order, r.spec.Schema))
	return err
}

// ProcessBatch keeps the rows.
func (r *batchRank) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	r.keys.Encode(b, r.spec.Partition, b.Sel, &r.keyBuf)
	r.sort.Encode(b, b.Sel, &r.sortBuf)
	r.rows.Encode(b, b.Sel, &r.rowBuf)
	for k := range r.keyBuf.Len() {
		r.prefix = appendPartition(r.prefix[:0], r.keyBuf.Hash[k], r.keyBuf.At(k))
		r.all.addParts(r.prefix, r.sortBuf.At(k), r.rowBuf.At(k))
	}
	return nil
}

// Finish numbers the rows and emits them.
func (r *batchRank) Finish(out operator.Output) error {
	r.all.sort()
	var n numbering
	for i := range r.all.len() {
		partition, sort := splitPartition(r.all.key(i))
		n.next(partition, sort)
		number := n.of(r.spec.Function)
		if number < r.spec.Start || r.spec.End >= 0 && number > r.spec.End {
			continue
		}
		r.chosen, r.numbers = append(r.chosen, r.all.value(i)), append(r.numbers, number)
		if len(r.chosen) >= r.limit {
			if err := r.flush(out); err != nil {
				return err
			}
		}
	}
	if err := r.flush(out); err != nil {
		return err
	}
	r.all.clear()
	return nil
}

func (r *batchRank) flush(out operator.Output) error {
	if len(r.chosen) == 0 {
		return nil
	}
	r.out.Reset()
	width := len(r.spec.Schema)
	if err := r.rows.DecodeAll(r.chosen, r.out.Cols[:width]); err != nil {
		return err
	}
	if r.spec.EmitRank {
		for _, n := range r.numbers {
			r.out.Cols[width].AppendInt64(n)
		}
	}
	r.out.N = len(r.chosen)
	r.chosen, r.numbers = r.chosen[:0], r.numbers[:0]
	return out.Emit(r.out)
}

// numbering counts the rows of sorted input.
type numbering struct {
	partition, sort []byte // of the last row; nil before the first
	row, rank       int64  // 1-based
	dense           int64
}

// next takes the next row.
func (n *numbering) next(partition, sort []byte) {
	switch {
	case n.partition == nil || !bytes.Equal(partition, n.partition):
		n.row, n.rank, n.dense = 1, 1, 1
	case bytes.Equal(sort, n.sort):
		n.row++
	default:
		n.row++
		n.rank = n.row
		n.dense++
	}
	n.partition, n.sort = partition, sort
}

// of is the last row's number by a function.
func (n *numbering) of(f jobgraph.RankFunction) int64 {
	switch f {
	case jobgraph.RankNumber:
		return n.rank
	case jobgraph.DenseRank:
		return n.dense
	}
	return n.row
}
