package blob

import (
	"context"
	"errors"
	"io"
)

// Mover is a Store that gives an object another name without reading it.
type Mover interface {
	// Move is like the function Move; errors.ErrUnsupported (wrapped) says that
	// this object has to be read after all.
	Move(ctx context.Context, from, to string) error
}

// Move gives an object another name; whatever had that name is replaced. Under
// the new name it is there whole or not at all. A crash leaves the object under
// one of the names or, where objects cannot be renamed (S3, GCS, Azure), under
// both, and then Move may be called again. If it is not there, Move returns
// ErrNotExist (wrapped).
func Move(ctx context.Context, s Store, from, to string) error {
	if m, ok := s.(Mover); ok {
		if err := m.Move(ctx, from, to); !errors.Is(err, errors.ErrUnsupported) {
			return err
		}
	}
	r, err := s.Open(ctx, from, 0, -1)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := s.Create(ctx, to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, r); err != nil {
		w.Abort()
		return err
	}
	if err := w.Commit(); err != nil {
		return err
	}
	return s.Delete(ctx, from)
}
