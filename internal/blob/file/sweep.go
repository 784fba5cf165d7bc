package file

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/flottstream/flott/internal/blob"
)

// staleAfter is how long a hidden file is left alone after its last write: on a
// mount where locks mean nothing to other machines, this alone protects it.
const staleAfter = time.Hour

func isHidden(name string) bool { return strings.HasPrefix(name, blob.Reserved) }

// lock marks a hidden file as being written, as long as it is open. A file
// system without locks is left to staleAfter.
func lock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// sweep removes a hidden file that a crash left behind.
func sweep(file string, info fs.FileInfo) bool {
	if time.Since(info.ModTime()) < staleAfter {
		return false
	}
	f, err := os.Open(file)
	if err != nil {
		return os.IsNotExist(err)
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == syscall.EWOULDBLOCK {
		return false // its writer is alive
	}
	return os.Remove(file) == nil
}

// sweepFolder sweeps a folder that holds a few hidden files and nothing else;
// it reports whether none is left. It looks at a few entries only, for it is
// asked at every Delete.
func sweepFolder(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	const few = 8
	entries, _ := f.ReadDir(few)
	if len(entries) == 0 || len(entries) == few {
		return false
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !isHidden(entry.Name()) || !info.Mode().IsRegular() || !sweep(filepath.Join(dir, entry.Name()), info) {
			return false
		}
	}
	return true
}

// Sweep removes the hidden files in folders in which nobody writes.
func (s *Store) Sweep(ctx context.Context, prefix string, dead func(folder string) bool) error {
	if err := blob.CheckPrefix(prefix); err != nil {
		return fmt.Errorf("cannot sweep %s: %w", s.URL(""), err)
	}
	top := s.path(prefix)
	var swept []string
	err := filepath.WalkDir(top, func(file string, entry fs.DirEntry, err error) error {
		if gone(err) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !isHidden(entry.Name()) || !entry.Type().IsRegular() {
			return err
		}
		folder, err := filepath.Rel(top, filepath.Dir(file))
		if folder == "." {
			folder = ""
		}
		if err == nil && dead(filepath.ToSlash(folder)) {
			swept = append(swept, filepath.Dir(file))
			if err = os.Remove(file); gone(err) {
				err = nil
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot sweep %s: %w", s.URL(prefix), reason(err))
	}
	for _, folder := range swept {
		s.removeEmpty(folder)
	}
	return nil
}
