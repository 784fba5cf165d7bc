package lsm

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

var writeGolden = flag.Bool("write-golden", false, "write testdata/lsm1 anew: never once it has been released")

const goldenDir = "testdata/lsm1"

// TestGolden reads, with this version, a checkpoint that the first version wrote:
// a base of all key groups, and the changes of a second checkpoint.
func TestGolden(t *testing.T) {
	if *writeGolden {
		goldenPart(t)
	}
	var p state.Part
	b, err := os.ReadFile(filepath.Join(goldenDir, "part.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	src, err := OpenSource(p, &diskFiles{dir: goldenDir}, Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	got := goldenContent(t, src.States(), func(name string, visit func(*state.Entry) error) error {
		return src.Scan(context.Background(), name, allGroups, visit)
	})
	if want := goldenText(t); got != want {
		t.Errorf("read in canonical form:\n%s\nwant\n%s", got, want)
	}
	// Three subtasks share it out.
	var lines []string
	for i := range 3 {
		groups := keygroup.RangeOf(i, 128, 3)
		b := newBackend(t, Options{KeyGroups: groups, MaxParallelism: 128, Now: goldenClock, Files: &diskFiles{dir: goldenDir},
			Parts: []Restorable{{Groups: allGroups, Part: p}}})
		goldenStates(t, b)
		s, err := b.Snapshot(1)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.Split(goldenContent(t, s.States(), s.Scan), "\n")...)
		s.Release()
	}
	slices.Sort(lines)
	if got, want := strings.TrimSpace(strings.Join(lines, "\n")), strings.TrimSpace(goldenText(t)); got != want {
		t.Errorf("read by three subtasks:\n%s\nwant\n%s", got, want)
	}
}

func goldenClock() time.Time { return time.UnixMilli(1_700_000_000_000) }

func goldenText(t *testing.T) string {
	b, err := os.ReadFile(filepath.Join(goldenDir, "content.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// goldenContent prints a snapshot, a line per entry, in order.
func goldenContent(t *testing.T, states []state.Description, scan func(string, func(*state.Entry) error) error) string {
	t.Helper()
	var lines []string
	for _, d := range states {
		n := map[string]int{}
		err := scan(d.Name, func(e *state.Entry) error {
			n[string(e.Key)]++
			line := fmt.Sprintf("%s %s key=%x", d.Name, d.Shape, e.Key)
			switch d.Shape {
			case state.ShapeTable:
				line += fmt.Sprintf(" namespace=%d", e.Namespace)
			case state.ShapeMap:
				line += fmt.Sprintf(" sub=%x", e.Sub)
			case state.ShapeList:
				line += fmt.Sprintf(" record=%d", n[string(e.Key)])
			case state.ShapeTimers:
				line += fmt.Sprintf(" time=%d", e.Time)
			}
			lines = append(lines, fmt.Sprintf("%s fixed=%x var=%q stamp=%d", line, e.Fixed, e.Var, e.Stamp))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

type golden struct {
	table  state.Table
	m      state.Map
	list   state.List
	timers state.Timers
}

func goldenStates(t *testing.T, b *Backend) (g golden) {
	t.Helper()
	var errs [4]error
	ttl := state.TTL{After: time.Hour}
	g.table, errs[0] = b.Table(state.Spec{Name: "counts", Key: []types.Type{types.Of(types.BigInt)}, FixedWidth: 8,
		Value: types.Schema{{Name: "note", Type: types.String()}}})
	g.m, errs[1] = b.Map(state.Spec{Name: "rows", Key: []types.Type{types.String()}, FixedWidth: 3, TTL: ttl})
	g.list, errs[2] = b.List(state.Spec{Name: "pending", Key: []types.Type{types.Of(types.BigInt)}, FixedWidth: 2, TTL: ttl})
	g.timers, errs[3] = b.Timers("timers")
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func goldenPart(t *testing.T) {
	if err := os.RemoveAll(goldenDir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(goldenDir, 0o755); err != nil {
		t.Fatal(err)
	}
	files := &diskFiles{dir: goldenDir}
	b := newBackend(t, Options{Now: goldenClock})
	g := goldenStates(t, b)
	fill := func(n int, tag string) {
		k := benchKeys(n, 1)
		refs := make([]state.Ref, n)
		must(t, second(g.table.Upsert(7, k, refs, nil)))
		for i, r := range g.table.Records(refs, nil) {
			copy(r, fmt.Sprintf("%08d", i))
			g.table.SetVar(refs[i], []byte(tag))
		}
		must(t, second(g.table.Upsert(-1, k, refs[:n], nil)))
		names := variableKeys(n)
		must(t, second(g.m.Upsert(names, k, refs, nil)))
		for _, r := range refs {
			g.m.SetVar(r, []byte(tag))
		}
		must(t, g.list.Upsert(k, refs))
		for i, r := range refs {
			for range i + 1 {
				g.list.Append(r, []byte("##"+tag))
			}
		}
		for i := range n {
			must(t, g.timers.Set(int64(i)-2, k.Hash[i], k.At(i)))
		}
	}
	fill(12, "first")
	_, _, _ = checkpointOf(t, b, 1, 0, files)
	must(t, g.table.Drop(-1))
	fill(5, "second")
	must(t, g.timers.PopUntil(-1, func(int64, uint64, []byte) error { return nil }))
	p, _, _ := checkpointOf(t, b, 2, 1, files)
	for i := range p.Segments {
		p.Segments[i].File = filepath.Base(p.Segments[i].File)
	}
	out, err := json.MarshalIndent(p, "", " ")
	must(t, err)
	must(t, os.WriteFile(filepath.Join(goldenDir, "part.json"), append(out, '\n'), 0o644))
	s, err := b.Snapshot(3)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(goldenDir, "content.txt"), []byte(goldenContent(t, s.States(), s.Scan)), 0o644))
	s.Release()
}

func second[T any](_ T, err error) error { return err }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// variableKeys returns n keys of different sizes.
func variableKeys(n int) *state.Keys {
	k := &state.Keys{Offsets: []int32{0}}
	for i := range n {
		key := []byte(strings.Repeat("k", i) + fmt.Sprint(i))
		k.Bytes = append(k.Bytes, key...)
		k.Hash = append(k.Hash, keygroup.Hash(key))
		k.Offsets = append(k.Offsets, int32(len(k.Bytes)))
	}
	return k
}

// A part with changed or missing bytes is an error, never a panic.
func FuzzDecodePart(f *testing.F) {
	b, err := os.ReadFile(filepath.Join(goldenDir, "part.json"))
	if err != nil {
		f.Fatal(err)
	}
	var p state.Part
	if err := json.Unmarshal(b, &p); err != nil {
		f.Fatal(err)
	}
	f.Add(p.Data[:len(p.Data)-4], len(p.Segments))
	f.Add([]byte{128, 1, 0, 128, 1, 0, 0}, 0)
	f.Fuzz(func(t *testing.T, data []byte, segments int) {
		if segments < 0 || segments > 100 {
			return
		}
		sum := be.AppendUint32(slices.Clone(data), checksum(data))
		c, err := decodePart(state.Part{Format: Format, Data: sum, Segments: make([]state.Segment, segments)})
		if err == nil {
			if _, err := c.encode(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
