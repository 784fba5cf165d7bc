package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
)

func written(t *testing.T, s blob.Store) {
	before := time.Now()
	for name, data := range map[string]string{"one": "x", "folder/two": "hello", "a/b/c/d/e": "deep", "empty": "", "ä ö/日本+%20&?#": "name"} {
		put(t, s, name, data)
		expect(t, s, name, data)
		info, err := s.Stat(t.Context(), name)
		must(t, err)
		if info.Name != name || info.Size != int64(len(data)) {
			t.Errorf("Stat of %q gives %+v", name, info)
		}
		if at := time.UnixMilli(info.Modified); at.Before(before.Add(-time.Hour)) || at.After(time.Now().Add(time.Hour)) {
			t.Errorf("%q was modified at %v, want about %v", name, at, before)
		}
	}
}

func big(t *testing.T, s blob.Store) {
	const length = 20<<20 + 17
	w, err := s.Create(t.Context(), "big/object")
	must(t, err)
	data := &pattern{0, length}
	for chunk := make([]byte, 100_003); ; {
		n, err := io.ReadFull(data, chunk)
		if k, err := w.Write(chunk[:n]); err != nil || k != n {
			t.Fatalf("Write of %d bytes gives %d, %v", n, k, err)
		}
		clear(chunk) // a Writer keeps nothing of what it was given
		if err != nil {
			break
		}
	}
	must(t, w.Commit())
	info, err := s.Stat(t.Context(), "big/object")
	must(t, err)
	if info.Size != length {
		t.Errorf("the size is %d, want %d", info.Size, length)
	}
	for _, part := range [][2]int64{{0, length}, {10<<20 - 5, 1 << 20}, {length - 100_000, 100_000}} {
		r, err := s.Open(t.Context(), "big/object", part[0], part[1])
		must(t, err)
		same(t, fmt.Sprint("range ", part), r, part[0], part[1])
		must(t, r.Close())
	}
}

func appears(t *testing.T, s blob.Store) {
	w, err := s.Create(t.Context(), "f/a")
	must(t, err)
	for range 3 {
		_, err := w.Write(bytes.Repeat([]byte("x"), 100_000))
		must(t, err)
		expectNone(t, s, "f/a")
		expectNames(t, s, "")
	}
	must(t, w.Commit())
	expect(t, s, "f/a", strings.Repeat("x", 300_000))
	expectNames(t, s, "", "f/a")
}

func aborted(t *testing.T, s blob.Store) {
	for _, size := range []int{0, 10, 6 << 20, 13 << 20} {
		w, err := s.Create(t.Context(), "f/a")
		must(t, err)
		_, err = w.Write(make([]byte, size))
		must(t, err)
		w.Abort()
		w.Abort()
		expectNone(t, s, "f/a")
		expectNames(t, s, "")
	}
	put(t, s, "f/a", "old")
	w, err := s.Create(t.Context(), "f/a")
	must(t, err)
	_, err = w.Write([]byte("new"))
	must(t, err)
	w.Abort()
	expect(t, s, "f/a", "old")
}

func replaced(t *testing.T, s blob.Store) {
	put(t, s, "f/a", "the old one, which is longer")
	w, err := s.Create(t.Context(), "f/a")
	must(t, err)
	_, err = w.Write([]byte("new"))
	must(t, err)
	expect(t, s, "f/a", "the old one, which is longer")
	must(t, w.Commit())
	expect(t, s, "f/a", "new")
	must(t, s.PutNew(t.Context(), "f/b", []byte("old")))
	put(t, s, "f/b", "new")
	expect(t, s, "f/b", "new")
	expectNames(t, s, "", "f/a", "f/b")
	must(t, s.Delete(t.Context(), "f/b"))
	must(t, s.PutNew(t.Context(), "f/b", []byte("once more")))
	expect(t, s, "f/b", "once more")
}

func neverMixed(t *testing.T, s blob.Store) {
	one, two := strings.Repeat("1", 200_000), strings.Repeat("22", 150_000)
	put(t, s, "a", one)
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				got, err := blob.ReadAll(t.Context(), s, "a")
				if err != nil {
					t.Errorf("while it is being replaced: %v", err)
				} else if string(got) != one && string(got) != two {
					t.Errorf("read a mixture: %s", brief(string(got)))
				}
			}
		})
	}
	for i := range 20 {
		put(t, s, "a", []string{two, one}[i%2])
	}
	cancel()
	readers.Wait()
}

func endsOnce(t *testing.T, s blob.Store) {
	w, err := s.Create(t.Context(), "a")
	must(t, err)
	_, err = w.Write([]byte("data"))
	must(t, err)
	must(t, w.Commit())
	w.Abort()
	expect(t, s, "a", "data")
	if _, err := w.Write([]byte("more")); err == nil {
		t.Error("Write after Commit is taken")
	}
	if w.Commit() == nil {
		t.Error("a second Commit is taken")
	}
	w, err = s.Create(t.Context(), "b")
	must(t, err)
	w.Abort()
	if w.Commit() == nil {
		t.Error("Commit after Abort is taken")
	}
	if _, err := w.Write([]byte("more")); err == nil {
		t.Error("Write after Abort is taken")
	}
	expectNames(t, s, "", "a")
}

func putNew(t *testing.T, s blob.Store) {
	must(t, s.PutNew(t.Context(), "f/new", []byte("first")))
	expect(t, s, "f/new", "first")
	info, err := s.Stat(t.Context(), "f/new")
	must(t, err)
	if info.Name != "f/new" || info.Size != 5 {
		t.Errorf("Stat gives %+v", info)
	}
	put(t, s, "f/old", "by Create")
	must(t, s.PutNew(t.Context(), "f/none", nil))
	for name, data := range map[string]string{"f/new": "first", "f/old": "by Create", "f/none": ""} {
		err := s.PutNew(t.Context(), name, []byte("second"))
		if !errors.Is(err, blob.ErrExist) {
			t.Errorf("PutNew of %s gives %v, want ErrExist", name, err)
		} else if !strings.Contains(err.Error(), s.URL(name)) {
			t.Errorf("%q does not name %s", err, s.URL(name))
		}
		expect(t, s, name, data)
	}
	expectNames(t, s, "", "f/new", "f/none", "f/old")
}

func putNewRace(t *testing.T, s blob.Store) {
	for round := range 3 {
		name := fmt.Sprintf("race/%d", round)
		var winners atomic.Int64
		var winner atomic.Value
		var all sync.WaitGroup
		for i := range 16 {
			data := strings.Repeat(fmt.Sprintf("%d,", i), 100)
			all.Go(func() {
				switch err := s.PutNew(t.Context(), name, []byte(data)); {
				case err == nil:
					winners.Add(1)
					winner.Store(data)
					expect(t, s, name, data)
				case !errors.Is(err, blob.ErrExist):
					t.Errorf("PutNew gives %v, want ErrExist", err)
				}
			})
		}
		all.Wait()
		if winners.Load() != 1 {
			t.Fatalf("%d PutNew of %s succeeded, want one", winners.Load(), name)
		}
		expect(t, s, name, winner.Load().(string))
	}
	expectNames(t, s, "", "race/0", "race/1", "race/2")
}

func concurrent(t *testing.T, s blob.Store) {
	const writers, each = 8, 6
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			for j := range each {
				data := strings.Repeat(fmt.Sprintf("%d-%d ", i, j), 5000)
				for _, name := range []string{fmt.Sprintf("own/%d/%d", i, j), "shared"} {
					if err := blob.Put(t.Context(), s, name, []byte(data)); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				expect(t, s, fmt.Sprintf("own/%d/%d", i, j), data)
			}
		})
	}
	all.Wait()
	if n := len(names(t, s, "own/")); n != writers*each {
		t.Errorf("%d objects are there, want %d", n, writers*each)
	}
	last, err := blob.ReadAll(t.Context(), s, "shared")
	must(t, err)
	text, _, _ := strings.Cut(string(last), " ")
	if string(last) != strings.Repeat(text+" ", 5000) {
		t.Errorf("the shared object is a mixture: %s", brief(string(last)))
	}
}
