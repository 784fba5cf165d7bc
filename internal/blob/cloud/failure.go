package cloud

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/aws/smithy-go"
	"github.com/flottstream/flott/internal/blob"
	"gocloud.dev/gcerrors"
)

// failure is an error in one sentence without credentials; what it wraps is for
// errors.Is and As only.
type failure struct {
	text string
	err  error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.err }

// failed says what could not be done to which object and why.
func (s *Store) failed(ctx context.Context, what, name string, err error) error {
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), ctx.Err())
	case gcerrors.Code(err) == gcerrors.NotFound && serviceCode(err) != "NoSuchBucket":
		return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), blob.ErrNotExist)
	}
	return &failure{s.redact(fmt.Sprintf("cannot %s %s: %s", what, s.URL(name), reason(err))), err}
}

// redact removes what must not be told.
func (s *Store) redact(text string) string {
	for _, secret := range s.secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

// serviceCode is the name that S3 gives an error.
func serviceCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// reason is what the service or the network said, without the request and the
// address, which may hold a signature.
func reason(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return strings.TrimSuffix(api.ErrorCode()+": "+api.ErrorMessage(), ": ")
	}
	var azure *azcore.ResponseError
	if errors.As(err, &azure) {
		return fmt.Sprintf("%s (HTTP status %d)", azure.ErrorCode, azure.StatusCode)
	}
	var google *gcsError
	if errors.As(err, &google) {
		return google.Error()
	}
	var network *url.Error
	if errors.As(err, &network) {
		return network.Err.Error()
	}
	// The driver's own error stands below gocloud's, which repeats the key.
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		if all := many.Unwrap(); len(all) > 0 && all[0] != nil {
			return strings.ReplaceAll(all[0].Error(), "\n", " ")
		}
	}
	return strings.ReplaceAll(err.Error(), "\n", " ")
}

// isTaken reports that the service refused a name that is there.
func isTaken(err error) bool {
	return gcerrors.Code(err) == gcerrors.FailedPrecondition || gcerrors.Code(err) == gcerrors.AlreadyExists
}

// isConflict reports S3's answer to conditional writes of one name at once.
func isConflict(err error) bool {
	code := serviceCode(err)
	return code == "ConditionalRequestConflict" || code == "OperationAborted"
}

const accessDenied = "AccessDenied"

// isDenied reports that the credentials are good, but not for this.
func isDenied(err error) bool {
	code := serviceCode(err)
	return code == accessDenied || code == "Forbidden"
}
