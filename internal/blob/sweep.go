package blob

import "context"

// Sweeper is a Store in which a Writer whose process died leaves something that
// no listing shows, and that is removed only when it is old.
type Sweeper interface {
	// Sweep removes at once what such Writers have left in the folders below
	// prefix, which ends with "/", that dead names: the caller knows that nobody
	// writes there. dead is given names without prefix, "" for prefix itself.
	Sweep(ctx context.Context, prefix string, dead func(folder string) bool) error
}
