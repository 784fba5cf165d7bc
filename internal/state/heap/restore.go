package heap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// fill loads the state described by spec from every source that has it.
func (b *Backend) fill(spec state.Spec, shape state.Shape, s filled) error {
	b.claimed[spec.Name] = true
	if b.restore == nil {
		return nil
	}
	want := state.Description{Spec: spec, Shape: shape}
	for _, source := range b.restore.Sources {
		for _, d := range source.States() {
			if d.Name != spec.Name {
				continue
			}
			if !restorable(d, want) {
				return fmt.Errorf("state %q of the checkpoint is a %s, but the job asks for a %s: start without this state or undo the change of the job",
					spec.Name, describe(d), describe(want))
			}
			if err := source.Scan(context.Background(), spec.Name, b.owner, s.load); err != nil {
				return fmt.Errorf("restoring state %q: %w", spec.Name, err)
			}
		}
	}
	return nil
}

// restorable: all but the TTL and the names of columns is the same.
func restorable(old, want state.Description) bool {
	old.TTL = want.TTL
	return old.Shape == want.Shape && (want.Shape == state.ShapeTimers || sameSpec(old.Spec, want.Spec))
}

// describe prints what restorable compares.
func describe(d state.Description) string {
	if d.Shape == state.ShapeTimers {
		return "set of timers"
	}
	keys := make([]string, len(d.Key))
	for i, t := range d.Key {
		keys[i] = t.String()
	}
	return fmt.Sprintf("%s with key (%s), %d fixed bytes and value %s", d.Shape, strings.Join(keys, ", "), d.FixedWidth, d.Value)
}

// Unclaimed implements state.Backend.
func (b *Backend) Unclaimed() []string {
	if b.restore == nil {
		return nil
	}
	var names []string
	for _, source := range b.restore.Sources {
		for _, d := range source.States() {
			if !b.claimed[d.Name] {
				names = append(names, d.Name)
			}
		}
	}
	for _, l := range b.restore.Lists {
		if b.lists[l.Name] == nil {
			names = append(names, l.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// restoredList returns the records of an operator list.
func (b *Backend) restoredList(name string, mode state.Redistribution) ([][]byte, error) {
	if b.restore == nil {
		return nil, nil
	}
	var records [][]byte
	for _, l := range b.restore.Lists {
		if l.Name != name {
			continue
		}
		if l.Mode != mode {
			return nil, fmt.Errorf("operator state %q of the checkpoint is redistributed as %s, but the job asks for %s", name, l.Mode, mode)
		}
		records = append(records, l.Records...)
	}
	return records, nil
}

// admit prepares the layout for one restored key. If all keys have one size, it
// is taken for the width of keys until the operator's own keys tell.
func (e *entries) admit(size int) {
	switch {
	case e.KeyWidth < 0:
		e.Arrange(size)
		e.guessed = size > 0
	case e.KeyWidth > 0 && e.KeyWidth != size:
		e.relayout()
	}
}

// relayout changes from keys of one width to keys that vary. Refs and hashes stay.
func (e *entries) relayout() {
	old := e.Layout
	oldPages := e.Pages
	e.guessed = false
	e.Arrange(0)
	e.Pages = make([][]byte, len(oldPages))
	for id, page := range oldPages {
		n := len(page) / old.Stride
		e.Pages[id] = make([]byte, n*e.Stride)
		for i := range n {
			if e.live[id][i>>6]>>(i&63)&1 == 0 {
				continue
			}
			from, to := page[i*old.Stride:(i+1)*old.Stride], e.Pages[id][i*e.Stride:(i+1)*e.Stride]
			e.setKey(to, from[:old.KeyWidth])
			copy(to[e.FixedOff:], from[old.FixedOff:])
		}
	}
}

// restamp is the stamp of a restored entry: entries without one count as written
// now.
func restamp(stamp, now int64) int64 {
	if stamp == 0 {
		return now
	}
	return stamp
}

func (t *table) load(x *state.Entry) error {
	now := t.b.restoreTime
	if t.TTL > 0 && now-restamp(x.Stamp, now) >= t.TTL {
		return nil
	}
	t.admit(len(x.Key))
	sp := t.space(x.Namespace)
	if sp == nil {
		sp = t.newSpace(x.Namespace)
		t.spaces[x.Namespace], t.last, t.lastNS = sp, sp, x.Namespace
	}
	r, _ := t.upsertOne(sp, keygroup.Hash(x.Key), x.Key)
	t.loadRecord(r, x)
	return nil
}

// loadRecord writes the parts of an entry other than its key.
func (e *entries) loadRecord(r state.Ref, x *state.Entry) {
	copy(e.Record(r), x.Fixed)
	if len(x.Var) > 0 {
		e.setVariable(r, x.Var)
	}
	if e.TTL > 0 {
		le.PutUint64(e.Slot(r)[e.StampOff:], uint64(restamp(x.Stamp, e.b.restoreTime)))
	}
}

func (m *mapState) load(x *state.Entry) error {
	now := m.b.restoreTime
	if m.TTL > 0 && now-restamp(x.Stamp, now) >= m.TTL {
		return nil
	}
	m.heads.admit(len(x.Key))
	head, _ := m.heads.upsertOne(m.hsp, keygroup.Hash(x.Key), x.Key)
	m.admit(slab.HeadBytes + len(x.Sub))
	c := le.AppendUint32(m.composite.Keys.Bytes[:0], uint32(head))
	c = append(c, x.Sub...)
	m.composite.Keys.Bytes = c
	r, isNew := m.upsertOne(m.sp, keygroup.Hash(c), c)
	if isNew {
		m.link(r, head)
	}
	m.loadRecord(r, x)
	return nil
}

func (l *list) load(x *state.Entry) error {
	now := l.b.restoreTime
	if l.recordTTL > 0 {
		l.Now = restamp(x.Stamp, now)
		if now-l.Now >= l.recordTTL {
			return nil
		}
	}
	l.admit(len(x.Key))
	r, _ := l.upsertOne(l.sp, keygroup.Hash(x.Key), x.Key)
	l.record = append(append(l.record[:0], x.Fixed...), x.Var...)
	l.Append(r, l.record)
	return nil
}

func (t *timers) load(x *state.Entry) error {
	return t.Set(x.Time, keygroup.Hash(x.Key), x.Key)
}
