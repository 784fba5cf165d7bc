package operators

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// processTimers are the timers of a process table function. entries maps (key, name) to a
// time: of a name there is one timer in a partition; a timer without a name has its time
// for a name. named and unnamed have a timer for each time that the entries of a partition
// name. A watermark fires the timers without names first, as in Flink, then the named
// ones; each by time.
type processTimers struct {
	named, unnamed state.Timers
	entries        state.Map // fixed part: time 8
	width          int       // of a key
	one            singleKey
	sub            state.Keys
	refs           [1]state.Ref
	created        []int32
	due            []string

	// others counts the named timers of a partition for the time at; count is its visitor.
	at     int64
	others int
	count  func(state.Ref) state.Action
}

// The first byte of a sub-key of entries.
const (
	namedTimer byte = iota
	unnamedTimer
)

func newProcessTimers(key []types.Type, b state.Backend) (t *processTimers, err error) {
	t = &processTimers{width: rowcodec.NewKeyEncoder(key).Width()}
	t.entries, err = b.Map(state.Spec{Name: "timers-by-name", Key: key, FixedWidth: 8, Value: types.Schema{}})
	if err != nil {
		return nil, err
	}
	if t.unnamed, err = b.Timers("unnamed-timers"); err != nil {
		return nil, err
	}
	t.count = func(r state.Ref) state.Action {
		if t.entries.Sub(r)[0] == namedTimer && t.timeOf(r) == t.at {
			t.others++
		}
		return state.Keep
	}
	t.named, err = b.Timers("named-timers")
	return t, err
}

func (t *processTimers) key(e *processEvent) *state.Keys { return t.one.make(e.hash, e.key, t.width) }

// name is the sub-key of a name; that of a timer without one is of its time.
func (t *processTimers) name(name string) *state.Keys {
	t.sub.Bytes = append(append(t.sub.Bytes[:0], namedTimer), name...)
	return t.subKey()
}

func (t *processTimers) noName(time int64) *state.Keys {
	t.sub.Bytes = binary.BigEndian.AppendUint64(append(t.sub.Bytes[:0], unnamedTimer), uint64(time))
	return t.subKey()
}

func (t *processTimers) subKey() *state.Keys {
	t.sub.Hash = append(t.sub.Hash[:0], keygroup.Hash(t.sub.Bytes))
	t.sub.Offsets = append(t.sub.Offsets[:0], 0, int32(len(t.sub.Bytes)))
	return &t.sub
}

func (t *processTimers) timeOf(r state.Ref) int64 {
	return int64(binary.LittleEndian.Uint64(t.entries.Fixed(r)))
}

// set sets or moves a named timer of a partition.
func (t *processTimers) set(e *processEvent, name string, time int64) (err error) {
	if t.created, err = t.entries.Upsert(t.key(e), t.name(name), t.refs[:], t.created[:0]); err != nil {
		return err
	}
	record := t.entries.Mutable(t.refs[0])
	old := int64(binary.LittleEndian.Uint64(record))
	binary.LittleEndian.PutUint64(record, uint64(time))
	if len(t.created) == 0 && old != time {
		if err := t.release(e, old); err != nil {
			return err
		}
	}
	return t.named.Set(time, e.hash, e.key)
}

// release removes the partition's timer for a time, unless a name needs it.
func (t *processTimers) release(e *processEvent, time int64) error {
	t.at, t.others = time, 0
	if err := t.entries.Scan(t.key(e), 0, t.count); err != nil {
		return err
	}
	if t.others == 0 {
		t.named.Delete(time, e.hash, e.key)
	}
	return nil
}

// setUnnamed sets a timer without a name; twice is once.
func (t *processTimers) setUnnamed(e *processEvent, time int64) error {
	if err := t.enter(e, t.noName(time), time); err != nil {
		return err
	}
	return t.unnamed.Set(time, e.hash, e.key)
}

func (t *processTimers) enter(e *processEvent, sub *state.Keys, time int64) error {
	if _, err := t.entries.Upsert(t.key(e), sub, t.refs[:], nil); err != nil {
		return err
	}
	binary.LittleEndian.PutUint64(t.entries.Mutable(t.refs[0]), uint64(time))
	return nil
}

// remove takes an entry out and returns its time; ok is false if there is none.
func (t *processTimers) remove(e *processEvent, sub *state.Keys) (time int64, ok bool, err error) {
	if err := t.entries.Get(t.key(e), sub, t.refs[:]); err != nil || t.refs[0] == state.None {
		return 0, false, err
	}
	time = t.timeOf(t.refs[0])
	t.entries.Delete(t.refs[0])
	return time, true, nil
}

// clear removes a named timer, if there is one. The partition's timer for that time goes
// too, unless another name needs it.
func (t *processTimers) clear(e *processEvent, name string) error {
	time, ok, err := t.remove(e, t.name(name))
	if !ok || err != nil {
		return err
	}
	return t.release(e, time)
}

func (t *processTimers) clearUnnamed(e *processEvent, time int64) error {
	_, ok, err := t.remove(e, t.noName(time))
	if ok {
		t.unnamed.Delete(time, e.hash, e.key)
	}
	return err
}

// namesAt puts the names of a partition's timers of a time into due, in order.
func (t *processTimers) namesAt(e *processEvent, time int64) error {
	t.due = t.due[:0]
	err := t.entries.Scan(t.key(e), 0, func(r state.Ref) state.Action {
		if sub := t.entries.Sub(r); sub[0] == namedTimer && t.timeOf(r) == time {
			t.due = append(t.due, string(sub[1:]))
		}
		return state.Keep
	})
	slices.Sort(t.due)
	return err
}

// clearAll removes the timers of a partition.
func (t *processTimers) clearAll(e *processEvent) error {
	return t.entries.Scan(t.key(e), 0, func(r state.Ref) state.Action {
		if t.entries.Sub(r)[0] == namedTimer {
			t.named.Delete(t.timeOf(r), e.hash, e.key)
		} else {
			t.unnamed.Delete(t.timeOf(r), e.hash, e.key)
		}
		return state.Remove
	})
}

// firing is how timers become rows.
type firing struct {
	keys [][]byte // of each row emitted; pieces of buf
	buf  []byte
	key  []byte // of the timer at work
	one  singleKey
}

// fire calls the function for the timers up to a watermark.
func (p *processor) fire(time int64, out operator.Output) error {
	t := p.timers
	p.present(-1)
	if next, ok := t.unnamed.Next(); ok && next <= time {
		if err := t.unnamed.PopUntil(time, func(at int64, hash uint64, key []byte) error {
			e := p.fired(at, hash, key)
			if _, ok, err := t.remove(&e, t.noName(at)); !ok || err != nil {
				return err
			}
			return p.onTimer(e, out)
		}); err != nil {
			return err
		}
	}
	if next, ok := t.named.Next(); ok && next <= time {
		if err := t.named.PopUntil(time, func(at int64, hash uint64, key []byte) error {
			return p.fireNamed(p.fired(at, hash, key), out)
		}); err != nil {
			return err
		}
	}
	return p.emitFired(out)
}

// fired is the event of a timer. Setting timers may overwrite key.
func (p *processor) fired(at int64, hash uint64, key []byte) processEvent {
	p.firing.key = append(p.firing.key[:0], key...)
	return processEvent{hash: hash, key: p.firing.key, time: at, timed: true}
}

// fireNamed calls the function for the names of a partition whose time has come. A name
// may be cleared or moved by the timer before it.
func (p *processor) fireNamed(e processEvent, out operator.Output) error {
	t := p.timers
	if err := t.namesAt(&e, e.time); err != nil {
		return err
	}
	e.named = true
	for _, name := range slices.Clone(t.due) {
		if err := t.entries.Get(t.key(&e), t.name(name), t.refs[:]); err != nil {
			return err
		}
		if t.refs[0] == state.None || t.timeOf(t.refs[0]) != e.time {
			continue
		}
		t.entries.Delete(t.refs[0])
		e.timer = name
		if err := p.onTimer(e, out); err != nil {
			return err
		}
	}
	return nil
}

// onTimer calls the function for one timer.
func (p *processor) onTimer(e processEvent, out operator.Output) error {
	f := &p.firing
	p.current = e
	if err := p.beginStates(f.one.make(e.hash, e.key, p.timers.width)); err != nil {
		return err
	}
	for _, s := range p.fn.States {
		s.Use(0)
	}
	if err := p.call(p.fn.OnTimer); err != nil {
		return err
	}
	if err := p.endStates(); err != nil {
		return err
	}
	for len(f.keys) < len(p.fn.Out.Kinds) {
		from := len(f.buf)
		f.buf = append(f.buf, e.key...)
		f.keys = append(f.keys, f.buf[from:len(f.buf):len(f.buf)])
		p.rowtime = append(p.rowtime, e.time)
	}
	if len(f.keys) >= p.limit {
		return p.emitFired(out)
	}
	return nil
}

// emitFired gives out the rows of timers, with the keys of each table.
func (p *processor) emitFired(out operator.Output) error {
	f := &p.firing
	if len(f.keys) == 0 {
		return nil
	}
	at := 0
	for i := range p.inputs {
		n := len(p.inputs[i].spec.Keys)
		if n > 0 {
			if err := p.inputs[i].keys.DecodeKeys(f.keys, p.out.Cols[at:at+n]); err != nil {
				return err
			}
		}
		at += n
	}
	err := p.emit(out)
	f.keys, f.buf = f.keys[:0], f.buf[:0]
	return err
}

// errNoTimers says where timers are not to be had, in Flink's words.
var errNoTimers = errors.New("Timers are not supported in the current PTF declaration. Note that only PTFs that take set semantic tables support timers. " +
	"Also timers are not available for advanced traits such as supporting pass-through columns or updates.")

// note keeps the first failure of a call of the context.
func (p *processor) note(err error) {
	if err != nil && p.failure == nil {
		p.failure = err
	}
}

// Timer is the name of the timer that fires.
func (p *processor) Timer() (string, bool) { return p.current.timer, p.current.named }

// SetTimer sets or moves a named timer.
func (p *processor) SetTimer(name string, ms int64) {
	if p.timers == nil {
		p.note(errNoTimers)
		return
	}
	p.note(p.timers.set(&p.current, name, ms))
}

// SetUnnamed sets a timer without a name.
func (p *processor) SetUnnamed(ms int64) {
	if p.timers == nil {
		p.note(errNoTimers)
		return
	}
	p.note(p.timers.setUnnamed(&p.current, ms))
}

// ClearTimer removes a named timer.
func (p *processor) ClearTimer(name string) {
	if p.timers != nil {
		p.note(p.timers.clear(&p.current, name))
	}
}

// ClearUnnamed removes the timer without a name of a time.
func (p *processor) ClearUnnamed(ms int64) {
	if p.timers != nil {
		p.note(p.timers.clearUnnamed(&p.current, ms))
	}
}

// ClearTimers removes the timers of the partition.
func (p *processor) ClearTimers() {
	if p.timers != nil {
		p.note(p.timers.clearAll(&p.current))
	}
}

// ClearStates clears the states of the partition.
func (p *processor) ClearStates() {
	for _, s := range p.fn.States {
		p.note(s.Clear())
	}
}
