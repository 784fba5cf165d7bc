package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/flottstream/flott/internal/blob"
)

// List yields the objects whose names begin with prefix, in order of name.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, fmt.Errorf("cannot list %s: %w", s.URL(""), err))
			return
		}
		folder := ""
		if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
			folder = prefix[:i]
		}
		s.walk(ctx, folder, prefix, yield)
	}
}

// walk yields what is below a folder (named as an object would be); it returns
// false when the caller wants no more.
func (s *Store) walk(ctx context.Context, folder, prefix string, yield func(blob.Info, error) bool) bool {
	fail := func(err error) bool {
		yield(blob.Info{}, fmt.Errorf("cannot list %s: %w", s.URL(folder), err))
		return false
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	entries, err := os.ReadDir(s.path(folder))
	if err != nil {
		if gone(err) {
			return true
		}
		return fail(err)
	}
	// Of "a" and "a-b", the objects below the folder "a" come later: "a-b" < "a/".
	key := func(e fs.DirEntry) string {
		if e.IsDir() {
			return e.Name() + "/"
		}
		return e.Name()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(key(a), key(b)) })
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		if isHidden(entry.Name()) {
			if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
				sweep(filepath.Join(s.path(folder), entry.Name()), info)
			}
			continue
		}
		if entry.IsDir() {
			below := name + "/"
			if (strings.HasPrefix(below, prefix) || strings.HasPrefix(prefix, below)) && !s.walk(ctx, name, prefix, yield) {
				return false
			}
			continue
		}
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		info, err := os.Stat(s.path(name))
		switch {
		case gone(err) || err == nil && !info.Mode().IsRegular():
		case err != nil:
			return fail(err)
		case !yield(describe(name, info), nil):
			return false
		}
	}
	return true
}

// gone reports that a file was removed, perhaps while it was listed.
func gone(err error) bool { return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) }
