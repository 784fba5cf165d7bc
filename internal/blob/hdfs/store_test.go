package hdfs

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/blobtest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var folderCount atomic.Int64

// open returns a Store in a folder of its own of the HDFS of $FLOTT_HDFS.
func open(t testing.TB) *Store {
	t.Helper()
	switch {
	case testing.Short():
		t.Skip("-short: not run against a real HDFS")
	case os.Getenv("FLOTT_HDFS") == "":
		t.Skip("needs a real HDFS: run as 'FLOTT_HDFS=$(scripts/hdfs-up) go test ./internal/blob/hdfs'")
	}
	u, err := url.Parse(os.Getenv("FLOTT_HDFS"))
	must(t, err)
	s, err := Open(t.Context(), u.Host, fmt.Sprintf("/flott-test/%d-%d", time.Now().UnixNano(), folderCount.Add(1)), Options{})
	must(t, err)
	return s
}

func TestContract(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t) })
}

// files are the names of all files and folders in a folder of the Store.
func files(t testing.TB, s *Store, folder string) (all []string) {
	t.Helper()
	infos, err := s.client.ReadDir(s.path(folder))
	must(t, err)
	for _, info := range infos {
		all = append(all, path.Join(folder, info.Name()))
		if info.IsDir() {
			all = append(all, files(t, s, path.Join(folder, info.Name()))...)
		}
	}
	return all
}

func TestNothingElseIsLeft(t *testing.T) {
	s := open(t)
	defer s.Close()
	must(t, blob.Put(t.Context(), s, "a/b", []byte("x")))
	must(t, s.PutNew(t.Context(), "a/c", []byte("x")))
	for _, name := range []string{"a/b", "a/c"} {
		if err := s.PutNew(t.Context(), name, []byte("y")); !errors.Is(err, blob.ErrExist) {
			t.Error(err)
		}
	}
	w, err := s.Create(t.Context(), "d/e/f")
	must(t, err)
	w.Abort()
	if got := files(t, s, ""); !slices.Equal(got, []string{"a", "a/b", "a/c", "a/c/" + objectFile}) {
		t.Errorf("the folder holds %q", got)
	}
	must(t, s.Delete(t.Context(), "a/b"))
	must(t, s.Delete(t.Context(), "a/c"))
	if got := files(t, s, ""); len(got) != 0 {
		t.Errorf("the folder holds %q after all is deleted", got)
	}
}

// An old hidden file goes with the next List, unless its writer is alive.
func TestSweep(t *testing.T) {
	s, other := open(t), open(t)
	defer s.Close()
	defer other.Close()
	other.root = s.root
	old := time.Now().Add(-2 * staleAfter)
	must(t, blob.Put(t.Context(), s, "f/a", []byte("x")))
	leave := func(name string, modified time.Time) {
		f, err := s.create(s.path(name))
		must(t, err)
		w := &writer{s: s, ctx: t.Context(), name: name, file: f}
		_, err = w.Write([]byte("half"))
		must(t, err)
		must(t, w.complete())
		must(t, s.client.Chtimes(s.path(name), modified, modified))
	}
	leave("f/"+blob.Reserved+"stale", old)
	leave("f/"+blob.Reserved+"young", time.Now())
	w, err := other.Create(t.Context(), "f/slow")
	must(t, err)
	_, err = w.Write([]byte("written long ago"))
	must(t, err)
	slow := path.Base(w.(*writer).hidden)
	must(t, s.client.Chtimes(w.(*writer).hidden, old, old))
	for info, err := range s.List(t.Context(), "") {
		must(t, err)
		if info.Name != "f/a" {
			t.Errorf("List gives %s", info.Name)
		}
	}
	want := []string{"f", "f/a", "f/" + blob.Reserved + "young", "f/" + slow}
	slices.Sort(want)
	got := files(t, s, "")
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	must(t, w.Commit())
	data, err := blob.ReadAll(t.Context(), s, "f/slow")
	if string(data) != "written long ago" {
		t.Errorf("the slow object holds %q, %v", data, err)
	}
}

func TestMistakesOnAServer(t *testing.T) {
	s := open(t)
	defer s.Close()
	must(t, blob.Put(t.Context(), s, "folder/a", nil))
	for name, want := range map[string]string{"folder": "a folder of other objects", "folder/a/b": "is an object, not a folder"} {
		for what, err := range map[string]error{"Put": blob.Put(t.Context(), s, name, nil), "PutNew": s.PutNew(t.Context(), name, nil)} {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), s.URL(name)) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s of %s: %v, want %q", what, name, err, want)
			}
		}
	}
	if got := files(t, s, ""); !slices.Equal(got, []string{"folder", "folder/a"}) {
		t.Errorf("the folder holds %q", got)
	}
}
