package cloud

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/blob"
	"gocloud.dev/gcerrors"
)

var _ blob.Mover = (*Store)(nil)

// largestCopy is the size up to which S3 copies an object in one request.
const largestCopy = 5 << 30

// Move has the service copy an object, and deletes the old one.
func (s *Store) Move(ctx context.Context, from, to string) error {
	found, err := s.Stat(ctx, from)
	if err != nil {
		return err
	}
	if err := s.check(ctx, "write", to); err != nil {
		return err
	}
	if found.Size > largestCopy {
		return fmt.Errorf("%s is too large for one request: %w", s.URL(from), errors.ErrUnsupported)
	}
	if err := s.bucket.Copy(ctx, s.prefix+to, s.prefix+from, nil); err != nil {
		if gcerrors.Code(err) == gcerrors.Unimplemented {
			return fmt.Errorf("%s: %w", s.URL(from), errors.ErrUnsupported)
		}
		return s.failed(ctx, "copy", from, err)
	}
	return s.Delete(ctx, from)
}
