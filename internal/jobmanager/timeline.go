package jobmanager

import (
	"slices"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/rpc"
)

// ExecutionReport is the newest attempt of a subtask as others see it.
type ExecutionReport struct {
	Vertex, Subtask, Attempt int
	ID                       string // of the attempt
	State                    rpc.State
	entered                  [len(stateOrder)]int64
}

// stateOrder is the place of a state in ExecutionReport.entered.
var stateOrder = [...]rpc.State{rpc.Created, rpc.Deploying, rpc.Initializing, rpc.Running, rpc.Finished, rpc.Canceling, rpc.Canceled, rpc.Failed}

// Entered is when the attempt entered a state, in ms since 1970; 0: it has not.
func (r *ExecutionReport) Entered(s rpc.State) int64 {
	if i := slices.Index(stateOrder[:], s); i >= 0 {
		return r.entered[i]
	}
	return 0
}

// Enter puts the attempt in a state at a time in ms since 1970.
func (r *ExecutionReport) Enter(s rpc.State, at int64) {
	r.State = s
	if i := slices.Index(stateOrder[:], s); i >= 0 {
		r.entered[i] = at
	}
}

// Executions returns the newest attempt of every subtask, by vertex and subtask.
func (m *JobMaster) Executions() []ExecutionReport {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	return slices.Clone(m.told.executions)
}

// Entered returns when the job entered the statuses it has been in, in ms since
// 1970: the last time, of each.
func (m *JobMaster) Entered() map[checkpoint.JobStatus]int64 {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	out := make(map[checkpoint.JobStatus]int64, len(m.told.entered))
	for s, at := range m.told.entered {
		out[s] = at
	}
	return out
}

// record makes the state of a subtask known.
func (m *JobMaster) record(e *execution) {
	now := m.now()
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	if len(m.told.executions) == 0 {
		m.told.executions = make([]ExecutionReport, len(m.execs))
	}
	r := &m.told.executions[e.place]
	if r.ID == "" || r.Attempt != e.attempt.Number {
		*r = ExecutionReport{Vertex: e.attempt.Vertex, Subtask: e.attempt.Subtask, Attempt: e.attempt.Number, ID: m.id(e)}
	}
	r.Enter(e.state, now)
}

// enter makes a new status of the job known; told.mu is held.
func (t *told) enter(s checkpoint.JobStatus, now int64) {
	if t.status == s {
		return
	}
	if t.entered == nil {
		t.entered = map[checkpoint.JobStatus]int64{}
	}
	t.status, t.entered[s] = s, now
}
