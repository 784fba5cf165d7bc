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
	"math"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/align"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/eventtime"
	"github.com/flottstream/flott/internal/exchange"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowbatch"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
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
	world  actor.World
	clock  operator.Clock
	master Master

	nodes    []*node // chain order; nodes[0] is the head
	source   operator.Source
	gate     *exchange.Gate
	places   []place             // of each channel of the gate
	encoders []*rowbatch.Encoder // by edge of vertex.Inputs
	vertex   *jobgraph.Vertex
	times    *eventtime.Combiner
	aligner  *align.Aligner
	timers   timerQueue
	pace     pace
	open     int   // channels that have not ended
	feeding  int   // channels that rows may still come from
	time     int64 // combined watermark of the inputs
	idle     bool  // all inputs are idle
	groups   keygroup.Range

	// Checkpoints. lastFrom is the first checkpoint taken after all rows, 0 if none
	// was; final says that it, or a later one, is complete.
	checkpoints  *Checkpoints // nil: none are taken
	restore      *snapshot.Restore
	files        state.Files // what restore refers to
	restoredDone bool        // the operators had been finished
	ctx          context.Context
	cancel       context.CancelFunc
	writing      map[int64]context.CancelFunc // by checkpoint
	flying       *part                        // its rows in flight are being captured; nil: none
	writers      atomic.Int64                 // that run
	suspended    int64                        // savepoint that stops the job, 0: none
	lastFrom     int64
	final        bool

	drained   bool // a savepoint that stops the job has ended event time here
	stopped   bool // the job was stopped: its end is not the end of event time
	ending    bool // no rows follow: the operators know, but may still wait for a time
	dataEnded bool // operators have given out the rest
	ended     bool // End was sent

	flushEvery time.Duration // execution.buffer-timeout; < 0: never by time
	lastFlush  time.Time

	wake chan struct{} // capacity 1: mail or input
	mu   sync.Mutex
	mail []func() error

	idled   *metrics.Timer     // without input
	waited  *metrics.Timer     // for room in the edges, between two elements
	blocked *metrics.Timer     // the same, within one
	bytesIn *metrics.Counter   // of rows
	edges   []*exchange.Writer // of all nodes
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
			err = t.internal(r)
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
	if err := t.linger(ctx); err != nil {
		return err
	}
	if err := t.awaitFinal(ctx); err != nil {
		return err
	}
	defer t.awaitWriters() // a part that is being written still counts
	return t.end()
}

// internal logs a panic and makes an error of it.
func (t *Task) internal(panicked any) error {
	t.log.Error("internal error", "task", t.name, "panic", panicked, "stack", string(debug.Stack()))
	return fmt.Errorf("internal error in %s: %v (this is a bug in flott; the log has the stack)", t.name, panicked)
}

func (t *Task) runInput(ctx context.Context) error {
	for t.open > 0 {
		if err := t.housekeeping(ctx); err != nil {
			return err
		}
		if err := t.settle(); err != nil {
			return err
		}
		poll := t.gate.Poll
		if !t.available() { // what comes out of it would have nowhere to go
			poll = t.gate.PollUrgent
		}
		e, channel, ok := poll()
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
		size := int64(e.Batch.SizeBytes())
		t.bytesIn.Add(size)
		if t.aligner.Active() && t.aligner.Rows(channel, size) {
			t.keep(channel, e.Batch)
		}
		err := t.process(channel, e.Batch)
		t.gate.Recycle(channel, e.Batch)
		return err
	case stream.Watermark:
		t.times.Advance(channel, e.Time)
		return t.advance()
	case stream.Status:
		t.times.SetIdle(channel, e.Idle)
		return t.advance()
	case stream.Barrier:
		return t.barrierReached(channel, e)
	case stream.EndOfData:
		return t.endChannelData(channel, e.Stopped)
	default:
		now := t.clock.Now().UnixMilli()
		if e.Announced {
			return t.follow(t.aligner.EndAnnounced(channel, now), channel)
		}
		t.open--
		return t.follow(t.aligner.End(channel, now), channel)
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
		return t.endInput()
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
		case t.suspended != 0, !t.available():
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
			return t.endInput()
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
	t.world.Yield()
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
	if now.UnixMilli() >= t.barrierDeadline() {
		if err := t.follow(t.aligner.Tick(now.UnixMilli()), 0); err != nil {
			return err
		}
	}
	if t.flushEvery >= 0 && now.Sub(t.lastFlush) >= t.flushEvery {
		t.flushEdges(now)
	}
	return nil
}

// available reports whether all edges, and operators whose rows wait, take rows
// without waiting.
func (t *Task) available() bool {
	for _, w := range t.edges {
		if !w.Available() {
			return false
		}
	}
	for _, n := range t.nodes {
		if n.waiter != nil && n.waiter.Full() {
			return false
		}
	}
	return true
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

// flushEdges hands over what is pending where there is room for it.
func (t *Task) flushEdges(now time.Time) {
	t.lastFlush = now
	for _, w := range t.edges {
		w.FlushFree()
	}
}

// rest waits for mail, input, a timer or more, after handing over what is
// pending.
func (t *Task) rest(ctx context.Context, more <-chan struct{}) error {
	start := t.clock.Now()
	if t.flushEvery >= 0 {
		t.flushEdges(start)
	}
	free := t.available()
	var due time.Time
	if at := min(t.timers.next(), t.barrierDeadline()); at != math.MaxInt64 {
		due = time.UnixMilli(at)
	}
	timer := t.idled
	if !free {
		timer = t.waited
	}
	timer.Begin(start)
	t.world.Wait(due, ctx.Done(), t.wake, more)
	timer.End(t.clock.Now().Sub(start))
	return nil
}

// awaitWriters waits for what is being made durable beside the task's goroutine.
func (t *Task) awaitWriters() {
	for t.writers.Load() > 0 {
		t.world.Wait(time.Time{}, t.wake, nil, nil)
	}
}

// close gives up what is being written, closes the operators and their state,
// the last first, and returns the first error.
func (t *Task) close() (err error) {
	t.cancel()
	t.awaitWriters()
	if t.flying != nil {
		t.flying.release()
	}
	for i := len(t.nodes) - 1; i >= 0; i-- {
		var c operator.Closer
		if i == 0 && t.source != nil {
			c, _ = t.source.(operator.Closer)
		} else { // nil: it could not be built
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
