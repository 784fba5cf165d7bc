package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/file"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

const jobID = "00112233445566778899aabbccddeeff"

var bg = context.Background()

// storage opens the storage of a job in w, with names of files that count up.
func (w *world) storage(t testing.TB, settings Settings) *Storage {
	t.Helper()
	if settings.WriteBuffer == 0 {
		settings.WriteBuffer = 1024
	}
	s, err := OpenStorage(bg, settings, w.open)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	s.NameFiles(func() string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("%032x", n)
	})
	return s
}

func write(t testing.TB, f state.Files, shared bool, data string) state.Segment {
	t.Helper()
	w, err := f.Create(bg, shared)
	if err != nil {
		t.Fatal(err)
	}
	// In two calls.
	for _, part := range []string{data[:len(data)/2], data[len(data)/2:]} {
		if _, err := w.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	g, err := w.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func read(f state.Files, g state.Segment) (string, error) {
	r, err := f.Open(bg, g)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	return string(data), err
}

func files(t testing.TB, s *Storage, b stream.CheckpointBarrier) *Files {
	t.Helper()
	f, err := s.Files(bg, b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

const (
	name1 = "00000000000000000000000000000001"
	name2 = "00000000000000000000000000000002"
	name3 = "00000000000000000000000000000003"
)

// Files lie where Flink would put them, and small pieces share one.
func TestLayout(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "file:///ck/" + jobID + "/", MergeBytes: 100, InlineBytes: 5})
	f := files(t, s, stream.CheckpointBarrier{ID: 3, Path: "file:///ck/" + jobID + "/chk-3"})
	pieces := []string{"small", "not small", strings.Repeat("x", 95), "another file"}
	var gs []state.Segment
	for _, p := range pieces {
		gs = append(gs, write(t, f, false, p))
	}
	gs = append(gs, write(t, f, true, "tiny"))
	if len(w.names()) != 1 {
		t.Errorf("the full file is there before Flush, no other: %v", w.names())
	}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	dir := "file:/ck/" + jobID
	equal(t, "objects", w.names(), []string{dir + "/chk-3/" + name1, dir + "/chk-3/" + name2, dir + "/shared/" + name3})
	equal(t, "inline", gs[0].File+gs[0].Inline, "small")
	equal(t, "second in the file", []any{gs[2].File, gs[2].Offset, gs[2].Length}, []any{dir + "/chk-3/" + name1, 9, 95})
	for i, want := range append(pieces, "tiny") {
		if got, err := read(s.Reader(), gs[i]); err != nil || got != want {
			t.Errorf("piece %d: %q, %v", i, got, err)
		}
	}
	st := f.Encode(&Subtask{Operators: []Operator{{Keyed: &Keyed{Part: state.Part{Segments: gs}}}}})
	equal(t, "handles", st.Handles, []checkpoint.Handle{{Name: dir + "/chk-3/" + name1, Size: 104}, {Name: dir + "/chk-3/" + name2, Size: 12}, {Name: dir + "/shared/" + name3, Size: 4}})
}

// A savepoint has everything in its own folder, and may be moved.
func TestSavepointMoves(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "s3://bucket/ck/" + jobID, InlineBytes: 3})
	b := stream.CheckpointBarrier{ID: 4, Kind: checkpoint.Savepoint, Path: "s3://other/sp/savepoint-001122-abc"}
	f := files(t, s, b)
	sub := &Subtask{Operators: []Operator{{UID: "a", Keyed: &Keyed{Part: state.Part{Segments: []state.Segment{
		write(t, f, false, "exclusive"), write(t, f, true, "shared"), write(t, f, false, "in"),
	}}}}}}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	m := &checkpoint.Manifest{Job: jobID, ID: 4, Kind: checkpoint.Savepoint, Path: b.Path,
		Vertices: []checkpoint.VertexState{{Subtasks: []checkpoint.SubtaskState{{State: f.Encode(sub)}}}}}
	if _, err := s.WriteManifest(bg, m); err != nil {
		t.Fatal(err)
	}
	equal(t, "objects", w.names(), []string{b.Path + "/" + name1, b.Path + "/" + name2, b.Path + "/_metadata"})
	for url, o := range w.objects {
		delete(w.objects, url)
		w.objects[strings.Replace(url, "s3://other/sp/savepoint-001122-abc", "file:/moved/here", 1)] = o
	}
	for _, path := range []string{"/moved/here", "file:///moved/here/", "file:/moved/here/_metadata"} {
		back, err := s.ReadManifest(bg, path)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "path", back.Path, "file:/moved/here")
		part := back.Vertices[0].Subtasks[0].State
		equal(t, "handles", part.Handles, []checkpoint.Handle{{Name: "file:/moved/here/" + name1, Size: 9}, {Name: "file:/moved/here/" + name2, Size: 6}})
		got, err := Decode(part, back.Path)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"exclusive", "shared", "in"} {
			if text, err := read(s.Reader(), got.Operators[0].Keyed.Part.Segments[i]); err != nil || text != want {
				t.Errorf("piece %d: %q, %v", i, text, err)
			}
		}
	}
	_, err := s.ReadManifest(bg, "file:/moved/away")
	if err == nil || !strings.Contains(err.Error(), "Cannot find meta data file '_metadata' in directory 'file:/moved/away'") {
		t.Errorf("not there: %v", err)
	}
}

// Nothing is left of an aborted part, before and after Flush, whatever failed.
func TestAbortLeavesNothing(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, c := range []struct {
		name  string
		fail  string // operation
		flush bool
	}{{name: "before Flush"}, {name: "after Flush", flush: true}, {name: "a failed write", fail: "write"}, {name: "a failed commit", fail: "commit"}, {name: "a failed create", fail: "create"}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			s := w.storage(t, Settings{Dir: "/ck", MergeBytes: 1 << 20})
			f := files(t, s, stream.CheckpointBarrier{ID: 1, Path: "/ck/chk-1"})
			write(t, f, false, strings.Repeat("good", 1000))
			open, err := f.Create(bg, true)
			if err != nil {
				t.Fatal(err)
			}
			open.Write([]byte("more than the buffer takes"))
			n := 0
			w.fail = func(op, _ string) error {
				if n++; op == c.fail {
					return broken
				}
				return nil
			}
			if c.fail != "" {
				g, err := f.Create(bg, false)
				if err == nil {
					_, err = g.Write(make([]byte, 1<<20))
				}
				if err == nil {
					_, err = g.Commit()
				}
				h, err2 := f.Create(bg, false)
				if err2 == nil {
					h.Write(make([]byte, 1<<20))
					h.Commit()
				}
				if c.fail != "create" {
					open.Commit()
				} else {
					open.Abort()
				}
				if flushErr := f.Flush(); c.fail != "create" && !errors.Is(flushErr, broken) {
					t.Errorf("Flush: %v (the piece: %v)", flushErr, err)
				}
			} else {
				open.Abort()
			}
			if c.flush {
				if err := f.Flush(); err != nil {
					t.Fatal(err)
				}
				if len(w.objects) == 0 {
					t.Fatal("nothing was written")
				}
			}
			w.fail = nil
			f.Abort()
			equal(t, "objects", w.names(), []string{})
			if _, err := f.Create(bg, false); err == nil {
				t.Error("a piece after Abort")
			}
		})
	}
}

// A commit that was done although its answer was lost is undone too.
func TestAbortAfterLostAnswer(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck"})
	f := files(t, s, stream.CheckpointBarrier{ID: 1})
	lost := errors.New("connection reset")
	w.fail = func(op, url string) error {
		if op == "commit" {
			w.put(url, nil)
			return lost
		}
		return nil
	}
	p, _ := f.Create(bg, false)
	p.Write([]byte("x"))
	if _, err := p.Commit(); !errors.Is(err, lost) {
		t.Errorf("Commit: %v", err)
	}
	if err := f.Flush(); !errors.Is(err, lost) {
		t.Errorf("Flush: %v", err)
	}
	equal(t, "objects", w.names(), []string{})
}

// Flush refuses while a piece is open, since that piece would be lost.
func TestFlushWithOpenPiece(t *testing.T) {
	s := newWorld().storage(t, Settings{Dir: "/ck"})
	f := files(t, s, stream.CheckpointBarrier{ID: 1})
	p, _ := f.Create(bg, false)
	if err := f.Flush(); err == nil || !strings.Contains(err.Error(), "1 pieces of state are still being written") {
		t.Errorf("Flush: %v", err)
	}
	if _, err := p.Commit(); err == nil {
		t.Error("a piece was committed to aborted files")
	}
}

// Pieces written by many goroutines at once do not mix.
func TestManyWriters(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck", MergeBytes: 10_000, InlineBytes: 20})
	f := files(t, s, stream.CheckpointBarrier{ID: 1})
	const writers, each = 8, 40
	var wg sync.WaitGroup
	segments, want := make([][]state.Segment, writers), make([][]string, writers)
	for g := range writers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(g)))
			for i := range each {
				p, err := f.Create(bg, i%2 == 0)
				if err != nil {
					t.Error(err)
					return
				}
				text := strings.Repeat(fmt.Sprintf("%d.%d ", g, i), r.IntN(2000))
				for rest := text; rest != ""; {
					n := min(len(rest), 1+r.IntN(3000))
					p.Write([]byte(rest[:n]))
					rest = rest[n:]
				}
				if i%5 == 4 {
					p.Abort()
					continue
				}
				seg, err := p.Commit()
				if err != nil {
					t.Error(err)
					return
				}
				segments[g], want[g] = append(segments[g], seg), append(want[g], text)
			}
		})
	}
	wg.Wait()
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	if n := len(w.objects); n < 20 || n > 200 {
		t.Errorf("%d files for %d pieces", n, writers*each)
	}
	for g := range segments {
		for i, seg := range segments[g] {
			if got, err := read(f, seg); err != nil || got != want[g][i] {
				t.Fatalf("piece %d.%d: %d bytes, %v; want %d", g, i, len(got), err, len(want[g][i]))
			}
		}
	}
}

// A byte that changed, an end that was torn off and a file that has gone are found
// and named.
func TestCorruption(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck", MergeBytes: 1 << 20})
	f := files(t, s, stream.CheckpointBarrier{ID: 1})
	write(t, f, false, "first")
	g := write(t, f, false, "second")
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	sound := w.objects[g.File].data
	expect := func(what, text string) {
		t.Helper()
		got, err := read(s.Reader(), g)
		if !errors.Is(err, state.ErrCorrupt) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), g.File) {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	flipped := bytes.Clone(sound)
	flipped[len(flipped)-1] ^= 1
	w.objects[g.File] = object{data: flipped}
	expect("a changed byte", "checksum")
	// A reader that asks for just the bytes there are learns of it too.
	r, _ := s.Reader().Open(bg, g)
	if _, err := io.ReadFull(r, make([]byte, g.Length)); !errors.Is(err, state.ErrCorrupt) && err == nil {
		if _, err := r.Read(make([]byte, 1)); !errors.Is(err, state.ErrCorrupt) {
			t.Errorf("io.ReadFull and one more: %v", err)
		}
	}
	w.objects[g.File] = object{data: sound[:len(sound)-2]}
	expect("a torn end", "ends 2 bytes early")
	delete(w.objects, g.File)
	expect("no file", "missing")
	bad := state.Segment{Inline: "x", Length: 1, Sum: 1}
	if _, err := read(s.Reader(), bad); !errors.Is(err, state.ErrCorrupt) {
		t.Errorf("inline: %v", err)
	}
}

// Without a folder, state travels in the acknowledgements, up to a bound.
func TestMemoryStorage(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{})
	f := files(t, s, stream.CheckpointBarrier{ID: 1, Path: "<checkpoint-not-externally-addressable>"})
	big := strings.Repeat("0123456789abcdef", MaxMemoryBytes/16)
	g := write(t, f, true, big)
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	st := f.Encode(&Subtask{Inflight: []Inflight{{Segment: g}}})
	back, err := Decode(st, "")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := read(s.Reader(), back.Inflight[0].Segment); err != nil || text != big {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	for _, piece := range []state.Segment{back.Inflight[0].Segment, {File: g.File, Inline: g.Inline, Length: g.Length}} {
		part := piece.Slice(17, 3, crc32.Checksum([]byte("123"), castagnoli))
		if text, err := read(s.Reader(), part); err != nil || text != "123" {
			t.Errorf("a slice: %q, %v", text, err)
		}
	}
	p, _ := f.Create(bg, false)
	p.Write([]byte(big))
	if _, err := p.Write([]byte{1}); err == nil || !strings.Contains(err.Error(), "Size=5242881, maxSize=5242880") {
		t.Errorf("over the bound: %v", err)
	}
	if _, err := p.Commit(); err == nil {
		t.Error("over the bound: committed")
	}
	m := &checkpoint.Manifest{ID: 1, Path: "<checkpoint-not-externally-addressable>"}
	if n, err := s.WriteManifest(bg, m); n == 0 || err != nil {
		t.Errorf("WriteManifest: %d, %v", n, err)
	}
	if err := s.Discard(bg, checkpoint.Discard{ID: 1, Manifest: m}); err != nil {
		t.Error(err)
	}
	equal(t, "objects", w.names(), []string{})
}

// take writes a checkpoint with one file of each kind.
func take(t testing.TB, s *Storage, name string, id int64, more ...state.Segment) *checkpoint.Manifest {
	t.Helper()
	path := fmt.Sprintf("%s/chk-%d", s.dir, id)
	f := files(t, s, stream.CheckpointBarrier{ID: id, Path: path})
	gs := append(more, write(t, f, false, "exclusive"), write(t, f, true, "shared"))
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	sub := &Subtask{Operators: []Operator{{UID: "a", Keyed: &Keyed{Part: state.Part{Segments: gs}}}}}
	m := &checkpoint.Manifest{Job: jobID, Name: name, ID: id, Path: path,
		Vertices: []checkpoint.VertexState{{Subtasks: []checkpoint.SubtaskState{{State: f.Encode(sub)}}}}}
	if _, err := s.WriteManifest(bg, m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Of two JobManagers that write the same checkpoint one succeeds; the same bytes
// may be written again, for instance after an answer that was lost.
func TestManifestIsWrittenOnce(t *testing.T) {
	s := newWorld().storage(t, Settings{Dir: "/ck"})
	m := take(t, s, "job", 1)
	if _, err := s.WriteManifest(bg, m); err != nil {
		t.Errorf("again: %v", err)
	}
	other := *m
	other.Timestamp = 9
	if _, err := s.WriteManifest(bg, &other); !errors.Is(err, blob.ErrExist) {
		t.Errorf("another: %v", err)
	}
}

// After a start from an earlier checkpoint, the number of a broken one is used again.
func TestBrokenManifestGivesWay(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck"})
	damaged, incomplete := take(t, s, "job", 1), take(t, s, "job", 2)
	w.objects["file:/ck/chk-1/_metadata"].data[30] ^= 1
	delete(w.objects, handles(incomplete)[0].Name)
	for _, m := range []*checkpoint.Manifest{damaged, incomplete} {
		next := &checkpoint.Manifest{Job: jobID, ID: m.ID, Timestamp: 9, Path: m.Path}
		if _, err := s.WriteManifest(bg, next); err != nil {
			t.Errorf("checkpoint %d: %v", m.ID, err)
		}
		if back, err := s.ReadManifest(bg, m.Path); err != nil || back.Timestamp != 9 {
			t.Errorf("checkpoint %d: %+v, %v", m.ID, back, err)
		}
	}
	// One that only could not be looked at stays.
	w.fail = func(op, url string) error {
		if op == "stat" {
			return errors.New("no route")
		}
		return nil
	}
	third := take(t, s, "job", 3)
	if _, err := s.WriteManifest(bg, &checkpoint.Manifest{ID: 3, Timestamp: 9, Path: third.Path}); !errors.Is(err, blob.ErrExist) {
		t.Errorf("%v", err)
	}
}

// Retained brings what can be restored from, in order of number.
func TestRetained(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck/" + jobID})
	for _, id := range []int64{9, 10, 11, 12, 13} {
		take(t, s, "job", id)
	}
	dir := "file:/ck/" + jobID
	w.objects[dir+"/chk-11/_metadata"].data[20] ^= 1
	for _, url := range w.names() {
		if strings.HasPrefix(url, dir+"/chk-12/0") {
			delete(w.objects, url)
		}
		if strings.HasPrefix(url, dir+"/chk-13/0") {
			w.put(url, []byte("torn"))
		}
	}
	w.put(dir+"/chk-14/"+name1, []byte("an aborted one"))
	w.put(dir+"/chk-x/_metadata", []byte("not ours"))
	sound, broken, err := s.Retained(bg)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, m := range sound {
		ids = append(ids, m.ID)
	}
	equal(t, "sound", ids, []int64{9, 10})
	if len(broken) != 3 {
		t.Fatalf("broken: %v", broken)
	}
	for i, text := range []string{"chk-11/_metadata: corrupt checkpoint data", "is missing", "has 4 bytes, but 9 were written"} {
		if !errors.Is(broken[i].Err, state.ErrCorrupt) || !strings.Contains(broken[i].Err.Error(), text) {
			t.Errorf("%s: %v", broken[i].Path, broken[i].Err)
		}
	}
}

// Latest finds the newest sound checkpoint of a name, over all jobs, and does not
// read all manifests.
func TestLatest(t *testing.T) {
	w := newWorld()
	for i, job := range []string{"a0", "a1", "a2", "a3"} {
		s := w.storage(t, Settings{Dir: "/ck/" + job})
		n := 100 * i
		s.NameFiles(func() string { n++; return fmt.Sprintf("%032x", n) })
		take(t, s, []string{"mine", "mine", "mine", "other"}[i], int64(10-i))
	}
	delete(w.objects, fmt.Sprintf("file:/ck/a2/chk-8/%032x", 201))
	reads := 0
	w.fail = func(op, url string) error {
		if op == "open" && strings.HasSuffix(url, "_metadata") {
			reads++
		}
		return nil
	}
	m, broken, err := Latest(bg, "file:///ck", "mine", nil, w.open)
	if err != nil || m == nil || m.Path != "file:/ck/a1/chk-9" || m.ID != 9 {
		t.Fatalf("%+v, %v", m, err)
	}
	if len(broken) != 1 || broken[0].Path != "file:/ck/a2/chk-8" {
		t.Errorf("broken: %v", broken)
	}
	if reads != 5 {
		t.Errorf("%d reads of manifests: want the head of the other's, head and whole of two of ours", reads)
	}
	if m, _, err := Latest(bg, "/ck", "nobody's", nil, w.open); m != nil || err != nil {
		t.Errorf("%v, %v", m, err)
	}
	w.fail = func(op, url string) error {
		if op == "stat" {
			return errors.New("no route")
		}
		return nil
	}
	if _, _, err := Latest(bg, "/ck", "mine", nil, w.open); err == nil || !strings.Contains(err.Error(), "cannot list the checkpoints in file:/ck") {
		t.Errorf("a storage that fails: %v", err)
	}
}

// A checkpoint that cannot be looked at just now is not passed over: a job that went
// on from an older one would do again what others have seen.
func TestTroubleIsNotDamage(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck/a0"})
	for id := range int64(2) {
		take(t, s, "mine", id+1)
	}
	w.fail = func(op, url string) error {
		if op == "open" && strings.HasSuffix(url, "chk-2/_metadata") {
			return errors.New("no route")
		}
		return nil
	}
	const want = "cannot tell which checkpoints can be restored from: no route"
	if m, _, err := Latest(bg, "/ck", "mine", nil, w.open); err == nil || err.Error() != want {
		t.Errorf("Latest: %v, %v", m, err)
	}
	if sound, _, err := s.Retained(bg); err == nil || err.Error() != want {
		t.Errorf("Retained: %v, %v", sound, err)
	}
	heads := 0
	w.fail = func(op, url string) error {
		if op == "open" && strings.HasSuffix(url, "_metadata") {
			if heads++; heads == 1 {
				return errors.New("no route")
			}
		}
		return nil
	}
	if m, _, err := Latest(bg, "/ck", "other's", nil, w.open); m != nil || err != nil {
		t.Errorf("a head that cannot be read makes it anybody's: %v, %v", m, err)
	}
}

// The manifest goes before the files; files of the user's folders go where they are.
func TestDiscard(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck/" + jobID})
	m := take(t, s, "job", 1)
	all := m.Vertices[0].Subtasks[0].Handles
	if err := s.Discard(bg, checkpoint.Discard{ID: 1, Manifest: m, Handles: all[:1]}); err != nil {
		t.Fatal(err)
	}
	equal(t, "deleted", w.deleted, []string{m.Path + "/_metadata", all[0].Name})
	equal(t, "left", w.names(), []string{all[1].Name})

	old := w.storage(t, Settings{Dir: "/old/job"})
	claimed := take(t, old, "job", 7)
	w.opened = nil
	if err := s.Discard(bg, checkpoint.Discard{ID: 7, Manifest: claimed, Handles: claimed.Vertices[0].Subtasks[0].Handles}); err != nil {
		t.Fatal(err)
	}
	equal(t, "opened", w.opened, []string{"file:/old/job"})
	equal(t, "left", w.names(), []string{all[1].Name})
}

// A manifest made by somebody else does not get other files deleted.
func TestDiscardNamesFilesOfOurs(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck"})
	for _, name := range []string{"file:/home/user/.ssh/id_rsa", "file:/ck/../etc/passwd", "file:/ck/chk-1/_metadata"} {
		if err := s.Discard(bg, checkpoint.Discard{ID: 1, Handles: []checkpoint.Handle{{Name: name}}}); err == nil || !strings.Contains(err.Error(), "left alone") {
			t.Errorf("%s: %v", name, err)
		}
	}
	equal(t, "deleted", w.deleted, []string{})
}

// A manifest that cannot be deleted keeps its files; one file does not keep the others.
func TestDiscardFails(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck"})
	m := take(t, s, "job", 1)
	d := checkpoint.Discard{ID: 1, Manifest: m, Handles: m.Vertices[0].Subtasks[0].Handles}
	before := w.names()
	w.fail = func(op, url string) error {
		if strings.HasSuffix(url, "_metadata") {
			return errors.New("locked")
		}
		return nil
	}
	if err := s.Discard(bg, d); err == nil {
		t.Error("no error")
	}
	equal(t, "left", w.names(), before)
	w.fail = func(op, url string) error {
		if url == d.Handles[0].Name {
			return errors.New("locked")
		}
		return nil
	}
	if err := s.Discard(bg, d); err == nil || !strings.Contains(err.Error(), "cannot delete 1 of 2 files of checkpoint 1") {
		t.Errorf("%v", err)
	}
	equal(t, "left", w.names(), []string{d.Handles[0].Name})
}

// Sweep deletes what no manifest needs, and nothing else.
func TestSweep(t *testing.T) {
	w := newWorld()
	s := w.storage(t, Settings{Dir: "/ck/" + jobID})
	dir := "file:/ck/" + jobID
	kept := take(t, s, "job", 5)
	unknown := take(t, s, "job", 4) // not in keep, but complete
	orphans := []string{
		dir + "/chk-6/0000000000000000000000000000aaaa",
		dir + "/chk-3/0000000000000000000000000000bbbb",
		dir + "/shared/0000000000000000000000000000cccc",
		dir + "/chk-5/0000000000000000000000000000dddd", // of an attempt at 5 that was aborted
	}
	foreign := []string{
		dir + "/chk-6/notes.txt", dir + "/chk-x/0000000000000000000000000000aaaa", dir + "/shared/README", dir + "/0000000000000000000000000000aaaa",
		dir + "/chk-6/deep/0000000000000000000000000000aaaa", dir + "/shared/deep/0000000000000000000000000000aaaa",
		dir + "/other/chk-6/0000000000000000000000000000aaaa", "file:/ck/ffff/shared/0000000000000000000000000000cccc", dir + "/chk-06/0000000000000000000000000000aaaa",
	}
	for _, url := range append(orphans, foreign...) {
		w.put(url, nil)
	}
	// A shared file known by another spelling of its address.
	w.put(dir+"/shared/0000000000000000000000000000eeee", nil)
	spelled := &checkpoint.Manifest{Vertices: []checkpoint.VertexState{{Coordinator: &checkpoint.State{
		Handles: []checkpoint.Handle{{Name: "hdfs://alias/ck/shared/0000000000000000000000000000eeee"}},
	}}}}
	before := w.names()
	n, err := s.Sweep(bg, []*checkpoint.Manifest{kept, spelled})
	if err != nil || n != len(orphans) {
		t.Errorf("%d deleted, %v", n, err)
	}
	equal(t, "deleted", len(before)-len(w.names()), len(orphans))
	for _, url := range orphans {
		if _, ok := w.objects[url]; ok {
			t.Errorf("%s is still there", url)
		}
	}
	for _, m := range []*checkpoint.Manifest{kept, unknown} {
		for _, h := range handles(m) {
			if _, ok := w.objects[h.Name]; !ok {
				t.Errorf("%s of checkpoint %d is gone", h.Name, m.ID)
			}
		}
	}

	// One that cannot be read may need any shared file.
	w.objects[dir+"/chk-4/_metadata"].data[40] ^= 1
	for _, url := range orphans {
		w.put(url, nil)
	}
	if n, err := s.Sweep(bg, []*checkpoint.Manifest{kept, spelled}); n != 3 || err != nil {
		t.Errorf("%d deleted, %v", n, err)
	}
	if _, ok := w.objects[orphans[2]]; !ok {
		t.Error("a shared file was deleted although a manifest cannot be read")
	}
}

// On a real disk: nothing is left of a checkpoint that was discarded or aborted,
// and reading what is not there makes no folder.
func TestOnDisk(t *testing.T) {
	root := t.TempDir()
	open := func(url string, _ map[string]string) (blob.Store, error) {
		return file.Open(strings.TrimPrefix(url, "file:"))
	}
	s, err := OpenStorage(bg, Settings{Dir: filepath.Join(root, "ck", jobID), MergeBytes: 1 << 20, WriteBuffer: 1024}, open)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := take(t, s, "job", 1)
	back, err := s.ReadManifest(bg, filepath.Join(root, "ck", jobID, "chk-1"))
	if err != nil {
		t.Fatal(err)
	}
	sub, err := Decode(back.Vertices[0].Subtasks[0].State, back.Path)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := read(s.Reader(), sub.Operators[0].Keyed.Part.Segments[1]); err != nil || text != "shared" {
		t.Errorf("%q, %v", text, err)
	}
	found, broken, err := Latest(bg, filepath.Join(root, "ck"), "job", nil, open)
	if err != nil || found == nil || found.ID != 1 || len(broken) > 0 {
		t.Errorf("Latest: %v, %v, %v", found, broken, err)
	}
	f := files(t, s, stream.CheckpointBarrier{ID: 2})
	write(t, f, false, "aborted")
	f.Abort()
	sp := files(t, s, stream.CheckpointBarrier{ID: 3, Kind: checkpoint.Savepoint, Path: SavepointPath(filepath.Join(root, "sp"), jobID)})
	write(t, sp, false, "aborted later")
	if err := sp.Flush(); err != nil {
		t.Fatal(err)
	}
	sp.Abort()
	if _, err := s.ReadManifest(bg, filepath.Join(root, "none", "chk-1")); err == nil {
		t.Error("a manifest that is not there")
	}
	if err := s.Discard(bg, checkpoint.Discard{ID: 1, Manifest: back, Handles: handles(back)}); err != nil {
		t.Fatal(err)
	}
	var left []string
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, root))
		return err
	})
	equal(t, "left", left, []string{"", "/ck", "/ck/" + jobID, "/sp"})
	if len(m.Path) == 0 {
		t.Error("no path")
	}
}

// Operator state that is big goes into a file, and comes back in shares.
func TestSpill(t *testing.T) {
	s := newWorld().storage(t, Settings{Dir: "/ck"})
	f := files(t, s, stream.CheckpointBarrier{ID: 1})
	var records [][]byte
	for i := range 10 {
		records = append(records, []byte(strings.Repeat(fmt.Sprint(i), i*100)))
	}
	small := state.ListContent{Name: "small", Mode: state.Union, Records: [][]byte{{1}, {}}}
	sub := &Subtask{Operators: []Operator{{UID: "a", Lists: []state.ListContent{{Name: "big", Records: records}, small}}}}
	if err := sub.Spill(bg, f, 100); err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
	back, err := Decode(f.Encode(sub), "")
	if err != nil {
		t.Fatal(err)
	}
	op := back.Operators[0]
	equal(t, "small", op.Lists, []state.ListContent{small})
	if len(op.Large) != 1 || op.Large[0].Count != 10 {
		t.Fatalf("large: %+v", op.Large)
	}
	var got [][]byte
	for first := range 3 {
		l := op.Large[0]
		l.First, l.Step = first, 3
		r := &Restore{Operators: map[string]*OperatorRestore{"a": {Lists: []state.ListContent{small}, Large: []LargeList{l}}}}
		if err := r.Load(bg, s.Reader()); err != nil {
			t.Fatal(err)
		}
		lists := r.Operators["a"].Lists
		for i, record := range lists[1].Records {
			if want := records[first+3*i]; !bytes.Equal(record, want) {
				t.Errorf("record %d: %q", first+3*i, record)
			}
		}
		got = append(got, lists[1].Records...)
	}
	equal(t, "records", len(got), 10)
	l := op.Large[0]
	for _, count := range []int{9, 11} {
		l.Count = count
		if _, err := l.Records(bg, s.Reader()); !errors.Is(err, state.ErrCorrupt) {
			t.Errorf("%d records: %v", count, err)
		}
	}
}

// Addresses of one place are written in one way.
func TestNormal(t *testing.T) {
	cwd, _ := os.Getwd()
	for in, want := range map[string]string{
		"/a/b/": "file:/a/b", "file:///a/b": "file:/a/b", "file:/a//b/../c": "file:/a/c", "a": "file:" + cwd + "/a", "./x:y": "file:" + cwd + "/x:y",
		"s3://bucket": "s3://bucket", "s3://bucket/": "s3://bucket", "s3://bucket/a/": "s3://bucket/a", "hdfs://nn:8020/a": "hdfs://nn:8020/a", "hdfs:///a": "hdfs:///a",
	} {
		if got, err := normal(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, bad := range []string{"", "file://host/a", "file:a", "s3:bucket"} {
		if got, err := normal(bad); err == nil {
			t.Errorf("%q: %q", bad, got)
		}
	}
	if root, name := parent("s3://bucket/a/b/c", 2); root != "s3://bucket/a" || name != "b/c" {
		t.Error(root, name)
	}
	if root, name := parent("s3://bucket/c", 2); root != "s3://bucket/" || name != "c" {
		t.Error(root, name)
	}
	if root, name := parent("file:/a/b/c", 99); root != "file:/" || name != "a/b/c" {
		t.Error(root, name)
	}
	p := SavepointPath("file:///sp/", jobID)
	if len(p) != len("file:///sp/savepoint-001122-")+12 || !strings.HasPrefix(p, "file:///sp/savepoint-001122-") {
		t.Error(p)
	}
}
