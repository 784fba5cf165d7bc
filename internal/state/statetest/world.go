package statetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/statefile"
	"github.com/flottstream/flott/internal/types"
)

const worldGroups = 200 // more than statefile has shelves for

// worldSpecs are the states of the random test; the first letter is the shape.
var worldSpecs = []state.Spec{
	{Name: "t", FixedWidth: 8},
	{Name: "t8", FixedWidth: 3, Key: []types.Type{types.Of(types.BigInt)}},
	{Name: "tttl", FixedWidth: 8, TTL: state.TTL{After: 200 * time.Millisecond}},
	{Name: "l", FixedWidth: 2},
	{Name: "l8", TTL: state.TTL{After: 200 * time.Millisecond}},
	{Name: "m", FixedWidth: 4},
	{Name: "m8", FixedWidth: 8, Value: types.Schema{{Name: "v", Type: types.String()}}},
	{Name: "mttl", TTL: state.TTL{After: 200 * time.Millisecond}},
}

// widthOf is the width of the keys of a state.
func widthOf(name string) int {
	if name[len(name)-1] == '8' {
		return 8
	}
	return 0
}

// world is a set of backends that share the key groups out among them, their
// naive model, and the snapshots under way.
type world struct {
	t       *testing.T
	factory Factory
	r       *rand.Rand
	clock   *clock
	model   *model
	parts   []*part
	pending []*pending
	number  int64
}

// part is a backend with its states.
type part struct {
	state.Backend
	groups keygroup.Range
	tables map[string]state.Table
	lists  map[string]state.List
	maps   map[string]state.Map
	timers state.Timers
	list   state.OperatorList
	set    []timerKey // timers ever set
	// names that belong to groups, by width of keys
	names map[int][]string
}

// pending is a snapshot that is being read by a goroutine.
type pending struct {
	want content
	got  chan content
	late chan struct{} // to be closed before it is read, nil: need not
	err  error
}

func newWorld(t *testing.T, f Factory, seed uint64) *world {
	w := &world{t: t, factory: f, r: rand.New(rand.NewPCG(seed, 5)), clock: &clock{ms: 1_000_000}, model: newModel()}
	w.open(1, func(keygroup.Range, int) *state.Restore { return nil })
	return w
}

// open makes n backends.
func (w *world) open(n int, restore func(keygroup.Range, int) *state.Restore) {
	w.parts = nil
	for i := range n {
		p := &part{groups: keygroup.RangeOf(i, worldGroups, n), tables: map[string]state.Table{},
			lists: map[string]state.List{}, maps: map[string]state.Map{}, names: map[int][]string{}}
		p.Backend = w.factory(w.t, Options{KeyGroups: p.groups, MaxParallelism: worldGroups, Now: w.clock.now, Restore: restore(p.groups, i)})
		for _, s := range worldSpecs {
			switch s.Name[0] {
			case 't':
				p.tables[s.Name] = must[state.Table](w.t)(p.Table(s))
			case 'l':
				p.lists[s.Name] = must[state.List](w.t)(p.List(s))
			case 'm':
				p.maps[s.Name] = must[state.Map](w.t)(p.Map(s))
			}
		}
		p.timers = must[state.Timers](w.t)(p.Timers("timers"))
		p.list = must[state.OperatorList](w.t)(p.OperatorList("offsets", state.Split))
		equal(w.t, "nothing restored is unclaimed", p.Unclaimed(), []string{})
		for k := range 150 {
			name := fmt.Sprint("k", k)
			if padded := name + strings.Repeat("\x00", 8-len(name)); owns(p.groups, padded) {
				p.names[8] = append(p.names[8], padded)
			}
			if k%5 == 0 {
				name += strings.Repeat("-long", k/5)
			}
			if owns(p.groups, name) {
				p.names[0] = append(p.names[0], name)
			}
		}
		w.parts = append(w.parts, p)
	}
}

// batch draws keys that belong to p.
func (w *world) batch(p *part, width, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = p.names[width][w.r.IntN(len(p.names[width]))]
	}
	return names
}

func (w *world) value() string {
	size := w.r.IntN(40)
	switch w.r.IntN(40) {
	case 0:
		size = w.r.IntN(5000)
	case 1:
		size = w.r.IntN(60000)
	}
	return strings.Repeat(string(rune('a'+w.r.IntN(26))), size)
}

func (w *world) fixed(n int) string {
	return fmt.Sprintf("%0*d", n, w.r.IntN(1<<30))[:n]
}

// stamp is that of a write now to a state with this TTL.
func (w *world) stamp(s state.Spec) int64 {
	if s.TTL.After > 0 {
		return w.clock.ms
	}
	return 0
}

// step does something at random to one state of one backend.
func (w *world) step() {
	w.clock.ms += int64(w.r.IntN(3))
	w.model.expire(w.clock.ms)
	p := w.parts[w.r.IntN(len(w.parts))]
	s := worldSpecs[w.r.IntN(len(worldSpecs))]
	if len(p.names[0]) == 0 || len(p.names[8]) == 0 {
		return
	}
	switch s.Name[0] {
	case 't':
		w.stepTable(p, s)
	case 'l':
		w.stepList(p, s)
	case 'm':
		w.stepMap(p, s)
	}
	if w.r.IntN(3) == 0 {
		w.stepTimers(p)
	}
}

func (w *world) stepTable(p *part, s state.Spec) {
	tab, r := p.tables[s.Name], w.r
	m := w.model.tables[s.Name]
	if m == nil {
		m = map[tableKey]twin{}
		w.model.tables[s.Name] = m
	}
	ns := int64(r.IntN(3) - 1)
	names := w.batch(p, widthOf(s.Name), 1+r.IntN(30))
	keys, refs := keysOf(widthOf(s.Name), names...), make([]state.Ref, len(names))
	switch op := r.IntN(10); {
	case op < 6:
		must[[]int32](w.t)(tab.Upsert(ns, keys, refs, nil))
		for i, name := range names {
			k := tableKey{ns, name}
			rec, known := m[k]
			if !known {
				rec = twin{strings.Repeat("\x00", s.FixedWidth), "", w.stamp(s)}
			}
			switch r.IntN(3) {
			case 0:
				rec.fixed, rec.stamp = w.fixed(s.FixedWidth), w.stamp(s)
				copy(tab.Mutable(refs[i]), rec.fixed)
			case 1:
				rec.value, rec.stamp = w.value(), w.stamp(s)
				tab.SetVar(refs[i], []byte(rec.value))
			}
			m[k] = rec
		}
		if r.IntN(2) == 0 {
			for i, b := range tab.Records(refs[:1], nil) {
				k := tableKey{ns, names[i]}
				rec := m[k]
				rec.fixed, rec.stamp = w.fixed(s.FixedWidth), w.stamp(s)
				copy(b, rec.fixed)
				m[k] = rec
			}
		}
	case op < 9:
		ok(w.t, tab.Get(ns, keys, refs))
		gone := map[string]bool{}
		for i, name := range names {
			rec, known := m[tableKey{ns, name}]
			if gone[name] {
				continue
			}
			if known != (refs[i] != state.None) {
				w.t.Fatalf("%s %d %q: Ref %d, known %v", s.Name, ns, name, refs[i], known)
			}
			if known {
				equal(w.t, "entry", []string{string(tab.Fixed(refs[i])), string(tab.Var(refs[i]))}, []string{rec.fixed, rec.value})
			}
			if known && r.IntN(3) == 0 {
				tab.Delete(refs[i])
				delete(m, tableKey{ns, name})
				gone[name] = true
			}
		}
	case r.IntN(4) == 0:
		ok(w.t, tab.Drop(ns))
		for k := range m {
			if k.ns == ns && owns(p.groups, k.key) {
				delete(m, k)
			}
		}
	}
}

func (w *world) stepList(p *part, s state.Spec) {
	l, r := p.lists[s.Name], w.r
	m := w.model.lists[s.Name]
	if m == nil {
		m = map[string][]twin{}
		w.model.lists[s.Name] = m
	}
	names := w.batch(p, widthOf(s.Name), 1+r.IntN(10))
	keys, refs := keysOf(widthOf(s.Name), names...), make([]state.Ref, len(names))
	if r.IntN(3) > 0 {
		ok(w.t, l.Upsert(keys, refs))
		for i, name := range names {
			for range r.IntN(8) {
				rec := twin{w.fixed(s.FixedWidth), w.value(), w.stamp(s)}
				l.Append(refs[i], []byte(rec.fixed+rec.value))
				m[name] = append(m[name], rec)
			}
		}
		return
	}
	ok(w.t, l.Get(keys, refs))
	seen := map[string]bool{}
	for i, name := range names {
		if refs[i] == state.None || seen[name] {
			continue
		}
		seen[name] = true
		if r.IntN(6) == 0 {
			l.Clear(refs[i])
			delete(m, name)
			continue
		}
		var keep []twin
		at := 0
		scan, writes := l.ScanMutable, true
		if r.IntN(2) == 0 {
			scan, writes = l.Scan, false
		}
		scan(refs[i], func(b []byte) state.Action {
			rec := m[name][at]
			at++
			equal(w.t, "record", string(b), rec.fixed+rec.value)
			switch x := r.IntN(4); {
			case x == 0:
				return state.Remove
			case x == 1 && writes:
				rec.fixed = w.fixed(s.FixedWidth)
				copy(b, rec.fixed)
			}
			keep = append(keep, rec)
			return state.Keep
		})
		equal(w.t, "records of a list", at, len(m[name]))
		if m[name] = keep; len(keep) == 0 {
			delete(m, name)
		}
	}
}

func (w *world) stepMap(p *part, s state.Spec) {
	mp, r := p.maps[s.Name], w.r
	m := w.model.maps[s.Name]
	if m == nil {
		m = map[mapKey]twin{}
		w.model.maps[s.Name] = m
	}
	width := widthOf(s.Name)
	names, subs := w.batch(p, width, 1+r.IntN(20)), w.subs(width)
	subs = subs[:min(len(names), len(subs))]
	names = names[:len(subs)]
	keys, sub, refs := keysOf(width, names...), keysOf(width, subs...), make([]state.Ref, len(names))
	switch op := r.IntN(10); {
	case op < 5:
		must[[]int32](w.t)(mp.Upsert(keys, sub, refs, nil))
		for i := range names {
			rec := twin{w.fixed(s.FixedWidth), w.value(), w.stamp(s)}
			copy(mp.Mutable(refs[i]), rec.fixed)
			mp.SetVar(refs[i], []byte(rec.value))
			m[mapKey{names[i], subs[i]}] = rec
		}
	case op < 8:
		ok(w.t, mp.Get(keys, sub, refs))
		gone := map[mapKey]bool{}
		for i := range names {
			k := mapKey{names[i], subs[i]}
			rec, known := m[k]
			if gone[k] {
				continue
			}
			if known != (refs[i] != state.None) {
				w.t.Fatalf("%s %q: Ref %d, known %v", s.Name, k, refs[i], known)
			}
			if known {
				equal(w.t, "entry", []string{string(mp.Fixed(refs[i])), string(mp.Var(refs[i]))}, []string{rec.fixed, rec.value})
				mp.Delete(refs[i])
				delete(m, k)
				gone[k] = true
			}
		}
	case op < 9:
		ok(w.t, mp.Scan(keys, 0, func(ref state.Ref) state.Action {
			k := mapKey{names[0], string(mp.Sub(ref))}
			equal(w.t, "scanned value", string(mp.Var(ref)), m[k].value)
			if r.IntN(2) == 0 {
				delete(m, k)
				return state.Remove
			}
			return state.Keep
		}))
	default:
		ok(w.t, mp.Clear(keys, 0))
		for k := range m {
			if k.key == names[0] {
				delete(m, k)
			}
		}
	}
}

// subs draws sub-keys.
func (w *world) subs(width int) []string {
	subs := make([]string, 20)
	for i := range subs {
		subs[i] = fmt.Sprint("s", w.r.IntN(30))
		if width > 0 {
			subs[i] += strings.Repeat("\x00", width-len(subs[i]))
		} else if w.r.IntN(10) == 0 {
			subs[i] += strings.Repeat("+", 40)
		}
	}
	return subs
}

func (w *world) stepTimers(p *part) {
	for range w.r.IntN(20) {
		name := w.batch(p, 0, 1)[0]
		k := timerKey{w.clock.ms + int64(w.r.IntN(60)), name}
		if n := len(p.set); n > 0 && w.r.IntN(3) == 0 {
			k = p.set[w.r.IntN(n)] // it may have fired
			name = k.key
			p.timers.Delete(k.time, keygroup.Hash([]byte(name)), []byte(name))
			delete(w.model.timers, k)
		} else {
			ok(w.t, p.timers.Set(k.time, keygroup.Hash([]byte(name)), []byte(name)))
			w.model.timers[k] = true
			p.set = append(p.set, k)
		}
	}
	ok(w.t, p.timers.PopUntil(w.clock.ms, func(time int64, _ uint64, key []byte) error {
		k := timerKey{time, string(key)}
		if !w.model.timers[k] {
			w.t.Fatalf("timer %v fires and is not set", k)
		}
		delete(w.model.timers, k)
		return nil
	}))
	for k := range w.model.timers {
		if k.time <= w.clock.ms && owns(p.groups, k.key) {
			w.t.Fatalf("timer %v does not fire", k)
		}
	}
}

// snapshot freezes one backend and lets a goroutine read it.
func (w *world) snapshot() {
	p := w.parts[w.r.IntN(len(w.parts))]
	w.model.expire(w.clock.ms)
	w.number++
	s := must[state.Snapshot](w.t)(p.Snapshot(w.number))
	x := &pending{want: w.model.content(p.groups), got: make(chan content, 1), late: make(chan struct{})}
	now := w.clock.ms
	w.pending = append(w.pending, x)
	if w.r.IntN(10) == 0 { // a checkpoint may be aborted before anything is read
		s.Release()
		x.got <- x.want
		return
	}
	if w.r.IntN(2) == 0 {
		close(x.late)
		x.late = nil
	}
	start := x.late
	go func() {
		defer s.Release()
		if start != nil {
			<-start // many writes later
		}
		var got content
		got, x.err = contentOf(s.States(), s.Scan, now)
		x.got <- got
	}()
}

// settle waits for all but keep of the snapshots under way and checks them.
func (w *world) settle(keep int) {
	for len(w.pending) > keep {
		x := w.pending[0]
		w.pending = w.pending[1:]
		if x.late != nil {
			close(x.late)
		}
		got := <-x.got
		ok(w.t, x.err)
		if d := differ(got, x.want); d != "" {
			w.t.Fatalf("a snapshot shows later writes or lacks earlier ones: %s", d)
		}
	}
}

// rescale writes all backends through statefile and goes on with n new ones.
func (w *world) rescale(n int) {
	w.settle(0)
	w.model.expire(w.clock.ms)
	files := &MemoryFiles{}
	var parts []state.Part
	var lists [][]byte
	for i, p := range w.parts {
		p.list.Set([][]byte{fmt.Appendf(nil, "offset of %d of %d", i, len(w.parts))})
		w.number++
		s := must[state.Snapshot](w.t)(p.Snapshot(w.number))
		p.list.Set([][]byte{[]byte("later")})
		part, err := statefile.Write(context.Background(), s, files, statefile.Options{
			Groups: p.groups, MaxParallelism: worldGroups, InlineBytes: w.r.IntN(2) * 1 << 20, Compress: w.r.IntN(2) == 0})
		ok(w.t, err)
		for _, l := range s.Lists() {
			equal(w.t, "operator list", []any{l.Name, l.Mode}, []any{"offsets", state.Split})
			lists = append(lists, l.Records...)
		}
		s.Release()
		ok(w.t, p.Close())
		parts = append(parts, part)
	}
	equal(w.t, "operator lists are in the snapshot", len(lists), len(parts))
	w.open(n, func(groups keygroup.Range, i int) *state.Restore {
		restore := &state.Restore{}
		for _, part := range parts {
			restore.Sources = append(restore.Sources, must[state.Source](w.t)(statefile.Open(context.Background(), part, files)))
		}
		if i == 0 {
			restore.Lists = []state.ListContent{{Name: "offsets", Mode: state.Split, Records: lists}}
		}
		return restore
	})
	equal(w.t, "operator lists are restored", len(w.parts[0].list.Get()), len(lists))
	for range w.parts {
		w.snapshot()
	}
	w.settle(0)
}
