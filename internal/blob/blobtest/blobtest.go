// Package blobtest checks a blob.Store against each sentence of its contract.
// An implementation runs it with a function that opens a Store whose root is
// empty and belongs to this test alone.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/blob"
)

// rules are the contract's sentences with what checks them.
var rules = []struct {
	name  string
	check func(t *testing.T, s blob.Store)
}{
	{"an object is read as it was written", written},
	{"a big object is streamed", big},
	{"an object appears at Commit and not before", appears},
	{"Abort leaves nothing", aborted},
	{"Commit replaces", replaced},
	{"a replaced object is read old or new, never mixed", neverMixed},
	{"a Writer ends once", endsOnce},
	{"PutNew leaves what is there", putNew},
	{"of many PutNew one succeeds", putNewRace},
	{"Open reads a range", ranges},
	{"List is in order of name", list},
	{"List goes on past a page", many},
	{"List does not show what is being written", hidden},
	{"Move gives another name", moved},
	{"Sweep removes what dead writers left", swept},
	{"Delete removes, also what is not there", deleted},
	{"Delete takes empty folders along", emptyFolders},
	{"Delete beside Create", deleteBesideCreate},
	{"many goroutines write", concurrent},
	{"names that are none are refused", badNames},
	{"what is missing is ErrNotExist and named", missing},
	{"a cancelled context ends everything", cancelled},
	{"URL is root and name", urls},
}

// Run checks the Stores that open returns.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for _, rule := range rules {
		t.Run(strings.ReplaceAll(rule.name, " ", "_"), func(t *testing.T) {
			s := open(t)
			rule.check(t, s)
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t testing.TB, s blob.Store, name, data string) {
	t.Helper()
	must(t, blob.Put(t.Context(), s, name, []byte(data)))
}

// expect checks that an object holds data.
func expect(t testing.TB, s blob.Store, name, data string) {
	t.Helper()
	got, err := blob.ReadAll(t.Context(), s, name)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	} else if string(got) != data {
		t.Errorf("%s holds %s, want %s", name, brief(string(got)), brief(data))
	}
}

// expectNone checks that there is no object of that name.
func expectNone(t testing.TB, s blob.Store, name string) {
	t.Helper()
	if _, err := s.Stat(t.Context(), name); !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("Stat of %s gives %v, want ErrNotExist", name, err)
	}
	if r, err := s.Open(t.Context(), name, 0, -1); !errors.Is(err, blob.ErrNotExist) {
		t.Errorf("Open of %s gives %v, want ErrNotExist", name, err)
		if err == nil {
			r.Close()
		}
	}
}

func names(t testing.TB, s blob.Store, prefix string) []string {
	t.Helper()
	all := []string{}
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("List of %q: %v", prefix, err)
		}
		all = append(all, info.Name)
	}
	return all
}

func expectNames(t testing.TB, s blob.Store, prefix string, want ...string) {
	t.Helper()
	if got := names(t, s, prefix); !slices.Equal(got, want) {
		t.Errorf("List of %q gives %q, want %q", prefix, got, want)
	}
}

func brief(s string) string {
	if len(s) <= 40 {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprintf("%q... (%d bytes)", s[:20], len(s))
}

// pattern is a stream of bytes no two blocks of which are alike.
type pattern struct {
	offset, length int64
}

func (p *pattern) Read(b []byte) (int, error) {
	if p.offset >= p.length {
		return 0, io.EOF
	}
	n := int(min(int64(len(b)), p.length-p.offset))
	for i := range b[:n] {
		x := uint64(p.offset+int64(i))*0x9e3779b97f4a7c15 + 12345
		b[i] = byte(x >> 56)
	}
	p.offset += int64(n)
	return n, nil
}

// same checks that r gives the length bytes of the pattern from offset on.
func same(t testing.TB, what string, r io.Reader, offset, length int64) {
	t.Helper()
	want := &pattern{offset, offset + length}
	got, expected := make([]byte, 64<<10), make([]byte, 64<<10)
	for at := offset; ; {
		n, err := io.ReadFull(r, got)
		k, _ := io.ReadFull(want, expected)
		if n != k || !bytes.Equal(got[:n], expected[:k]) {
			t.Fatalf("%s: other bytes than written in the %d from offset %d (read %d of %d)", what, k, at, n, k)
		}
		if at += int64(n); err == io.EOF || err == io.ErrUnexpectedEOF {
			return
		}
		must(t, err)
	}
}

// gone is a context that is cancelled.
func gone() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
