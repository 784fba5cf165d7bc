package sim

import (
	"context"
	"os"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/backends"
	"github.com/flottstream/flott/internal/taskmanager"
)

// backend is a state backend that is closed when its process is killed, as an
// operating system would.
type backend struct {
	state.Backend
	p *process
}

// Close implements state.Backend.
func (b *backend) Close() error {
	if !b.p.open[b] {
		return nil
	}
	delete(b.p.open, b)
	return b.Backend.Close()
}

// openBackend makes the state of an operator.
func (p *process) openBackend(t taskmanager.BackendRequest) (state.Backend, error) {
	r := backends.Request{
		Kind: p.kind, KeyGroups: t.Groups, MaxParallelism: t.MaxParallelism, Now: p.s.w.Now,
		Files: t.Files, Restored: t.Checkpoint, Options: backends.Default(), Managed: 1 << 20,
	}
	if p.s.plan.rocks { // also to read what such a backend wrote
		folder, err := p.s.localFolder()
		if err != nil {
			return nil, err
		}
		r.Options.LocalDir = folder
	}
	if t.Restore != nil {
		r.Lists = t.Restore.Lists
		for _, k := range t.Restore.Keyed {
			if p.s.forget > 0 {
				p.s.forget--
				continue
			}
			r.Keyed = append(r.Keyed, backends.Part{Groups: k.Groups, Part: k.Part})
		}
	}
	opened, err := backends.Open(context.Background(), r)
	if err != nil {
		return nil, err
	}
	b := &backend{opened, p}
	p.open[b] = true
	return b, nil
}

// localFolder is where backends keep their files: a folder of this machine, and the
// one thing in a simulation that is not simulated.
func (s *simulation) localFolder() (string, error) {
	if s.local == "" {
		folder, err := os.MkdirTemp("", "flott-sim-")
		if err != nil {
			return "", err
		}
		s.local = folder
	}
	return s.local, nil
}
