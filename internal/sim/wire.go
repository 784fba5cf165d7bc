package sim

import (
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/taskmanager"
)

// wire is a TaskManager at the other end of a connection: what one side says reaches
// the other later, but in order. Submit alone is answered at once.
type wire struct {
	*taskmanager.TaskManager
	p    *process
	down *line // to the TaskManager
	up   *line // to the JobManager
}

func newWire(tm *taskmanager.TaskManager, p *process) *wire {
	delay := []time.Duration{0, 0, time.Millisecond, 10 * time.Millisecond}[p.r.IntN(4)]
	if p.s.plan.calm {
		delay = 0
	}
	return &wire{tm, p, newLine(p, delay), newLine(p, delay)}
}

// line carries messages one way.
type line struct {
	p     *process
	delay time.Duration // up to twice that much; 0: none
	queue []func()
	some  chan struct{} // capacity 1
}

func newLine(p *process, delay time.Duration) *line {
	l := &line{p: p, delay: delay, some: make(chan struct{}, 1)}
	if delay > 0 {
		p.s.w.start(p, l.carry).daemon = true
	}
	return l
}

func (l *line) send(message func()) {
	if l.delay == 0 {
		message()
		return
	}
	l.queue = append(l.queue, message)
	select {
	case l.some <- struct{}{}:
	default:
	}
}

func (l *line) carry() {
	w := l.p.s.w
	for {
		w.Wait(time.Time{}, l.some, nil, nil)
		w.Sleep(time.Duration(w.r.Int64N(int64(2 * l.delay))))
		for len(l.queue) > 0 {
			message := l.queue[0]
			l.queue = l.queue[1:]
			message()
			w.Yield()
		}
	}
}

// Submit takes note of what the subtask is restored from. What was said before
// arrives before.
func (t *wire) Submit(d *rpc.Deployment, master rpc.JobMaster) error {
	for len(t.down.queue) > 0 {
		message := t.down.queue[0]
		t.down.queue = t.down.queue[1:]
		message()
	}
	if d.Restore != nil {
		t.p.restored[d.Attempt] = d.Restore.Checkpoint
		t.p.s.report.Restored++
	}
	return t.TaskManager.Submit(d, answers{t.up, master})
}

func (t *wire) Cancel(a rpc.Attempt) { t.down.send(func() { t.TaskManager.Cancel(a) }) }

func (t *wire) Stop(a rpc.Attempt) { t.down.send(func() { t.TaskManager.Stop(a) }) }

func (t *wire) AddSplits(a rpc.Attempt, splits []connector.Split, noMore bool) {
	t.down.send(func() { t.TaskManager.AddSplits(a, splits, noMore) })
}

func (t *wire) TriggerCheckpoint(a rpc.Attempt, b stream.CheckpointBarrier) {
	t.down.send(func() { t.TaskManager.TriggerCheckpoint(a, b) })
}

func (t *wire) CheckpointComplete(a rpc.Attempt, c checkpoint.Commit) {
	t.down.send(func() { t.TaskManager.CheckpointComplete(a, c) })
}

func (t *wire) CheckpointAborted(a rpc.Attempt, c checkpoint.Abort) {
	t.down.send(func() { t.TaskManager.CheckpointAborted(a, c) })
}

// answers is what subtasks tell the JobManager.
type answers struct {
	up     *line
	master rpc.JobMaster
}

func (m answers) TaskState(a rpc.Attempt, s rpc.State, cause error) {
	m.up.send(func() { m.master.TaskState(a, s, cause) })
}

func (m answers) RequestSplit(a rpc.Attempt) { m.up.send(func() { m.master.RequestSplit(a) }) }

func (m answers) AckCheckpoint(a rpc.Attempt, ack rpc.Ack) {
	m.up.send(func() { m.master.AckCheckpoint(a, ack) })
}

func (m answers) DeclineCheckpoint(a rpc.Attempt, d rpc.Decline) {
	m.up.send(func() { m.master.DeclineCheckpoint(a, d) })
}

func (m answers) EndOfData(a rpc.Attempt) { m.up.send(func() { m.master.EndOfData(a) }) }
