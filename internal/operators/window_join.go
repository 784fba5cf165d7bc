package operators

import (
	"encoding/binary"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// windowJoin joins the rows of equal windows and keys when the watermark says
// that the window is complete. Then everything about it is known, so all kinds
// are insert-only.
type windowJoin struct {
	spec    *jobgraph.WindowJoin
	sides   [2]*windowSide
	windows closing
	pairs   *joinPairs
	timers  state.Timers // window ends
	due     dueKeys

	left, right [][]byte // pairs collected
	owners      [][2]int // their positions in found
	found       [2][]windowRow
	alone       [][]byte // scratch
}

// windowSide keeps the rows of one input: a List per key of records, window end
// (8), row.
type windowSide struct {
	keyCols []int
	end     int
	keys    *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	list    state.List
	keyBuf  state.Keys
	recBuf  rowcodec.Records
	refs    []state.Ref
	seen    refIndex
	record  []byte
	sel     []int32
}

// windowRow is a row of a window that is emitted.
type windowRow struct {
	end     int64
	row     []byte
	matched bool
}

// NewWindowJoin returns the operator of a WindowJoin.
func NewWindowJoin(spec *jobgraph.WindowJoin) operator.Operator { return &windowJoin{spec: spec} }

// Open makes the states of both sides.
func (j *windowJoin) Open(ctx *operator.Context) (err error) {
	s := j.spec
	if j.pairs, err = newJoinPairs(s.Kind, s.LeftSchema, s.RightSchema, s.Cond, ctx); err != nil {
		return err
	}
	j.windows = newClosing(append(append(types.Schema{}, s.LeftSchema...), s.RightSchema...), ctx)
	if j.sides[0], err = newWindowSide("left", s.LeftSchema, s.LeftKeys, s.LeftEnd, ctx); err != nil {
		return err
	}
	if j.sides[1], err = newWindowSide("right", s.RightSchema, s.RightKeys, s.RightEnd, ctx); err != nil {
		return err
	}
	j.timers, err = ctx.State.Timers("window-timers")
	return err
}

func newWindowSide(name string, schema types.Schema, keyCols []int, end int, ctx *operator.Context) (s *windowSide, err error) {
	keyTypes := columnTypes(schema, keyCols)
	s = &windowSide{keyCols: keyCols, end: end, keys: rowcodec.NewKeyEncoder(keyTypes), rows: rowcodec.NewRowEncoder(schema.Types())}
	s.list, err = ctx.State.List(state.Spec{Name: name + "-rows", Key: keyTypes, FixedWidth: 8, Value: schema})
	return s, err
}

// ProcessBatch keeps the rows. A row with NULL among its keys matches nothing; if
// it matters it is kept all the same, until its window is emitted.
func (j *windowJoin) ProcessBatch(input int, b *batch.Batch, _ operator.Output) error {
	s := j.sides[input]
	parts, err := j.windows.split(b, s.end)
	if err != nil {
		return err
	}
	for _, p := range parts {
		rows := p.rows
		if !j.pairs.keepsUnmatched(input) {
			rows = s.withoutNulls(b, rows)
		}
		if len(rows) == 0 {
			continue
		}
		if err := s.store(b, p.end, rows, j.timers); err != nil {
			return err
		}
	}
	return nil
}

func (s *windowSide) withoutNulls(b *batch.Batch, rows []int32) []int32 {
	s.sel = s.sel[:0]
next:
	for _, i := range rows {
		for _, c := range s.keyCols {
			if b.Cols[c].IsNull(int(i)) {
				continue next
			}
		}
		s.sel = append(s.sel, i)
	}
	return s.sel
}

func (s *windowSide) store(b *batch.Batch, end int64, rows []int32, timers state.Timers) error {
	s.keys.Encode(b, s.keyCols, rows, &s.keyBuf)
	s.rows.Encode(b, rows, &s.recBuf)
	s.refs = resize(s.refs, len(rows))
	if err := s.list.Upsert(&s.keyBuf, s.refs); err != nil {
		return err
	}
	s.seen.reset(len(rows))
	for k, ref := range s.refs {
		if _, fresh := s.seen.add(ref); fresh {
			if err := timers.Set(end, s.keyBuf.Hash[k], s.keyBuf.At(k)); err != nil {
				return err
			}
		}
		s.record = binary.LittleEndian.AppendUint64(s.record[:0], uint64(end))
		s.record = append(s.record, s.recBuf.At(k)...)
		s.list.Append(ref, s.record)
	}
	return nil
}

// OnWatermark joins the windows that have ended.
func (j *windowJoin) OnWatermark(time int64, out operator.Output) (int64, error) {
	closed := j.windows.advance(time)
	if next, ok := j.timers.Next(); !ok || next > closed {
		return time, nil
	}
	keys, err := j.due.pop(j.timers, closed, j.sides[0].keys.Width())
	if err != nil {
		return 0, err
	}
	for _, s := range j.sides {
		s.refs = resize(s.refs, keys.Len())
		if err := s.list.Get(keys, s.refs); err != nil {
			return 0, err
		}
	}
	for k := range keys.Len() {
		if err := j.joinKey(keys.At(k), k, closed, out); err != nil {
			return 0, err
		}
	}
	if err := j.finish(out); err != nil {
		return 0, err
	}
	for _, s := range j.sides {
		s.remove(closed)
	}
	return time, nil
}

// remove drops the rows of closed windows of the keys looked up.
func (s *windowSide) remove(closed int64) {
	remove := func(rec []byte) state.Action {
		if int64(binary.LittleEndian.Uint64(rec)) <= closed {
			return state.Remove
		}
		return state.Keep
	}
	for _, ref := range s.refs {
		if ref != state.None {
			s.list.Scan(ref, remove)
		}
	}
}

// collect appends the rows of key k in closed windows, by window, to dst.
func (s *windowSide) collect(k int, closed int64, dst []windowRow) []windowRow {
	if s.refs[k] == state.None {
		return dst
	}
	start, ordered := len(dst), true
	s.list.Scan(s.refs[k], func(rec []byte) state.Action {
		if end := int64(binary.LittleEndian.Uint64(rec)); end <= closed {
			ordered = ordered && (len(dst) == start || dst[len(dst)-1].end <= end)
			dst = append(dst, windowRow{end: end, row: rec[8:]})
		}
		return state.Keep
	})
	if !ordered {
		slices.SortStableFunc(dst[start:], func(a, b windowRow) int { return compareInt64(a.end, b.end) })
	}
	return dst
}

// joinKey finds the pairs of one key in closed windows.
func (j *windowJoin) joinKey(key []byte, k int, closed int64, out operator.Output) error {
	left, right := len(j.found[0]), len(j.found[1])
	for side, s := range j.sides {
		j.found[side] = s.collect(k, closed, j.found[side])
	}
	if !j.sides[0].keys.HasNull(key) {
		if err := j.pairAll(left, right, out); err != nil {
			return err
		}
	}
	if len(j.found[0])+len(j.found[1]) < j.pairs.limit {
		return nil
	}
	return j.finish(out)
}

// pairAll pairs the rows found from left and right on that are of one window.
func (j *windowJoin) pairAll(left, right int, out operator.Output) error {
	from, to := right, right // rows of the left row's window
	for i := left; i < len(j.found[0]); i++ {
		end := j.found[0][i].end
		for from < len(j.found[1]) && j.found[1][from].end < end {
			from++
		}
		to = max(to, from)
		for to < len(j.found[1]) && j.found[1][to].end == end {
			to++
		}
		for r := from; r < to; r++ {
			if err := j.pair(i, r, out); err != nil {
				return err
			}
		}
	}
	return nil
}

// finish emits the pairs of the rows found, and those that have none.
func (j *windowJoin) finish(out operator.Output) error {
	if err := j.join(out); err != nil {
		return err
	}
	for side := range j.sides {
		if err := j.padRest(side, out); err != nil {
			return err
		}
		j.found[side] = j.found[side][:0]
	}
	return j.pairs.flush(out)
}

// pair collects a pair and joins those collected when there are enough. A semi
// or anti join without condition needs one pair per left row.
func (j *windowJoin) pair(left, right int, out operator.Output) error {
	if j.pairs.half() && j.pairs.cond == nil {
		j.found[0][left].matched = true
		return nil
	}
	j.left = append(j.left, j.found[0][left].row)
	j.right = append(j.right, j.found[1][right].row)
	j.owners = append(j.owners, [2]int{left, right})
	if len(j.left) < j.pairs.limit {
		return nil
	}
	return j.join(out)
}

// join evaluates the condition on the pairs collected and emits those that hold.
func (j *windowJoin) join(out operator.Output) error {
	if len(j.left) == 0 {
		return nil
	}
	if err := j.pairs.buildStored(j.left, j.right); err != nil {
		return err
	}
	for _, p := range j.pairs.passed {
		j.found[0][j.owners[p][0]].matched = true
		j.found[1][j.owners[p][1]].matched = true
	}
	j.left, j.right, j.owners = j.left[:0], j.right[:0], j.owners[:0]
	if j.pairs.half() {
		return nil
	}
	return j.pairs.emitPairs(out)
}

// padRest emits the rows of a side that stand alone, or, for a semi join, those
// that do not.
func (j *windowJoin) padRest(side int, out operator.Output) error {
	if !j.pairs.keepsUnmatched(side) {
		return nil
	}
	recs := j.alone[:0]
	for i := range j.found[side] {
		if r := &j.found[side][i]; r.matched == (j.spec.Kind == jobgraph.Semi) {
			recs = append(recs, r.row)
		}
	}
	j.alone = recs
	if len(recs) == 0 {
		return nil
	}
	return j.pairs.padStored(side, recs, out)
}

// Finish has nothing to do: the last watermark has closed all windows.
func (j *windowJoin) Finish(operator.Output) error { return nil }
