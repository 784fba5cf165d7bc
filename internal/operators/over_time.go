package operators

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// timeOver is OVER in order of time over an insert-only stream: every row comes
// out once. By event time rows wait until the watermark has passed them (late
// ones are dropped and counted); by processing time they are computed as they
// come.
//
// State per key: pending rows (event time), recent rows as far as bounded frames
// and LAG reach back, and per frame the accumulators, from which rows that leave
// the frame are taken back. All lists have records of time (8) and row.
type timeOver struct {
	overBase
	times   rowTimes
	frames  []*timeFrame
	pending state.List
	timers  state.Timers // when pending rows can go
	recent  state.List   // nil: not needed
	cleanup state.Timers // when the last recent row leaves every frame; nil: never
	reach   int64        // ms: frames by value go back this far
	keep    int64        // rows: frames of rows and LAG go back this far
	time    int64        // watermark
	late    *lateRows

	onTime  punctual
	due     dueKeys
	keyBuf  state.Keys
	refs    []state.Ref
	dueRows []timedRow
	recBuf  rowcodec.Records
	record  []byte

	chunk     overChunk
	chunkRefs []state.Ref // pending rows of the chunk's keys
	// visitRecent is chunk.addRecord, made once.
	visitRecent func([]byte) state.Action
	out         *batch.Batch
}

// overChunk is rows of some keys that are computed together. Positions are rows
// of work; of each group first its recent rows, then its due ones, in order.
type overChunk struct {
	keys  state.Keys
	refs  []state.Ref // of recent
	start []int32     // per group
	due   []int32
	end   []int32
	recs  [][]byte
	times []int64
	order []int32 // due positions in order of output
}

// chunkRows is the number of rows from which on a chunk is computed.
const chunkRows = 4 * batch.Capacity

func newTimeOver(spec *jobgraph.Over, ctx *operator.Context) (*timeOver, error) {
	spec, err := countedRows(spec)
	if err != nil {
		return nil, err
	}
	o := &timeOver{overBase: newOverBase(spec, ctx), time: ctx.Watermark, late: newLateRows(ctx)}
	o.out = batch.NewBatch(o.schema(), 0)
	o.reach, o.visitRecent = -1, o.chunk.addRecord
	for i, f := range framesOf(spec) {
		frame, err := o.newFrame(f, i)
		if err != nil {
			return nil, err
		}
		o.frames = append(o.frames, frame)
	}
	for _, c := range spec.Calls {
		if c.Fn == "LAG" {
			o.keep = max(o.keep, 1)
		}
	}
	return o, o.openState(ctx)
}

// countedRows makes ROW_NUMBER the COUNT(*) that it is over a stream, and refuses
// the functions that need to know what follows.
func countedRows(spec *jobgraph.Over) (*jobgraph.Over, error) {
	s := *spec
	s.Calls = slices.Clone(spec.Calls)
	for i := range s.Calls {
		c := &s.Calls[i]
		switch {
		case c.Fn == "ROW_NUMBER":
			c.Fn, c.Args, c.Filter = "COUNT", nil, -1
			c.Frame = jobgraph.OverFrame{Rows: true, UnboundedPreceding: true}
		case isPositional(c.Fn) && c.Fn != "LAG":
			return nil, unsupportedOver(c.Fn)
		}
	}
	return &s, nil
}

func (o *timeOver) openState(ctx *operator.Context) (err error) {
	st := state.Spec{
		Key: columnTypes(o.spec.Schema, o.spec.Partition), FixedWidth: 8, Value: o.spec.Schema, TTL: state.TTL{After: o.spec.TTL},
	}
	if o.reach >= 0 || o.keep > 0 {
		st.Name = "recent-rows"
		if o.recent, err = ctx.State.List(st); err != nil {
			return err
		}
	}
	if o.reach >= 0 && o.keep == 0 {
		if o.cleanup, err = ctx.State.Timers("cleanup-timers"); err != nil {
			return err
		}
		if next, ok := o.cleanup.Next(); ok && o.spec.Proctime {
			ctx.Timers.Set(next)
		}
	}
	if o.spec.Proctime {
		return nil
	}
	o.times = newRowTimes(o.spec.Time, o.spec.Schema[o.spec.Time].Type)
	if o.timers, err = ctx.State.Timers("row-timers"); err != nil {
		return err
	}
	st.Name, st.TTL = "pending-rows", state.TTL{}
	o.pending, err = ctx.State.List(st)
	return err
}

// ProcessBatch keeps the rows until their time has come, or computes them.
func (o *timeOver) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if !onlyInserts(b) {
		return errors.New("OVER in order of time takes inserts only, but its input has updates or deletes")
	}
	if o.spec.Proctime {
		return o.processNow(b, out)
	}
	times, err := o.times.read(b)
	if err != nil {
		return err
	}
	b, late := o.onTime.of(b, times, o.time)
	o.late.drop(late, o.time)
	o.keys.Encode(b, o.spec.Partition, b.Sel, &o.keyBuf)
	o.rows.Encode(b, b.Sel, &o.recBuf)
	o.refs = resize(o.refs, o.keyBuf.Len())
	if err := o.pending.Upsert(&o.keyBuf, o.refs); err != nil {
		return err
	}
	for k, ref := range o.refs {
		t := times[b.Row(k)]
		o.pending.Append(ref, o.timed(t, o.recBuf.At(k)))
		if err := o.timers.Set(t, o.keyBuf.Hash[k], o.keyBuf.At(k)); err != nil {
			return err
		}
	}
	return nil
}

// onlyInserts reports that every row of b is an insert.
func onlyInserts(b *batch.Batch) bool {
	if b.Kinds == nil {
		return true
	}
	for k := range b.Rows() {
		if b.Kinds[b.Row(k)] != batch.Insert {
			return false
		}
	}
	return true
}

// timed is a record of the lists.
func (o *timeOver) timed(t int64, row []byte) []byte {
	o.record = binary.LittleEndian.AppendUint64(o.record[:0], uint64(t))
	o.record = append(o.record, row...)
	return o.record
}

// processNow computes rows by processing time.
func (o *timeOver) processNow(b *batch.Batch, out operator.Output) error {
	now := o.ctx.Clock.Now().UnixMilli()
	o.keys.Encode(b, o.spec.Partition, b.Sel, &o.keyBuf)
	o.rows.Encode(b, b.Sel, &o.recBuf)
	n := o.due.groups.group(&o.keyBuf)
	keys := &o.due.groups.keys
	members := make([][]int32, n)
	for k, g := range o.due.groups.gid {
		members[g] = append(members[g], int32(k))
	}
	o.chunk.reset(keys.Width)
	for g := range n {
		appendKey(&o.chunk.keys, keys.Hash[g], keys.At(g))
	}
	if err := o.findRecent(); err != nil {
		return err
	}
	for g := range n {
		o.begin(g)
		for _, k := range members[g] {
			o.chunk.add(now, o.recBuf.At(int(k)))
		}
		o.chunk.close()
	}
	if err := o.computeChunk(out); err != nil {
		return err
	}
	if o.cleanup != nil {
		if next, ok := o.cleanup.Next(); ok {
			o.ctx.Timers.Set(next)
		}
	}
	return nil
}

func (c *overChunk) reset(width int) {
	resetKeys(&c.keys, width)
	c.refs, c.start, c.due, c.end = c.refs[:0], c.start[:0], c.due[:0], c.end[:0]
	c.recs, c.times = c.recs[:0], c.times[:0]
}

func (c *overChunk) add(t int64, row []byte) {
	c.recs, c.times = append(c.recs, row), append(c.times, t)
}

// addRecord is add of a record of a list.
func (c *overChunk) addRecord(rec []byte) state.Action {
	c.add(int64(binary.LittleEndian.Uint64(rec)), rec[8:])
	return state.Keep
}

func (c *overChunk) close() { c.end = append(c.end, int32(len(c.recs))) }

// findRecent looks up the recent rows of the chunk's keys.
func (o *timeOver) findRecent() error {
	c := &o.chunk
	c.refs = resize(c.refs, c.keys.Len())
	if o.recent == nil {
		return nil
	}
	return o.recent.Get(&c.keys, c.refs)
}

// begin opens group g of the chunk, with its recent rows.
func (o *timeOver) begin(g int) {
	c := &o.chunk
	c.start = append(c.start, int32(len(c.recs)))
	if o.recent != nil && c.refs[g] != state.None {
		o.recent.Scan(c.refs[g], o.visitRecent)
	}
	c.due = append(c.due, int32(len(c.recs)))
}

// OnWatermark computes the rows whose time has come.
func (o *timeOver) OnWatermark(time int64, out operator.Output) (int64, error) {
	if o.spec.Proctime {
		return time, nil
	}
	o.time = time
	if next, ok := o.timers.Next(); ok && next <= time {
		keys, err := o.due.pop(o.timers, time, o.keys.Width())
		if err != nil {
			return 0, err
		}
		if err := o.computeDue(keys, time, out); err != nil {
			return 0, err
		}
	}
	return time, o.forget(time)
}

// computeDue computes the rows up to time of keys, some keys at a time.
func (o *timeOver) computeDue(keys *state.Keys, time int64, out operator.Output) error {
	o.refs = resize(o.refs, keys.Len())
	if err := o.pending.Get(keys, o.refs); err != nil {
		return err
	}
	collect := func(rec []byte) state.Action {
		if t := int64(binary.LittleEndian.Uint64(rec)); t <= time {
			o.dueRows = append(o.dueRows, timedRow{t, rec[8:]})
		}
		return state.Keep
	}
	remove := func(rec []byte) state.Action {
		if int64(binary.LittleEndian.Uint64(rec)) <= time {
			return state.Remove
		}
		return state.Keep
	}
	for from := 0; from < keys.Len(); {
		o.chunk.reset(keys.Width)
		o.chunkRefs = o.chunkRefs[:0]
		size := 0
		for ; from < keys.Len() && size < chunkRows; from++ {
			if ref := o.refs[from]; ref != state.None {
				size += o.pending.Count(ref)
				appendKey(&o.chunk.keys, keys.Hash[from], keys.At(from))
				o.chunkRefs = append(o.chunkRefs, ref)
			}
		}
		if err := o.findRecent(); err != nil {
			return err
		}
		for g, ref := range o.chunkRefs {
			o.begin(g)
			o.addDue(ref, collect)
			o.chunk.close()
		}
		if err := o.computeChunk(out); err != nil {
			return err
		}
		for _, ref := range o.chunkRefs {
			o.pending.Scan(ref, remove)
		}
	}
	return nil
}

// addDue adds the pending rows of a key that collect puts into dueRows to the
// chunk, in order of time.
func (o *timeOver) addDue(ref state.Ref, collect func([]byte) state.Action) {
	o.dueRows = o.dueRows[:0]
	o.pending.Scan(ref, collect)
	slices.SortStableFunc(o.dueRows, func(a, b timedRow) int { return compareInt64(a.time, b.time) })
	for _, r := range o.dueRows {
		o.chunk.add(r.time, r.row)
	}
}

// timedRow is a pending row.
type timedRow struct {
	time int64
	row  []byte
}

func compareInt64(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// computeChunk computes the due rows of the chunk, emits them and keeps those
// that later frames reach back to.
func (o *timeOver) computeChunk(out operator.Output) error {
	c := &o.chunk
	if len(c.start) == 0 {
		return nil
	}
	if err := o.decode(c.recs); err != nil {
		return err
	}
	for _, f := range o.frames {
		if err := f.compute(o); err != nil {
			return err
		}
	}
	o.orderOutput()
	if err := o.emit(out); err != nil {
		return err
	}
	return o.keepRecent()
}

// orderOutput lists the due rows by time.
func (o *timeOver) orderOutput() {
	c := &o.chunk
	c.order = c.order[:0]
	for g := range c.start {
		for p := c.due[g]; p < c.end[g]; p++ {
			c.order = append(c.order, p)
		}
	}
	if len(c.start) > 1 && !o.spec.Proctime {
		slices.SortFunc(c.order, func(a, b int32) int {
			if x := compareInt64(c.times[a], c.times[b]); x != 0 {
				return x
			}
			return int(a - b)
		})
	}
}

// emit gives out the due rows with the values of the calls.
func (o *timeOver) emit(out operator.Output) error {
	order, limit := o.chunk.order, o.ctx.Settings.BatchRows
	if err := o.positional(); err != nil {
		return err
	}
	width := len(o.spec.Schema)
	var sel []int32
	for from := 0; from < len(order); from += limit {
		rows := order[from:min(len(order), from+limit)]
		o.out.Reset()
		for i, v := range o.out.Cols[:width] {
			v.AppendSelected(o.work.Cols[i], rows)
		}
		for i := range o.spec.Calls {
			if isPositional(o.spec.Calls[i].Fn) {
				sel = sel[:0]
				for k := range rows {
					sel = append(sel, int32(from+k))
				}
				o.out.Cols[width+i].AppendSelected(o.vals[i], sel)
			}
		}
		for _, f := range o.frames {
			sel = sel[:0]
			for _, p := range rows {
				sel = append(sel, f.result[p])
			}
			for k, i := range f.calls {
				o.out.Cols[width+i].AppendSelected(f.values[k], sel)
			}
		}
		o.out.N = len(rows)
		if err := out.Emit(o.out); err != nil {
			return err
		}
	}
	return nil
}

// positional computes LAG of the due rows, in order of output. By event time the
// frame is a RANGE, as Flink has it: rows of equal time see what the last of them
// sees.
func (o *timeOver) positional() error {
	c := &o.chunk
	var group, last []int32
	for i := range o.spec.Calls {
		call := &o.spec.Calls[i]
		if call.Fn != "LAG" {
			continue
		}
		if group == nil {
			group, last = o.peers()
		}
		o.vals[i].Reset()
		for _, p := range c.order {
			if len(call.Args) > 1 {
				offset, _ := integerAt(o.work.Cols[call.Args[1]], int(p))
				o.keep = max(o.keep, offset)
			}
			g := group[p]
			shifted(call, -1, o.work, int(c.start[g]), int(c.end[g]), int(last[p]), o.vals[i])
		}
	}
	return nil
}

// peers gives, of every row of the chunk, its group and the last row of the group
// that has its time; by processing time every row stands alone.
func (o *timeOver) peers() (group, last []int32) {
	c := &o.chunk
	group, last = make([]int32, len(c.recs)), make([]int32, len(c.recs))
	for g := range c.start {
		for p := c.end[g] - 1; p >= c.start[g]; p-- {
			group[p], last[p] = int32(g), p
			if p+1 < c.end[g] && c.times[p] == c.times[p+1] && !o.spec.Proctime {
				last[p] = last[p+1]
			}
		}
	}
	return group, last
}

// keepRecent appends the due rows to the recent ones and drops those that no
// frame reaches any more.
func (o *timeOver) keepRecent() error {
	if o.recent == nil {
		return nil
	}
	c := &o.chunk
	c.refs = resize(c.refs, c.keys.Len())
	if err := o.recent.Upsert(&c.keys, c.refs); err != nil {
		return err
	}
	drop := int32(0)
	removeFirst := func([]byte) state.Action {
		if drop--; drop == 0 {
			return state.RemoveStop
		}
		return state.Remove
	}
	for g, ref := range c.refs {
		if c.due[g] == c.end[g] {
			continue
		}
		last := c.times[c.end[g]-1]
		first := c.end[g] // of the rows to keep
		for first > c.start[g] && (int64(c.end[g]-first) < o.keep || o.reach >= 0 && c.times[first-1] >= saturated(last, -o.reach)) {
			first--
		}
		// The chunk's records may be memory of the list: append from work.
		for p := max(first, c.due[g]); p < c.end[g]; p++ {
			o.record = binary.LittleEndian.AppendUint64(o.record[:0], uint64(c.times[p]))
			o.record = o.rows.Append(o.record, o.work, int(p))
			o.recent.Append(ref, o.record)
		}
		if drop = min(first, c.due[g]) - c.start[g]; drop > 0 {
			o.recent.Scan(ref, removeFirst)
		}
		if o.cleanup != nil {
			if err := o.cleanup.Set(saturated(last, o.reach+1), c.keys.Hash[g], c.keys.At(g)); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget drops the state of keys of which no row is in reach of later ones:
// time is the watermark, or the processing time.
func (o *timeOver) forget(time int64) error {
	if o.cleanup == nil {
		return nil
	}
	if next, ok := o.cleanup.Next(); !ok || next > time {
		return nil
	}
	keys, err := o.due.pop(o.cleanup, time, o.keys.Width())
	if err != nil {
		return err
	}
	o.refs = resize(o.refs, keys.Len())
	if err := o.recent.Get(keys, o.refs); err != nil {
		return err
	}
	gone := &o.chunk.keys
	resetKeys(gone, keys.Width)
	var newest int64
	visit := func(rec []byte) state.Action {
		newest = int64(binary.LittleEndian.Uint64(rec))
		return state.Keep
	}
	for g, ref := range o.refs {
		if newest = math.MinInt64; ref != state.None {
			o.recent.Scan(ref, visit)
		}
		if newest != math.MinInt64 && saturated(newest, o.reach+1) > time {
			continue // another row came, with a timer of its own
		}
		appendKey(gone, keys.Hash[g], keys.At(g))
		if ref != state.None {
			o.recent.Clear(ref)
		}
	}
	for _, f := range o.frames {
		if err := f.forget(gone); err != nil {
			return err
		}
	}
	return nil
}

// OnProcessingTime forgets keys by the clock.
func (o *timeOver) OnProcessingTime(now int64, _ operator.Output) error {
	if !o.spec.Proctime {
		return nil
	}
	if err := o.forget(now); err != nil {
		return err
	}
	if o.cleanup != nil {
		if next, ok := o.cleanup.Next(); ok {
			o.ctx.Timers.Set(next)
		}
	}
	return nil
}

// Finish has nothing to do: the last watermark has released all rows.
func (o *timeOver) Finish(operator.Output) error { return nil }
