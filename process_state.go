package flott

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// StateOption is an option of a state.
type StateOption struct {
	ttl  time.Duration
	kept bool
}

// TTL says that an entry is forgotten when it has not been written for d; 0 keeps it for
// ever. Without it table.exec.state.ttl holds. An entry is a value, an element of a list,
// or a key of a map with its value.
func TTL(d time.Duration) StateOption { return StateOption{ttl: d, kept: true} }

// keyedState is what the states of a function share: the keys of the batch, and which of
// them is at work.
type keyedState struct {
	d    *Declaration
	name string
	opts []StateOption
	keys *state.Keys
	at   int
	hash [1]uint64
	ends [2]int32
	one  state.Keys
	refs []state.Ref
}

func (d *Declaration) state(s *keyedState, handle interface {
	Open(b state.Backend, key []types.Type, ttl time.Duration) error
	Begin(keys *state.Keys) error
	Use(key int)
	Clear() error
	End() error
}) {
	if s.name == "" || slices.Contains(d.names, s.name) {
		d.mistake("the name %q of a state is empty or taken", s.name)
	}
	d.names = append(d.names, s.name)
	d.states = append(d.states, handle)
}

// spec describes the state. Its values are bytes that only the function understands.
func (s *keyedState) spec(key []types.Type, ttl time.Duration) state.Spec {
	for _, o := range s.opts {
		if o.kept {
			ttl = o.ttl
		}
	}
	return state.Spec{Name: "user-" + s.name, Key: key, Value: types.Schema{{Name: s.name, Type: types.Bytes()}}, TTL: state.TTL{After: ttl}}
}

func (s *keyedState) begin(keys *state.Keys) {
	s.keys, s.refs = keys, slices.Grow(s.refs[:0], keys.Len())[:keys.Len()]
}

// current is the key at work by itself.
func (s *keyedState) current() *state.Keys {
	key := s.keys.At(s.at)
	s.hash[0], s.ends[1] = s.keys.Hash[s.at], int32(len(key))
	s.one = state.Keys{Hash: s.hash[:], Width: s.keys.Width, Bytes: key}
	if s.one.Width == 0 {
		s.one.Offsets = s.ends[:]
	}
	return &s.one
}

// Value is a state of one value per partition.
type Value[T any] struct {
	s       keyedState
	codec   *stateValue[T]
	table   state.Table
	slots   []valueSlot[T]
	touched []int32 // slots that are to be stored
	writing state.Keys
	buf     []byte
}

// valueSlot is the value of a key while its batch is worked on.
type valueSlot[T any] struct {
	v                      T
	read, present, changed bool
}

// ValueState declares a state of one value per partition: a bool, number, text, []byte,
// time.Time, or a struct, slice or map of such. See docs for what may change between
// versions of a program.
func ValueState[T any](d *Declaration, name string, options ...StateOption) *Value[T] {
	v := &Value[T]{s: keyedState{d: d, name: name, opts: options}, codec: stateValueOf[T](d, name)}
	d.state(&v.s, valueHandle[T]{v})
	return v
}

// Get is the value, the zero value of T if there is none.
func (v *Value[T]) Get() T { return v.slot().v }

// Exists reports that there is a value.
func (v *Value[T]) Exists() bool { return v.slot().present }

// Set stores x.
func (v *Value[T]) Set(x T) { *v.Edit() = x }

// Edit returns the value to be changed; it is stored when the call returns.
func (v *Value[T]) Edit() *T {
	slot := v.slot()
	v.touch(slot)
	slot.present = true
	return &slot.v
}

// Clear removes the value.
func (v *Value[T]) Clear() {
	slot := v.slot()
	v.touch(slot)
	slot.v, slot.present = *new(T), false
}

func (v *Value[T]) touch(slot *valueSlot[T]) {
	if !slot.changed {
		slot.changed = true
		v.touched = append(v.touched, int32(v.s.at))
	}
}

// slot is that of the key at work, read.
func (v *Value[T]) slot() *valueSlot[T] {
	slot := &v.slots[v.s.at]
	if slot.read {
		return slot
	}
	slot.read = true
	if r := v.s.refs[v.s.at]; r != state.None {
		if err := v.codec.decode(v.table.Var(r), &slot.v); err != nil {
			v.s.d.note(fmt.Errorf("state '%s': %w", v.s.name, err))
		}
		slot.present = true
	}
	return slot
}

// valueHandle is how the engine drives a Value.
type valueHandle[T any] struct{ v *Value[T] }

// Open asks for the state.
func (h valueHandle[T]) Open(b state.Backend, key []types.Type, ttl time.Duration) (err error) {
	h.v.table, err = b.Table(h.v.s.spec(key, ttl))
	return err
}

// Begin looks the keys of a batch up.
func (h valueHandle[T]) Begin(keys *state.Keys) error {
	v := h.v
	v.s.begin(keys)
	v.slots = slices.Grow(v.slots[:0], keys.Len())[:keys.Len()]
	clear(v.slots)
	return v.table.Get(0, keys, v.s.refs)
}

// Use makes a key the one at work.
func (h valueHandle[T]) Use(key int) { h.v.s.at = key }

// Clear removes the value of the key at work.
func (h valueHandle[T]) Clear() error {
	h.v.Clear()
	return nil
}

// End stores what has changed.
func (h valueHandle[T]) End() error {
	v := h.v
	if len(v.touched) == 0 {
		return nil
	}
	w := &v.writing
	w.Hash, w.Bytes, w.Offsets, w.Width = w.Hash[:0], w.Bytes[:0], append(w.Offsets[:0], 0), v.s.keys.Width
	stored := v.touched[:0]
	for _, g := range v.touched {
		if !v.slots[g].present {
			if r := v.s.refs[g]; r != state.None {
				v.table.Delete(r)
			}
			continue
		}
		stored = append(stored, g)
		w.Hash = append(w.Hash, v.s.keys.Hash[g])
		w.Bytes = append(w.Bytes, v.s.keys.At(int(g))...)
		w.Offsets = append(w.Offsets, int32(len(w.Bytes)))
	}
	v.touched = v.touched[:0]
	if len(stored) == 0 {
		return nil
	}
	if w.Width > 0 {
		w.Offsets = nil
	}
	refs := v.s.refs[:len(stored)]
	if _, err := v.table.Upsert(0, w, refs, nil); err != nil {
		return err
	}
	for k, g := range stored {
		v.buf = v.codec.encode(&v.slots[g].v, v.buf[:0])
		v.table.Mutable(refs[k])
		v.table.SetVar(refs[k], v.buf)
	}
	return nil
}

// List is a state of a list of values per partition.
type List[T any] struct {
	s     keyedState
	codec *stateValue[T]
	list  state.List
	made  bool // all keys have a list
	buf   []byte
}

// ListState declares a state of a list per partition. Elements are those of ValueState.
func ListState[T any](d *Declaration, name string, options ...StateOption) *List[T] {
	l := &List[T]{s: keyedState{d: d, name: name, opts: options}, codec: stateValueOf[T](d, name)}
	d.state(&l.s, listHandle[T]{l})
	return l
}

// Add appends x.
func (l *List[T]) Add(x T) {
	if !l.made || l.s.refs[l.s.at] == state.None {
		l.made = true
		if err := l.list.Upsert(l.s.keys, l.s.refs); err != nil {
			l.s.d.note(err)
			return
		}
	}
	l.buf = l.codec.encode(&x, l.buf[:0])
	l.list.Append(l.s.refs[l.s.at], l.buf)
}

// All are the elements, in the order in which they were added. The list must not be
// changed meanwhile.
func (l *List[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		l.scan(func(x T) state.Action {
			if yield(x) {
				return state.Keep
			}
			return state.Stop
		})
	}
}

// RemoveFunc removes the elements for which remove is true.
func (l *List[T]) RemoveFunc(remove func(T) bool) {
	l.scan(func(x T) state.Action {
		if remove(x) {
			return state.Remove
		}
		return state.Keep
	})
}

func (l *List[T]) scan(visit func(T) state.Action) {
	r := l.s.refs[l.s.at]
	if r == state.None {
		return
	}
	l.list.Scan(r, func(record []byte) state.Action {
		var x T
		if err := l.codec.decode(record, &x); err != nil {
			l.s.d.note(fmt.Errorf("state '%s': %w", l.s.name, err))
			return state.Stop
		}
		return visit(x)
	})
}

// Len is the number of elements.
func (l *List[T]) Len() int {
	if r := l.s.refs[l.s.at]; r != state.None {
		return l.list.Count(r)
	}
	return 0
}

// Clear removes all elements.
func (l *List[T]) Clear() {
	if r := l.s.refs[l.s.at]; r != state.None {
		l.list.Clear(r)
		l.s.refs[l.s.at] = state.None
	}
}

// listHandle is how the engine drives a List.
type listHandle[T any] struct{ l *List[T] }

// Open asks for the state.
func (h listHandle[T]) Open(b state.Backend, key []types.Type, ttl time.Duration) (err error) {
	h.l.list, err = b.List(h.l.s.spec(key, ttl))
	return err
}

// Begin looks the keys of a batch up.
func (h listHandle[T]) Begin(keys *state.Keys) error {
	h.l.s.begin(keys)
	h.l.made = false
	return h.l.list.Get(keys, h.l.s.refs)
}

// Use makes a key the one at work.
func (h listHandle[T]) Use(key int) { h.l.s.at = key }

// Clear removes the list of the key at work.
func (h listHandle[T]) Clear() error {
	h.l.Clear()
	return nil
}

// End drops the lists that were made for keys that had nothing to add.
func (h listHandle[T]) End() error {
	if !h.l.made {
		return nil
	}
	for g, r := range h.l.s.refs {
		if r != state.None && h.l.list.Count(r) == 0 {
			h.l.list.Clear(r)
			h.l.s.refs[g] = state.None
		}
	}
	return nil
}

// Map is a state of a map per partition.
type Map[K comparable, V any] struct {
	s      keyedState
	keyOf  *stateValue[K]
	codec  *stateValue[V]
	m      state.Map
	sub    state.Keys
	single [1]state.Ref
	buf    []byte
}

// MapState declares a state of a map per partition, of which single entries are read and
// written. Keys and values are those of ValueState.
func MapState[K comparable, V any](d *Declaration, name string, options ...StateOption) *Map[K, V] {
	m := &Map[K, V]{s: keyedState{d: d, name: name, opts: options}, keyOf: stateValueOf[K](d, name), codec: stateValueOf[V](d, name)}
	d.state(&m.s, mapHandle[K, V]{m})
	return m
}

func (m *Map[K, V]) subKey(k K) *state.Keys {
	m.sub.Bytes = m.keyOf.encode(&k, m.sub.Bytes[:0])
	m.sub.Hash = append(m.sub.Hash[:0], keygroup.Hash(m.sub.Bytes))
	m.sub.Offsets = append(m.sub.Offsets[:0], 0, int32(len(m.sub.Bytes)))
	return &m.sub
}

// find is the entry of k, None if there is none.
func (m *Map[K, V]) find(k K) state.Ref {
	if err := m.m.Get(m.s.current(), m.subKey(k), m.single[:]); err != nil {
		m.s.d.note(err)
		return state.None
	}
	return m.single[0]
}

// Get is the value of k, false if there is none.
func (m *Map[K, V]) Get(k K) (v V, ok bool) {
	if r := m.find(k); r != state.None {
		m.decode(r, &v)
		return v, true
	}
	return v, false
}

func (m *Map[K, V]) decode(r state.Ref, v *V) bool {
	err := m.codec.decode(m.m.Var(r), v)
	if err != nil {
		m.s.d.note(fmt.Errorf("state '%s': %w", m.s.name, err))
	}
	return err == nil
}

// Put stores v for k.
func (m *Map[K, V]) Put(k K, v V) {
	if _, err := m.m.Upsert(m.s.current(), m.subKey(k), m.single[:], nil); err != nil {
		m.s.d.note(err)
		return
	}
	m.buf = m.codec.encode(&v, m.buf[:0])
	m.m.Mutable(m.single[0])
	m.m.SetVar(m.single[0], m.buf)
}

// Delete removes k.
func (m *Map[K, V]) Delete(k K) {
	if r := m.find(k); r != state.None {
		m.m.Delete(r)
	}
}

// All are the entries, in no order. The map must not be changed meanwhile.
func (m *Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		m.s.d.note(m.m.Scan(m.s.current(), 0, func(r state.Ref) state.Action {
			var k K
			var v V
			if err := m.keyOf.decode(m.m.Sub(r), &k); err != nil {
				m.s.d.note(fmt.Errorf("state '%s': %w", m.s.name, err))
				return state.Stop
			}
			if !m.decode(r, &v) || !yield(k, v) {
				return state.Stop
			}
			return state.Keep
		}))
	}
}

// Len is the number of entries.
func (m *Map[K, V]) Len() int {
	n, err := m.m.Count(m.s.current(), 0)
	m.s.d.note(err)
	return n
}

// Clear removes all entries.
func (m *Map[K, V]) Clear() { m.s.d.note(m.m.Clear(m.s.current(), 0)) }

// mapHandle is how the engine drives a Map.
type mapHandle[K comparable, V any] struct{ m *Map[K, V] }

// Open asks for the state.
func (h mapHandle[K, V]) Open(b state.Backend, key []types.Type, ttl time.Duration) (err error) {
	h.m.m, err = b.Map(h.m.s.spec(key, ttl))
	return err
}

// Begin notes the keys of a batch.
func (h mapHandle[K, V]) Begin(keys *state.Keys) error {
	h.m.s.keys = keys
	return nil
}

// Use makes a key the one at work.
func (h mapHandle[K, V]) Use(key int) { h.m.s.at = key }

// Clear removes the map of the key at work.
func (h mapHandle[K, V]) Clear() error { return h.m.m.Clear(h.m.s.current(), 0) }

// End has nothing to store.
func (h mapHandle[K, V]) End() error { return nil }
