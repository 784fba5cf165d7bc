package file

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/blobtest"
)

func open(t *testing.T, root string) *Store {
	t.Helper()
	s, err := Open(root)
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestContract(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, filepath.Join(t.TempDir(), "made/by/Open")) })
}

// files are the names of all files and folders below root.
func files(t *testing.T, root string) (all []string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if path != root {
			all = append(all, strings.TrimPrefix(path, root+"/"))
		}
		return err
	}))
	return all
}

func TestNothingElseIsLeft(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	must(t, blob.Put(t.Context(), s, "a/b", []byte("x")))
	must(t, s.PutNew(t.Context(), "a/c", []byte("x")))
	if err := s.PutNew(t.Context(), "a/c", []byte("y")); !errors.Is(err, blob.ErrExist) {
		t.Error(err)
	}
	w, err := s.Create(t.Context(), "d/e/f")
	must(t, err)
	w.Abort()
	if got := files(t, root); !slices.Equal(got, []string{"a", "a/b", "a/c"}) {
		t.Errorf("the folder holds %q", got)
	}
	must(t, s.Delete(t.Context(), "a/b"))
	must(t, s.Delete(t.Context(), "a/c"))
	if got := files(t, root); len(got) != 0 {
		t.Errorf("the folder holds %q after all is deleted", got)
	}
}

// A hidden file of a crashed process goes when it is old, by List or by a
// Delete beside it; one that is young or whose writer lives stays.
func TestSweep(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	old := time.Now().Add(-2 * staleAfter)
	leave := func(name string, modified time.Time) string {
		file := filepath.Join(root, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, []byte("half"), 0o644))
		must(t, os.Chtimes(file, modified, modified))
		return file
	}
	must(t, blob.Put(t.Context(), s, "f/a", []byte("x")))
	stale, young := leave("f/"+blob.Reserved+"stale", old), leave("f/"+blob.Reserved+"young", time.Now())
	w, err := s.Create(t.Context(), "f/slow")
	must(t, err)
	_, err = w.Write([]byte("written long ago"))
	must(t, err)
	must(t, os.Chtimes(w.(*writer).file.Name(), old, old))
	names := []string{}
	for info, err := range s.List(t.Context(), "") {
		must(t, err)
		names = append(names, info.Name)
	}
	if !slices.Equal(names, []string{"f/a"}) {
		t.Errorf("List gives %q", names)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Error("List left the stale file")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("List removed a young file")
	}
	must(t, w.Commit())
	must(t, blob.Put(t.Context(), s, "g/a", []byte("x")))
	leave("g/"+blob.Reserved+"stale", old)
	must(t, s.Delete(t.Context(), "g/a"))
	if _, err := os.Stat(filepath.Join(root, "g")); !os.IsNotExist(err) {
		t.Errorf("the folder with nothing but a stale file is there after Delete: %v", err)
	}
}

// renameNew stands in for link where a file system has no hard links.
func TestRenameNew(t *testing.T) {
	dir := t.TempDir()
	var winners atomic.Int64
	var all sync.WaitGroup
	for i := range 8 {
		from := filepath.Join(dir, string(rune('a'+i)))
		must(t, os.WriteFile(from, nil, 0o644))
		all.Go(func() {
			switch err := renameNew(from, filepath.Join(dir, "taken")); {
			case err == nil:
				winners.Add(1)
			case !errors.Is(err, os.ErrExist):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if winners.Load() != 1 {
		t.Errorf("%d renames succeeded", winners.Load())
	}
}

func TestMistakes(t *testing.T) {
	root := t.TempDir()
	must(t, os.WriteFile(filepath.Join(root, "taken"), nil, 0o644))
	if _, err := Open(filepath.Join(root, "taken")); err == nil || !strings.Contains(err.Error(), "file:"+root+"/taken") {
		t.Errorf("a file as root: %v", err)
	}
	if _, err := Open(""); err == nil {
		t.Error("an empty root is taken")
	}
	s := open(t, root)
	must(t, blob.Put(t.Context(), s, "folder/a", nil))
	for name, want := range map[string]string{"folder": "a folder of other objects", "taken/b": "is an object, not a folder"} {
		for what, err := range map[string]error{"Put": blob.Put(t.Context(), s, name, nil), "PutNew": s.PutNew(t.Context(), name, nil)} {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), s.URL(name)) {
				t.Errorf("%s of %s: %v, want %q", what, name, err, want)
			}
		}
	}
	if got := files(t, root); !slices.Equal(got, []string{"folder", "folder/a", "taken"}) {
		t.Errorf("the folder holds %q", got)
	}
}
