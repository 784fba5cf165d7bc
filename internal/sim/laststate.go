package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/backends"
)

// errPartial is the error of a checkpoint that does not hold the state of all
// subtasks: some had finished before.
var errPartial = errors.New("some subtasks had finished before the last checkpoint")

// lastState is the keyed state in the job's last checkpoint, in canonical form:
// entries, and how often each is there. Which subtask had an entry does not count.
func (s *simulation) lastState() (map[string]int, error) {
	ctx := context.Background()
	store, err := snapshot.OpenStorage(ctx, snapshot.Settings{Dir: root + "/" + s.p.job.ID}, s.disk.open(nil))
	if err != nil {
		return nil, err
	}
	sound, _, err := store.Retained(ctx)
	if err != nil || len(sound) == 0 {
		return nil, errors.Join(err, errPartial)
	}
	table, newest := map[string]int{}, sound[len(sound)-1]
	for _, v := range newest.Vertices {
		for _, t := range v.Subtasks {
			if t.Finished {
				return nil, errPartial
			}
			if err := s.addState(ctx, store, newest, &t.State, table); err != nil {
				return nil, fmt.Errorf("%s: %w", newest.Path, err)
			}
		}
	}
	return table, nil
}

// addState adds the keyed state of a subtask.
func (s *simulation) addState(ctx context.Context, store *snapshot.Storage, m *checkpoint.Manifest, of *checkpoint.State, table map[string]int) error {
	part, err := snapshot.Decode(*of, m.Path)
	if err != nil {
		return err
	}
	for _, op := range part.Operators {
		if op.Keyed == nil {
			continue
		}
		folder, err := s.localFolder()
		if err != nil {
			return err
		}
		source, err := backends.Source(ctx, op.Keyed.Part, store.Reader(), folder)
		if err != nil {
			return err
		}
		for _, d := range op.Keyed.States {
			err := source.Scan(ctx, d.Name, op.Keyed.Groups, func(e *state.Entry) error {
				table[fmt.Sprintf("state %s of %s: key %x sub %x namespace %v time %d: %x %x", d.Name, op.Name, e.Key, e.Sub, e.Namespace, e.Time, e.Fixed, e.Var)]++
				return nil
			})
			if err != nil {
				return errors.Join(err, source.Close())
			}
		}
		if err := source.Close(); err != nil {
			return err
		}
	}
	return nil
}

// compareStates checks that the job has, after all of its input, the state that it
// has if nothing goes wrong. It reports whether both could be seen.
func compareStates(quiet, disturbed *simulation) (bool, error) {
	want, err := quiet.lastState()
	if err != nil {
		return false, fmt.Errorf("undisturbed: %w", err)
	}
	got, err := disturbed.lastState()
	if errors.Is(err, errPartial) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := compare(got, want); err != nil {
		return true, fmt.Errorf("the state is another than that of a job that nothing happened to: %w", err)
	}
	return true, nil
}
