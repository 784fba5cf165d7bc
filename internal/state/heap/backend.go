package heap

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Options say which part of the state a backend holds.
type Options struct {
	KeyGroups      keygroup.Range
	MaxParallelism int
	// Now is the clock of TTL, time.Now if nil.
	Now func() time.Time
	// Restore is the state to start from, nil for none. Its sources stay open, and
	// the caller's, for as long as states may be asked for.
	Restore *state.Restore
}

// Backend implements state.Backend in memory.
type Backend struct {
	owner          keygroup.Range
	maxParallelism int
	clock          func() time.Time

	states map[string]named
	lists  map[string]*operatorList

	restore     *state.Restore
	restoreTime int64           // ms since 1970
	claimed     map[string]bool // keyed states asked for
}

// named is a state by name, to give the same one out again.
type named struct {
	spec  state.Spec
	shape state.Shape
	filled
}

// filled is what every state can do besides serving operators.
type filled interface {
	memoryBytes() int64
	// load adds an entry of a restored state.
	load(*state.Entry) error
	freeze(state.Description) frozenState
}

var _ state.Backend = (*Backend)(nil)

// New returns an empty backend.
func New(o Options) *Backend {
	b := &Backend{owner: o.KeyGroups, maxParallelism: o.MaxParallelism, clock: o.Now,
		states: map[string]named{}, lists: map[string]*operatorList{}, restore: o.Restore, claimed: map[string]bool{}}
	if b.clock == nil {
		b.clock = time.Now
	}
	b.restoreTime = b.now()
	return b
}

func (b *Backend) now() int64 { return b.clock().UnixMilli() }

// register gives out the state called spec.Name, made by create the first time.
func register[S filled](b *Backend, spec state.Spec, shape state.Shape, create func() S) (S, error) {
	var none S
	if n, ok := b.states[spec.Name]; ok {
		if n.shape != shape || !sameSpec(n.spec, spec) {
			return none, fmt.Errorf("state %q exists as a %s and is asked for as a %s with another description", spec.Name, n.shape, shape)
		}
		return n.filled.(S), nil
	}
	s := create()
	if err := b.fill(spec, shape, s); err != nil {
		return none, err
	}
	b.states[spec.Name] = named{spec: spec, shape: shape, filled: s}
	return s, nil
}

func sameSpec(a, b state.Spec) bool {
	if a.FixedWidth != b.FixedWidth || a.TTL != b.TTL || len(a.Key) != len(b.Key) || len(a.Value) != len(b.Value) {
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
	return register(b, spec, state.ShapeTable, func() *table { return newTable(b, spec) })
}

// List implements state.Backend.
func (b *Backend) List(spec state.Spec) (state.List, error) {
	return register(b, spec, state.ShapeList, func() *list { return newList(b, spec) })
}

// Map implements state.Backend.
func (b *Backend) Map(spec state.Spec) (state.Map, error) {
	return register(b, spec, state.ShapeMap, func() *mapState { return newMap(b, spec) })
}

// Timers implements state.Backend.
func (b *Backend) Timers(name string) (state.Timers, error) {
	return register(b, state.Spec{Name: name}, state.ShapeTimers, func() *timers { return newTimers(b) })
}

// OperatorList implements state.Backend.
func (b *Backend) OperatorList(name string, mode state.Redistribution) (state.OperatorList, error) {
	if l, ok := b.lists[name]; ok {
		if l.mode != mode {
			return nil, fmt.Errorf("operator state %q exists with another redistribution mode", name)
		}
		return l, nil
	}
	records, err := b.restoredList(name, mode)
	if err != nil {
		return nil, err
	}
	l := &operatorList{mode: mode, records: records}
	b.lists[name] = l
	return l, nil
}

// MemoryBytes implements state.Backend.
func (b *Backend) MemoryBytes() int64 {
	var total int64
	for _, n := range b.states {
		total += n.memoryBytes()
	}
	for _, l := range b.lists {
		for _, r := range l.records {
			total += int64(len(r)) + 24
		}
	}
	return total
}

// Close implements state.Backend.
func (b *Backend) Close() error {
	b.states, b.lists = map[string]named{}, map[string]*operatorList{}
	return nil
}

type operatorList struct {
	mode    state.Redistribution
	records [][]byte
}

func (l *operatorList) Get() [][]byte        { return l.records }
func (l *operatorList) Set(records [][]byte) { l.records = records }
