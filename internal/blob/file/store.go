// Package file keeps objects as files below a folder, on a local disk or a
// shared mount.
//
// An object is written to a hidden file beside its name, synced, renamed (or,
// by PutNew, linked, which fails when the name is taken), and then the folders
// above it are synced: a crash at any moment leaves the old object or the new
// one. A hidden file that a crash left behind is removed by the next List or
// Delete that sees it once it is an hour old and no process has it locked.
// Delete is not synced: after a crash of the machine the object may be there
// again.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/flottstream/flott/internal/blob"
)

// Store keeps objects below a folder. It is safe for use by many goroutines and
// processes.
type Store struct {
	root string // absolute and clean
}

// Open returns the Store below a folder, which it makes when it is not there.
func Open(root string) (*Store, error) {
	if root == "" {
		return nil, errors.New("the folder of a store must not be empty")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	s := &Store{root: root}
	if isFolder(root) {
		return s, nil
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder %s: %w", s.URL(""), reason(err))
	}
	for dir := filepath.Dir(root); ; dir = filepath.Dir(dir) {
		// A folder one may not read was there before.
		if err := syncFolder(dir); err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("cannot sync the folder above %s: %w", s.URL(""), reason(err))
		}
		if dir == filepath.Dir(dir) {
			return s, nil
		}
	}
}

// reason is an error without the path, which the URL tells.
func reason(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

// URL writes addresses as Flink does: file:/folder/name.
func (s *Store) URL(name string) string { return "file:" + path.Join(filepath.ToSlash(s.root), name) }

// Close does nothing: a Store holds no file open.
func (s *Store) Close() error { return nil }

func (s *Store) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

// failed says what could not be done to which object, with the contract's
// errors for what is not there and what is.
func (s *Store) failed(what, name string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		err = blob.ErrNotExist
	case errors.Is(err, fs.ErrExist):
		err = blob.ErrExist
	default:
		err = reason(err)
	}
	return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), err)
}

// check is what every operation on a name begins with.
func (s *Store) check(ctx context.Context, what, name string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), err)
	}
	if err := blob.CheckName(name); err != nil {
		return fmt.Errorf("cannot %s an object in %s: %w", what, s.URL(""), err)
	}
	return nil
}

// Stat describes one object.
func (s *Store) Stat(ctx context.Context, name string) (blob.Info, error) {
	if err := s.check(ctx, "find", name); err != nil {
		return blob.Info{}, err
	}
	info, err := os.Stat(s.path(name))
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return blob.Info{}, s.failed("find", name, err)
	}
	return describe(name, info), nil
}

func describe(name string, info fs.FileInfo) blob.Info {
	return blob.Info{Name: name, Size: info.Size(), Modified: info.ModTime().UnixMilli()}
}

// Open reads length bytes from offset on.
func (s *Store) Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if err := s.check(ctx, "read", name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("cannot read %s from offset %d: it must not be negative", s.URL(name), offset)
	}
	f, err := os.Open(s.path(name))
	if err != nil {
		return nil, s.failed("read", name, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		f.Close()
		return nil, s.failed("read", name, err)
	}
	if rest := max(0, info.Size()-offset); length < 0 || length > rest {
		length = rest
	}
	return &reader{io.NewSectionReader(f, offset, length), f, ctx, s, name}, nil
}

// reader reads a part of a file until its context ends.
type reader struct {
	*io.SectionReader
	file *os.File
	ctx  context.Context
	s    *Store
	name string
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, fmt.Errorf("cannot read %s: %w", r.s.URL(r.name), err)
	}
	n, err := r.SectionReader.Read(p)
	if err != nil && err != io.EOF {
		err = r.s.failed("read", r.name, err)
	}
	return n, err
}

func (r *reader) Close() error { return r.file.Close() }

// Delete removes an object and the folders that became empty.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := s.check(ctx, "delete", name); err != nil {
		return err
	}
	file := s.path(name)
	// unlink, not os.Remove, which would remove an empty folder of that name.
	err := syscall.Unlink(file)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		s.removeEmpty(filepath.Dir(file))
		return nil
	case errors.Is(err, syscall.ENOTDIR), isFolder(file):
		return nil // not an object
	}
	return s.failed("delete", name, err)
}

func isFolder(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.IsDir()
}

// removeEmpty removes a folder and those above it, below the root, as far as
// they are empty.
func (s *Store) removeEmpty(dir string) {
	for ; strings.HasPrefix(dir, s.root+string(filepath.Separator)); dir = filepath.Dir(dir) {
		if os.Remove(dir) == nil {
			continue
		}
		if !isFolder(dir) {
			continue // another one removed it
		}
		if !sweepFolder(dir) || os.Remove(dir) != nil {
			return
		}
	}
}
