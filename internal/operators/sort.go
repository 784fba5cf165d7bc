package operators

import (
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
)

// batchSort orders all rows of bounded input and emits them when it ends, or,
// with LIMIT, the first of them: then no more than twice as many are kept.
type batchSort struct {
	spec    *jobgraph.Sort
	sort    *rowcodec.SortKey
	all     rowSorter
	emitter rowEmitter
	sortBuf rowcodec.Records
	rowBuf  rowcodec.Records
}

// NewSort returns the operator of a Sort.
func NewSort(spec *jobgraph.Sort) operator.Operator { return &sortChoice{spec: spec} }

// sortChoice becomes a batchSort or a timeSort when the runtime mode is known.
type sortChoice struct {
	spec *jobgraph.Sort
	timed
}

// timed is an operator that sees the watermark and the end of input.
type timed interface {
	operator.Operator
	operator.WatermarkHandler
	operator.Finisher
}

// Open chooses.
func (s *sortChoice) Open(ctx *operator.Context) (err error) {
	switch {
	case !ctx.Settings.Streaming:
		s.timed, err = newBatchSort(s.spec, ctx)
	case s.spec.Time < 0:
		err = errors.New("Sort on a non-time-attribute field is not supported.")
	case s.spec.Limit >= 0 || s.spec.Offset > 0:
		err = errors.New("ORDER BY a time attribute with LIMIT or OFFSET is a Top-N and cannot be sorted as rows pass")
	default:
		s.timed, err = newTimeSort(s.spec, ctx)
	}
	return err
}

func newBatchSort(spec *jobgraph.Sort, ctx *operator.Context) (*batchSort, error) {
	sort, err := rowcodec.NewSortKey(sortColumns(spec.Order, spec.Schema))
	return &batchSort{spec: spec, sort: sort, emitter: newRowEmitter(spec.Schema, ctx.Settings.BatchRows)}, err
}

// minTrim is the number of rows below which it is not worth dropping some.
const minTrim = 1 << 14

// ProcessBatch keeps the rows.
func (s *batchSort) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	s.sort.Encode(b, b.Sel, &s.sortBuf)
	s.emitter.rows.Encode(b, b.Sel, &s.rowBuf)
	for k := range b.Rows() {
		s.all.add(s.sortBuf.At(k), s.rowBuf.At(k))
	}
	if end := s.spec.Offset + s.spec.Limit; s.spec.Limit >= 0 && int64(s.all.len()) > max(2*end, minTrim) {
		s.all.trim(int(end))
	}
	return nil
}

// OnWatermark passes it on.
func (s *batchSort) OnWatermark(time int64, _ operator.Output) (int64, error) { return time, nil }

// Finish emits the rows in order.
func (s *batchSort) Finish(out operator.Output) error {
	s.all.sort()
	from, to := min(s.spec.Offset, int64(s.all.len())), int64(s.all.len())
	if s.spec.Limit >= 0 {
		to = min(to, from+s.spec.Limit)
	}
	for i := from; i < to; i++ {
		if err := s.emitter.add(s.all.value(int(i)), out); err != nil {
			return err
		}
	}
	if err := s.emitter.flush(out); err != nil {
		return err
	}
	s.all.clear()
	return nil
}
