package heap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
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
	case e.keyWidth < 0:
		e.arrange(size)
		e.guessed = size > 0
	case e.keyWidth > 0 && e.keyWidth != size:
		e.relayout()
	}
}

// relayout changes from keys of one width to keys that vary. Refs and hashes stay.
func (e *entries) relayout() {
	old := e.layout
	oldPages := e.pages
	e.guessed = false
	e.arrange(0)
	e.pages = make([][]byte, len(oldPages))
	for id, page := range oldPages {
		n := len(page) / old.stride
		e.pages[id] = newBytes(n * e.stride)
		for i := range n {
			if e.live[id][i>>6]>>(i&63)&1 == 0 {
				continue
			}
			from, to := page[i*old.stride:(i+1)*old.stride], e.pages[id][i*e.stride:(i+1)*e.stride]
			e.setKey(to, from[:old.keyWidth])
			copy(to[e.fixedOff:], from[old.fixedOff:])
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
	if t.ttl > 0 && now-restamp(x.Stamp, now) >= t.ttl {
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
	copy(e.fixed(r), x.Fixed)
	if len(x.Var) > 0 {
		e.setVariable(r, x.Var)
	}
	if e.ttl > 0 {
		le.PutUint64(e.at(r)[e.stampOff:], uint64(restamp(x.Stamp, e.b.restoreTime)))
	}
}

func (m *mapState) load(x *state.Entry) error {
	now := m.b.restoreTime
	if m.ttl > 0 && now-restamp(x.Stamp, now) >= m.ttl {
		return nil
	}
	m.heads.admit(len(x.Key))
	head, _ := m.heads.upsertOne(m.hsp, keygroup.Hash(x.Key), x.Key)
	m.admit(headBytes + len(x.Sub))
	c := le.AppendUint32(m.composite.Bytes[:0], uint32(head))
	c = append(c, x.Sub...)
	m.composite.Bytes = c
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
		l.now = restamp(x.Stamp, now)
		if now-l.now >= l.recordTTL {
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
