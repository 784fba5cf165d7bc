package jobmanager

import (
	"encoding/json"
	"slices"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/metrics"
)

// Exception is a failure of the job or of one of its subtasks.
type Exception struct {
	Time    int64  // ms since 1970
	Task    string // "Source: bid (1/4)"; empty: of the job as a whole
	ID      string // of the attempt
	Attempt int
	Cause   error
}

// maxExceptions is how many are kept (web.exception-history-size).
const maxExceptions = 16

// note keeps a failure; e is nil if it is of the job as a whole.
func (m *JobMaster) note(e *execution, cause error) {
	x := Exception{Time: m.now(), Cause: cause}
	if e != nil {
		x.Task, x.ID, x.Attempt = e.name(), m.id(e), e.attempt.Number
	}
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	m.told.exceptions = append(m.told.exceptions, x)
	if n := len(m.told.exceptions); n > maxExceptions {
		m.told.exceptions = slices.Clone(m.told.exceptions[n-maxExceptions:])
	}
}

// Exceptions returns the newest failures, oldest first.
func (m *JobMaster) Exceptions() []Exception {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	return slices.Clone(m.told.exceptions)
}

// Status is the state of the job.
func (m *JobMaster) Status() checkpoint.JobStatus {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	return m.told.status
}

// Checkpoints is Flink's answer to /jobs/:jobid/checkpoints as JSON, nil if the job
// takes none.
func (m *JobMaster) Checkpoints() []byte {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	if m.told.history == nil {
		return nil
	}
	out, err := json.Marshal(m.told.history.Statistics())
	if err != nil {
		panic(err) // plain data
	}
	return out
}

// History calls f with the history of the job's checkpoints, which f must not keep;
// not at all if the job takes none.
func (m *JobMaster) History(f func(h *checkpoint.History)) {
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	if m.told.history != nil {
		f(m.told.history)
	}
}

// Metrics are those of the job as a whole, under Flink's names.
func (m *JobMaster) Metrics() *metrics.Group { return m.metrics }

// LastCheckpointPath is lastCheckpointExternalPath: "n/a" before the first.
func (m *JobMaster) LastCheckpointPath() string {
	path := "n/a"
	m.History(func(h *checkpoint.History) { path = h.LastPath() })
	return path
}

// apply takes updates of the history.
func (m *JobMaster) apply(us []checkpoint.Update) {
	if len(us) == 0 {
		return
	}
	m.told.mu.Lock()
	defer m.told.mu.Unlock()
	for _, u := range us {
		m.told.history.Apply(u)
	}
	for _, g := range m.told.history.Gauges() {
		m.metrics.Gauge(g.Name).Set(int64(g.Value))
	}
}

// publish makes the job's state and restarts known.
func (m *JobMaster) publish() {
	now := m.now()
	m.told.mu.Lock()
	m.told.enter(m.status, now)
	m.told.mu.Unlock()
	n := m.failover.Restarts()
	m.metrics.Gauge("numRestarts").Set(n)
	m.metrics.Gauge("fullRestarts").Set(n)
}
