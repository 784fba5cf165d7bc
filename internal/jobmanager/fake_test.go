package jobmanager

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/stream"
)

// fakeTaskManager notes what it is told. Its subtasks run at once and end when they
// are cancelled, or do not as long as it holds them.
type fakeTaskManager struct {
	story *story

	mu      sync.Mutex
	running map[rpc.Attempt]*rpc.Deployment
	reading map[rpc.Attempt][]connector.Split
	holding bool
	held    []rpc.Attempt // cancelled meanwhile
	refused map[string]error
}

func text(a rpc.Attempt, d *rpc.Deployment) string {
	return fmt.Sprintf("%s/%d#%d", d.Vertex.Name, a.Subtask, a.Number)
}

func (f *fakeTaskManager) say(format string, args ...any) {
	f.story.note(&f.story.lines, format, args...)
}

func (f *fakeTaskManager) Submit(d *rpc.Deployment, master rpc.JobMaster) error {
	from := ""
	if d.Restore != nil {
		from = fmt.Sprintf(" from %d", d.Restore.Checkpoint)
		if d.Restore.Finished {
			from += ", finished"
		}
	}
	f.say("deploy %s%s", text(d.Attempt, d), from)
	f.mu.Lock()
	defer f.mu.Unlock()
	key := fmt.Sprintf("%s/%d", d.Vertex.Name, d.Attempt.Subtask)
	if err := f.refused[key]; err != nil {
		delete(f.refused, key)
		return err
	}
	f.running[d.Attempt] = d
	master.TaskState(d.Attempt, rpc.Running, nil)
	return nil
}

func (f *fakeTaskManager) refuse(task, why string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused == nil {
		f.refused = map[string]error{}
	}
	f.refused[task] = errors.New(why)
}

func (f *fakeTaskManager) Cancel(a rpc.Attempt) {
	f.mu.Lock()
	d, holding := f.running[a], f.holding
	if holding {
		f.held = append(f.held, a)
	}
	f.mu.Unlock()
	if d == nil {
		return
	}
	f.say("cancel %s", text(a, d))
	if !holding {
		f.ends(a, rpc.Canceled, nil)
	}
}

// ends reports that a subtask has ended.
func (f *fakeTaskManager) ends(a rpc.Attempt, s rpc.State, cause error) {
	f.mu.Lock()
	_, ok := f.running[a]
	delete(f.running, a)
	f.mu.Unlock()
	if ok {
		f.story.master.TaskState(a, s, cause)
	}
}

func (f *fakeTaskManager) hold() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.holding = true
}

func (f *fakeTaskManager) obey() {
	f.mu.Lock()
	held := f.held
	f.holding, f.held = false, nil
	f.mu.Unlock()
	for _, a := range held {
		f.ends(a, rpc.Canceled, nil)
	}
}

func (f *fakeTaskManager) splitsOf(a rpc.Attempt) []connector.Split {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.reading[a])
}

// known returns the deployment of a running attempt; false: it must not be talked to.
func (f *fakeTaskManager) known(a rpc.Attempt, what string) *rpc.Deployment {
	f.mu.Lock()
	d := f.running[a]
	f.mu.Unlock()
	if d == nil {
		f.say("%s to %v, which does not run", what, a)
	}
	return d
}

func (f *fakeTaskManager) Stop(a rpc.Attempt) {
	if d := f.known(a, "stop"); d != nil {
		f.say("stop %s", text(a, d))
	}
}

func (f *fakeTaskManager) AddSplits(a rpc.Attempt, splits []connector.Split, noMore bool) {
	d := f.known(a, "splits")
	if d == nil {
		return
	}
	var ids []string
	for _, s := range splits {
		id := s.ID
		if len(s.State) > 0 {
			id += "=" + string(s.State)
		}
		ids = append(ids, id)
	}
	end := ""
	if noMore {
		end = " and no more"
	}
	f.say("splits to %s: [%s]%s", text(a, d), strings.Join(ids, " "), end)
	f.mu.Lock()
	f.reading[a] = append(f.reading[a], splits...)
	f.mu.Unlock()
}

func (f *fakeTaskManager) TriggerCheckpoint(a rpc.Attempt, b stream.CheckpointBarrier) {
	if d := f.known(a, "barrier"); d != nil {
		kind := ""
		if b.Kind != checkpoint.Checkpoint {
			kind = " " + b.Kind.String()
		}
		if b.Drain {
			kind += " drain"
		}
		if b.Base != 0 {
			kind += fmt.Sprintf(" on %d", b.Base)
		}
		f.say("barrier %d%s to %s", b.ID, kind, text(a, d))
	}
}

func (f *fakeTaskManager) CheckpointComplete(a rpc.Attempt, c checkpoint.Commit) {
	if d := f.known(a, "complete"); d != nil {
		f.say("complete %d to %s", c.ID, text(a, d))
	}
}

func (f *fakeTaskManager) CheckpointAborted(a rpc.Attempt, c checkpoint.Abort) {
	// A subtask that has just failed may still be told.
	f.mu.Lock()
	d := f.running[a]
	f.mu.Unlock()
	if d != nil {
		f.say("aborted %d to %s", c.ID, text(a, d))
	}
}

func (f *fakeTaskManager) Metrics() *metrics.Group {
	return metrics.NewGroup(map[string]string{"tm_id": "tm-1"})
}

// fakeSource finds the splits of its story.
type fakeSource struct{ story *story }

func (f fakeSource) Abilities() connector.Abilities {
	return connector.Abilities{Bounded: f.story.bounded}
}
func (f fakeSource) Reader(*connector.ReaderContext) (connector.Reader, error) {
	return nil, errors.New("not here")
}
func (f fakeSource) Enumerator(context.Context, int) (connector.Enumerator, error) {
	f.story.note(&f.story.lines, "open source")
	return &fakeEnumerator{story: f.story, all: slices.Clone(f.story.splits)}, nil
}

type fakeEnumerator struct {
	ownedByName
	story *story
	all   []connector.Split // at first
}

func (f *fakeEnumerator) Interval() time.Duration { return f.story.every }
func (f *fakeEnumerator) Close() error {
	f.story.note(&f.story.lines, "close source")
	return nil
}

func (f *fakeEnumerator) Discover(context.Context) ([]connector.Split, error) {
	s := f.story
	s.mu.Lock()
	defer s.mu.Unlock()
	splits := f.all
	f.all = nil
	if err := s.refuses; err != nil && splits == nil {
		s.refuses = nil
		return nil, err
	}
	for _, more := range s.found {
		splits = append(splits, more...)
	}
	s.splits = append(s.splits, slices.Concat(s.found...)...)
	s.found = nil
	return splits, nil
}

// fakeStorage keeps manifests in memory.
type fakeStorage struct {
	story *story

	mu        sync.Mutex
	manifests map[string]*checkpoint.Manifest
	mode      string
	slow      chan struct{}
}

func (f *fakeStorage) set(mode string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mode = mode
	f.slow = make(chan struct{})
}

var errDisk = errors.New("the disk is on fire")

func (f *fakeStorage) WriteManifest(_ context.Context, m *checkpoint.Manifest) (int64, error) {
	f.mu.Lock()
	mode, slow := f.mode, f.slow
	f.mu.Unlock()
	if mode == "slow" {
		<-slow
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.story.note(&f.story.aside, "write %s", m.Path)
	if mode == "fail" {
		return 0, errDisk
	}
	f.manifests[m.Path] = m
	if mode == "lost" || mode == "unsure" { // the answer is
		return 0, errDisk
	}
	return 7, nil
}

func (f *fakeStorage) ReadManifest(_ context.Context, path string) (*checkpoint.Manifest, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.manifests[path]
	switch {
	case f.mode == "unsure":
		return nil, errDisk
	case m == nil:
		return nil, fmt.Errorf("there is no checkpoint at %s: %w", path, blob.ErrNotExist)
	}
	return m, nil
}

func (f *fakeStorage) Discard(_ context.Context, d checkpoint.Discard) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	manifest := ""
	if d.Manifest != nil {
		manifest = " with " + d.Manifest.Path
		delete(f.manifests, d.Manifest.Path)
	}
	f.story.note(&f.story.aside, "discard %d%s", d.ID, manifest)
	return nil
}

func (f *fakeStorage) Sweep(_ context.Context, keep []*checkpoint.Manifest) (int, error) {
	f.story.note(&f.story.aside, "sweep all but %d checkpoints", len(keep))
	return 3, nil
}

func (f *fakeStorage) copy() map[string]*checkpoint.Manifest {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.manifests)
}

func (f *fakeStorage) retained() (out []*checkpoint.Manifest) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.manifests {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *checkpoint.Manifest) int { return int(a.ID - b.ID) })
	return out
}
