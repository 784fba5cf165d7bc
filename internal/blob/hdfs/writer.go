package hdfs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/colinmarc/hdfs/v2"
	"github.com/flottstream/flott/internal/blob"
)

var (
	errEnded  = errors.New("it was committed or aborted before")
	errFolder = errors.New("it is a folder of other objects")
)

// closeTimeout is how long the DataNodes may take to tell the NameNode that
// they have the last block.
const closeTimeout = 2 * time.Minute

// writer writes a hidden file that Commit gives its name.
type writer struct {
	s      *Store
	ctx    context.Context
	name   string
	hidden string           // what an abort removes: the file, or PutNew's folder around it
	file   *hdfs.FileWriter // nil when ended
	err    error            // of a Write: Commit must not pass it over
}

// Create begins an object.
func (s *Store) Create(ctx context.Context, name string) (blob.Writer, error) {
	if err := s.check(ctx, "write", name); err != nil {
		return nil, err
	}
	hidden := path.Join(path.Dir(s.path(name)), blob.Reserved+rand.Text())
	file, err := s.create(hidden)
	if err != nil {
		return nil, s.failedWrite(name, err)
	}
	return &writer{s: s, ctx: ctx, name: name, hidden: hidden, file: file}, nil
}

// folderTries bounds how often a writer makes its folder anew when others empty
// and remove it.
const folderTries = 100

// create begins a file, and makes the folder it goes to.
func (s *Store) create(file string) (*hdfs.FileWriter, error) {
	for try := 0; ; try++ {
		if err := s.client.MkdirAll(path.Dir(file), 0o755); err != nil {
			return nil, err
		}
		w, err := s.client.CreateFile(file, s.replication, s.blockSize, 0o644)
		// A Delete may have removed the folder while it was empty.
		if !errors.Is(err, fs.ErrNotExist) || try == folderTries {
			return w, err
		}
	}
}

func (s *Store) failedWrite(name string, err error) error {
	if isNotExist(err) || errors.Is(err, fs.ErrExist) {
		err = errors.New("a part of its path is an object, not a folder")
	}
	return fmt.Errorf("cannot write %s: %w", s.URL(name), reason(err))
}

func (w *writer) failed(err error) error {
	return fmt.Errorf("cannot write %s: %w", w.s.URL(w.name), reason(err))
}

func (w *writer) Write(p []byte) (int, error) {
	if w.file == nil {
		return 0, w.failed(errEnded)
	}
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	n := 0
	if w.err == nil && len(p) > 0 {
		n, w.err = w.file.Write(p)
	}
	if w.err != nil {
		return n, w.failed(w.err)
	}
	return n, nil
}

func (w *writer) Commit() error {
	if err := w.complete(); err != nil {
		return err
	}
	err := w.s.publish(w.hidden, w.s.path(w.name))
	if err != nil {
		w.discard()
		return w.failed(err)
	}
	return nil
}

// complete closes the hidden file: all of it is there.
func (w *writer) complete() error {
	if w.file == nil {
		return w.failed(errEnded)
	}
	err := w.err
	if err == nil {
		err = w.ctx.Err()
	}
	if err == nil {
		err = w.close()
	}
	if err != nil {
		w.Abort()
		return w.failed(err)
	}
	w.file = nil
	return nil
}

// close asks again while the DataNodes' reports are under way.
func (w *writer) close() error {
	ctx, cancel := context.WithTimeout(w.ctx, closeTimeout)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 400*time.Millisecond) {
		err := w.file.Close()
		if !hdfs.IsErrReplicating(err) {
			return err
		}
		select {
		case <-ctx.Done():
			if w.ctx.Err() != nil {
				return w.ctx.Err()
			}
			return fmt.Errorf("the DataNodes have not reported its last block in %v", closeTimeout)
		case <-time.After(wait):
		}
	}
}

// publish gives a closed file its name, in place of what had it.
func (s *Store) publish(hidden, file string) error {
	for try := 0; ; try++ {
		err := s.client.Rename(hidden, file)
		if err == nil {
			return nil
		}
		if _, gone := s.client.Stat(hidden); isNotExist(gone) {
			return nil // it was done, the answer was lost
		}
		info, found := s.client.Stat(file)
		switch {
		case try == 10:
			return err
		case isNotExist(found):
			continue // what was in the way was deleted
		case found != nil || !info.IsDir():
			return err
		}
		// The folder of a PutNew, whose file we replace, or one left empty.
		inside := path.Join(file, objectFile)
		if _, found := s.client.Stat(inside); found == nil {
			if s.client.Rename(hidden, inside) == nil {
				return nil
			}
		} else if s.client.Remove(file) != nil {
			return errFolder
		}
	}
}

func (w *writer) Abort() {
	if w.file == nil {
		return
	}
	w.file = nil
	w.discard()
}

// discard removes the hidden file. One that is being written loses its lease
// with that; there is no other way to give it up.
func (w *writer) discard() {
	_ = w.s.client.RemoveAll(w.hidden)
	w.s.removeEmpty(path.Dir(w.hidden))
}

// PutNew writes an object unless its name is taken.
func (s *Store) PutNew(ctx context.Context, name string, data []byte) error {
	if err := s.check(ctx, "write", name); err != nil {
		return err
	}
	taken := fmt.Errorf("cannot write %s: %w", s.URL(name), blob.ErrExist)
	if _, _, err := s.find(name); err == nil {
		return taken
	}
	folder := path.Join(path.Dir(s.path(name)), blob.Reserved+rand.Text())
	file, err := s.create(path.Join(folder, objectFile))
	if err != nil {
		return s.failedWrite(name, err)
	}
	w := &writer{s: s, ctx: ctx, name: name, hidden: folder, file: file}
	if _, err := w.Write(data); err != nil {
		w.Abort()
		return err
	}
	if err := w.complete(); err != nil {
		return err
	}
	err = s.client.Rename(folder, s.path(name))
	if err == nil {
		return nil
	}
	if _, gone := s.client.Stat(folder); isNotExist(gone) {
		return nil // it was done, the answer was lost
	}
	w.discard()
	if _, _, found := s.find(name); found == nil {
		return taken
	}
	if info, found := s.client.Stat(s.path(name)); found == nil && info.IsDir() {
		err = errFolder
	}
	return w.failed(err)
}
