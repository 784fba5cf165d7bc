package operators

import (
	"encoding/binary"
	"slices"
	"sort"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

var le = binary.LittleEndian

// sessionAgg aggregates per key and session: a window that ends when no row has
// come for the gap. Sessions that a row joins are merged.
//
// Per key the table "sessions" lists the open sessions; each has an id, unique
// for its key, under which the map "windowAgg" holds its accumulators. A batch is
// first cut into sessions by itself, key by key in order of time, and those are
// then matched with the listed ones, so that most keys cost one look-up each.
//
// A key has one timer, at or before the end of its first session; when it fires
// too early, because the session has grown, it is set again.
type sessionAgg struct {
	spec  *jobgraph.WindowAgg
	ctx   *operator.Context
	set   *aggregate.Set
	enc   *rowcodec.KeyEncoder
	clock windowClock
	late  *lateRows
	gap   int64

	lists  state.Table
	accs   state.Map
	timers state.Timers

	closed    int64 // sessions that end at or before it have been emitted
	watermark int64

	rows    []int32
	times   []int64
	keys    state.Keys
	grouper grouper
	refs    []state.Ref
	created []int32
	order   []int32 // positions of the batch by group and time
	starts  []int32 // where each group begins in order
	target  []int32 // per position: index in open, -1: late
	open    openSessions
	list    []session
	split   kindSplit
	groups  aggregate.Groups
	used    struct{ rows, gid []int32 }

	due     state.Keys // keys whose timers fired
	fired   []session
	results []*batch.Vector
	out     groupOutput
	columns *windowColumns
}

// session is an open session of a key: [start, end).
type session struct{ id, start, end int64 }

// openSessions are the sessions that a batch adds to, pairwise (key, id).
type openSessions struct {
	keys, sub state.Keys
	spaces    []state.Namespace
	refs      []state.Ref
	created   []int32
}

func (o *openSessions) reset(width int) {
	resetKeys(&o.keys, width)
	resetKeys(&o.sub, 8)
	o.spaces = o.spaces[:0]
}

func resetKeys(k *state.Keys, width int) {
	k.Hash, k.Bytes, k.Offsets, k.Width = k.Hash[:0], k.Bytes[:0], k.Offsets[:0], width
	if width == 0 {
		k.Offsets = append(k.Offsets, 0)
	}
}

func appendKey(k *state.Keys, hash uint64, key []byte) {
	k.Hash = append(k.Hash, hash)
	k.Bytes = append(k.Bytes, key...)
	if k.Width == 0 {
		k.Offsets = append(k.Offsets, int32(len(k.Bytes)))
	}
}

func appendID(k *state.Keys, id int64) {
	k.Hash = append(k.Hash, keygroup.Hash8(uint64(id)))
	k.Bytes = le.AppendUint64(k.Bytes, uint64(id))
}

func (o *openSessions) add(hash uint64, key []byte, id int64) int32 {
	appendKey(&o.keys, hash, key)
	appendID(&o.sub, id)
	o.spaces = append(o.spaces, id)
	return int32(len(o.spaces) - 1)
}

// The fixed part of a list: the time of the key's timer, the number of sessions,
// the first session. The others stand in the variable part.
const (
	listTimer   = 0
	listCount   = 8
	listFirst   = 16
	listWidth   = 40
	sessionSize = 24
)

// Open gets the state.
func (a *sessionAgg) Open(ctx *operator.Context) (err error) {
	a.ctx, a.gap = ctx, a.spec.Window.Size
	a.watermark = ctx.Watermark
	a.clock = newWindowClock(a.spec.Window, ctx.Settings.TimeZone)
	a.closed = a.clock.closedAt(ctx.Watermark, a.spec.Window.Proctime)
	keyTypes := columnTypes(a.spec.InputSchema, a.spec.Keys)
	if a.set, err = newWindowSet(a.spec, keyTypes); err != nil {
		return err
	}
	if err = a.set.Open(ctx.State); err != nil {
		return err
	}
	a.enc = rowcodec.NewKeyEncoder(keyTypes)
	if a.lists, err = ctx.State.Table(state.Spec{Name: "sessions", Key: keyTypes, FixedWidth: listWidth}); err != nil {
		return err
	}
	if a.accs, err = ctx.State.Map(state.Spec{Name: "windowAgg", Key: keyTypes, FixedWidth: a.set.Width()}); err != nil {
		return err
	}
	if a.timers, err = ctx.State.Timers("sessions.timers"); err != nil {
		return err
	}
	for _, agg := range a.spec.Aggs {
		a.results = append(a.results, batch.New(agg.Type, 0))
	}
	a.out.open(keyTypes, a.spec.Aggs, ctx.Settings.BatchRows)
	a.columns = newWindowColumns(a.spec.Window, a.spec.Properties, a.clock, ctx)
	a.late = newLateRows(ctx)
	return nil
}

// ProcessBatch adds the rows to their sessions.
func (a *sessionAgg) ProcessBatch(_ int, b *batch.Batch, _ operator.Output) error {
	rows := rowsOf(b, &a.rows)
	if len(rows) == 0 {
		return nil
	}
	a.times = slices.Grow(a.times[:0], len(rows))[:len(rows)]
	if a.spec.Window.Proctime {
		now := a.clock.local(a.ctx.Clock.Now().UnixMilli())
		for k := range a.times {
			a.times[k] = now
		}
	} else if err := a.clock.readTimes(b.Cols[a.spec.Window.Time], rows, a.times); err != nil {
		return err
	}
	if err := a.add(b, rows); err != nil {
		return err
	}
	if a.spec.Window.Proctime {
		a.askForTimer()
	}
	return nil
}

// add adds rows: all at once, unless some may be late. Whether those are depends
// on the rows before them, so they go one by one.
func (a *sessionAgg) add(b *batch.Batch, rows []int32) error {
	late := false
	for _, t := range a.times {
		late = late || t+a.gap <= a.closed
	}
	if !late {
		return a.addRows(b, rows)
	}
	times := a.times
	for k := range rows {
		a.times = times[k : k+1]
		if err := a.addRows(b, rows[k:k+1]); err != nil {
			return err
		}
	}
	a.times = times
	return nil
}

func (a *sessionAgg) addRows(b *batch.Batch, rows []int32) (err error) {
	a.enc.Encode(b, a.spec.Keys, rows, &a.keys)
	n := a.grouper.group(&a.keys)
	a.refs = slices.Grow(a.refs[:0], n)[:n]
	if a.created, err = a.lists.Upsert(0, &a.grouper.keys, a.refs, a.created[:0]); err != nil {
		return err
	}
	a.sortRows(n)
	a.open.reset(a.keys.Width)
	a.target = slices.Grow(a.target[:0], len(rows))[:len(rows)]
	for g := range n {
		if err := a.match(g); err != nil {
			return err
		}
	}
	return a.accumulate(b, rows)
}

// sortRows orders the positions of the batch by group, then time.
func (a *sessionAgg) sortRows(n int) {
	gid := a.grouper.gid
	a.starts = slices.Grow(a.starts[:0], n+1)[:n+1]
	clear(a.starts)
	for _, g := range gid {
		a.starts[g+1]++
	}
	for g := range n {
		a.starts[g+1] += a.starts[g]
	}
	a.order = slices.Grow(a.order[:0], len(gid))[:len(gid)]
	for k, g := range gid {
		a.order[a.starts[g]] = int32(k)
		a.starts[g]++
	}
	copy(a.starts[1:], a.starts)
	a.starts[0] = 0
	for g := range n {
		part := a.order[a.starts[g]:a.starts[g+1]]
		for k := 1; k < len(part); k++ {
			if a.times[part[k]] < a.times[part[k-1]] {
				sort.SliceStable(part, func(i, j int) bool { return a.times[part[i]] < a.times[part[j]] })
				break
			}
		}
	}
}

// match finds the session of every row of group g and brings its list up to date.
func (a *sessionAgg) match(g int) error {
	ref := a.refs[g]
	a.readList(ref)
	hash, key := a.grouper.keys.Hash[g], a.grouper.keys.At(g)
	part := a.order[a.starts[g]:a.starts[g+1]]
	var lastID int64
	last := int32(-1)
	for from := 0; from < len(part); {
		start := a.times[part[from]]
		end := start + a.gap
		to := from + 1
		for ; to < len(part) && a.times[part[to]] <= end; to++ {
			end = a.times[part[to]] + a.gap
		}
		id, late, err := a.join(hash, key, start, end)
		if err != nil {
			return err
		}
		target := int32(-1)
		if late {
			a.late.drop(to-from, a.watermark)
		} else {
			if last < 0 || id != lastID {
				last, lastID = a.open.add(hash, key, id), id
			}
			target = last
		}
		for _, k := range part[from:to] {
			a.target[k] = target
		}
		from = to
	}
	return a.writeList(ref, hash, key)
}

// join merges [start, end) with the sessions of a.list that it touches, and
// returns the id of what comes out. It is late if it touches none and has ended.
func (a *sessionAgg) join(hash uint64, key []byte, start, end int64) (id int64, late bool, err error) {
	base := -1
	for i := 0; i < len(a.list); i++ {
		s := a.list[i]
		if s.start > end || s.end < start {
			continue
		}
		if base < 0 {
			base = i
			a.list[i].start, a.list[i].end = min(s.start, start), max(s.end, end)
			continue
		}
		a.list[base].end = max(a.list[base].end, s.end)
		if err := a.mergeInto(hash, key, s.id, a.list[base].id); err != nil {
			return 0, false, err
		}
		a.list = slices.Delete(a.list, i, i+1)
		i--
	}
	if base >= 0 {
		return a.list[base].id, false, nil
	}
	if end <= a.closed {
		return 0, true, nil
	}
	at := sort.Search(len(a.list), func(i int) bool { return a.list[i].start > start })
	a.list = slices.Insert(a.list, at, session{start, start, end})
	return start, false, nil
}

// mergeInto moves the accumulators of session from to session to.
func (a *sessionAgg) mergeInto(hash uint64, key []byte, from, to int64) error {
	var o openSessions
	o.reset(a.keys.Width)
	o.add(hash, key, from)
	o.add(hash, key, to)
	refs := make([]state.Ref, 2)
	if _, err := a.accs.Upsert(&o.keys, &o.sub, refs, nil); err != nil {
		return err
	}
	one := func(k int) *aggregate.Groups {
		var keys state.Keys
		resetKeys(&keys, a.keys.Width)
		appendKey(&keys, hash, key)
		g := &aggregate.Groups{NS: o.spaces[k], Keys: &keys, Recs: [][]byte{a.accs.Mutable(refs[k])}}
		a.set.LoadVars(g, a.accs, refs[k:k+1])
		return g
	}
	src, dst := one(0), one(1)
	if err := a.set.Merge(dst, []int32{0}, src); err != nil {
		return err
	}
	a.set.StoreVars(dst, a.accs, refs[1:])
	if err := a.set.Clear(src, 0); err != nil {
		return err
	}
	a.accs.Delete(refs[0])
	return nil
}

// readList reads the sessions of a key into a.list.
func (a *sessionAgg) readList(r state.Ref) {
	a.list = a.list[:0]
	f := a.lists.Fixed(r)
	if n := le.Uint64(f[listCount:]); n > 0 {
		a.list = append(a.list, readSession(f[listFirst:]))
		if n > 1 {
			for b := a.lists.Var(r); len(b) > 0; b = b[sessionSize:] {
				a.list = append(a.list, readSession(b))
			}
		}
	}
}

func readSession(b []byte) session {
	return session{int64(le.Uint64(b)), int64(le.Uint64(b[8:])), int64(le.Uint64(b[16:]))}
}

func appendSession(dst []byte, s session) []byte {
	dst = le.AppendUint64(dst, uint64(s.id))
	dst = le.AppendUint64(dst, uint64(s.start))
	return le.AppendUint64(dst, uint64(s.end))
}

// writeList stores a.list, ordered by start, and sees to the key's timer. A key
// without sessions is forgotten.
func (a *sessionAgg) writeList(r state.Ref, hash uint64, key []byte) error {
	f := a.lists.Mutable(r)
	had := le.Uint64(f[listCount:])
	if len(a.list) == 0 {
		a.lists.Delete(r)
		return nil
	}
	le.PutUint64(f[listCount:], uint64(len(a.list)))
	appendSession(f[listFirst:listFirst], a.list[0])
	if timer := int64(le.Uint64(f[listTimer:])); had == 0 || timer > a.list[0].end {
		le.PutUint64(f[listTimer:], uint64(a.list[0].end))
		if err := a.timers.Set(a.list[0].end, hash, key); err != nil {
			return err
		}
	}
	if had > 1 || len(a.list) > 1 {
		var rest []byte
		for _, s := range a.list[1:] {
			rest = appendSession(rest, s)
		}
		a.lists.SetVar(r, rest)
	}
	return nil
}

// accumulate adds the rows to the sessions found for them.
func (a *sessionAgg) accumulate(b *batch.Batch, rows []int32) (err error) {
	o := &a.open
	n := len(o.spaces)
	if n == 0 {
		return nil
	}
	o.refs = slices.Grow(o.refs[:0], n)[:n]
	if o.created, err = a.accs.Upsert(&o.keys, &o.sub, o.refs, o.created[:0]); err != nil {
		return err
	}
	a.used.rows, a.used.gid = a.used.rows[:0], a.used.gid[:0]
	for k, i := range rows {
		if t := a.target[k]; t >= 0 {
			a.used.rows, a.used.gid = append(a.used.rows, i), append(a.used.gid, t)
		}
	}
	g := &a.groups
	g.Keys, g.Spaces = &o.keys, o.spaces
	a.loadRecords(g, o.refs)
	if err := a.split.update(a.set, g, b, a.used.rows, a.used.gid); err != nil {
		return err
	}
	a.set.StoreVars(g, a.accs, o.refs)
	return nil
}

func (a *sessionAgg) loadRecords(g *aggregate.Groups, refs []state.Ref) {
	g.Recs = g.Recs[:0]
	for _, r := range refs {
		g.Recs = append(g.Recs, a.accs.Mutable(r))
	}
	a.set.LoadVars(g, a.accs, refs)
}

// OnWatermark emits the sessions that have ended.
func (a *sessionAgg) OnWatermark(time int64, out operator.Output) (int64, error) {
	a.watermark = time
	if a.spec.Window.Proctime {
		return time, nil
	}
	until := time
	if time != stream.MaxTime {
		until = a.clock.local(time + 1)
	}
	return time, a.closeUntil(until, out)
}

// OnProcessingTime emits the sessions that have ended by the clock.
func (a *sessionAgg) OnProcessingTime(now int64, out operator.Output) error {
	if !a.spec.Window.Proctime {
		return nil
	}
	err := a.closeUntil(a.clock.local(now), out)
	a.askForTimer()
	return err
}

func (a *sessionAgg) askForTimer() {
	if next, ok := a.timers.Next(); ok {
		a.ctx.Timers.Set(a.clock.instant(next))
	}
}

// Finish emits the sessions that are still open.
func (a *sessionAgg) Finish(out operator.Output) error { return a.closeUntil(stream.MaxTime, out) }

// closeUntil emits and forgets the sessions that end at or before until.
func (a *sessionAgg) closeUntil(until int64, out operator.Output) error {
	a.closed = max(a.closed, until)
	for {
		next, ok := a.timers.Next()
		if !ok || next > until {
			return nil
		}
		resetKeys(&a.due, a.enc.Width())
		err := a.timers.PopUntil(until, func(_ int64, hash uint64, key []byte) error {
			appendKey(&a.due, hash, key)
			return nil
		})
		if err != nil {
			return err
		}
		if err := a.closeKeys(until, out); err != nil {
			return err
		}
	}
}

// closeKeys emits the ended sessions of the keys a.due.
func (a *sessionAgg) closeKeys(until int64, out operator.Output) error {
	// A key can have more than one timer.
	refs := make([]state.Ref, a.grouper.group(&a.due))
	due := &a.grouper.keys
	if err := a.lists.Get(0, due, refs); err != nil {
		return err
	}
	a.open.reset(a.enc.Width())
	a.fired = a.fired[:0]
	for k, r := range refs {
		if r == state.None {
			continue // the timer of a session that was merged away
		}
		hash, key := due.Hash[k], due.At(k)
		a.readList(r)
		keep := a.list[:0]
		for _, s := range a.list {
			if s.end <= until {
				a.open.add(hash, key, s.id)
				a.fired = append(a.fired, s)
			} else {
				keep = append(keep, s)
			}
		}
		if a.list = keep; len(keep) > 0 {
			le.PutUint64(a.lists.Mutable(r)[listTimer:], uint64(stream.MaxTime)) // it has fired
		}
		if err := a.writeList(r, hash, key); err != nil {
			return err
		}
	}
	return a.emitFired(out)
}

// emitFired emits the sessions a.fired, whose keys and ids are in a.open, and
// removes their accumulators.
func (a *sessionAgg) emitFired(out operator.Output) error {
	o := &a.open
	n := len(a.fired)
	if n == 0 {
		return nil
	}
	o.refs = slices.Grow(o.refs[:0], n)[:n]
	if err := a.accs.Get(&o.keys, &o.sub, o.refs); err != nil {
		return err
	}
	g := &a.groups
	g.Keys, g.Spaces = &o.keys, o.spaces
	a.loadRecords(g, o.refs)
	if err := a.emitSessions(g, n, out); err != nil {
		return err
	}
	for k, r := range o.refs {
		if err := a.set.Clear(g, k); err != nil {
			return err
		}
		a.accs.Delete(r)
	}
	return nil
}

func (a *sessionAgg) emitSessions(g *aggregate.Groups, n int, out operator.Output) error {
	for _, v := range a.results {
		v.Reset()
	}
	if err := a.set.Results(g, a.results); err != nil {
		return err
	}
	for _, v := range a.out.keys {
		v.Reset()
	}
	a.columns.reset()
	a.out.bytes = a.out.bytes[:0]
	sel := make([]int32, 0, n) // a nil selection would be all rows
	for k, s := range a.fired {
		if aggregate.RowCount(g.Recs[k]) > 0 {
			sel = append(sel, int32(k))
		}
		a.columns.add(s.start, s.end, 1)
		a.out.bytes = append(a.out.bytes, g.Keys.At(k))
	}
	if err := a.enc.DecodeKeys(a.out.bytes, a.out.keys); err != nil {
		return err
	}
	b := &batch.Batch{Cols: slices.Concat(a.out.keys, a.results, a.columns.cols), N: n}
	if len(sel) < n {
		b.Sel = sel
	}
	if b.Rows() == 0 {
		return nil
	}
	return out.Emit(b)
}
