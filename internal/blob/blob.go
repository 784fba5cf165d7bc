// Package blob is the contract of durable storage: named objects that are
// written once and never change. Checkpoints, savepoints and exactly-once sinks
// keep their bytes here. blob/blobtest checks every sentence; the implementations
// are blob/file, blob/cloud (S3, GCS, Azure) and blob/hdfs, and blob/storage picks one by
// the scheme of a URL.
//
// An object is there whole or not at all: it appears under its name when Commit
// returns nil, durably, and a crash before that leaves nothing that List shows.
// Names are paths of non-empty segments joined by "/", relative to the root of
// the Store; "..", "." and a leading "/" are refused (CheckName). A name must
// not be a folder of another ("a" beside "a/b"): some Stores refuse that.
//
// A Store may be used by many goroutines. Errors name the object's URL.
package blob

import (
	"context"
	"errors"
	"io"
	"iter"
)

var (
	// ErrNotExist is returned (wrapped) for an object that is not there.
	ErrNotExist = errors.New("no such object")
	// ErrExist is returned (wrapped) by PutNew for a name that is taken.
	ErrExist = errors.New("the object exists already")
)

// Store holds objects below one root.
type Store interface {
	// Create begins an object; whatever had its name is replaced at Commit.
	Create(ctx context.Context, name string) (Writer, error)
	// PutNew writes a small object unless its name is taken (ErrExist). Of two
	// callers at once, one succeeds.
	PutNew(ctx context.Context, name string, data []byte) error
	// Open reads length bytes from offset on; length < 0 is to the end. What
	// lies past the end is not there: the reader ends early.
	Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error)
	// List yields the objects whose names begin with prefix, in order of name
	// (of its bytes).
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// Stat describes one object.
	Stat(ctx context.Context, name string) (Info, error)
	// Delete removes an object; one that is not there is not an error. An
	// implementation with folders also removes those that became empty, but for
	// the root.
	Delete(ctx context.Context, name string) error
	// URL is the full address of a name ("" is the root), as users write it.
	URL(name string) string
	Close() error
}

// Writer writes one object. Exactly one of Commit and Abort ends it; Abort after
// Commit does nothing.
type Writer interface {
	io.Writer
	Commit() error
	Abort()
}

// Info describes an object.
type Info struct {
	Name     string
	Size     int64 // bytes
	Modified int64 // ms since 1970
}

// ReadAll reads a whole object.
func ReadAll(ctx context.Context, s Store, name string) ([]byte, error) {
	r, err := s.Open(ctx, name, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// Put writes a whole object.
func Put(ctx context.Context, s Store, name string, data []byte) error {
	w, err := s.Create(ctx, name)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Abort()
		return err
	}
	return w.Commit()
}
