// Package task runs one subtask: a chain of operators driven by one goroutine.
//
// The loop in Run is the only place where operator state changes: it takes
// mail (splits, checkpoint triggers), processing-time timers and input, one at a
// time, so operators need no locks. Back pressure is nothing but an exchange
// writer that does not return.
package task

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/align"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/stream"
)

// ErrCanceled is the cause of a task that ended because it was told to.
var ErrCanceled = errors.New("task canceled")

// Master is what a task tells its JobManager. Calls return at once.
type Master interface {
	// RequestSplit asks for splits; they come as mail.
	RequestSplit()
	// AckCheckpoint reports that the task has taken its part of a checkpoint.
	AckCheckpoint(id int64)
}

// Task is one subtask. Make it with New, then Run it once.
type Task struct {
	name   string
	log    *slog.Logger
	clock  operator.Clock
	master Master

	nodes   []*node // chain order; nodes[0] is the head
	source  operator.Source
	gate    *exchange.Gate
	ports   []int // port of each channel of the gate
	times   *eventtime.Combiner
	aligner *align.Aligner
	timers  timerQueue
	open    int   // channels that have not ended
	time    int64 // combined watermark of the inputs
	idle    bool  // all inputs are idle
	stopped bool  // the job was stopped: its end is not the end of event time

	flushEvery time.Duration // execution.buffer-timeout; < 0: never by time
	lastFlush  time.Time

	wake chan struct{} // capacity 1: mail or input
	mu   sync.Mutex
	mail []func() error

	idleNs *metrics.Counter
}

// Name is "Source: bid[1] -> Calc[2] (1/2)".
func (t *Task) Name() string { return t.name }

// post hands fn to the task's goroutine. It may be called by any goroutine.
func (t *Task) post(fn func() error) {
	t.mu.Lock()
	t.mail = append(t.mail, fn)
	t.mu.Unlock()
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// TriggerCheckpoint starts a checkpoint at a source task.
func (t *Task) TriggerCheckpoint(b stream.CheckpointBarrier) {
	t.post(func() error { return t.snapshot(b) })
}

// Run drives the chain until its input ends, it fails or ctx is done. It
// returns nil only after all input was processed. Operators are closed when it
// returns.
func (t *Task) Run(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil {
			t.log.Error("internal error", "task", t.name, "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("internal error in %s: %v (this is a bug in flott; the log has the stack)", t.name, r)
		}
		if closeErr := t.close(); err == nil {
			err = closeErr
		}
	}()
	t.lastFlush = t.clock.Now()
	if t.source != nil {
		err = t.runSource(ctx)
	} else {
		err = t.runInput(ctx)
	}
	if err != nil {
		return err
	}
	if t.stopped {
		return t.nodes[0].stop()
	}
	if err := t.nodes[0].finishTime(); err != nil {
		return err
	}
	return t.nodes[0].finish()
}

// Stop ends a source task at the next element, without ending event time:
// windows that are open stay unfired.
func (t *Task) Stop() {
	t.post(func() error { t.stopped = true; return nil })
}

// finishTime tells the chain that event time is over.
func (n *node) finishTime() error {
	if n.op == nil {
		return n.Watermark(stream.MaxTime)
	}
	return n.advance(stream.MaxTime)
}

func (t *Task) runInput(ctx context.Context) error {
	for t.open > 0 {
		if err := t.housekeeping(ctx); err != nil {
			return err
		}
		e, channel, ok := t.gate.Poll()
		if !ok {
			if err := t.rest(ctx, nil); err != nil {
				return err
			}
			continue
		}
		if err := t.handle(e, channel); err != nil {
			return err
		}
	}
	return nil
}

// handle processes one element of the input.
func (t *Task) handle(e stream.Element, channel int) error {
	switch e.Kind {
	case stream.Records:
		err := t.nodes[0].process(t.ports[channel], e.Batch)
		t.gate.Recycle(channel, e.Batch)
		return err
	case stream.Watermark:
		t.times.Advance(channel, e.Time)
		return t.advance()
	case stream.Status:
		t.times.SetIdle(channel, e.Idle)
		return t.advance()
	case stream.Barrier:
		return t.follow(t.aligner.Barrier(channel, e.Checkpoint), channel)
	default:
		t.open--
		if e.Stopped {
			t.stopped = true
		} else {
			t.times.Advance(channel, stream.MaxTime)
		}
		if err := t.follow(t.aligner.End(channel), channel); err != nil || t.open == 0 {
			return err
		}
		return t.advance()
	}
}

// advance passes on the combined event time of the inputs.
func (t *Task) advance() error {
	time, idle := t.times.Current()
	head := t.nodes[0]
	if idle != t.idle {
		t.idle = idle
		if err := head.Idle(idle); err != nil {
			return err
		}
	}
	if time <= t.time {
		return nil
	}
	t.time = time
	return head.advance(time)
}

// follow carries out the aligner's verdict on an event of a channel.
func (t *Task) follow(v align.Verdict, channel int) error {
	if v.Aborted != 0 {
		t.log.Warn(fmt.Sprintf("%s: Received checkpoint barrier for a newer checkpoint before completing current checkpoint %d. Skipping current checkpoint.", t.name, v.Aborted))
	}
	if v.Complete != nil {
		if err := t.snapshot(*v.Complete); err != nil {
			return err
		}
	}
	if v.Unblock {
		t.gate.Unblock()
	}
	if v.Block {
		t.gate.Block(channel)
	}
	return nil
}

func (t *Task) snapshot(b stream.CheckpointBarrier) error {
	if err := t.nodes[0].snapshot(b); err != nil {
		return err
	}
	t.master.AckCheckpoint(b.ID)
	return nil
}

func (t *Task) runSource(ctx context.Context) error {
	head := t.nodes[0]
	for {
		if err := t.housekeeping(ctx); err != nil || t.stopped {
			return err
		}
		state, err := t.source.Poll(head)
		if err != nil {
			return err
		}
		switch state {
		case operator.SourceFinished:
			return nil
		case operator.SourceNeedsSplit:
			t.master.RequestSplit()
			err = t.rest(ctx, nil)
		case operator.SourceWaiting:
			err = t.rest(ctx, t.source.Wait())
		}
		if err != nil {
			return err
		}
	}
}

// housekeeping does what is due between two elements: cancellation, mail,
// timers, flushing by time.
func (t *Task) housekeeping(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := t.readMail(); err != nil {
		return err
	}
	now := t.clock.Now()
	if err := t.fireTimers(now); err != nil {
		return err
	}
	if t.flushEvery >= 0 && now.Sub(t.lastFlush) >= t.flushEvery {
		return t.flushEdges(now)
	}
	return nil
}

func (t *Task) readMail() error {
	for {
		t.mu.Lock()
		mail := t.mail
		t.mail = nil
		t.mu.Unlock()
		if len(mail) == 0 {
			return nil
		}
		for _, fn := range mail {
			if err := fn(); err != nil {
				return err
			}
		}
	}
}

func (t *Task) fireTimers(now time.Time) error {
	ms := now.UnixMilli()
	for len(t.timers) > 0 && t.timers[0].at <= ms {
		n := heap.Pop(&t.timers).(timer).node
		if n.op == nil {
			continue // a source: it only wanted to be woken
		}
		if err := n.op.(operator.TimerHandler).OnProcessingTime(ms, n); err != nil {
			return err
		}
	}
	return nil
}

func (t *Task) flushEdges(now time.Time) error {
	t.lastFlush = now
	for _, n := range t.nodes {
		for _, w := range n.writers {
			if err := w.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest waits for mail, input, a timer or more, after handing over what is
// pending.
func (t *Task) rest(ctx context.Context, more <-chan struct{}) error {
	start := t.clock.Now()
	if t.flushEvery >= 0 {
		if err := t.flushEdges(start); err != nil {
			return err
		}
	}
	var due <-chan time.Time
	if at, ok := t.timers.next(); ok {
		timer := time.NewTimer(at.Sub(start))
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-ctx.Done():
	case <-t.wake:
	case <-more:
	case <-due:
	}
	t.idleNs.Add(int64(t.clock.Now().Sub(start)))
	return nil
}

// close closes the operators, the last first, and returns the first error.
func (t *Task) close() (err error) {
	for i := len(t.nodes) - 1; i >= 0; i-- {
		var c operator.Closer
		if t.nodes[i].op == nil {
			c, _ = t.source.(operator.Closer)
		} else {
			c, _ = t.nodes[i].op.(operator.Closer)
		}
		if c != nil {
			if e := c.Close(); err == nil {
				err = e
			}
		}
	}
	return err
}
