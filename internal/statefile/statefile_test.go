package statefile

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

var update = flag.Bool("update", false, "write testdata/canonical.1; only ever to add to it before a release")

func all(groups int) Options {
	return Options{Groups: keygroup.RangeOf(0, groups, 1), MaxParallelism: groups}
}

func write(t *testing.T, s state.Snapshot, f state.Files, o Options) state.Part {
	t.Helper()
	part, err := Write(context.Background(), s, f, o)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// lines reads the entries of groups, sorted; the records of one key stay in order.
func lines(src state.Source, groups keygroup.Range) ([]string, error) {
	var out []string
	for _, d := range src.States() {
		numbers := map[string]int{}
		err := src.Scan(context.Background(), d.Name, groups, func(e *state.Entry) error {
			out = append(out, fmt.Sprintf("%s #%d", line(d, e), number(numbers, d, e)))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// number counts the records of a list.
func number(numbers map[string]int, d state.Description, e *state.Entry) int {
	if d.Shape == state.ShapeList {
		numbers[string(e.Key)]++
	}
	return numbers[string(e.Key)]
}

func wanted(s *entries, groups keygroup.Range, max int) []string {
	var out []string
	for _, d := range s.states {
		numbers := map[string]int{}
		for i := range s.of[d.Name] {
			e := &s.of[d.Name][i]
			if groups.Contains(keygroup.Of(keygroup.Hash(e.Key), max)) {
				out = append(out, fmt.Sprintf("%s #%d", line(d, e), number(numbers, d, e)))
			}
		}
	}
	slices.Sort(out)
	return out
}

// What is written is read, by any other sharing out of the key groups.
func TestRoundTrip(t *testing.T) {
	s := shapes(1000)
	for _, groups := range []int{1, 7, 128, 129, 1000, 32768} {
		for _, inline := range []int{0, 1 << 30} {
			for _, compress := range []bool{false, true} {
				t.Run(fmt.Sprintf("groups=%d/inline=%d/compress=%v", groups, inline, compress), func(t *testing.T) {
					o := all(groups)
					o.InlineBytes, o.Compress = inline, compress
					roundTrip(t, s, o)
				})
			}
		}
	}
}

func roundTrip(t *testing.T, s *entries, o Options) {
	files := &plainFiles{}
	part := write(t, s, files, o)
	if (len(part.Segments) == 0) != (o.InlineBytes > 0) || files.open != 0 {
		t.Fatalf("%d segments, %d writers not ended", len(part.Segments), files.open)
	}
	size := int64(len(part.Data) + len(files.file))
	if part.Bytes != size || part.FullBytes != size {
		t.Fatalf("Bytes %d, FullBytes %d, want %d", part.Bytes, part.FullBytes, size)
	}
	src, err := Open(context.Background(), part, files)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if got, want := fmt.Sprintf("%+v", src.States()), fmt.Sprintf("%+v", s.states); got != want {
		t.Fatalf("states\n%s\nwant\n%s", got, want)
	}
	for _, parallelism := range []int{1, 2, 7} {
		if parallelism > o.MaxParallelism {
			continue
		}
		for i := range parallelism {
			groups := keygroup.RangeOf(i, o.MaxParallelism, parallelism)
			got, err := lines(src, groups)
			if err != nil {
				t.Fatal(err)
			}
			if want := wanted(s, groups, o.MaxParallelism); !slices.Equal(got, want) {
				t.Fatalf("subtask %d of %d: %d entries, want %d", i, parallelism, len(got), len(want))
			}
		}
	}
}

// A subtask reads the blocks of its own key groups, not the file.
func TestReadsOwnGroupsOnly(t *testing.T) {
	s := &entries{states: []state.Description{{Spec: state.Spec{Name: "t"}, Shape: state.ShapeTable}}, of: map[string][]state.Entry{}}
	for i := range 4000 {
		s.of["t"] = append(s.of["t"], state.Entry{Key: fmt.Append(nil, i), Var: bytes.Repeat([]byte("x"), 10_000)})
	}
	files := &plainFiles{}
	part := write(t, s, files, all(128))
	src, err := Open(context.Background(), part, files)
	if err != nil {
		t.Fatal(err)
	}
	files.length = 0
	if _, err := lines(src, keygroup.RangeOf(3, 128, 128)); err != nil {
		t.Fatal(err)
	}
	if files.length > int64(len(files.file))/8 {
		t.Fatalf("one of 128 key groups reads %d of %d bytes", files.length, len(files.file))
	}
}

// The records of a list that fills many blocks come one after the other.
func TestLongLists(t *testing.T) {
	s := &entries{states: []state.Description{{Spec: state.Spec{Name: "l"}, Shape: state.ShapeList}}, of: map[string][]state.Entry{}}
	for i := range 300 {
		n := 3
		if i%50 == 7 {
			n = 3000
		}
		for k := range n {
			s.of["l"] = append(s.of["l"], state.Entry{Key: fmt.Append(nil, i), Var: fmt.Appendf(nil, "%0100d", k)})
		}
	}
	files := &plainFiles{}
	src, err := Open(context.Background(), write(t, s, files, all(128)), files)
	if err != nil {
		t.Fatal(err)
	}
	next, last := map[string]int{}, ""
	err = src.Scan(context.Background(), "l", keygroup.RangeOf(0, 128, 1), func(e *state.Entry) error {
		key := string(e.Key)
		if key != last && next[key] > 0 {
			return fmt.Errorf("list %s is not in one piece", key)
		}
		if want := fmt.Sprintf("%0100d", next[key]); string(e.Var) != want {
			return fmt.Errorf("list %s: record %s, want %s", key, e.Var, want)
		}
		next[key]++
		last = key
		return nil
	})
	if err != nil || len(next) != 300 || next["57"] != 3000 {
		t.Fatalf("%v; %d lists, %d records of the long one", err, len(next), next["57"])
	}
}

// However many key groups there are, few blocks are held in memory.
func TestMemoryIsBounded(t *testing.T) {
	w := &writer{ctx: context.Background(), options: all(32768)}
	s := shapes(0)
	for i := range 200_000 {
		s.of["tables"] = append(s.of["tables"], state.Entry{Key: fmt.Append(nil, i), Fixed: make([]byte, 5), Var: make([]byte, 300)})
	}
	files := &plainFiles{}
	w.out = output{ctx: w.ctx, files: files}
	if _, err := w.write(s); err != nil {
		t.Fatal(err)
	}
	held := 0
	for i := range w.shelves {
		held += cap(w.shelves[i].buf)
	}
	if held > 2*shelfCount*blockBytes {
		t.Fatalf("%d bytes held for %d written", held, len(files.file))
	}
}

// After an error there is no file.
func TestErrorsLeaveNoFile(t *testing.T) {
	boom := errors.New("boom")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	failing := shapes(100)
	failing.err = boom
	wide := shapes(10)
	wide.of["tables"][3].Fixed = []byte("six by")
	for _, c := range []struct {
		name  string
		ctx   context.Context
		s     *entries
		files plainFiles
		o     Options
		want  error
	}{
		{"Scan fails", context.Background(), failing, plainFiles{}, all(128), boom},
		{"Write fails", context.Background(), shapes(100), plainFiles{failWrite: boom}, all(128), boom},
		{"cancelled", cancelled, shapes(100), plainFiles{}, all(128), context.Canceled},
		{"foreign keys", context.Background(), shapes(100), plainFiles{}, Options{Groups: keygroup.RangeOf(0, 128, 2), MaxParallelism: 128}, state.ErrForeignKeyGroup},
		{"wrong width", context.Background(), wide, plainFiles{}, all(128), nil},
	} {
		_, err := Write(c.ctx, c.s, &c.files, c.o)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || c.files.open != 0 || c.files.made > 0 && c.want == boom && len(c.files.file) > 0 {
			t.Errorf("%s: %v; %d writers not ended, %d bytes", c.name, err, c.files.open, len(c.files.file))
		}
	}
}

// Whichever byte is wrong, it is ErrCorrupt and names the file, or does not matter.
func TestCorruption(t *testing.T) {
	s := shapes(10)
	want := wanted(s, keygroup.RangeOf(0, 4, 1), 4)
	for _, compress := range []bool{false, true} {
		for _, inline := range []int{0, 1 << 20} {
			files := &plainFiles{}
			o := all(4)
			o.Compress, o.InlineBytes = compress, inline
			part := write(t, s, files, o)
			body := &files.file
			if inline > 0 {
				body = &part.Data
			}
			good := slices.Clone(*body)
			try := func(what string, mayPass bool) {
				src, err := Open(context.Background(), part, files)
				var got []string
				if err == nil {
					got, err = lines(src, keygroup.RangeOf(0, 4, 1))
				}
				switch {
				case err == nil && mayPass && slices.Equal(got, want):
				case errors.Is(err, state.ErrCorrupt) && (inline > 0 || strings.Contains(err.Error(), "chk-1/part")):
				case strings.Contains(fmt.Sprint(err), "newer than this flott") && errors.Is(err, state.ErrCorrupt):
				default:
					t.Fatalf("%s: %v", what, err)
				}
			}
			for i := range good {
				*body = slices.Clone(good)
				(*body)[i] ^= 0x41
				// Header and footer of a file are read from Part.Data.
				try(fmt.Sprintf("byte %d of %d", i, len(good)), inline == 0 && (i < headerBytes || i >= len(good)-footerBytes))
			}
			for n := range good {
				*body = good[:n]
				try(fmt.Sprintf("%d of %d bytes", n, len(good)), inline == 0 && n >= len(good)-footerBytes)
			}
		}
	}
}

func TestForeignFormat(t *testing.T) {
	if _, err := Open(context.Background(), state.Part{Format: "lsm.1"}, nil); err == nil || !strings.Contains(err.Error(), "lsm.1") {
		t.Fatal(err)
	}
}

func TestJoinSums(t *testing.T) {
	a, b := []byte("the first part"), bytes.Repeat([]byte("and the second"), 1000)
	for _, n := range []int{0, 1, 7, 100, len(b)} {
		if got, want := joinSums(checksum(a), checksum(b[:n]), int64(n)), checksum(append(slices.Clone(a), b[:n]...)); got != want {
			t.Fatalf("%d bytes: %x, want %x", n, got, want)
		}
	}
}

// The first version's file is read for ever.
func TestGolden(t *testing.T) {
	s := shapes(40)
	o := all(300)
	o.InlineBytes = 1 << 20
	plain := write(t, s, nil, o)
	o.Compress = true
	for name, part := range map[string]state.Part{"canonical.1": plain, "canonical.1.zstd": write(t, s, nil, o)} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, part.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name == "canonical.1" && !bytes.Equal(data, plain.Data) {
			t.Error("the format has changed: that needs a new version")
		}
		src, err := Open(context.Background(), state.Part{Format: Format, Data: data}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v", src.States()) != fmt.Sprintf("%+v", s.states) {
			t.Errorf("%s: states %+v", path, src.States())
		}
		for i := range 3 {
			groups := keygroup.RangeOf(i, 300, 3)
			got, err := lines(src, groups)
			if err != nil || !slices.Equal(got, wanted(s, groups, 300)) {
				t.Errorf("%s: %v, %d entries", path, err, len(got))
			}
		}
	}
}
