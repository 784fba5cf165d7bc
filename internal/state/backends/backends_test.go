package backends

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/lsm"
	"github.com/flottstream/flott/internal/state/statetest"
	"github.com/flottstream/flott/internal/statefile"
)

const groups = 32

// Random jobs go on for many checkpoints and restarts: native and canonical, with
// other parallelism, from either backend to either, with memory for a part of the
// state, and always hold what a map of Go holds.
func TestRandomJobs(t *testing.T) {
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			j := &job{t: t, r: rand.New(rand.NewPCG(seed, 8)), model: map[string]string{}, files: &statetest.MemoryFiles{}, dir: t.TempDir()}
			j.start(1, nil)
			for round := range 12 {
				for range 15 {
					j.step()
				}
				if round%3 == 2 {
					n := []int{1, 2, 7}[j.r.IntN(3)]
					j.start(n, j.savepoint())
				} else {
					j.checkpoint()
				}
			}
			j.stop()
		})
	}
}

// job is a keyed operator and the truth about its state.
type job struct {
	t     *testing.T
	r     *rand.Rand
	files *statetest.MemoryFiles
	dir   string
	tasks []*task
	model map[string]string // entry → value, printed
	last  int64             // checkpoint
	base  int64
}

type task struct {
	state.Backend
	groups keygroup.Range
	table  state.Table
	m      state.Map
	list   state.List
	timers state.Timers
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (j *job) stop() {
	for _, k := range j.tasks {
		check(j.t, k.Close())
	}
	j.tasks = nil
	left, err := os.ReadDir(j.dir)
	check(j.t, err)
	if len(left) > 0 {
		j.t.Fatalf("%d local files are left, the first is %s", len(left), left[0].Name())
	}
}

// start runs n tasks from parts.
func (j *job) start(n int, parts []Part) {
	j.stop()
	for i := range n {
		k := &task{groups: keygroup.RangeOf(i, groups, n)}
		o := Default()
		o.LocalDir, o.rebase = j.dir, 4<<10
		kind := Rocks
		if j.r.IntN(4) == 0 {
			kind = HashMap
		}
		req := Request{Kind: kind, KeyGroups: k.groups, MaxParallelism: groups, Files: j.files, Keyed: parts, Options: o, Managed: 80 << 10}
		if len(parts) == n && j.r.IntN(2) == 0 {
			req.Restored = j.last
		}
		j.base = req.Restored
		var err error
		k.Backend, err = Open(context.Background(), req)
		check(j.t, err)
		k.table, err = k.Table(state.Spec{Name: "table", FixedWidth: 8})
		check(j.t, err)
		k.m, err = k.Map(state.Spec{Name: "map"})
		check(j.t, err)
		k.list, err = k.List(state.Spec{Name: "list", FixedWidth: 4})
		check(j.t, err)
		k.timers, err = k.Timers("timers")
		check(j.t, err)
		j.tasks = append(j.tasks, k)
	}
	j.compare()
}

func (k *task) keys(r *rand.Rand, n int) (*state.Keys, []string) {
	keys := &state.Keys{Width: 8}
	var names []string
	for len(names) < n {
		b := binary.BigEndian.AppendUint64(nil, uint64(r.IntN(3000)))
		if h := keygroup.Hash(b); k.groups.Contains(keygroup.Of(h, groups)) {
			keys.Bytes, keys.Hash = append(keys.Bytes, b...), append(keys.Hash, h)
			names = append(names, fmt.Sprintf("%x", b))
		}
	}
	return keys, names
}

func (j *job) step() {
	k, r := j.tasks[j.r.IntN(len(j.tasks))], j.r
	keys, names := k.keys(r, 1+r.IntN(200))
	refs := make([]state.Ref, len(names))
	switch r.IntN(12) {
	case 0, 1, 2:
		ns := int64(r.IntN(3) - 1)
		_, err := k.table.Upsert(ns, keys, refs, nil)
		check(j.t, err)
		for i, rec := range k.table.Records(refs, nil) {
			x := r.Uint64()
			binary.BigEndian.PutUint64(rec, x)
			v := strings.Repeat("v", r.IntN(120))
			k.table.SetVar(refs[i], []byte(v))
			j.model[fmt.Sprintf("table %d %s", ns, names[i])] = fmt.Sprintf("%016x%s", x, v)
		}
	case 3:
		ns := int64(r.IntN(3) - 1)
		check(j.t, k.table.Get(ns, keys, refs))
		for i, ref := range refs {
			name := fmt.Sprintf("table %d %s", ns, names[i])
			want, known := j.model[name]
			if slices.Index(names, names[i]) != i {
				continue
			}
			if known != (ref != state.None) {
				j.t.Fatalf("%s: Ref %d, known %v", name, ref, known)
			}
			if known {
				if got := fmt.Sprintf("%x%s", k.table.Fixed(ref), k.table.Var(ref)); got != want {
					j.t.Fatalf("%s: %s, want %s", name, got, want)
				}
				if r.IntN(2) == 0 {
					k.table.Delete(ref)
					delete(j.model, name)
				}
			}
		}
	case 4:
		if r.IntN(3) == 0 {
			ns := int64(r.IntN(3) - 1)
			check(j.t, k.table.Drop(ns))
			j.forget(k, fmt.Sprintf("table %d ", ns))
		}
	case 5:
		sub, subs := (&task{groups: keygroup.RangeOf(0, groups, 1)}).keys(r, len(names))
		_, err := k.m.Upsert(keys, sub, refs, nil)
		check(j.t, err)
		for i, ref := range refs {
			v := fmt.Sprint("m", r.IntN(1000))
			k.m.SetVar(ref, []byte(v))
			j.model["map "+names[i]+" "+subs[i]] = v
		}
		if r.IntN(2) == 0 {
			check(j.t, k.m.Clear(keys, 0))
			j.forget(k, "map "+names[0]+" ")
		}
	case 6:
		check(j.t, k.list.Upsert(keys, refs))
		for i, ref := range refs {
			rec := fmt.Sprintf("%04d%s", r.IntN(10000), strings.Repeat("l", r.IntN(90)))
			k.list.Append(ref, []byte(rec))
			j.model["list "+names[i]] += rec + "|"
		}
	case 7:
		check(j.t, k.list.Get(keys, refs))
		for i, ref := range refs {
			if ref != state.None && slices.Index(names, names[i]) == i && r.IntN(3) == 0 {
				k.list.Clear(ref)
				delete(j.model, "list "+names[i])
			}
		}
	case 8:
		for i, name := range names {
			time := int64(r.IntN(100)) - 50
			check(j.t, k.timers.Set(time, keys.Hash[i], keys.At(i)))
			j.model[fmt.Sprintf("timers %d %s", time, name)] = ""
		}
		check(j.t, k.timers.PopUntil(int64(r.IntN(60))-50, func(time int64, _ uint64, key []byte) error {
			name := fmt.Sprintf("timers %d %x", time, key)
			if _, known := j.model[name]; !known {
				return errors.New(name + " fires and is not set")
			}
			delete(j.model, name)
			return nil
		}))
	case 9:
		ns := int64(r.IntN(3) - 1)
		seen := map[string]bool{}
		check(j.t, k.table.Scan(ns, func(ref state.Ref) bool {
			name := fmt.Sprintf("table %d %x", ns, k.table.Key(ref))
			if got := fmt.Sprintf("%x%s", k.table.Fixed(ref), k.table.Var(ref)); got != j.model[name] || seen[name] {
				j.t.Fatalf("scan: %s is %s, want %s; seen before: %v", name, got, j.model[name], seen[name])
			}
			seen[name] = true
			if r.IntN(50) == 0 {
				k.table.Delete(ref)
				delete(j.model, name)
			}
			return true
		}))
		for name := range j.model {
			if strings.HasPrefix(name, fmt.Sprintf("table %d ", ns)) && j.owns(k, name) && !seen[name] {
				j.t.Fatalf("scan misses %s", name)
			}
		}
	case 10:
		check(j.t, k.list.Get(keys, refs))
		for i, ref := range refs {
			name, got := "list "+names[i], ""
			if ref != state.None {
				k.list.Scan(ref, func(rec []byte) state.Action {
					got += string(rec) + "|"
					return state.Keep
				})
			}
			if got != j.model[name] {
				j.t.Fatalf("%s: %s, want %s", name, got, j.model[name])
			}
		}
		check(j.t, k.list.Get(keys, refs))
	case 11:
		for i := range min(len(names), 20) {
			n := 0
			check(j.t, k.m.Scan(keys, i, func(ref state.Ref) state.Action {
				name := fmt.Sprintf("map %s %x", names[i], k.m.Sub(ref))
				if got := string(k.m.Fixed(ref)) + string(k.m.Var(ref)); got != j.model[name] {
					j.t.Fatalf("%s: %s, want %s", name, got, j.model[name])
				}
				if r.IntN(3) == 0 {
					delete(j.model, name)
					return state.Remove
				}
				n++
				return state.Keep
			}))
			count, err := k.m.Count(keys, i)
			check(j.t, err)
			if count != n {
				j.t.Fatalf("Count %d, want %d", count, n)
			}
			time := int64(r.IntN(100)) - 50
			k.timers.Delete(time, keys.Hash[i], keys.At(i))
			delete(j.model, fmt.Sprintf("timers %d %s", time, names[i]))
		}
	}
}

// owns reports whether the key of an entry of the model is one of k's.
func (j *job) owns(k *task, name string) bool {
	b, err := hex.DecodeString(strings.Fields(name)[keyField(name)])
	check(j.t, err)
	return k.groups.Contains(keygroup.Of(keygroup.Hash(b), groups))
}

// forget removes what k has under a prefix from the model.
func (j *job) forget(k *task, prefix string) {
	for name := range j.model {
		if strings.HasPrefix(name, prefix) {
			if j.owns(k, name) {
				delete(j.model, name)
			}
		}
	}
}

// keyField is which word of a model's entry is the key.
func keyField(name string) int {
	if strings.HasPrefix(name, "table") || strings.HasPrefix(name, "timers") {
		return 2
	}
	return 1
}

// contentOf prints a snapshot as the model does.
func contentOf(into map[string]string, states []state.Description, scan func(string, func(*state.Entry) error) error) error {
	for _, d := range states {
		err := scan(d.Name, func(e *state.Entry) error {
			name, v := "", fmt.Sprintf("%s%s", e.Fixed, e.Var)
			switch d.Shape {
			case state.ShapeTable:
				name, v = fmt.Sprintf("table %d %x", e.Namespace, e.Key), fmt.Sprintf("%x%s", e.Fixed, e.Var)
			case state.ShapeMap:
				name = fmt.Sprintf("map %x %x", e.Key, e.Sub)
			case state.ShapeList:
				name = fmt.Sprintf("list %x", e.Key)
				v = into[name] + v + "|"
			case state.ShapeTimers:
				name = fmt.Sprintf("timers %d %x", e.Time, e.Key)
			}
			if _, twice := into[name]; twice && d.Shape != state.ShapeList {
				return errors.New(name + " occurs twice")
			}
			into[name] = v
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *job) differ(got map[string]string, what string) {
	j.t.Helper()
	for name, want := range j.model {
		if g, there := got[name]; !there || g != want {
			j.t.Fatalf("%s: %s is %q (there: %v), want %q", what, name, g, there, want)
		}
	}
	for name := range got {
		if _, known := j.model[name]; !known {
			j.t.Fatalf("%s: %s should not be there", what, name)
		}
	}
}

// compare checks all tasks against the model.
func (j *job) compare() {
	got := map[string]string{}
	for _, k := range j.tasks {
		s, err := k.Snapshot(0)
		check(j.t, err)
		check(j.t, contentOf(got, s.States(), s.Scan))
		s.Release()
	}
	j.differ(got, "the backends")
}

// checkpoint takes an incremental checkpoint and reads it back.
func (j *job) checkpoint() []Part {
	j.last++
	base := j.base
	j.base = j.last
	if j.r.IntN(4) == 0 {
		base = 0
	}
	return j.write(base, false)
}

func (j *job) savepoint() []Part {
	j.last++
	return j.write(0, j.r.IntN(2) == 0)
}

func (j *job) write(base int64, canonical bool) []Part {
	var parts []Part
	for _, k := range j.tasks {
		s, err := k.Snapshot(j.last)
		check(j.t, err)
		var p state.Part
		if n, ok := s.(state.Native); ok && !canonical {
			p, err = n.Persist(context.Background(), j.files, base)
		} else {
			p, err = statefile.Write(context.Background(), s, j.files, statefile.Options{Groups: k.groups, MaxParallelism: groups})
		}
		check(j.t, err)
		s.Release()
		parts = append(parts, Part{k.groups, p})
	}
	got := map[string]string{}
	for _, p := range parts {
		s, err := Source(context.Background(), p.Part, j.files, j.t.TempDir())
		check(j.t, err)
		check(j.t, contentOf(got, s.States(), func(name string, visit func(*state.Entry) error) error {
			return s.Scan(context.Background(), name, keygroup.RangeOf(0, groups, 1), visit)
		}))
		check(j.t, s.Close())
	}
	j.differ(got, fmt.Sprintf("checkpoint %d on %d", j.last, base))
	return parts
}

// A damaged or missing file is said to be corrupt, and named.
func TestCorruptFile(t *testing.T) {
	files := &statetest.MemoryFiles{}
	r := Request{Kind: Rocks, KeyGroups: keygroup.RangeOf(0, groups, 1), MaxParallelism: groups, Files: files, Options: Default()}
	r.Options.LocalDir = t.TempDir()
	b, err := Open(context.Background(), r)
	check(t, err)
	tab, err := b.Table(state.Spec{Name: "t", FixedWidth: 8})
	check(t, err)
	keys, _ := (&task{groups: r.KeyGroups}).keys(rand.New(rand.NewPCG(1, 1)), 500)
	_, err = tab.Upsert(0, keys, make([]state.Ref, 500), nil)
	check(t, err)
	s, err := b.Snapshot(1)
	check(t, err)
	p, err := s.(state.Native).Persist(context.Background(), files, 0)
	check(t, err)
	s.Release()
	check(t, b.Close())
	r.Keyed = []Part{{r.KeyGroups, p}}
	refused := func(what string) {
		t.Helper()
		_, err := Open(context.Background(), r)
		if !errors.Is(err, state.ErrCorrupt) || !strings.Contains(err.Error(), p.Segments[0].File) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	files.Mangle(func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
	refused("a bit that has changed")
	files.Mangle(func(b []byte) []byte { b[len(b)/2] ^= 1; return b[:len(b)-1] })
	refused("a torn file")
	missing := p
	missing.Segments = slices.Clone(p.Segments)
	missing.Segments[0].File = "nowhere"
	r.Keyed[0].Part, p = missing, missing
	refused("a missing file")
	broken := p
	broken.Data = slices.Clone(p.Data)
	broken.Data[3]++
	r.Keyed[0].Part = broken
	if _, err := Open(context.Background(), r); !errors.Is(err, state.ErrCorrupt) {
		t.Fatalf("a broken description: %v", err)
	}
}

// What a crashed process has left in the local folder goes at the next start.
func TestLeftovers(t *testing.T) {
	dir := t.TempDir()
	check(t, os.MkdirAll(filepath.Join(dir, "flott-state-1", "db"), 0o755))
	check(t, os.WriteFile(filepath.Join(dir, "flott-state-1.lock"), nil, 0o644))
	check(t, os.WriteFile(filepath.Join(dir, "unrelated"), nil, 0o644))
	r := Request{Kind: Rocks, KeyGroups: keygroup.RangeOf(0, groups, 1), MaxParallelism: groups, Options: Default()}
	r.Options.LocalDir = dir
	var open []state.Backend
	for range 2 { // the second leaves the first alone
		b, err := Open(context.Background(), r)
		check(t, err)
		tab, err := b.Table(state.Spec{Name: "t"})
		check(t, err)
		keys, _ := (&task{groups: r.KeyGroups}).keys(rand.New(rand.NewPCG(1, 1)), 10)
		_, err = tab.Upsert(0, keys, make([]state.Ref, 10), nil)
		check(t, err)
		s, err := b.Snapshot(1)
		check(t, err)
		check(t, s.Scan("t", func(*state.Entry) error { return nil }))
		s.Release()
		open = append(open, b)
	}
	names := func() string {
		entries, err := os.ReadDir(dir)
		check(t, err)
		var out []string
		for _, e := range entries {
			out = append(out, e.Name())
		}
		return strings.Join(out, " ")
	}
	if n := names(); strings.Contains(n, "flott-state-1 ") || strings.Contains(n, "flott-state-1.lock") || strings.Count(n, ".lock") != 2 {
		t.Fatalf("the folder has %s", n)
	}
	for _, b := range open {
		check(t, b.Close())
	}
	if n := names(); n != "unrelated" {
		t.Fatalf("the folder has %s", n)
	}
}

// Options that cannot be honoured are refused by name.
func TestOptions(t *testing.T) {
	o := Default()
	check(t, o.Check())
	for _, c := range []struct {
		change func(*RocksDB)
		text   string
	}{
		{func(o *RocksDB) { o.Style = "UNIVERSAL" }, "compaction.style: UNIVERSAL cannot be used: Pebble"},
		{func(o *RocksDB) { o.Style = "fifo" }, "which loses state"},
		{func(o *RocksDB) { o.Compression = "ZLIB_COMPRESSION" }, "compression.per.level: ZLIB_COMPRESSION is not there"},
		{func(o *RocksDB) { o.TimerService = "HEAP" }, "timer-service.factory: HEAP"},
		{func(o *RocksDB) { o.Threads = 0 }, "thread.num: 0"},
		{func(o *RocksDB) { o.WriteBufferRatio = 1.5 }, "write-buffer-ratio: 1.5"},
	} {
		o := Default()
		c.change(&o)
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("want %q, got %v", c.text, err)
		}
	}
	for _, k := range Keys {
		if k.Field(&o) == nil || Refused[k.Name] != "" {
			t.Errorf("%s", k.Name)
		}
	}
	o.Compression = "LZ4_COMPRESSION;ZSTD_COMPRESSION"
	if codecs, err := o.codecs(); err != nil || !slices.Equal(codecs, []lsm.Compression{lsm.Snappy, lsm.Zstd}) || len(o.Notes()) != 1 {
		t.Errorf("%v %v %v", codecs, err, o.Notes())
	}
}
