package cloud

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/flottstream/flott/internal/blob"
)

var errEnded = errors.New("it was committed or aborted before")

// writer uploads one object: a goroutine reads what is written from a pipe. (The
// drivers' own writers are not used: Azure's reads a nil pointer when an upload
// fails.) To abort is to cancel the upload's context before the pipe ends.
type writer struct {
	s      *Store
	ctx    context.Context
	name   string
	ended  bool
	err    error          // of a Write: Commit must not pass it over
	pipe   *io.PipeWriter // nil before the first byte
	cancel context.CancelFunc
	done   chan error
}

// Create begins an object.
func (s *Store) Create(ctx context.Context, name string) (blob.Writer, error) {
	if err := s.check(ctx, "write", name); err != nil {
		return nil, err
	}
	return &writer{s: s, ctx: ctx, name: name}, nil
}

func (w *writer) failed(err error) error { return w.s.failed(w.ctx, "write", w.name, err) }

func (w *writer) Write(p []byte) (int, error) {
	if w.ended {
		return 0, w.failed(errEnded)
	}
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	n := 0
	if w.err == nil && len(p) > 0 {
		if w.pipe == nil {
			w.begin()
		}
		n, w.err = w.pipe.Write(p)
	}
	if w.err != nil {
		return n, w.failed(w.err)
	}
	return n, nil
}

func (w *writer) begin() {
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(w.ctx)
	w.done = make(chan error, 1)
	from, to := io.Pipe()
	w.pipe = to
	go func() {
		options := w.s.write
		err := w.s.bucket.Upload(ctx, w.s.prefix+w.name, from, &options)
		if err != nil {
			from.CloseWithError(err) // a Write that waits gets it
		}
		w.done <- err
	}()
}

func (w *writer) Commit() error {
	if w.ended {
		return w.failed(errEnded)
	}
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err != nil {
		w.Abort()
		return w.failed(w.err)
	}
	w.ended = true
	var err error
	if w.pipe == nil {
		options := w.s.write
		err = w.s.bucket.Upload(w.ctx, w.s.prefix+w.name, bytes.NewReader(nil), &options)
	} else {
		w.pipe.Close()
		err = <-w.done
		w.cancel()
	}
	if err != nil {
		return w.failed(err)
	}
	return nil
}

func (w *writer) Abort() {
	if w.ended {
		return
	}
	w.ended = true
	if w.pipe != nil {
		w.cancel()
		w.pipe.CloseWithError(context.Canceled)
		<-w.done
	}
}
