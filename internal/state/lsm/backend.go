package lsm

import (
	"fmt"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Backend implements state.Backend on a tree of sorted files.
type Backend struct {
	owner          keygroup.Range
	maxParallelism int
	clock          func() time.Time

	states   map[string]named
	lists    map[string]*operatorList
	stores   []*store
	tree     *tree
	flusher  *flusher
	restored restored

	budget     int64 // bytes of resident cells aimed at
	dirtyLimit int64 // bytes of dirty cells at which they are written
	dirtyBytes int64
	tracking   bool   // memory is getting scarce: cells note that they are used
	settled    uint64 // newest run that is known to be in the tree
	freezing   *run   // whose dirty cells are being collected, see freeze.go
	guardLock  sync.Mutex
	failure    error // first error of the tree; every call returns it from then on
}

// named is a state by name, to give the same one out again.
type named struct {
	desc  state.Description
	state any
	main  *store // holds the entries
	heads *store // of a Map
}

var _ state.Backend = (*Backend)(nil)

func (b *Backend) now() int64 { return b.clock().UnixMilli() }

// fail keeps the first error of the tree and returns it.
func (b *Backend) fail(err error) error {
	if b.failure == nil {
		b.failure = err
	}
	return b.failure
}

// register gives out the state called spec.Name, made by create the first time.
func register[S any](b *Backend, spec state.Spec, shape state.Shape, create func() (S, named)) (S, error) {
	var none S
	if n, ok := b.states[spec.Name]; ok {
		if n.desc.Shape != shape || !sameSpec(n.desc.Spec, spec) {
			return none, fmt.Errorf("state %q exists as a %s and is asked for as a %s with another description", spec.Name, n.desc.Shape, shape)
		}
		return n.state.(S), nil
	}
	at := keyspaceOf(spec.Name)
	for _, s := range b.stores {
		if s.tree && s.at&^1 == at {
			return none, fmt.Errorf("state %q has the number %08x of another state; give it another name", spec.Name, uint32(at))
		}
	}
	s, n := create()
	n.desc, n.state = state.Description{Spec: spec, Shape: shape}, s
	b.states[spec.Name] = n
	if err := b.restore(spec.Name, n); err != nil {
		return none, b.fail(err)
	}
	return s, nil
}

func sameSpec(a, b state.Spec) bool { return a.TTL == b.TTL && sameRecord(a, b) }

// sameRecord compares all of two Specs but TTL and name.
func sameRecord(a, b state.Spec) bool {
	if a.FixedWidth != b.FixedWidth || len(a.Key) != len(b.Key) || len(a.Value) != len(b.Value) {
		return false
	}
	for i := range a.Key {
		if !a.Key[i].Equal(b.Key[i]) {
			return false
		}
	}
	for i := range a.Value {
		if !a.Value[i].Type.Equal(b.Value[i].Type) {
			return false
		}
	}
	return true
}

// Table implements state.Backend.
func (b *Backend) Table(spec state.Spec) (state.Table, error) {
	return register(b, spec, state.ShapeTable, func() (*table, named) {
		t := newTable(b, spec)
		return t, named{main: t.store}
	})
}

// List implements state.Backend.
func (b *Backend) List(spec state.Spec) (state.List, error) {
	return register(b, spec, state.ShapeList, func() (*list, named) {
		l := newList(b, spec)
		return l, named{main: l.store}
	})
}

// Map implements state.Backend.
func (b *Backend) Map(spec state.Spec) (state.Map, error) {
	return register(b, spec, state.ShapeMap, func() (*mapState, named) {
		m := newMap(b, spec)
		return m, named{main: m.store, heads: m.heads}
	})
}

// Timers implements state.Backend.
func (b *Backend) Timers(name string) (state.Timers, error) {
	return register(b, state.Spec{Name: name}, state.ShapeTimers, func() (*timers, named) {
		t := newTimers(b, name)
		return t, named{main: t.store}
	})
}

// OperatorList implements state.Backend.
func (b *Backend) OperatorList(name string, mode state.Redistribution) (state.OperatorList, error) {
	l, ok := b.lists[name]
	if !ok {
		l = &operatorList{mode: mode}
		b.lists[name] = l
	}
	if l.mode != mode {
		return nil, fmt.Errorf("operator state %q exists with another redistribution mode", name)
	}
	l.claimed = true
	return l, nil
}

// usedBytes is what all resident cells take.
func (b *Backend) usedBytes() (n int64) {
	for _, s := range b.stores {
		n += s.usedBytes()
	}
	return n
}

// MemoryBytes implements state.Backend.
func (b *Backend) MemoryBytes() int64 {
	total := b.tree.cacheBytes()
	for _, s := range b.stores {
		total += s.heldBytes()
	}
	for _, l := range b.lists {
		for _, r := range l.records {
			total += int64(len(r)) + 24
		}
	}
	return total
}

// Close implements state.Backend: it waits for what is being written and removes
// the local files.
func (b *Backend) Close() error {
	b.thaw()
	b.flusher.stop()
	b.states, b.lists, b.stores = map[string]named{}, map[string]*operatorList{}, nil
	return b.tree.close()
}

type operatorList struct {
	mode     state.Redistribution
	records  [][]byte
	claimed  bool
	restored bool
}

func (l *operatorList) Get() [][]byte        { return l.records }
func (l *operatorList) Set(records [][]byte) { l.records = records }
