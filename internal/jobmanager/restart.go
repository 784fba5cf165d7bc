package jobmanager

import (
	"context"
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
)

// restart is subtasks that wait to be deployed: until those of them that still
// run have ended, and not before due.
type restart struct {
	tasks map[schedule.Subtask]bool
	due   int64 // ms
	first bool  // the job has not been deployed yet
}

// plan is how state is shared out; *snapshot.Plan is one.
type plan interface {
	Subtask(vertex, subtask int) *snapshot.Restore
	Splits(vertex int) (splits [][]connector.Split, whole bool)
	Coordinator(vertex int) []byte
}

// planner makes the plan of a restore; newPlan is the real one.
type planner func(m *checkpoint.Manifest, g *jobgraph.Graph, allowNonRestored bool) (plan, error)

func newPlan(m *checkpoint.Manifest, g *jobgraph.Graph, allowNonRestored bool) (plan, error) {
	p, err := snapshot.NewPlan(m, g, snapshot.PlanOptions{AllowNonRestored: allowNonRestored})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// start is what subtasks start from.
type start struct {
	manifest *checkpoint.Manifest // nil: from nothing
	plan     plan                 // nil: from nothing
}

func (s *start) id() int64 {
	if s.manifest == nil {
		return 0
	}
	return s.manifest.ID
}

func (s *start) subtask(e *execution) *snapshot.Restore {
	if s.plan == nil {
		return nil
	}
	return s.plan.Subtask(e.attempt.Vertex, e.attempt.Subtask)
}

func (m *JobMaster) allTasks() map[schedule.Subtask]bool {
	all := make(map[schedule.Subtask]bool, len(m.execs))
	for _, e := range m.execs {
		all[e.subtask()] = true
	}
	return all
}

// ending reports that nothing restarts any more.
func (m *JobMaster) ending() bool {
	return m.status == checkpoint.JobFailing || m.status == checkpoint.JobCanceling
}

// taskFailed answers the failure of a subtask.
func (m *JobMaster) taskFailed(e *execution, cause error) {
	m.note(e, cause)
	switch {
	case m.ending():
	case e.restored != nil && errors.Is(cause, state.ErrCorrupt):
		m.fallBack(e.restored, cause)
	case m.stopping || m.final.brokeOff:
		// Subtasks that were stopped and have finished must go on, too: they have not
		// read all of their input.
		m.final.brokeOff = false
		m.restartAfter(schedule.Failure{}, cause)
	default:
		s := e.subtask()
		m.restartAfter(schedule.Failure{Task: &s, Name: e.name()}, cause)
	}
}

// failGlobally answers a failure that is not of one subtask.
func (m *JobMaster) failGlobally(cause error) {
	m.note(nil, cause)
	if m.ending() {
		return
	}
	m.info("Trying to recover from a global failure.", "cause", cause)
	m.restartAfter(schedule.Failure{}, cause)
}

// restartAfter asks what becomes of the job and does it.
func (m *JobMaster) restartAfter(f schedule.Failure, cause error) {
	f.Now = m.now()
	v := m.failover.Failed(f)
	if len(v.Restart) == 0 {
		m.failJob(v.Fail, cause)
		return
	}
	m.info(v.Log)
	m.restart(v.Restart, v.Delay, cause)
	m.publish()
}

// fallBack gives up a checkpoint that cannot be restored from; the whole job goes
// back to the one before, at once.
func (m *JobMaster) fallBack(from *checkpoint.Manifest, cause error) {
	if m.unusable[from.ID] == nil {
		m.giveUp(from, cause)
	}
	if m.newestUsable() == nil {
		m.failJob("", m.nothingLeft())
		return
	}
	var all []schedule.Subtask
	for _, e := range m.execs {
		all = append(all, e.subtask())
	}
	m.restart(all, 0, cause)
}

// giveUp marks a checkpoint that cannot be restored from.
func (m *JobMaster) giveUp(from *checkpoint.Manifest, cause error) {
	m.unusable[from.ID] = cause
	m.log.Warn(fmt.Sprintf("Could not restore job %s from checkpoint %d located at %s; it is not used any more.", m.job.ID, from.ID, from.Path), "cause", cause)
}

// nothingLeft is the failure of a job whose checkpoints are all unusable.
func (m *JobMaster) nothingLeft() error {
	m.keep = true
	retained := m.coord.Retained()
	if len(retained) == 0 {
		return errors.New("there is no checkpoint to restore from")
	}
	newest := retained[len(retained)-1]
	cause := m.unusable[newest.ID]
	if len(retained) == 1 {
		return fmt.Errorf("checkpoint %d at %s cannot be restored from, and there is no other: %w", newest.ID, newest.Path, cause)
	}
	return fmt.Errorf("none of the %d retained checkpoints can be restored from; the newest is checkpoint %d at %s: %w", len(retained), newest.ID, newest.Path, cause)
}

// restart cancels subtasks and has them deployed again after delay ms.
func (m *JobMaster) restart(tasks []schedule.Subtask, delay int64, cause error) {
	if m.pending == nil {
		m.pending = &restart{tasks: map[schedule.Subtask]bool{}}
	}
	m.pending.due = max(m.pending.due, m.now()+delay)
	m.become(checkpoint.JobRestarting, cause)
	for _, s := range tasks {
		m.pending.tasks[s] = true
		m.cancelTask(m.byTask[s])
	}
}

// failJob ends the job: why, if not empty, says what the cause led to.
func (m *JobMaster) failJob(why string, cause error) {
	if m.ending() {
		return
	}
	m.failure = cause
	if why != "" && why != "Recovery is suppressed by NoRestartBackoffTimeStrategy" {
		m.failure = fmt.Errorf("%s: %w", why, cause)
	}
	m.end(checkpoint.JobFailing, m.failure)
}

// cancelJob ends the job because the user wants it.
func (m *JobMaster) cancelJob() {
	if m.ending() {
		return
	}
	m.failure = ErrCanceled
	m.end(checkpoint.JobCanceling, nil)
}

func (m *JobMaster) end(status checkpoint.JobStatus, cause error) {
	m.pending = nil
	m.become(status, cause)
	for _, e := range m.execs {
		m.cancelTask(e)
	}
}

// resume deploys what waits for it, if it need not wait any longer.
func (m *JobMaster) resume(ctx context.Context) {
	p := m.pending
	if p == nil || m.ending() || m.now() < p.due {
		return
	}
	for s := range p.tasks {
		if m.byTask[s].alive() {
			return
		}
	}
	from, settled, err := m.choose()
	switch {
	case err != nil:
		m.failJob("", err)
	case settled:
		m.redeploy(ctx, p, from)
	}
}

// choose finds what to start from: the newest checkpoint that can be used, nothing
// if there is none. Not settled: it is not known yet.
func (m *JobMaster) choose() (from *start, settled bool, err error) {
	if m.coord == nil {
		return &start{}, true, nil
	}
	if _, settled := m.coord.Restorable(); !settled {
		return nil, false, nil
	}
	for {
		newest := m.newestUsable()
		if newest == nil && len(m.unusable) > 0 && len(m.coord.Retained()) > 0 {
			return nil, true, m.nothingLeft()
		}
		if newest == nil {
			return &start{}, true, nil
		}
		if m.planned != nil && m.planned.manifest == newest {
			return m.planned, true, nil
		}
		p, err := m.newPlan(newest, m.job.Graph, m.job.RestoreFrom != nil && m.job.RestoreFrom.AllowNonRestored)
		switch {
		case errors.Is(err, state.ErrCorrupt), errors.Is(err, blob.ErrNotExist):
			m.giveUp(newest, err)
		case err != nil:
			return nil, true, err
		default:
			m.planned = &start{manifest: newest, plan: p}
			return m.planned, true, nil
		}
	}
}

// newestUsable is the checkpoint to restore from, nil if there is none.
func (m *JobMaster) newestUsable() *checkpoint.Manifest {
	retained := m.coord.Retained()
	for i := len(retained) - 1; i >= 0; i-- {
		if m.unusable[retained[i].ID] == nil {
			return retained[i]
		}
	}
	return nil
}

// redeploy starts the subtasks of p.
func (m *JobMaster) redeploy(ctx context.Context, p *restart, from *start) {
	m.pending = nil
	for s := range p.tasks {
		e := m.byTask[s]
		if !p.first {
			e.attempt.Number++
		}
		e.state, e.input = rpc.Created, open
		m.record(e)
	}
	m.become(checkpoint.JobRunning, nil)
	if !(p.first && m.adopted) {
		m.step(checkpoint.Restored{ID: from.id()})
	}
	if err := m.openSources(ctx, from); err != nil {
		m.deployFailed(ctx, p, from, nil, err)
		return
	}
	back := make([][]assignment, len(m.sources))
	for i, c := range m.sources {
		back[i] = m.splitsAgain(c, p, from)
	}
	if e, err := m.deploy(p.tasks, from); err != nil {
		m.deployFailed(ctx, p, from, e, err)
		return
	}
	m.keep = false
	for i, c := range m.sources {
		m.assign(c, back[i])
		m.discover(ctx, c)
	}
}

// splitsAgain lists the splits for the subtasks of p: those that readers held, and
// those they got after that.
func (m *JobMaster) splitsAgain(c *coordinator, p *restart, from *start) (out []assignment) {
	restarts := func(subtask int) bool { return p.tasks[schedule.Subtask{Vertex: c.vertex, Index: subtask}] }
	if from.plan != nil {
		for _, a := range assignments(c.share(from.plan.Splits(c.vertex))) {
			if restarts(a.subtask) {
				out = append(out, a)
			}
		}
	}
	return append(out, c.reset(restarts, from.id())...)
}

// deployFailed answers that e, or before any of them a source, could not be
// started. All of p begins again if anything does.
func (m *JobMaster) deployFailed(ctx context.Context, p *restart, from *start, e *execution, cause error) {
	switch {
	case e == nil && ctx.Err() != nil:
		m.cancelJob()
	case e == nil && from.manifest != nil && errors.Is(cause, state.ErrCorrupt):
		m.note(nil, cause)
		m.fallBack(from.manifest, cause)
	case e == nil:
		m.failGlobally(cause)
	default:
		m.shift(e, rpc.Failed, cause)
		m.taskFailed(e, cause)
	}
	if m.pending == nil {
		return
	}
	for _, e := range m.execs {
		if p.tasks[e.subtask()] {
			m.pending.tasks[e.subtask()] = true
			m.cancelTask(e)
		}
	}
}

// restartable reports that nothing but the coordinator's word is missing for the
// restart.
func (m *JobMaster) restartable() bool {
	for s := range m.pending.tasks {
		if m.byTask[s].alive() {
			return false
		}
	}
	if m.coord != nil {
		if _, settled := m.coord.Restorable(); !settled {
			return false
		}
	}
	return !m.ending()
}
