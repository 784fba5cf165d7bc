package operators

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// matchChunk is keys that are worked on together, as rows of one batch: of each
// key first the rows that its partial matches refer to, then the due ones.
type matchChunk struct {
	keys state.Keys
	due  []matchRow
	ends []int32 // of each key's due rows

	kept    []state.Ref // per key
	partial []state.Ref
	runs    []matchRun
	recs    [][]byte
	times   []int64

	active []int32
	truth  []bool
	found  foundMatches
	fresh  state.Keys // keys that get state now, and which they are
	which  []int32
	refs   []state.Ref
	buf    []byte
}

// matchRun is a key of the chunk. Rows of its Run are numbered from base.
type matchRun struct {
	rowpattern.Run
	base  int32 // its first row in the chunk
	kept  int32 // rows from before
	due   int32 // rows that are new
	truth int   // where its truths begin
	moved int64 // time it was advanced to
}

// foundMatches are the complete matches of a chunk, in order of output. Rows are
// those of the chunk.
type foundMatches struct {
	begin []int32
	cuts  []int32 // as many as there are variables, per match
	time  []int64
}

func (f *foundMatches) len() int { return len(f.begin) }

func (f *foundMatches) reset() { f.begin, f.cuts, f.time = f.begin[:0], f.cuts[:0], f.time[:0] }

// addKey adds a key with the waiting rows to the chunk, and runs the chunk when
// it has grown large. time is that after all rows.
func (m *matcher) addKey(hash uint64, key []byte, time int64, out operator.Output) error {
	c := &m.chunk
	for due := m.waiting; ; {
		n := min(len(due), matchDue)
		if c.keys.Len() == 0 {
			resetKeys(&c.keys, m.keys.Width())
		}
		appendKey(&c.keys, hash, key)
		c.due = append(c.due, due[:n]...)
		c.ends = append(c.ends, int32(len(c.due)))
		due = due[n:]
		switch {
		case len(due) > 0: // more of the key will come: its time does not move on yet
			if err := m.runChunk(stream.MinTime, out); err != nil {
				return err
			}
		case len(c.due) >= matchDue:
			return m.runChunk(time, out)
		default:
			return nil
		}
	}
}

// runChunk works on the keys of the chunk and empties it. time is what the keys
// are advanced to at the end.
func (m *matcher) runChunk(time int64, out operator.Output) error {
	c := &m.chunk
	if c.keys.Len() == 0 {
		return nil
	}
	if err := m.loadChunk(); err != nil {
		return err
	}
	if err := m.rule.prepare(c.recs); err != nil {
		return err
	}
	for step := int32(0); len(c.active) > 0; step++ {
		if err := m.step(step); err != nil {
			return err
		}
	}
	if time != stream.MinTime {
		for g := range c.runs {
			if err := m.advanceRun(&c.runs[g], time); err != nil {
				return err
			}
		}
	}
	if err := m.rule.emit(&c.found, m.ctx.Clock.Now().UnixMilli(), m.out, out); err != nil {
		return err
	}
	if err := m.save(); err != nil {
		return err
	}
	c.keys.Hash, c.due, c.ends = c.keys.Hash[:0], c.due[:0], c.ends[:0]
	return nil
}

// loadChunk reads the runs of the chunk's keys and lists all rows.
func (m *matcher) loadChunk() error {
	c := &m.chunk
	n := c.keys.Len()
	c.kept, c.partial = resize(c.kept, n), resize(c.partial, n)
	if err := m.kept.Get(&c.keys, c.kept); err != nil {
		return err
	}
	if err := m.partial.Get(0, &c.keys, c.partial); err != nil {
		return err
	}
	if c.runs = c.runs[:cap(c.runs)]; len(c.runs) < n { // what a run has allocated is used again
		c.runs = append(c.runs, make([]matchRun, n-len(c.runs))...)
	}
	c.runs = c.runs[:n]
	c.recs, c.times, c.active = c.recs[:0], c.times[:0], c.active[:0]
	c.found.reset()
	from := int32(0)
	for g := range n {
		if err := m.loadRun(g, from); err != nil {
			return err
		}
		from = c.ends[g]
	}
	return nil
}

// loadRun reads the run of key g, whose due rows begin at from.
func (m *matcher) loadRun(g int, from int32) error {
	c, r := &m.chunk, &m.chunk.runs[g]
	r.base, r.moved = int32(len(c.recs)), stream.MinTime
	if ref := c.kept[g]; ref != state.None {
		m.kept.Scan(ref, func(rec []byte) state.Action {
			c.times, c.recs = append(c.times, int64(binary.LittleEndian.Uint64(rec))), append(c.recs, rec[8:])
			return state.Keep
		})
	}
	r.kept = int32(len(c.recs)) - r.base
	for _, d := range c.due[from:c.ends[g]] {
		c.times, c.recs = append(c.times, d.time), append(c.recs, d.row)
	}
	r.due = c.ends[g] - from
	if r.due > 0 {
		c.active = append(c.active, int32(g))
	}
	if ref := c.partial[g]; ref != state.None {
		return m.machine.Load(&r.Run, m.partial.Var(ref), r.kept)
	}
	m.machine.Reset(&r.Run)
	return nil
}

// step gives its next row to every active run.
func (m *matcher) step(step int32) error {
	c := &m.chunk
	vars := len(m.spec.Pattern.Variables)
	c.truth = c.truth[:0]
	m.rule.begin()
	for _, g := range c.active {
		r := &c.runs[g]
		pos := r.kept + step
		if t := c.times[r.base+pos]; t != r.moved {
			if err := m.advanceRun(r, t); err != nil {
				return err
			}
		}
		r.truth = len(c.truth)
		n := m.machine.Partials(&r.Run)
		for range n * vars {
			c.truth = append(c.truth, false)
		}
		for i := range n {
			for _, v := range m.machine.Needs(&r.Run, i) {
				at := r.truth + i*vars + int(v)
				if known := m.rule.known[v]; known != nil {
					c.truth[at] = known[r.base+pos]
				} else {
					m.rule.ask(m.machine, r, i, v, pos, at)
				}
			}
		}
	}
	if err := m.rule.answer(c.truth); err != nil {
		return err
	}
	rest := c.active[:0]
	for _, g := range c.active {
		r := &c.runs[g]
		pos := r.kept + step
		if err := m.machine.Step(&r.Run, pos, c.truth[r.truth:]); err != nil {
			return err
		}
		m.take(r, c.times[r.base+pos])
		if step+1 < r.due {
			rest = append(rest, g)
		}
	}
	c.active = rest
	return nil
}

// advanceRun moves the time of a run on, from the end of one partial match's WITHIN
// to that of the next: what they free has the time at which it is freed, however
// rarely watermarks come.
func (m *matcher) advanceRun(r *matchRun, time int64) error {
	r.moved = time
	within := m.spec.Pattern.Within
	for within > 0 {
		oldest, ok := m.machine.Oldest(&r.Run)
		if !ok {
			return nil
		}
		end := saturated(m.chunk.times[r.base+oldest], within)
		if end > time {
			return nil
		}
		if err := m.machine.Advance(&r.Run, end, m.chunk.times[r.base:]); err != nil {
			return err
		}
		m.take(r, end)
	}
	return nil
}

// take adds what the machine has found to the matches of the chunk.
func (m *matcher) take(r *matchRun, time int64) {
	f := &m.chunk.found
	for _, found := range m.machine.Found {
		f.begin, f.time = append(f.begin, r.base+found.Begin), append(f.time, time)
		for _, c := range found.Cuts {
			f.cuts = append(f.cuts, r.base+c)
		}
	}
}

// save brings the runs of the chunk back into the state.
func (m *matcher) save() error {
	c := &m.chunk
	resetKeys(&c.fresh, m.keys.Width())
	c.which = c.which[:0]
	for g := range c.runs {
		r := &c.runs[g]
		first := m.machine.First(&r.Run, r.kept+r.due)
		m.dropKept(r, c.kept[g], first)
		switch {
		case m.machine.Idle(&r.Run):
			if c.partial[g] != state.None {
				m.partial.Delete(c.partial[g])
			}
			continue
		case c.partial[g] != state.None && c.kept[g] != state.None && first < r.kept:
			m.store(r, c.kept[g], c.partial[g], first)
		default:
			appendKey(&c.fresh, c.keys.Hash[g], c.keys.At(g))
			c.which = append(c.which, int32(g))
		}
		if err := m.endOfWithin(g, r, first); err != nil {
			return err
		}
	}
	return m.saveFresh()
}

// dropKept removes the kept rows before the first that is still needed.
func (m *matcher) dropKept(r *matchRun, ref state.Ref, first int32) {
	switch {
	case ref == state.None || first == 0:
	case first >= r.kept:
		m.kept.Clear(ref)
	default:
		m.kept.Scan(ref, func([]byte) state.Action {
			if first--; first > 0 {
				return state.Remove
			}
			return state.RemoveStop
		})
	}
}

// saveFresh stores the runs of keys that have no rows or no partial matches yet.
func (m *matcher) saveFresh() error {
	c := &m.chunk
	n := c.fresh.Len()
	if n == 0 {
		return nil
	}
	c.refs = resize(c.refs, 2*n)
	rows, partials := c.refs[:n], c.refs[n:]
	if err := m.kept.Upsert(&c.fresh, rows); err != nil {
		return err
	}
	if _, err := m.partial.Upsert(0, &c.fresh, partials, nil); err != nil {
		return err
	}
	for i, g := range c.which {
		r := &c.runs[g]
		m.store(r, rows[i], partials[i], m.machine.First(&r.Run, r.kept+r.due))
	}
	return nil
}

// store appends the new rows that are needed and replaces the partial matches.
func (m *matcher) store(r *matchRun, rows, partials state.Ref, first int32) {
	c := &m.chunk
	for i := r.base + max(first, r.kept); i < r.base+r.kept+r.due; i++ {
		c.buf = binary.LittleEndian.AppendUint64(c.buf[:0], uint64(c.times[i]))
		c.buf = append(c.buf, c.recs[i]...)
		m.kept.Append(rows, c.buf)
	}
	c.buf = m.machine.Append(c.buf[:0], &r.Run, first)
	m.partial.SetVar(partials, c.buf)
}

// endOfWithin sets a timer for the time when the oldest partial match is too old.
func (m *matcher) endOfWithin(g int, r *matchRun, first int32) error {
	within := m.spec.Pattern.Within
	if within == 0 {
		return nil
	}
	c := &m.chunk
	return m.timers.Set(saturated(c.times[r.base+first], within), c.keys.Hash[g], c.keys.At(g))
}
