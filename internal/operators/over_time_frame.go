package operators

import (
	"errors"
	"strconv"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/state"
)

// timeFrame is the aggregates of one frame of a timeOver. A group's accumulators
// hold the rows of the frame of the last row that was computed; the number of
// these rows is the group's row count.
type timeFrame struct {
	overFrame
	byRow   bool // each row has its own frame; else rows of equal time share theirs
	bounded bool
	set     *aggregate.Set
	table   state.Table

	refs    []state.Ref
	created []int32
	groups  aggregate.Groups
	next    []int32 // per group: the next row to compute
	low     []int32 // per group: the first row that is accumulated
	active  []int32
	add     overRows
	sub     overRows
	result  []int32 // per row of work: its place in values
	values  []*batch.Vector
}

// overRows are rows with their groups.
type overRows struct{ rows, gid []int32 }

func (r *overRows) reset() { r.rows, r.gid = r.rows[:0], r.gid[:0] }

func (r *overRows) put(from, to, g int32) {
	for p := from; p < to; p++ {
		r.rows, r.gid = append(r.rows, p), append(r.gid, g)
	}
}

func (o *timeOver) newFrame(f overFrame, i int) (*timeFrame, error) {
	switch {
	case f.UnboundedFollowing || f.Following > 0:
		unit := "RANGE"
		if f.Rows {
			unit = "ROWS"
		}
		return nil, errors.New("OVER " + unit + " FOLLOWING windows are not supported yet.")
	case f.Following < 0 || f.Preceding < 0:
		return nil, errors.New("OVER over a stream ends with the current row; a frame that ends before it runs in batch mode only")
	}
	t := &timeFrame{overFrame: f, byRow: f.Rows || o.spec.Proctime, bounded: !f.UnboundedPreceding}
	name := "over." + strconv.Itoa(i)
	var err error
	if t.set, err = o.newSet(&f, name, t.bounded); err != nil {
		return nil, err
	}
	for _, c := range f.calls {
		t.values = append(t.values, batch.New(o.spec.Calls[c].Type, 0))
	}
	if t.bounded && f.Rows {
		o.keep = max(o.keep, f.Preceding+1)
	} else if t.bounded {
		o.reach = max(o.reach, f.Preceding)
	}
	t.table, err = o.ctx.State.Table(state.Spec{
		Name: name, Key: columnTypes(o.spec.Schema, o.spec.Partition), FixedWidth: t.set.Width(), TTL: state.TTL{After: o.spec.TTL},
	})
	return t, err
}

// compute finds the values of the chunk's due rows: in rounds, in each of which
// every group with rows left takes a step.
func (f *timeFrame) compute(o *timeOver) error {
	c := &o.chunk
	if err := f.load(c); err != nil {
		return err
	}
	if f.bounded {
		if err := f.restore(o); err != nil {
			return err
		}
	}
	f.result = resize(f.result, len(c.recs))
	for _, v := range f.values {
		v.Reset()
	}
	f.active = f.active[:0]
	for g := range c.start {
		if c.due[g] < c.end[g] {
			f.active = append(f.active, int32(g))
		}
	}
	results := int32(0)
	for len(f.active) > 0 {
		f.step(c, results)
		if err := f.set.Update(&f.groups, o.work, f.add.rows, f.add.gid, false); err != nil {
			return err
		}
		if err := f.set.Update(&f.groups, o.work, f.sub.rows, f.sub.gid, true); err != nil {
			return err
		}
		if err := f.set.ResultsOf(&f.groups, f.active, f.values); err != nil {
			return err
		}
		results += int32(len(f.active))
		left := f.active[:0]
		for _, g := range f.active {
			if f.next[g] < c.end[g] {
				left = append(left, g)
			}
		}
		f.active = left
	}
	f.set.StoreVars(&f.groups, f.table, f.refs)
	return nil
}

func (f *timeFrame) load(c *overChunk) (err error) {
	f.refs = resize(f.refs, c.keys.Len())
	if f.created, err = f.table.Upsert(0, &c.keys, f.refs, f.created[:0]); err != nil {
		return err
	}
	f.groups.Keys = &c.keys
	f.groups.Recs = f.table.Records(f.refs, f.groups.Recs[:0])
	f.set.LoadVars(&f.groups, f.table, f.refs)
	f.next = append(f.next[:0], c.due...)
	return nil
}

// restore finds the recent rows that the accumulators hold. Where there are
// fewer than they hold (forgotten after the state's TTL), it begins anew with
// those there are.
func (f *timeFrame) restore(o *timeOver) error {
	c := &o.chunk
	f.low = f.low[:0]
	f.add.reset()
	for g := range c.start {
		rec := f.groups.Recs[g]
		low := int64(c.due[g]) - aggregate.RowCount(rec)
		if low < int64(c.start[g]) {
			if err := f.set.Clear(&f.groups, g); err != nil {
				return err
			}
			clear(rec)
			f.set.Forget(&f.groups, g)
			low = int64(c.start[g])
			f.add.put(c.start[g], c.due[g], int32(g))
		}
		f.low = append(f.low, int32(low))
	}
	return f.set.Update(&f.groups, o.work, f.add.rows, f.add.gid, false)
}

// step notes, for each active group, the rows that come into the frame of its
// next row (or rows of equal time) and those that leave it, and numbers the
// result.
func (f *timeFrame) step(c *overChunk, results int32) {
	f.add.reset()
	f.sub.reset()
	for k, g := range f.active {
		from := f.next[g]
		to := from + 1
		if !f.byRow {
			for to < c.end[g] && c.times[to] == c.times[from] {
				to++
			}
		}
		f.add.put(from, to, g)
		f.next[g] = to
		for p := from; p < to; p++ {
			f.result[p] = results + int32(k)
		}
		if !f.bounded {
			continue
		}
		low := f.low[g]
		if f.Rows {
			low = int32(max(int64(low), int64(from)-f.Preceding))
		} else {
			for low < from && c.times[low] < saturated(c.times[from], -f.Preceding) {
				low++
			}
		}
		f.sub.put(f.low[g], low, g)
		f.low[g] = low
	}
}

// forget drops the accumulators of keys, if the frame is bounded.
func (f *timeFrame) forget(keys *state.Keys) error {
	if !f.bounded || keys.Len() == 0 {
		return nil
	}
	f.refs = resize(f.refs, keys.Len())
	if err := f.table.Get(0, keys, f.refs); err != nil {
		return err
	}
	f.groups.Keys = keys
	f.set.Begin(&f.groups, keys.Len())
	for g, ref := range f.refs {
		if ref == state.None {
			continue
		}
		if err := f.set.Clear(&f.groups, g); err != nil {
			return err
		}
		f.table.Delete(ref)
	}
	return nil
}
