package embedded

import (
	"context"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/statefile"
	"github.com/flottstream/flott/internal/taskmanager"
)

// openBackend makes the state of one operator, filled from a checkpoint.
func openBackend(r taskmanager.BackendRequest) (state.Backend, error) {
	o := heap.Options{KeyGroups: r.Groups, MaxParallelism: r.MaxParallelism}
	if r.Restore != nil {
		o.Restore = &state.Restore{Lists: r.Restore.Lists}
		for _, k := range r.Restore.Keyed {
			s, err := statefile.Open(context.Background(), k.Part, r.Files)
			if err != nil {
				return nil, err
			}
			o.Restore.Sources = append(o.Restore.Sources, s)
		}
	}
	return heap.New(o), nil
}
