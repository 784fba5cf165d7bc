package connector

import "errors"

// hinted is an error with advice of how to mend it, which is shown on a line of
// its own.
type hinted struct {
	error
	hint string
}

// WithHint adds advice to an error; "" adds nothing.
func WithHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return &hinted{err, hint}
}

// Unwrap returns the error.
func (h *hinted) Unwrap() error { return h.error }

// HintOf is the advice that an error carries, "" if none.
func HintOf(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	return ""
}
