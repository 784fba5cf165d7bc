package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/flottstream/flott/internal/blob"
	cdk "gocloud.dev/blob"
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
	if err := s.bucket.Copy(ctx, s.prefix+to, s.prefix+from, &cdk.CopyOptions{BeforeCopy: escapeSource}); err != nil {
		if gcerrors.Code(err) == gcerrors.Unimplemented {
			return fmt.Errorf("%s: %w", s.URL(from), errors.ErrUnsupported)
		}
		return s.failed(ctx, "copy", from, err)
	}
	return s.Delete(ctx, from)
}

// escapeSource writes blanks in the name of what S3 is to copy as the header of a
// request has them; the driver writes them as a form has.
func escapeSource(as func(any) bool) error {
	var in *s3.CopyObjectInput
	if !as(&in) || in.CopySource == nil {
		return nil // not S3
	}
	escaped := strings.ReplaceAll(*in.CopySource, "+", "%20")
	in.CopySource = &escaped
	return nil
}
