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
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/stream"
)

// ErrCanceled is the cause of a task that ended because it was told to.
var ErrCanceled = errors.New("task canceled")

// Master is what a task tells its JobManager. Calls return at once.
type Master interface {
	// RequestSplit asks for splits; they come as mail.
	RequestSplit()
	// AckCheckpoint gives the task's part of a checkpoint, durable.
	AckCheckpoint(id int64, s checkpoint.State, m checkpoint.Metrics)
	// DeclineCheckpoint says that the task does not take part in a checkpoint.
	DeclineCheckpoint(id int64, why checkpoint.Reason, cause string)
	// EndOfData says that the task waits for the checkpoint of its last results.
	EndOfData()
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
	feeding int   // channels that rows may still come from
	time    int64 // combined watermark of the inputs
	idle    bool  // all inputs are idle
	groups  keygroup.Range

	// Checkpoints. lastFrom is the first checkpoint taken after all rows, 0 if none
	// was; final says that it, or a later one, is complete.
	checkpoints  *Checkpoints // nil: none are taken
	restore      *snapshot.Restore
	restoredDone bool // the operators had been finished
	ctx          context.Context
	cancel       context.CancelFunc
	writing      map[int64]context.CancelFunc // by checkpoint
	writers      sync.WaitGroup
	suspended    int64 // savepoint that stops the job, 0: none
	lastFrom     int64
	final        bool

	stopped   bool // the job was stopped: its end is not the end of event time
	dataEnded bool // operators have given out the rest
	ended     bool // End was sent

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
	if t.restore != nil && t.restore.Finished {
		t.dataEnded = true
		if err := t.sendAll(stream.Element{Kind: stream.EndOfData}); err != nil {
			return err
		}
		return t.end()
	}
	if err := t.resume(); err != nil {
		return err
	}
	if t.source != nil {
		err = t.runSource(ctx)
	} else {
		err = t.runInput(ctx)
	}
	if err != nil {
		return err
	}
	if err := t.awaitFinal(ctx); err != nil {
		return err
	}
	return t.end()
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
		return t.follow(t.aligner.Barrier(channel, e.Checkpoint, t.clock.Now().UnixMilli()), channel)
	case stream.EndOfData:
		return t.endChannelData(channel, e.Stopped)
	default:
		t.open--
		return t.follow(t.aligner.End(channel, t.clock.Now().UnixMilli()), channel)
	}
}

// endChannelData takes note that no rows follow on a channel.
func (t *Task) endChannelData(channel int, stopped bool) error {
	t.feeding--
	if stopped {
		t.stopped = true
	} else {
		t.times.Advance(channel, stream.MaxTime)
	}
	if t.feeding == 0 {
		return t.endData()
	}
	return t.advance()
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
		if err := t.snapshot(*v.Complete, aligned{startDelay: t.since(v.Complete.Timestamp)}); err != nil {
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

// abortAlignment stops waiting for the barriers of a checkpoint.
func (t *Task) abortAlignment(int64) error { return nil }

// runSource polls the source until it has finished or the job stops.
func (t *Task) runSource(ctx context.Context) error {
	head := t.nodes[0]
	for !t.restoredDone {
		if err := t.housekeeping(ctx); err != nil {
			return err
		}
		switch {
		case t.suspended != 0 && t.final:
			t.stopped = t.stopped || !t.dataEnded
			return nil
		case t.stopped, t.dataEnded:
			return t.endData()
		case t.suspended != 0:
			if err := t.rest(ctx, nil); err != nil {
				return err
			}
			continue
		}
		state, err := t.source.Poll(head)
		if err != nil {
			return err
		}
		switch state {
		case operator.SourceFinished:
			return t.endData()
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
	return t.endData()
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

// close gives up what is being written, closes the operators and their state,
// the last first, and returns the first error.
func (t *Task) close() (err error) {
	t.cancel()
	t.writers.Wait()
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
		if s := t.nodes[i].state; s != nil {
			if e := s.Close(); err == nil {
				err = e
			}
		}
	}
	return err
}
