package file

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/flottstream/flott/internal/blob"
)

// writer writes a hidden file, locked as long as it is open, that Commit gives
// its name.
type writer struct {
	s    *Store
	ctx  context.Context
	name string
	file *os.File // nil when ended
	err  error    // of a Write: Commit must not pass it over
}

// Create begins an object.
func (s *Store) Create(ctx context.Context, name string) (blob.Writer, error) {
	return s.create(ctx, name)
}

func (s *Store) create(ctx context.Context, name string) (*writer, error) {
	if err := s.check(ctx, "write", name); err != nil {
		return nil, err
	}
	file, err := createHidden(filepath.Dir(s.path(name)))
	if err != nil {
		if errors.Is(err, syscall.ENOTDIR) {
			return nil, fmt.Errorf("cannot write %s: a part of its path is an object, not a folder", s.URL(name))
		}
		return nil, fmt.Errorf("cannot write %s: %w", s.URL(name), reason(err))
	}
	return &writer{s: s, ctx: ctx, name: name, file: file}, nil
}

// folderTries bounds how often a writer makes its folder anew when others empty
// and remove it.
const folderTries = 1000

// createHidden makes a locked file of a new hidden name, and its folder.
func createHidden(dir string) (*os.File, error) {
	for try := 0; ; try++ {
		err := os.MkdirAll(dir, 0o755)
		var file *os.File
		if err == nil {
			file, err = os.OpenFile(filepath.Join(dir, blob.Reserved+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		}
		if err == nil {
			lock(file)
			return file, nil
		}
		// A Delete may have removed a folder while it was empty.
		if !errors.Is(err, fs.ErrNotExist) || try == folderTries {
			return nil, err
		}
	}
}

func (w *writer) failed(err error) error {
	return fmt.Errorf("cannot write %s: %w", w.s.URL(w.name), reason(err))
}

func (w *writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, w.failed(errors.New("it was committed or aborted before"))
	}
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	n := 0
	if w.err == nil {
		n, w.err = w.file.Write(p)
	}
	if w.err != nil {
		return n, w.failed(w.err)
	}
	return n, nil
}

func (w *writer) Commit() error {
	return w.commit(func(hidden, file string) error { return os.Rename(hidden, file) })
}

// commit ends the file; publish gives it its name.
func (w *writer) commit(publish func(hidden, file string) error) error {
	if w.file == nil {
		return w.failed(errors.New("it was committed or aborted before"))
	}
	err := w.err
	if err == nil {
		err = w.ctx.Err()
	}
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		w.Abort()
		return w.failed(err)
	}
	hidden, file := w.file.Name(), w.s.path(w.name)
	if err := publish(hidden, file); err != nil {
		w.Abort()
		if errors.Is(err, fs.ErrExist) && !isFolder(file) {
			return w.s.failed("write", w.name, blob.ErrExist)
		}
		if isFolder(file) {
			err = errors.New("it is a folder of other objects")
		}
		return w.failed(err)
	}
	err, w.file = w.file.Close(), nil
	if err == nil {
		err = w.s.syncFolders(filepath.Dir(file))
	}
	if err != nil {
		return w.failed(err)
	}
	return nil
}

// syncFolders makes the entries of a folder and of those above it durable, up
// to the root; an unchanged folder costs next to nothing.
func (s *Store) syncFolders(dir string) error {
	for {
		// One that is gone was emptied by a Delete of what we have just written.
		if err := syncFolder(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if len(dir) <= len(s.root) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

func (w *writer) Abort() {
	if w.file == nil {
		return
	}
	name := w.file.Name()
	os.Remove(name)
	w.file.Close()
	w.file = nil
	w.s.removeEmpty(filepath.Dir(name))
}

// PutNew writes an object unless its name is taken.
func (s *Store) PutNew(ctx context.Context, name string, data []byte) error {
	w, err := s.create(ctx, name)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.Write(data); err != nil {
		return err
	}
	return w.commit(publishNew)
}

// publishNew gives a hidden file its name unless that is taken.
func publishNew(hidden, file string) error {
	err := os.Link(hidden, file)
	switch {
	case err == nil:
		return os.Remove(hidden)
	case errors.Is(err, syscall.EPERM), errors.Is(err, errors.ErrUnsupported), errors.Is(err, syscall.EMLINK):
		return renameNew(hidden, file) // a file system without hard links
	}
	if linkError := (*os.LinkError)(nil); errors.As(err, &linkError) {
		err = linkError.Err
	}
	return err
}
