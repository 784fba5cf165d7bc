package jobmanager

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/snapshot"
)

// checkpoints is what a master needs to carry out what the checkpoint coordinator
// says.
type checkpoints struct {
	coord    *checkpoint.Coordinator // nil: the job takes no checkpoints
	storage  Storage
	settings *snapshot.Settings
	carrying bool // a Ready is being carried out: what is stepped joins it

	triggered int64 // newest checkpoint

	requests int // so far; names them
	waiting  map[string]func(checkpoint.Reply)

	discards   []checkpoint.Discard // wait to be deleted, in order
	discarding bool

	newPlan  planner
	planned  *start          // the newest plan made
	adopted  bool            // the coordinator knows what the job was started from
	unusable map[int64]error // checkpoints that cannot be restored from, and why
	// keep: the job was not able to start from its checkpoints, so that whatever the
	// retention says they stay for another try.
	keep bool

	final final
}

func newCheckpoints(c Checkpointing, o checkpoint.Options, g *jobgraph.Graph) checkpoints {
	return checkpoints{
		coord: checkpoint.New(o, g), storage: c.Storage, settings: &c.Snapshots,
		waiting: map[string]func(checkpoint.Reply){}, unusable: map[int64]error{}, newPlan: newPlan,
		final: final{due: math.MaxInt64},
	}
}

func (m *JobMaster) snapshots() *snapshot.Settings { return m.settings }

func randomID() string {
	var id [16]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}

// restoreFrom tells the coordinator what the job starts from.
func (m *JobMaster) restoreFrom(ctx context.Context) error {
	r := m.job.RestoreFrom
	switch {
	case r == nil:
		return nil
	case m.coord == nil:
		return errors.New("a job that takes no checkpoints cannot be restored from one")
	case len(r.Retained) > 0:
		m.step(checkpoint.Recovered{Completed: r.Retained})
		m.sweep(ctx, r.Retained)
		return nil
	case r.Path == "" && r.Manifest == nil:
		m.sweep(ctx, nil)
		return nil
	}
	from := r.Manifest
	if from == nil {
		var err error
		if from, err = m.storage.ReadManifest(ctx, r.Path); err != nil {
			return err
		}
	}
	claim := r.Claim
	if claim == "" {
		claim = checkpoint.NoClaim
	}
	m.adopted = true
	m.step(checkpoint.Restored{Manifest: from, Claim: claim, AllowNonRestored: r.AllowNonRestored})
	return nil
}

// sweep deletes what checkpoints in progress left behind when the former run of
// the job ended. What lies there may be of no use, but does no harm.
func (m *JobMaster) sweep(ctx context.Context, keep []*checkpoint.Manifest) {
	n, err := m.storage.Sweep(ctx, keep)
	switch {
	case err != nil:
		m.log.Warn(fmt.Sprintf("Could not delete files that the former run of job %s left behind.", m.job.ID), "cause", err)
	case n > 0:
		m.info(fmt.Sprintf("Deleted %d files that the former run of job %s left behind.", n, m.job.ID))
	}
}

// tick tells the time, as must be done before every event.
func (m *JobMaster) tick() {
	m.step(checkpoint.Tick{Now: m.now()})
	if m.coord != nil && m.now() >= m.final.due {
		m.finalCheckpoint()
	}
}

// deadline is until when the loop may wait for events; the zero time: for ever.
func (m *JobMaster) deadline() time.Time {
	at := int64(math.MaxInt64)
	if m.coord != nil {
		at = min(m.coord.Deadline(), m.final.due)
	}
	if m.pending != nil {
		if now := m.now(); m.pending.due > now {
			at = min(at, m.pending.due)
		} else if m.restartable() {
			at = now
		}
	}
	if at == math.MaxInt64 {
		return time.Time{}
	}
	return time.UnixMilli(max(at, 1))
}

// step tells the coordinator of an event and carries out what that leads to.
func (m *JobMaster) step(ev checkpoint.Event) {
	if m.coord == nil {
		return
	}
	m.coord.Step(ev)
	if m.carrying {
		return
	}
	m.carrying = true
	for rd, ok := m.coord.Ready(); ok; rd, ok = m.coord.Ready() {
		m.carryOut(rd)
		m.coord.Advance(rd)
	}
	m.carrying = false
}

// carryOut does what rd says, in order; only the log comes first, so that it tells
// of causes before effects.
func (m *JobMaster) carryOut(rd checkpoint.Ready) {
	for _, l := range rd.Log {
		var args []any
		if l.Cause != "" {
			args = []any{"cause", l.Cause}
		}
		m.log.Log(context.Background(), l.Level, l.Message, args...)
	}
	for _, t := range rd.Trigger {
		m.trigger(t)
	}
	for _, manifest := range rd.Persist {
		m.background(func(ctx context.Context) func() {
			ev := persist(ctx, m.storage, manifest)
			return func() { m.step(ev) }
		})
	}
	for _, c := range rd.Commit {
		for _, s := range m.sources {
			s.subsumed(c.Subsumed)
		}
		m.sealed(c)
		m.each(c.Tasks, func(a rpc.Attempt) { m.tm.CheckpointComplete(a, c) })
	}
	for _, a := range rd.Abort {
		m.each(a.Tasks, func(to rpc.Attempt) { m.tm.CheckpointAborted(to, a) })
	}
	m.discard(rd.Discard)
	for _, r := range rd.Reply {
		m.reply(r)
	}
	for _, f := range rd.FailJob {
		m.checkpointsFailed(f)
	}
	m.apply(rd.History)
}

// each calls f with the attempts of tasks that are not gone.
func (m *JobMaster) each(tasks []checkpoint.Task, f func(a rpc.Attempt)) {
	for _, t := range tasks {
		if e := m.find(rpc.Attempt{Job: m.job.ID, Vertex: t.Vertex, Subtask: t.Subtask, Number: t.Attempt}); e != nil && e.alive() {
			f(e.attempt)
		}
	}
}

// trigger captures the source coordinators and sends the barriers behind the
// splits that have been handed out.
func (m *JobMaster) trigger(t checkpoint.Trigger) {
	m.triggered = max(m.triggered, t.ID)
	for _, v := range t.Coordinators {
		c := m.source(v)
		if c == nil {
			m.step(checkpoint.TriggerFailed{ID: t.ID, Reason: checkpoint.TriggerFailure, Cause: "a source is not open"})
			return
		}
		m.step(checkpoint.CoordinatorAck{ID: t.ID, Vertex: v, State: checkpoint.State{Data: c.capture(t.ID)}})
	}
	m.each(t.Tasks, func(a rpc.Attempt) { m.tm.TriggerCheckpoint(a, t.Barrier) })
}

// persist writes a manifest. If it cannot tell whether it is there, it looks.
func persist(ctx context.Context, s Storage, m *checkpoint.Manifest) checkpoint.Event {
	size, err := s.WriteManifest(ctx, m)
	if err == nil {
		return checkpoint.Persisted{ID: m.ID, MetadataBytes: size}
	}
	found, readErr := s.ReadManifest(ctx, m.Path)
	switch {
	case readErr == nil && found.Job == m.Job && found.ID == m.ID && found.Timestamp == m.Timestamp:
		return checkpoint.Persisted{ID: m.ID, MetadataBytes: size}
	case readErr == nil, errors.Is(readErr, blob.ErrNotExist):
		return checkpoint.PersistFailed{ID: m.ID, Cause: err.Error()}
	}
	return checkpoint.PersistFailed{ID: m.ID, Cause: err.Error() + "\nSuppressed: " + readErr.Error(), Unsure: true}
}

// discard deletes in the background, one after the other.
func (m *JobMaster) discard(ds []checkpoint.Discard) {
	m.discards = append(m.discards, ds...)
	if m.discarding || len(m.discards) == 0 {
		return
	}
	m.discarding = true
	ds, m.discards = m.discards, nil
	m.background(func(ctx context.Context) func() {
		for _, d := range ds {
			if err := m.storage.Discard(ctx, d); err != nil {
				m.log.Warn(fmt.Sprintf("Could not properly discard completed checkpoint %d.", d.ID), "cause", err)
			}
		}
		return func() {
			m.discarding = false
			m.discard(nil)
		}
	})
}

// checkpointsFailed answers that checkpoints fail too often.
func (m *JobMaster) checkpointsFailed(f checkpoint.FailJob) {
	cause := errors.New(f.Message)
	if f.Cause != "" {
		cause = fmt.Errorf("%s Caused by: %s", f.Message, f.Cause)
	}
	if f.Task == nil {
		m.failGlobally(cause)
		return
	}
	e := m.find(rpc.Attempt{Job: m.job.ID, Vertex: f.Task.Vertex, Subtask: f.Task.Subtask, Number: f.Task.Attempt})
	if e != nil && e.alive() && e.state != rpc.Canceling {
		m.taskFailed(e, cause)
	}
}

// AckCheckpoint takes a subtask's acknowledgement.
func (m *JobMaster) AckCheckpoint(a rpc.Attempt, ack rpc.Ack) {
	m.post(func() {
		m.step(checkpoint.Ack{ID: ack.Checkpoint, Task: task(a), Location: m.location, State: ack.State, Metrics: ack.Metrics})
	})
}

// DeclineCheckpoint takes a subtask's refusal.
func (m *JobMaster) DeclineCheckpoint(a rpc.Attempt, d rpc.Decline) {
	m.post(func() {
		m.step(checkpoint.Decline{ID: d.Checkpoint, Task: task(a), Location: m.location, Reason: d.Reason, Cause: d.Cause})
	})
}

func task(a rpc.Attempt) checkpoint.Task {
	return checkpoint.Task{Vertex: a.Vertex, Subtask: a.Subtask, Attempt: a.Number}
}
