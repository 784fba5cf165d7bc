package cloud

import (
	"context"
	"errors"

	"github.com/flottstream/flott/internal/blob"
	cdk "gocloud.dev/blob"
)

var errEnded = errors.New("it was committed or aborted before")

// writer uploads one object. To abort is to cancel its context before its end.
type writer struct {
	s      *Store
	ctx    context.Context // the caller's
	cancel context.CancelFunc
	name   string
	w      *cdk.Writer // nil when ended
	err    error       // of a Write: Commit must not pass it over
}

// Create begins an object.
func (s *Store) Create(ctx context.Context, name string) (blob.Writer, error) {
	if err := s.check(ctx, "write", name); err != nil {
		return nil, err
	}
	upload, cancel := context.WithCancel(ctx)
	options := s.write
	w, err := s.bucket.NewWriter(upload, s.prefix+name, &options)
	if err != nil {
		cancel()
		return nil, s.failed(ctx, "write", name, err)
	}
	return &writer{s: s, ctx: ctx, cancel: cancel, name: name, w: w}, nil
}

func (w *writer) failed(err error) error { return w.s.failed(w.ctx, "write", w.name, err) }

func (w *writer) Write(p []byte) (int, error) {
	if w.w == nil {
		return 0, w.failed(errEnded)
	}
	if w.err != nil {
		return 0, w.failed(w.err)
	}
	n, err := w.w.Write(p)
	if w.err = err; err != nil {
		return n, w.failed(err)
	}
	return n, nil
}

func (w *writer) Commit() error {
	if w.w == nil {
		return w.failed(errEnded)
	}
	err := w.err
	if err == nil {
		err = w.ctx.Err()
	}
	if err != nil {
		w.Abort()
		return w.failed(err)
	}
	err, w.w = w.w.Close(), nil
	w.cancel()
	if err != nil {
		return w.failed(err)
	}
	return nil
}

func (w *writer) Abort() {
	if w.w == nil {
		return
	}
	w.cancel()
	_ = w.w.Close() // it says that it was cancelled
	w.w = nil
}
