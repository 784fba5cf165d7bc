package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/flottstream/flott/internal/blob"
)

var (
	_ blob.Mover   = (*Store)(nil)
	_ blob.Sweeper = (*Store)(nil)
)

// Move renames a file.
func (s *Store) Move(ctx context.Context, from, to string) error {
	if err := s.check(ctx, "rename", from); err != nil {
		return err
	}
	if err := s.check(ctx, "write", to); err != nil {
		return err
	}
	source, target := s.path(from), s.path(to)
	if _, err := s.Stat(ctx, from); err != nil {
		return err
	}
	for try := 0; ; try++ {
		err := os.MkdirAll(filepath.Dir(target), 0o755)
		if err == nil {
			err = os.Rename(source, target)
		}
		if err == nil {
			break
		}
		if errors.Is(err, syscall.EXDEV) { // a mount below the root
			return fmt.Errorf("cannot rename %s to %s: %w", s.URL(from), s.URL(to), errors.ErrUnsupported)
		}
		if isFolder(target) {
			return fmt.Errorf("cannot write %s: it is a folder of other objects", s.URL(to))
		}
		if _, missing := os.Lstat(source); missing != nil {
			return fmt.Errorf("cannot rename %s: %w", s.URL(from), blob.ErrNotExist)
		}
		// A Delete may have removed the folder while it was empty.
		if !errors.Is(err, fs.ErrNotExist) || try == folderTries {
			var link *os.LinkError
			if errors.As(err, &link) {
				err = link.Err
			}
			return fmt.Errorf("cannot rename %s to %s: %w", s.URL(from), s.URL(to), reason(err))
		}
	}
	if err := s.syncFolders(filepath.Dir(target)); err != nil {
		return fmt.Errorf("cannot rename %s to %s: %w", s.URL(from), s.URL(to), reason(err))
	}
	s.removeEmpty(filepath.Dir(source))
	return nil
}
