package heap

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// snapshot implements state.Snapshot: a frozen view of every state. Between
// Backend.Snapshot and Release, the subtask gives a copy of each page to it
// before the first write (see fence.go).
type snapshot struct {
	states []frozenState
	lists  []state.ListContent
}

type frozenState struct {
	state.Description
	frozen  []*frozen
	scan    func(visit func(*state.Entry) error) error
	scanned bool
}

var _ state.Snapshot = (*snapshot)(nil)

// Snapshot implements state.Backend.
func (b *Backend) Snapshot(int64) (state.Snapshot, error) {
	s := &snapshot{}
	for _, n := range b.states {
		s.states = append(s.states, n.freeze(state.Description{Spec: n.spec, Shape: n.shape}))
	}
	slices.SortFunc(s.states, func(a, b frozenState) int { return strings.Compare(a.Name, b.Name) })
	for name, l := range b.lists {
		s.lists = append(s.lists, state.ListContent{Name: name, Mode: l.mode, Records: slices.Clone(l.records)})
	}
	slices.SortFunc(s.lists, func(a, b state.ListContent) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

func (s *snapshot) States() []state.Description {
	out := make([]state.Description, len(s.states))
	for i := range s.states {
		out[i] = s.states[i].Description
	}
	return out
}

func (s *snapshot) Lists() []state.ListContent { return s.lists }

// Scan consumes the pages of the state as it goes: what it has read, the subtask
// writes without a copy.
func (s *snapshot) Scan(name string, visit func(*state.Entry) error) error {
	i := slices.IndexFunc(s.states, func(f frozenState) bool { return f.Name == name })
	if i < 0 {
		return fmt.Errorf("the snapshot has no state %q", name)
	}
	f := &s.states[i]
	if f.scanned {
		return fmt.Errorf("state %q of the snapshot has been scanned", name)
	}
	f.scanned = true
	err := f.scan(visit)
	f.release()
	return err
}

func (s *snapshot) Release() {
	for i := range s.states {
		s.states[i].scanned = true
		s.states[i].release()
	}
}

// release ends the copying of pages and lets the memory go.
func (f *frozenState) release() {
	for _, store := range f.frozen {
		store.release()
	}
	f.frozen, f.scan = nil, nil
}

// each visits the live entries of a frozen store, page by page.
func (f *frozen) each(visit func(p *frozenPage, entry []byte) error) error {
	var buf []byte
	for i := range f.pages {
		p := &f.pages[i]
		if p.live == ([slab.PageWords]uint64{}) {
			p.drop()
			continue
		}
		page, own := p.consume(buf)
		for w, word := range p.live {
			for ; word != 0; word &= word - 1 {
				at := (w<<6 + bits.TrailingZeros64(word)) * f.Stride
				if err := visit(p, page[at:at+f.Stride]); err != nil {
					return err
				}
			}
		}
		if own {
			f.spare.put(page)
		} else {
			buf = page
		}
	}
	return nil
}

// expired reports whether an entry was past its TTL when it was frozen.
func (f *frozen) expired(stamp int64) bool { return f.TTL > 0 && f.now-stamp >= f.TTL }

func (t *table) freeze(d state.Description) frozenState {
	f := t.entries.freeze(t.b.now())
	return frozenState{Description: d, frozen: []*frozen{f}, scan: f.scanTable}
}

func (f *frozen) scanTable(visit func(*state.Entry) error) error {
	var e state.Entry
	var key, variable []byte
	return f.each(func(p *frozenPage, entry []byte) error {
		if f.StampOff >= 0 {
			e.Stamp = int64(le.Uint64(entry[f.StampOff:]))
			if f.expired(e.Stamp) {
				return nil
			}
		}
		e.Key, e.Namespace = f.keyOf(entry, &key), p.ns
		e.Fixed = entry[f.FixedOff : f.FixedOff+f.FixedWidth]
		e.Var = f.arena.bytes(f.Variable(entry), &variable)
		return visit(&e)
	})
}

func (m *mapState) freeze(d state.Description) frozenState {
	now := m.b.now()
	f, heads := m.entries.freeze(now), m.heads.freeze(now)
	width := m.userWidth
	return frozenState{Description: d, frozen: []*frozen{f, heads}, scan: func(visit func(*state.Entry) error) error {
		return f.scanMap(heads, width, visit)
	}}
}

func (f *frozen) scanMap(heads *frozen, width int, visit func(*state.Entry) error) error {
	var e state.Entry
	var composite, slot, key, variable []byte
	return f.each(func(_ *frozenPage, entry []byte) error {
		if f.StampOff >= 0 {
			e.Stamp = int64(le.Uint64(entry[f.StampOff:]))
			if f.expired(e.Stamp) {
				return nil
			}
		}
		c := f.keyOf(entry, &composite)
		e.Key, e.Sub = heads.keyAt(state.Ref(le.Uint32(c)), &slot, &key), c[slab.HeadBytes:]
		e.Fixed = entry[f.FixedOff : f.FixedOff+width]
		e.Var = f.arena.bytes(f.Variable(entry), &variable)
		return visit(&e)
	})
}

func (l *list) freeze(d state.Description) frozenState {
	f := l.entries.freeze(l.b.now())
	width, ttl := l.userFixed, l.recordTTL
	return frozenState{Description: d, frozen: []*frozen{f}, scan: func(visit func(*state.Entry) error) error {
		return f.scanList(width, ttl, visit)
	}}
}

func (f *frozen) scanList(width int, ttl int64, visit func(*state.Entry) error) error {
	var e state.Entry
	var key, buf []byte
	return f.each(func(_ *frozenPage, entry []byte) error {
		e.Key = f.keyOf(entry, &key)
		for at := slab.Handle(le.Uint64(entry[f.FixedOff:])); at != 0; {
			chunk := f.arena.bytes(at, &buf)
			at = slab.Handle(le.Uint64(chunk))
			rest := chunk[chunkHead:le.Uint32(chunk[8:])]
			for len(rest) > 0 {
				var record []byte
				e.Stamp, record, rest = nextRecord(rest, ttl > 0)
				if ttl > 0 && f.now-e.Stamp >= ttl {
					continue
				}
				e.Fixed, e.Var = record[:width], record[width:]
				if err := visit(&e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (t *timers) freeze(d state.Description) frozenState {
	f := t.entries.freeze(0)
	return frozenState{Description: d, frozen: []*frozen{f}, scan: f.scanTimers}
}

func (f *frozen) scanTimers(visit func(*state.Entry) error) error {
	var e state.Entry
	var key []byte
	return f.each(func(_ *frozenPage, entry []byte) error {
		if entry[f.FixedOff+8] != 0 { // deleted
			return nil
		}
		pair := f.keyOf(entry, &key)
		e.Time, e.Key = int64(le.Uint64(pair)), pair[8:]
		return visit(&e)
	})
}
