package jobmanager

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
)

var (
	errNoCheckpoints = errors.New("the job takes neither checkpoints nor savepoints: it was started without a checkpoint storage")
	errEnded         = errors.New("the job has ended")
	errNoTarget      = errors.New("there is no directory for the savepoint: name one, or set 'execution.checkpointing.savepoint-dir'")
)

// TriggerSavepoint takes a savepoint in a new folder below dir and returns its
// path.
func (m *JobMaster) TriggerSavepoint(ctx context.Context, dir string, format checkpoint.Format) (path string, err error) {
	if strings.TrimSpace(dir) == "" {
		return "", errNoTarget
	}
	target := snapshot.SavepointPath(dir, m.job.ID)
	r, err := m.ask(ctx, func(name string) checkpoint.Event {
		return checkpoint.SavepointRequested{Request: name, Path: target, Format: format}
	})
	return r.Path, err
}

// StopWithSavepoint ends the job with a savepoint, with drain after the end of
// event time. It returns when all subtasks have finished.
func (m *JobMaster) StopWithSavepoint(ctx context.Context, dir string, format checkpoint.Format, drain bool) (path string, err error) {
	if strings.TrimSpace(dir) == "" {
		return "", errNoTarget
	}
	target := snapshot.SavepointPath(dir, m.job.ID)
	r, err := m.ask(ctx, func(name string) checkpoint.Event {
		m.final.stops++
		stopped := m.waiting[name]
		m.waiting[name] = func(r checkpoint.Reply) {
			m.final.stops--
			m.final.due = m.now() + finalRetry // in case the job goes on
			if r.Err != "" {
				m.brokeOff()
			}
			stopped(r)
		}
		return checkpoint.StopRequested{Request: name, Path: target, Format: format, Drain: drain}
	})
	return r.Path, err
}

// TriggerCheckpoint takes a checkpoint now, a full one or one that may build on
// the one before, and returns its ID.
func (m *JobMaster) TriggerCheckpoint(ctx context.Context, full bool) (id int64, err error) {
	r, err := m.ask(ctx, func(name string) checkpoint.Event {
		return checkpoint.CheckpointRequested{Request: name, Full: full}
	})
	return r.ID, err
}

// ask makes a request of the coordinator and waits for the answer. A caller that
// does not wait any longer does not take the request back.
func (m *JobMaster) ask(ctx context.Context, event func(name string) checkpoint.Event) (checkpoint.Reply, error) {
	if m.job.Checkpointing == nil {
		return checkpoint.Reply{}, errNoCheckpoints
	}
	var reply checkpoint.Reply
	answered := make(chan struct{})
	answer := func(r checkpoint.Reply) {
		reply = r
		close(answered)
	}
	if !m.mail.put(func() { m.request(event, answer) }) {
		return checkpoint.Reply{}, errEnded
	}
	m.job.World.Wait(time.Time{}, answered, ctx.Done(), m.ended)
	select { // the answer may have come just before the end
	case <-answered:
		return reply, replyError(reply)
	default:
	}
	if ctx.Err() != nil {
		return checkpoint.Reply{}, context.Cause(ctx)
	}
	return checkpoint.Reply{}, errEnded
}

func replyError(r checkpoint.Reply) error {
	if r.Err != "" {
		return errors.New(r.Err)
	}
	return nil
}

// request steps a request whose reply goes to answer.
func (m *JobMaster) request(event func(name string) checkpoint.Event, answer func(checkpoint.Reply)) {
	m.requests++
	name := strconv.Itoa(m.requests)
	m.waiting[name] = answer
	m.step(event(name))
}

func (m *JobMaster) reply(r checkpoint.Reply) {
	if answer := m.waiting[r.Request]; answer != nil {
		delete(m.waiting, r.Request)
		answer(r)
	}
}

// refuseWaiting answers what is open when the job has ended.
func (m *JobMaster) refuseWaiting() {
	for name := range m.waiting {
		m.reply(checkpoint.Reply{Request: name, Err: errEnded.Error()})
	}
}

// final is the checkpoint that lets subtasks end whose input has ended.
type final struct {
	asked bool
	stops int   // requests to stop with a savepoint, which does as well
	due   int64 // ms, when to ask again; MaxInt64: never
	// brokeOff: such a stop failed, maybe after it had ended some subtasks.
	brokeOff bool
}

// brokeOff notes that a stop with a savepoint failed. Subtasks whose last checkpoint
// completed meanwhile wait for another: they had set their hopes on the savepoint.
func (m *JobMaster) brokeOff() {
	m.final.brokeOff = true
	for _, e := range m.execs {
		if e.input == sealed {
			e.input = ended
		}
	}
}

// finalRetry is how long to wait, in ms, after a final checkpoint that failed.
const finalRetry = 200

// EndOfData takes a subtask's report that it waits for a last checkpoint.
func (m *JobMaster) EndOfData(a rpc.Attempt) {
	m.post(func() {
		if e := m.find(a); e != nil && e.alive() && e.input == open {
			e.input, e.endedAt = ended, m.triggered
			m.finalCheckpoint()
		}
	})
}

// sealed notes which subtasks a complete checkpoint lets end: those whose input had
// ended when it was triggered.
func (m *JobMaster) sealed(c checkpoint.Commit) {
	for _, t := range c.Tasks {
		if e := m.byTask[schedule.Subtask{Vertex: t.Vertex, Index: t.Subtask}]; e.task() == t && e.input == ended && e.endedAt < c.ID {
			e.input = sealed
		}
	}
}

// finalCheckpoint takes a checkpoint if nothing but that is left to do, so that a
// job need not wait for the interval. If it fails it is tried again: how often, the
// coordinator decides, which fails the job after too many failures.
func (m *JobMaster) finalCheckpoint() {
	m.final.due = math.MaxInt64
	if m.coord == nil || m.final.asked || m.final.stops > 0 || m.status != checkpoint.JobRunning || m.pending != nil {
		return
	}
	waits := false
	for _, e := range m.execs {
		if e.state == rpc.Finished {
			continue
		}
		if !e.alive() || e.input != ended {
			return // a sealed one is about to finish, which would end the checkpoint
		}
		waits = true
	}
	if !waits {
		return
	}
	m.final.asked = true
	m.request(func(name string) checkpoint.Event { return checkpoint.CheckpointRequested{Request: name, Silent: true} }, func(r checkpoint.Reply) {
		m.final.asked = false
		if r.Err != "" {
			m.final.due = m.now() + finalRetry
		}
	})
}
