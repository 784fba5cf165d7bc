package jobmanager

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/stream"
)

// scripted is a TaskManager whose subtasks do what the test says: they run until
// they are cancelled, or end with the given outcome.
type scripted struct {
	outcome map[rpc.Attempt]error // nil error: finishes; absent: runs until cancelled
	refuse  error                 // Submit of the last subtask fails

	mu        sync.Mutex
	master    rpc.JobMaster
	cancelled map[rpc.Attempt]bool
	submitted int
}

func (s *scripted) Submit(d *rpc.Deployment, master rpc.JobMaster) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.master = master
	s.submitted++
	if s.refuse != nil && s.submitted == 3 {
		return s.refuse
	}
	if err, ok := s.outcome[d.Attempt]; ok {
		state := rpc.Finished
		if err != nil {
			state = rpc.Failed
		}
		go master.TaskState(d.Attempt, state, err)
	}
	return nil
}

func (s *scripted) Cancel(a rpc.Attempt) {
	s.mu.Lock()
	s.cancelled[a] = true
	s.mu.Unlock()
	go s.master.TaskState(a, rpc.Canceled, nil)
}

func (s *scripted) Stop(rpc.Attempt)                                        {}
func (s *scripted) AddSplits(rpc.Attempt, []connector.Split, bool)          {}
func (s *scripted) TriggerCheckpoint(rpc.Attempt, stream.CheckpointBarrier) {}
func (s *scripted) CheckpointComplete(rpc.Attempt, checkpoint.Commit)       {}
func (s *scripted) CheckpointAborted(rpc.Attempt, checkpoint.Abort)         {}
func (s *scripted) Metrics() *metrics.Group                                 { return metrics.NewGroup(nil) }

// twoByTwo is a graph of two vertices of parallelism 2 without connectors.
func twoByTwo() *jobgraph.Graph {
	op := &jobgraph.Operator{Spec: &jobgraph.Values{}}
	chain := []jobgraph.ChainNode{{Op: op, Input: -1}}
	return &jobgraph.Graph{Name: "job", Vertices: []*jobgraph.Vertex{
		{ID: 0, Name: "a", Parallelism: 2, MaxParallelism: 128, Chain: chain},
		{ID: 1, Name: "b", Parallelism: 2, MaxParallelism: 128, Chain: chain, Inputs: []jobgraph.Edge{{From: 0, To: 1}}},
	}}
}

func attempt(vertex, subtask int) rpc.Attempt {
	return rpc.Attempt{Job: "j", Vertex: vertex, Subtask: subtask}
}

func runJob(ctx context.Context, tm *scripted) error {
	tm.cancelled = map[rpc.Attempt]bool{}
	return NewJobMaster(Job{ID: "j", Graph: twoByTwo()}, tm, nil, rpc.Discard).Run(ctx)
}

func TestJobFinishesWhenAllSubtasksHave(t *testing.T) {
	tm := &scripted{outcome: map[rpc.Attempt]error{attempt(0, 0): nil, attempt(0, 1): nil, attempt(1, 0): nil, attempt(1, 1): nil}}
	if err := runJob(t.Context(), tm); err != nil {
		t.Fatal(err)
	}
	if len(tm.cancelled) != 0 {
		t.Errorf("cancelled %v of a job that finished", tm.cancelled)
	}
}

func TestFirstFailureCancelsTheRestAndIsTheOutcome(t *testing.T) {
	cause := errors.New("bad record")
	tm := &scripted{outcome: map[rpc.Attempt]error{attempt(0, 1): cause}}
	if err := runJob(t.Context(), tm); !errors.Is(err, cause) {
		t.Fatalf("got %v, want the cause of the failure", err)
	}
	for _, a := range []rpc.Attempt{attempt(0, 0), attempt(1, 0), attempt(1, 1)} {
		if !tm.cancelled[a] {
			t.Errorf("%v was not cancelled", a)
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tm := &scripted{}
	if err := runJob(ctx, tm); !errors.Is(err, ErrCanceled) {
		t.Fatalf("got %v, want ErrCanceled", err)
	}
	if len(tm.cancelled) != 4 {
		t.Errorf("cancelled %d subtasks of 4", len(tm.cancelled))
	}
}

func TestDeploymentThatIsRefusedFailsTheJob(t *testing.T) {
	tm := &scripted{refuse: errors.New("no such topic")}
	if err := runJob(t.Context(), tm); !errors.Is(err, tm.refuse) {
		t.Fatalf("got %v, want the refusal", err)
	}
	if len(tm.cancelled) != 2 {
		t.Errorf("cancelled %d subtasks, want the 2 that had been deployed", len(tm.cancelled))
	}
}
