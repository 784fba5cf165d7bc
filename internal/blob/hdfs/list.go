package hdfs

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob"
)

// staleAfter is how long a hidden file is left alone: one that is closed is
// given its name at once, one that is open has a lease that tells.
const staleAfter = time.Hour

// List yields the objects whose names begin with prefix, in order of name.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, fmt.Errorf("cannot list %s: %w", s.url, err))
			return
		}
		folder := ""
		if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
			folder = prefix[:i]
		}
		w := &walk{s, ctx, prefix, yield}
		if entries, ok := w.read(folder); ok {
			w.yieldBelow(folder, entries)
		}
	}
}

// walk is one List under way.
type walk struct {
	s      *Store
	ctx    context.Context
	prefix string
	yield  func(blob.Info, error) bool
}

// read returns the entries of a folder; none when it is gone. It reports
// whether to go on.
func (w *walk) read(folder string) ([]fs.FileInfo, bool) {
	var entries []fs.FileInfo
	err := w.ctx.Err()
	if err == nil {
		entries, err = w.s.client.ReadDir(w.s.path(folder))
	}
	if err == nil || isNotExist(err) {
		return entries, true
	}
	if info, found := w.s.client.Stat(w.s.path(folder)); found == nil && !info.IsDir() {
		return nil, true // a name below an object
	}
	w.yield(blob.Info{}, fmt.Errorf("cannot list %s: %w", w.s.URL(folder), reason(err)))
	return nil, false
}

// entry is an object, or a folder with what is in it.
type entry struct {
	key   string // what it is ordered by: a name, with "/" after a folder's
	info  fs.FileInfo
	below []fs.FileInfo
}

// yieldBelow yields the objects below a folder; false when the caller wants no
// more.
func (w *walk) yieldBelow(folder string, infos []fs.FileInfo) bool {
	var entries []entry
	for _, info := range infos {
		name := path.Join(folder, info.Name())
		below := name + "/"
		switch {
		case strings.HasPrefix(info.Name(), blob.Reserved):
			if info.Name() != objectFile {
				w.s.sweep(path.Join(w.s.path(folder), info.Name()), info)
			}
		case !info.IsDir():
			if strings.HasPrefix(name, w.prefix) {
				entries = append(entries, entry{name, info, nil})
			}
		case strings.HasPrefix(below, w.prefix) || strings.HasPrefix(w.prefix, below) || name == w.prefix:
			inside, ok := w.read(name)
			if !ok {
				return false
			}
			if i := slices.IndexFunc(inside, func(f fs.FileInfo) bool { return f.Name() == objectFile }); i >= 0 && strings.HasPrefix(name, w.prefix) {
				entries = append(entries, entry{name, inside[i], nil})
			}
			entries = append(entries, entry{below, nil, inside})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	for _, e := range entries {
		if e.info != nil {
			if !w.yield(describe(e.key, e.info), nil) {
				return false
			}
		} else if !w.yieldBelow(strings.TrimSuffix(e.key, "/"), e.below) {
			return false
		}
	}
	return true
}

// sweep removes a hidden file or folder that a crash left behind.
func (s *Store) sweep(hidden string, info fs.FileInfo) {
	if time.Since(info.ModTime()) < staleAfter {
		return
	}
	file := hidden
	if info.IsDir() {
		file = path.Join(hidden, objectFile)
	}
	// The NameNode lets nobody append to a file whose writer is alive.
	f, err := s.client.Append(file)
	if err != nil && !isNotExist(err) {
		return
	}
	if err == nil {
		_ = f.Close()
	}
	_ = s.client.RemoveAll(hidden)
}
