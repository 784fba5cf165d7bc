package operators

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// join is the regular join: each batch is matched with everything the other
// side has brought so far, and then kept for what the other side will bring.
//
// A batch goes through it in three steps: all records with the same keys are
// collected and decoded column by column; the rest of the condition is
// evaluated over all of them at once; then, in order of the rows, the results
// are written (for an inner join the matched batch is the result).
//
// Bounded mode: the padded rows of outer joins and the rows of semi and anti
// joins are only known when both inputs have ended, so they are emitted then.
type join struct {
	spec    *jobgraph.Join
	sides   [2]*joinSide
	cond    *expr.Program // over left then right columns; nil: none
	atEnd   bool          // bounded mode: padded, semi and anti rows come at the end
	maxRows int

	matches []match
	records [][]byte
	rowSel  []int32
	pairs   *batch.Batch // matched rows: left then right columns
	passed  []int32
	counts  []uint64 // partners per row of the batch
	out     *batch.Batch

	first, gone bool // what count found for the record whose copies follow

	late *lateRows
}

// NewJoin returns the operator of a regular join.
func NewJoin(spec *jobgraph.Join) operator.Operator { return &join{spec: spec} }

func keyHash(b []byte) uint64 { return keygroup.Hash(b) }

func (j *join) halfJoin() bool { return j.spec.Kind == jobgraph.Semi || j.spec.Kind == jobgraph.Anti }

// keepsUnmatched reports whether rows of a side appear without a partner.
func (j *join) keepsUnmatched(side int) bool {
	switch j.spec.Kind {
	case jobgraph.Full:
		return true
	case jobgraph.Left, jobgraph.Semi, jobgraph.Anti:
		return side == 0
	case jobgraph.Right:
		return side == 1
	}
	return false
}

// Open makes the states of both sides.
func (j *join) Open(ctx *operator.Context) (err error) {
	specs := [2]jobgraph.JoinSide{j.spec.Left, j.spec.Right}
	for i, name := range [2]string{"left-records", "right-records"} {
		if j.sides[i], err = newJoinSide(name, specs[i], j.keepsUnmatched(i), ctx); err != nil {
			return err
		}
	}
	both := append(append(types.Schema{}, specs[0].Schema...), specs[1].Schema...)
	j.pairs = batch.NewBatch(nullable(both), 0)
	j.out = batch.NewBatch(nullable(both), 0)
	if j.halfJoin() {
		j.out = batch.NewBatch(specs[0].Schema, 0)
	}
	if j.spec.Cond != nil {
		if j.cond, err = expr.Compile(j.spec.Cond, exprEnv(ctx, nil)); err != nil {
			return err
		}
	}
	j.atEnd = !ctx.Settings.Streaming && j.spec.Kind != jobgraph.Inner
	j.maxRows = ctx.Settings.BatchRows
	j.late = newLateRows(ctx)
	return nil
}

// nullable makes all columns nullable, as padding needs them.
func nullable(s types.Schema) types.Schema {
	out := append(types.Schema{}, s...)
	for i := range out {
		out[i].Type.Nullable = true
	}
	return out
}

// ProcessBatch joins b with the other side and keeps it.
func (j *join) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	own, other := j.sides[input], j.sides[1-input]
	b, late, err := own.expiry.punctualRows(b)
	if err != nil {
		return err
	}
	j.late.drop(late, own.expiry.watermark())
	own.begin(b, j.nullSafe())
	if j.matches, j.records, err = other.find(own, j.matches[:0], j.records[:0]); err != nil {
		return err
	}
	if j.spec.Kind == jobgraph.Inner {
		if err := j.emitInner(input, b, out); err != nil {
			return err
		}
		return own.store(b, nil)
	}
	if err := j.pair(input, b, 0, len(j.matches)); err != nil {
		return err
	}
	j.counts = resize(j.counts, b.Rows())
	j.walk(input, b)
	if err := own.store(b, j.counts); err != nil {
		return err
	}
	return j.flush(out)
}

func (j *join) nullSafe() []bool {
	if len(j.spec.NullSafe) < len(j.spec.Left.Keys) {
		j.spec.NullSafe = make([]bool, len(j.spec.Left.Keys))
	}
	return j.spec.NullSafe
}

// emitInner emits the pairs that pass, in pieces of bounded size.
func (j *join) emitInner(input int, b *batch.Batch, out operator.Output) error {
	for from := 0; from < len(j.matches); from += j.maxRows {
		to := min(from+j.maxRows, len(j.matches))
		if err := j.pair(input, b, from, to); err != nil {
			return err
		}
		if len(j.passed) == 0 {
			continue // a nil selection would be all rows
		}
		if j.cond != nil {
			j.pairs.Sel = j.passed
		}
		if b.Kinds != nil {
			for _, i := range j.rowSel {
				j.pairs.Kinds = append(j.pairs.Kinds, b.Kinds[i])
			}
		}
		if err := out.Emit(j.pairs); err != nil {
			return err
		}
	}
	return nil
}

// pair decodes the matches [from, to) beside the rows they match and evaluates
// the condition: passed lists those that hold.
func (j *join) pair(input int, b *batch.Batch, from, to int) error {
	j.pairs.Reset()
	j.rowSel = j.rowSel[:0]
	for _, m := range j.matches[from:to] {
		j.rowSel = append(j.rowSel, int32(b.Row(int(m.row))))
	}
	own, other := j.pairColumns(input)
	for i, c := range own {
		c.AppendSelected(b.Cols[i], j.rowSel)
	}
	if err := j.sides[1-input].rows.DecodeAll(j.records[from:to], other); err != nil {
		return err
	}
	j.pairs.N = to - from
	if j.cond == nil {
		j.passed = j.passed[:0]
		for i := range j.pairs.N {
			j.passed = append(j.passed, int32(i))
		}
		return nil
	}
	passed, err := j.cond.Filter(j.pairs, nil, j.passed[:0])
	j.passed = passed
	return err
}

// walk goes through the rows of b in order with their pairs and writes the
// results of an outer, semi or anti join to out.
func (j *join) walk(input int, b *batch.Batch) {
	next := 0
	for k := range b.Rows() {
		first := next
		for next < len(j.passed) && j.matches[j.passed[next]].row == int32(k) {
			next++
		}
		pairs := j.passed[first:next]
		j.counts[k] = uint64(len(pairs))
		switch {
		case !j.halfJoin():
			j.walkOuter(input, b, k, pairs)
		case input == 0:
			j.walkLeft(b, k, pairs)
		default:
			j.walkRight(b, k, pairs)
		}
	}
}

// walkOuter emits the pairs of row k. A row of the kept side stands alone,
// padded, as long as it has no partner.
func (j *join) walkOuter(input int, b *batch.Batch, k int, pairs []int32) {
	i := b.Row(k)
	add, kind := b.Kind(i).IsAdd(), batch.Delete
	if add {
		kind = batch.Insert
	}
	if len(pairs) == 0 && j.keepsUnmatched(input) && j.now(input, k) {
		j.appendPadded(input, b.Cols, i, kind)
	}
	_, other := j.pairColumns(input)
	for _, p := range pairs {
		first, gone := j.count(j.matches[p], add)
		if first && !j.atEnd {
			j.appendPadded(1-input, other, int(p), batch.Delete)
		}
		j.out.AppendRow(j.pairs, int(p), kind)
		if gone {
			j.appendPadded(1-input, other, int(p), batch.Insert)
		}
	}
}

// now reports whether it is known already that row k has no partner: always
// while streaming; in bounded mode only if it can have none.
func (j *join) now(input, k int) bool { return !j.atEnd || j.sides[input].unmatchable[k] }

// walkLeft emits row k of the left input of a semi or anti join.
func (j *join) walkLeft(b *batch.Batch, k int, pairs []int32) {
	semi := j.spec.Kind == jobgraph.Semi
	if (len(pairs) > 0) == semi && j.now(0, k) {
		i := b.Row(k)
		j.out.AppendRow(b, i, b.Kind(i))
	}
}

// walkRight emits the left rows whose first partner came with row k of the right
// input, or whose last one went.
func (j *join) walkRight(b *batch.Batch, k int, pairs []int32) {
	semi, add := j.spec.Kind == jobgraph.Semi, b.Kind(b.Row(k)).IsAdd()
	left, _ := j.pairColumns(0)
	for _, p := range pairs {
		first, gone := j.count(j.matches[p], add)
		if j.atEnd || !first && !gone {
			continue
		}
		kind := batch.Delete
		if first == semi {
			kind = batch.Insert
		}
		for c, v := range j.out.Cols {
			v.AppendFrom(left[c], int(p))
		}
		j.out.AppendKind(kind)
	}
}

// count adjusts a record's number of partners, once for all of its copies, and
// reports whether the first came or the last went.
func (j *join) count(m match, add bool) (first, gone bool) {
	if m.partners == nil {
		return false, false
	}
	if m.copy > 0 {
		return j.first, j.gone
	}
	n := binary.LittleEndian.Uint64(m.partners)
	switch {
	case add:
		binary.LittleEndian.PutUint64(m.partners, n+1)
		j.first, j.gone = n == 0, false
	case n > 0:
		binary.LittleEndian.PutUint64(m.partners, n-1)
		j.first, j.gone = false, n == 1
	default:
		j.first, j.gone = false, false
	}
	return j.first, j.gone
}

// pairColumns returns the columns of pairs that belong to a side, and the others.
func (j *join) pairColumns(side int) (own, other []*batch.Vector) {
	return splitColumns(j.pairs.Cols, len(j.spec.Left.Schema), side)
}

// splitColumns divides left and right columns into those of a side and the others.
func splitColumns(cols []*batch.Vector, width, side int) (own, other []*batch.Vector) {
	if side == 0 {
		return cols[:width], cols[width:]
	}
	return cols[width:], cols[:width]
}

// appendPadded emits row i of a side's columns with NULLs beside it.
func (j *join) appendPadded(side int, cols []*batch.Vector, i int, kind batch.RowKind) {
	own, rest := splitColumns(j.out.Cols, len(j.spec.Left.Schema), side)
	for c, v := range own {
		v.AppendFrom(cols[c], i)
	}
	for _, v := range rest {
		v.AppendNull()
	}
	j.out.AppendKind(kind)
}

// Finish emits, in bounded mode, what depends on the end of both inputs.
func (j *join) Finish(out operator.Output) error {
	if !j.atEnd {
		return nil
	}
	for side := range j.sides {
		if !j.keepsUnmatched(side) {
			continue
		}
		err := j.sides[side].each(func(partners uint64, row []byte) error {
			if (partners > 0) != (j.spec.Kind == jobgraph.Semi) {
				return nil
			}
			return j.appendStored(side, row, out)
		})
		if err != nil {
			return err
		}
	}
	return j.flush(out)
}

// appendStored emits a kept row, padded if the join's rows have both sides.
func (j *join) appendStored(side int, row []byte, out operator.Output) error {
	own, rest := j.out.Cols, []*batch.Vector(nil)
	if !j.halfJoin() {
		own, rest = splitColumns(j.out.Cols, len(j.spec.Left.Schema), side)
	}
	if err := j.sides[side].rows.Decode(row, own); err != nil {
		return err
	}
	for _, c := range rest {
		c.AppendNull()
	}
	j.out.AppendKind(batch.Insert)
	if j.out.N >= j.maxRows {
		return j.flush(out)
	}
	return nil
}

func (j *join) flush(out operator.Output) error {
	if j.out.N == 0 {
		return nil
	}
	err := out.Emit(j.out)
	j.out.Reset()
	return err
}
