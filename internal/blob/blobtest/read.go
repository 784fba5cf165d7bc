package blobtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/blob"
)

func ranges(t *testing.T, s blob.Store) {
	put(t, s, "f/a", "0123456789")
	put(t, s, "empty", "")
	for _, c := range []struct {
		name           string
		offset, length int64
		want           string
	}{
		{"f/a", 0, -1, "0123456789"}, {"f/a", 3, -1, "3456789"}, {"f/a", 3, 4, "3456"}, {"f/a", 0, 0, ""}, {"f/a", 5, 0, ""},
		{"f/a", 0, 10, "0123456789"}, {"f/a", 7, 100, "789"}, {"f/a", 10, -1, ""}, {"f/a", 10, 5, ""}, {"f/a", 11, -1, ""}, {"f/a", 1000, 7, ""}, {"f/a", 1000, 0, ""},
		{"empty", 0, -1, ""}, {"empty", 0, 5, ""}, {"empty", 5, 5, ""},
	} {
		r, err := s.Open(t.Context(), c.name, c.offset, c.length)
		if err != nil {
			t.Errorf("%s from %d, %d bytes: %v", c.name, c.offset, c.length, err)
			continue
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != c.want {
			t.Errorf("%s from %d, %d bytes: got %q, %v, want %q", c.name, c.offset, c.length, got, err, c.want)
		}
		must(t, r.Close())
	}
	if r, err := s.Open(t.Context(), "f/a", -1, 5); err == nil {
		r.Close()
		t.Error("a negative offset is taken")
	}
	for _, offset := range []int64{0, 3, 100} {
		if r, err := s.Open(t.Context(), "f/none", offset, 4); !errors.Is(err, blob.ErrNotExist) {
			t.Errorf("from %d of what is not there: %v, want ErrNotExist", offset, err)
			if err == nil {
				r.Close()
			}
		}
	}
}

func list(t *testing.T, s blob.Store) {
	expectNames(t, s, "")
	expectNames(t, s, "none/")
	all := []string{"a-b", "a.b", "a/b", "a/b-c", "a/c/d", "a/c0", "a0", "b/c-d", "b/c.d", "b/c/d", "b/c/e/f", "b/c0", "ä", "日/本"}
	slices.Sort(all)
	for i := range all {
		put(t, s, all[(i*5)%len(all)], strings.Repeat("x", i)) // 5 and 14 share no factor
	}
	for _, prefix := range []string{"", "a", "a/", "a/b", "a/b-", "a/c", "a/c/", "a0", "b/c", "b/c/", "b/c/d", "b/c/d/", "b/d", "c", "日", "日/"} {
		want := []string{}
		for _, name := range all {
			if strings.HasPrefix(name, prefix) {
				want = append(want, name)
			}
		}
		expectNames(t, s, prefix, want...)
	}
	for info, err := range s.List(t.Context(), "") {
		must(t, err)
		stat, err := s.Stat(t.Context(), info.Name)
		must(t, err)
		if stat.Size != info.Size || stat.Modified/1000 != info.Modified/1000 {
			t.Errorf("List gives %+v, Stat %+v", info, stat)
		}
	}
	for range s.List(t.Context(), "") { // a caller may stop at any name
		break
	}
	for _, prefix := range []string{"/", "../", "a/../b", "a//"} {
		for _, err := range s.List(t.Context(), prefix) {
			if err == nil {
				t.Errorf("the prefix %q is taken", prefix)
			}
		}
	}
}

func many(t *testing.T, s blob.Store) {
	const n = 1030 // S3 and HDFS answer 1000 at a time
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("f/%d", i))
	}
	work := make(chan string)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for name := range work {
				if err := blob.Put(t.Context(), s, name, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, name := range want {
		work <- name
	}
	close(work)
	all.Wait()
	slices.SortFunc(want, cmp.Compare[string])
	if got := names(t, s, "f/"); !slices.Equal(got, want) {
		t.Errorf("List gives %d names, want %d in order", len(got), n)
	}
}

func hidden(t *testing.T, s blob.Store) {
	put(t, s, "f/a", "x")
	var writers []blob.Writer
	for _, name := range []string{"f/b", "g/c", "h"} {
		w, err := s.Create(t.Context(), name)
		must(t, err)
		_, err = w.Write([]byte("unfinished"))
		must(t, err)
		writers = append(writers, w)
	}
	for _, prefix := range []string{"", "f", "f/"} {
		expectNames(t, s, prefix, "f/a")
	}
	expectNames(t, s, "g/")
	must(t, writers[0].Commit())
	writers[1].Abort()
	writers[2].Abort()
	expectNames(t, s, "", "f/a", "f/b")
}

func deleted(t *testing.T, s blob.Store) {
	put(t, s, "f/a", "x")
	put(t, s, "f/b", "x")
	must(t, s.PutNew(t.Context(), "f/c", []byte("x")))
	for _, name := range []string{"f/a", "f/a", "f/c", "f/c", "f/none", "none/none/none", "f"} {
		if err := s.Delete(t.Context(), name); err != nil {
			t.Errorf("Delete of %s: %v", name, err)
		}
	}
	expectNone(t, s, "f/a")
	expectNone(t, s, "f/c")
	expectNames(t, s, "", "f/b")
	expect(t, s, "f/b", "x")
	if r, err := s.Open(t.Context(), "f/b", 0, -1); err == nil {
		defer r.Close()
		must(t, s.Delete(t.Context(), "f/b"))
	}
	expectNames(t, s, "")
	put(t, s, "f/b", "again")
	expect(t, s, "f/b", "again")
}

func emptyFolders(t *testing.T, s blob.Store) {
	put(t, s, "a/b/c/d", "x")
	put(t, s, "a/e", "x")
	must(t, s.Delete(t.Context(), "a/b/c/d"))
	put(t, s, "a/b", "a name that was a folder")
	expect(t, s, "a/b", "a name that was a folder")
	must(t, s.Delete(t.Context(), "a/b"))
	must(t, s.Delete(t.Context(), "a/e"))
	put(t, s, "a", "another")
	expectNames(t, s, "", "a")
	must(t, s.Delete(t.Context(), "a"))
	w, err := s.Create(t.Context(), "x/y")
	must(t, err)
	w.Abort()
	put(t, s, "x", "an abort leaves no folder")
	expectNames(t, s, "", "x")
}

// A folder that becomes empty must not vanish under a writer that has just
// found it.
func deleteBesideCreate(t *testing.T, s blob.Store) {
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			for j := range 10 {
				name := fmt.Sprintf("f/g/%d", i)
				var err error
				if (i+j)%2 == 0 {
					err = blob.Put(t.Context(), s, name, []byte("x"))
				} else {
					err = s.PutNew(t.Context(), name, []byte("x"))
				}
				if err != nil {
					t.Errorf("%s beside Delete: %v", name, err)
				}
				if err := s.Delete(t.Context(), name); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	expectNames(t, s, "")
}

// operations are all that take a name.
func operations(s blob.Store) map[string]func(ctx context.Context, name string) error {
	return map[string]func(ctx context.Context, name string) error{
		"Create": func(ctx context.Context, name string) error { return blob.Put(ctx, s, name, []byte("x")) },
		"PutNew": func(ctx context.Context, name string) error { return s.PutNew(ctx, name, []byte("x")) },
		"Open": func(ctx context.Context, name string) error {
			r, err := s.Open(ctx, name, 0, -1)
			if err == nil {
				_, err = io.Copy(io.Discard, r)
				r.Close()
			}
			return err
		},
		"Stat":   func(ctx context.Context, name string) error { _, err := s.Stat(ctx, name); return err },
		"Delete": s.Delete,
	}
}

func badNames(t *testing.T, s blob.Store) {
	for op, do := range operations(s) {
		for _, name := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../../b", "a/./b", "a\x00b", "a\nb", "\xff", blob.Reserved + "a", "a/" + blob.Reserved + "1/b"} {
			err := do(t.Context(), name)
			if err == nil {
				t.Errorf("%s takes the name %q", op, name)
			} else if errors.Is(err, blob.ErrNotExist) || errors.Is(err, blob.ErrExist) {
				t.Errorf("%s of the name %q: %v, want that it is no name", op, name, err)
			}
		}
	}
	expectNames(t, s, "")
}

func missing(t *testing.T, s blob.Store) {
	put(t, s, "f/a", "x")
	for _, op := range []string{"Open", "Stat"} {
		// A folder is no object, and nothing is below an object.
		for _, name := range []string{"none", "f/none", "g/none", "f", "f/a/b"} {
			err := operations(s)[op](t.Context(), name)
			if !errors.Is(err, blob.ErrNotExist) {
				t.Errorf("%s of %s: %v, want ErrNotExist", op, name, err)
			} else if !strings.Contains(err.Error(), s.URL(name)) {
				t.Errorf("%s: %q does not name %s", op, err, s.URL(name))
			}
		}
	}
}

func cancelled(t *testing.T, s blob.Store) {
	put(t, s, "there", "x")
	for op, do := range operations(s) {
		for _, name := range []string{"there", "new"} {
			if err := do(gone(), name); !errors.Is(err, context.Canceled) {
				t.Errorf("%s of %s with a cancelled context: %v", op, name, err)
			}
		}
	}
	failed := false
	for _, err := range s.List(gone(), "") {
		failed = failed || errors.Is(err, context.Canceled)
	}
	if !failed {
		t.Error("List with a cancelled context gives no error")
	}
	for _, size := range []int{10, 12 << 20} { // S3 sends the second in parts
		ctx, cancel := context.WithCancel(t.Context())
		w, err := s.Create(ctx, "half")
		must(t, err)
		_, err = w.Write(make([]byte, size))
		must(t, err)
		cancel()
		if err := w.Commit(); !errors.Is(err, context.Canceled) {
			t.Errorf("Commit after the context was cancelled: %v", err)
		}
		w.Abort()
	}
	expectNames(t, s, "", "there")
	expect(t, s, "there", "x")
}

func urls(t *testing.T, s blob.Store) {
	root := strings.TrimSuffix(s.URL(""), "/")
	if got := s.URL("a/b c"); got != root+"/a/b c" {
		t.Errorf("the URL of a/b c is %q, below %q", got, root)
	}
	if scheme, _, ok := strings.Cut(root, ":"); !ok || scheme == "" {
		t.Errorf("the URL %q has no scheme", root)
	}
}
