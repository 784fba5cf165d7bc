package operators

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// batchOver is OVER in bounded mode: it keeps all rows, sorts them by partition
// and order at the end and computes one partition after the other.
type batchOver struct {
	overBase
	untimed
	sort    *rowcodec.SortKey
	all     rowSorter
	part    *partitionOver
	out     *batch.Batch
	keyBuf  state.Keys
	sortBuf rowcodec.Records
	rowBuf  rowcodec.Records
	prefix  []byte
	recs    [][]byte
	sel     []int32
	single  singleKey
}

func newBatchOver(spec *jobgraph.Over, ctx *operator.Context) (*batchOver, error) {
	o := &batchOver{overBase: newOverBase(spec, ctx)}
	o.out = batch.NewBatch(o.schema(), 0)
	var err error
	if o.sort, err = rowcodec.NewSortKey(sortColumns(spec.Order, spec.Schema)); err != nil {
		return nil, err
	}
	o.part, err = newPartitionOver(&o.overBase)
	return o, err
}

// ProcessBatch keeps the rows.
func (o *batchOver) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	o.keys.Encode(b, o.spec.Partition, b.Sel, &o.keyBuf)
	o.sort.Encode(b, b.Sel, &o.sortBuf)
	o.rows.Encode(b, b.Sel, &o.rowBuf)
	for k := range o.keyBuf.Len() {
		o.prefix = appendPartition(o.prefix[:0], o.keyBuf.Hash[k], o.keyBuf.At(k))
		o.all.addParts(o.prefix, o.sortBuf.At(k), o.rowBuf.At(k))
	}
	return nil
}

// Finish computes the partitions.
func (o *batchOver) Finish(out operator.Output) error {
	o.all.sort()
	for from := 0; from < o.all.len(); {
		partition, _ := splitPartition(o.all.key(from))
		to := from + 1
		for to < o.all.len() && bytes.HasPrefix(o.all.key(to), partition) {
			to++
		}
		if err := o.partition(from, to, partition, out); err != nil {
			return err
		}
		from = to
	}
	if err := o.flush(out); err != nil {
		return err
	}
	o.all.clear()
	return nil
}

// partition computes the rows [from, to), which have one key.
func (o *batchOver) partition(from, to int, partition []byte, out operator.Output) error {
	o.recs = o.all.values(from, to, o.recs[:0])
	if err := o.decode(o.recs); err != nil {
		return err
	}
	for _, v := range o.vals {
		v.Reset()
	}
	bytesOf := partition[12:]
	key := o.single.make(keygroup.Hash(bytesOf), bytesOf, o.keys.Width())
	err := o.part.compute(key, func(i int) bool { return bytes.Equal(o.all.key(from+i-1), o.all.key(from+i)) })
	if err != nil {
		return err
	}
	return o.emit(out)
}

// emit gives out work beside vals, small partitions together.
func (o *batchOver) emit(out operator.Output) error {
	limit, n := o.ctx.Settings.BatchRows, o.work.N
	for from := 0; from < n; {
		to := min(n, from+limit-o.out.N)
		o.sel = o.sel[:0]
		for i := from; i < to; i++ {
			o.sel = append(o.sel, int32(i))
		}
		for c, v := range o.out.Cols {
			if c < len(o.work.Cols) {
				v.AppendSelected(o.work.Cols[c], o.sel)
			} else {
				v.AppendSelected(o.vals[c-len(o.work.Cols)], o.sel)
			}
		}
		if o.out.N += to - from; o.out.N >= limit {
			if err := o.flush(out); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

func (o *batchOver) flush(out operator.Output) error {
	if o.out.N == 0 {
		return nil
	}
	err := out.Emit(o.out)
	o.out.Reset()
	return err
}
