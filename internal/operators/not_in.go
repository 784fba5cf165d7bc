package operators

import (
	"encoding/binary"
	"errors"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// notIn is the anti join of NOT IN. Where keys are not NULL it is an ordinary
// anti join, which does the work. Around it three cases decide what is seen:
//
//	the right side is empty      all left rows, also those whose key is NULL
//	it has a NULL                nothing: no left row is known to be absent
//	otherwise                    what the anti join passes
//
// So the rows that the anti join passes, and the left rows whose key is NULL, are
// kept as well, to be emitted or taken back when one case turns into another. It
// sees both inputs whole: it runs in one subtask.
type notIn struct {
	spec      *jobgraph.Join
	inner     operator.Operator
	passing   *rowCounts  // what the anti join passes
	nulls     *rowCounts  // left rows whose key is NULL
	right     state.Table // one entry: number of right rows (8), those with NULL (8)
	rightKey  state.Keys
	refs      [1]state.Ref
	created   []int32
	streaming bool
	keyNulls  []bool
	sel       [2][]int32 // rows whose key is not NULL, is NULL
	part      [2]batch.Batch
}

// notInCase says what is seen.
type notInCase uint8

const (
	rightEmpty notInCase = iota
	rightKnown
	rightHasNull
)

// NewNotIn returns the operator of a Join with NullAware.
func NewNotIn(spec *jobgraph.Join) (operator.Operator, error) {
	if spec.Kind != jobgraph.Anti || len(spec.Left.Keys) != 1 || spec.Cond != nil {
		return nil, errors.New("NOT IN is supported for one column and without further conditions; write NOT EXISTS instead")
	}
	anti := *spec
	anti.NullAware, anti.NullSafe = false, []bool{false}
	return &notIn{spec: spec, inner: NewJoin(&anti)}, nil
}

// Open makes the states.
func (j *notIn) Open(ctx *operator.Context) (err error) {
	if ctx.Parallelism > 1 {
		return errors.New("NOT IN runs in one subtask, because a NULL on its right side concerns all rows")
	}
	j.streaming = ctx.Settings.Streaming
	if err := j.inner.(operator.Opener).Open(ctx); err != nil {
		return err
	}
	if j.passing, err = newRowCounts("passing-rows", j.spec.Left, ctx); err != nil {
		return err
	}
	if j.nulls, err = newRowCounts("null-rows", j.spec.Left, ctx); err != nil {
		return err
	}
	j.rightKey = state.Keys{Hash: []uint64{keyHash(nil)}, Offsets: []int32{0, 0}}
	j.right, err = ctx.State.Table(state.Spec{Name: "right-counts", FixedWidth: 16})
	return err
}

// counts returns the numbers of right rows, and of those with NULL, for writing.
func (j *notIn) counts() (rows, nulls []byte, err error) {
	if j.created, err = j.right.Upsert(0, &j.rightKey, j.refs[:], j.created[:0]); err != nil {
		return nil, nil, err
	}
	rec := j.right.Mutable(j.refs[0])
	return rec[:8], rec[8:16], nil
}

func (j *notIn) now() (notInCase, error) {
	rows, nulls, err := j.counts()
	switch {
	case err != nil:
		return 0, err
	case binary.LittleEndian.Uint64(rows) == 0:
		return rightEmpty, nil
	case binary.LittleEndian.Uint64(nulls) > 0:
		return rightHasNull, nil
	}
	return rightKnown, nil
}

// split divides b by whether its key is NULL.
func (j *notIn) split(b *batch.Batch, key []int) {
	j.keyNulls = markNulls(j.keyNulls, b, key)
	for p, sel := range j.sel {
		if sel == nil { // a nil selection would be all rows
			sel = []int32{}
		}
		j.sel[p] = sel[:0]
	}
	for k, null := range j.keyNulls {
		p := 0
		if null {
			p = 1
		}
		j.sel[p] = append(j.sel[p], int32(b.Row(k)))
	}
	for p := range j.part {
		j.part[p] = *b
		j.part[p].Sel = j.sel[p]
	}
}

// ProcessBatch joins b.
func (j *notIn) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	before, err := j.now()
	if err != nil {
		return err
	}
	if input == 0 {
		return j.processLeft(b, before, out)
	}
	return j.processRight(b, before, out)
}

func (j *notIn) processLeft(b *batch.Batch, now notInCase, out operator.Output) error {
	j.split(b, j.spec.Left.Keys)
	if err := j.nulls.apply(&j.part[1]); err != nil {
		return err
	}
	if now == rightEmpty && j.streaming && len(j.sel[1]) > 0 {
		if err := out.Emit(&j.part[1]); err != nil {
			return err
		}
	}
	return j.pass(0, now != rightHasNull, out)
}

// pass gives the rows whose key is not NULL to the anti join; seen says whether
// what it passes is seen.
func (j *notIn) pass(input int, seen bool, out operator.Output) error {
	if len(j.sel[0]) == 0 {
		return nil
	}
	if !j.streaming {
		return j.inner.ProcessBatch(input, &j.part[0], out)
	}
	return j.inner.ProcessBatch(input, &j.part[0], passingOutput{j.passing, out, seen})
}

// passingOutput keeps what the anti join passes and hands it on if it is seen.
type passingOutput struct {
	rows *rowCounts
	out  operator.Output
	seen bool
}

func (p passingOutput) Emit(b *batch.Batch) error {
	if err := p.rows.apply(b); err != nil {
		return err
	}
	if !p.seen {
		return nil
	}
	return p.out.Emit(b)
}

func (j *notIn) processRight(b *batch.Batch, before notInCase, out operator.Output) error {
	j.split(b, j.spec.Right.Keys)
	if err := j.countRight(b); err != nil {
		return err
	}
	after, err := j.now()
	if err != nil {
		return err
	}
	if !j.streaming {
		return j.pass(1, false, out)
	}
	// What is no longer seen goes first.
	if before != rightHasNull && after == rightHasNull {
		if err := j.passing.emitAll(batch.Delete, out); err != nil {
			return err
		}
	}
	if before == rightEmpty && after != rightEmpty {
		if err := j.nulls.emitAll(batch.Delete, out); err != nil {
			return err
		}
	}
	if err := j.pass(1, before != rightHasNull && after != rightHasNull, out); err != nil {
		return err
	}
	if before == rightHasNull && after != rightHasNull {
		if err := j.passing.emitAll(batch.Insert, out); err != nil {
			return err
		}
	}
	if before != rightEmpty && after == rightEmpty {
		return j.nulls.emitAll(batch.Insert, out)
	}
	return nil
}

// countRight counts the rows of b.
func (j *notIn) countRight(b *batch.Batch) error {
	rows, nulls, err := j.counts()
	if err != nil {
		return err
	}
	for k, null := range j.keyNulls {
		step := int64(-1)
		if b.Kind(b.Row(k)).IsAdd() {
			step = 1
		}
		addCount(rows, step)
		if null {
			addCount(nulls, step)
		}
	}
	return nil
}

// addCount changes a counter, not below zero.
func addCount(p []byte, step int64) {
	binary.LittleEndian.PutUint64(p, uint64(max(0, int64(binary.LittleEndian.Uint64(p))+step)))
}

// Finish emits, in bounded mode, the result.
func (j *notIn) Finish(out operator.Output) error {
	if j.streaming {
		return nil
	}
	now, err := j.now()
	if err != nil || now == rightHasNull {
		return err
	}
	if err := j.inner.(operator.Finisher).Finish(out); err != nil {
		return err
	}
	if now == rightEmpty {
		return j.nulls.emitAll(batch.Insert, out)
	}
	return nil
}

// rowCounts keeps rows with the number of their copies: a Table whole row →
// copies (8).
type rowCounts struct {
	table   state.Table
	emitter rowEmitter
	buf     rowcodec.Records
	keys    state.Keys
	refs    []state.Ref
	created []int32
	seen    refIndex
}

func newRowCounts(name string, side jobgraph.JoinSide, ctx *operator.Context) (c *rowCounts, err error) {
	c = &rowCounts{emitter: newRowEmitter(side.Schema, ctx.Settings.BatchRows)}
	c.table, err = ctx.State.Table(state.Spec{
		Name: name, Key: []types.Type{types.Bytes().NotNull()}, FixedWidth: 8, TTL: state.TTL{After: side.TTL},
	})
	return c, err
}

// apply adds and takes away the rows of b.
func (c *rowCounts) apply(b *batch.Batch) (err error) {
	n := b.Rows()
	if n == 0 {
		return nil
	}
	c.emitter.rows.Encode(b, b.Sel, &c.buf)
	wholeRowKeys(&c.buf, n, &c.keys)
	c.refs = resize(c.refs, n)
	if c.created, err = c.table.Upsert(0, &c.keys, c.refs, c.created[:0]); err != nil {
		return err
	}
	for k, ref := range c.refs {
		step := int64(-1)
		if b.Kind(b.Row(k)).IsAdd() {
			step = 1
		}
		addCount(c.table.Mutable(ref), step)
	}
	c.seen.reset(n)
	for _, ref := range c.refs {
		if _, fresh := c.seen.add(ref); fresh && binary.LittleEndian.Uint64(c.table.Fixed(ref)) == 0 {
			c.table.Delete(ref)
		}
	}
	return nil
}

// emitAll emits all rows with a kind.
func (c *rowCounts) emitAll(kind batch.RowKind, out operator.Output) error {
	to := kindOutput{kind: kind, out: out}
	var failed error
	err := c.table.Scan(0, func(ref state.Ref) bool {
		for range binary.LittleEndian.Uint64(c.table.Fixed(ref)) {
			if failed = c.emitter.add(c.table.Key(ref), &to); failed != nil {
				return false
			}
		}
		return true
	})
	if failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	return c.emitter.flush(&to)
}

// kindOutput gives all rows a kind.
type kindOutput struct {
	kind  batch.RowKind
	out   operator.Output
	kinds []batch.RowKind
	batch batch.Batch
}

func (k *kindOutput) Emit(b *batch.Batch) error {
	k.batch = *b
	if k.kind != batch.Insert {
		for len(k.kinds) < b.N {
			k.kinds = append(k.kinds, k.kind)
		}
		k.batch.Kinds = k.kinds[:b.N]
	}
	return k.out.Emit(&k.batch)
}
