package task

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

var hashEdge = jobgraph.Edge{FromUID: "source", Dist: jobgraph.Hash, Keys: []int{0}, Schema: numbers}

// A checkpoint that is triggered at a task whose producers have finished holds the
// rows that they sent and that are still queued: in the state or in flight. Nobody
// would send them again.
func TestTriggerBehindProducersThatFinished(t *testing.T) {
	for _, c := range []struct {
		name    string
		barrier stream.CheckpointBarrier
	}{
		{"unaligned", stream.CheckpointBarrier{ID: 7, Unaligned: true}},
		{"aligned", stream.CheckpointBarrier{ID: 7, Aligned: true}},
		{"at least once", stream.CheckpointBarrier{ID: 7}},
		{"drain", stream.CheckpointBarrier{ID: 7, Aligned: true, Kind: stream.SyncSavepoint, Drain: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, hashEdge)
			b.send(t, 0, 1, 2, 3)
			b.send(t, 0, 4, 5)
			b.config.In[0][0].Send(stream.Element{Kind: stream.EndOfData})
			b.config.In[0][0].Send(stream.Element{Kind: stream.End})
			task := b.task(t)
			task.TriggerCheckpoint(c.barrier)
			if c.barrier.Kind == stream.SyncSavepoint {
				task.final = true // as if it was complete by the time the task ends
			}
			if err := task.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if b.master.acks[7] == nil {
				t.Fatalf("no part of the checkpoint; declined: %v", b.master.declined)
			}
			if state, flying := b.adder.snapshots[7], b.inflight(7); state+flying != 5 {
				t.Errorf("the checkpoint has %d rows in the state and %d in flight; 5 were sent", state, flying)
			}
			if b.adder.rows != 5 || b.adder.finished != 1 {
				t.Errorf("%d rows were processed and the operator was finished %d times; want 5 and once", b.adder.rows, b.adder.finished)
			}
		})
	}
}

// A panic while a part is made durable, in a goroutine of its own, declines the
// checkpoint; it does not end the process.
func TestPanicBesideTheStream(t *testing.T) {
	b := newBench(t)
	done := make(chan struct{})
	b.config.Checkpoints.Go = func(f func()) { go func() { defer close(done); f() }() }
	b.config.Checkpoints.Files = func(context.Context, stream.CheckpointBarrier) (Files, error) { panic("a bug") }
	task := b.task(t)
	task.TriggerCheckpoint(stream.CheckpointBarrier{ID: 7, Aligned: true})
	if err := task.readMail(); err != nil {
		t.Fatal(err)
	}
	<-done
	if why := b.master.declined[7]; !strings.Contains(why, "ASYNC_EXCEPTION internal error in adder (1/1): a bug") {
		t.Errorf("declined: %q", why)
	}
	if err := task.close(); err != nil {
		t.Fatal(err)
	}
}

// When a savepoint that was to stop the job fails, its tasks go on. After a drain they
// cannot: their event time is over. The failure brings them back to where they were.
func TestStopThatFails(t *testing.T) {
	for _, drain := range []bool{false, true} {
		b := newBench(t)
		b.config.Checkpoints.Settings.AfterFinish = true
		task := b.task(t)
		task.TriggerCheckpoint(stream.CheckpointBarrier{ID: 7, Aligned: true, Kind: stream.SyncSavepoint, Drain: drain})
		task.CheckpointAborted(checkpoint.Abort{ID: 7, Reason: checkpoint.Expired})
		err := task.readMail()
		if failed := err != nil; failed != drain {
			t.Errorf("drain %v: %v", drain, err)
		}
		if !drain && (task.dataEnded || task.waits()) {
			t.Error("the task does not go on")
		}
		task.close()
	}
}

// A source that has read everything has done so even if it is then told to stop:
// after a restore its operators are not finished again.
func TestStopAfterTheEnd(t *testing.T) {
	b := newBench(t)
	task := b.task(t)
	if err := task.endData(); err != nil {
		t.Fatal(err)
	}
	task.Stop()
	task.TriggerCheckpoint(stream.CheckpointBarrier{ID: 7, Aligned: true})
	if err := task.readMail(); err != nil {
		t.Fatal(err)
	}
	for _, op := range b.master.acks[7].Operators {
		if !op.Done {
			t.Errorf("%s would be finished again", op.Name)
		}
	}
	task.close()
}

// Rows in flight on two edges between the same operators are processed once.
func TestReplayOfTwoEdgesAlike(t *testing.T) {
	b := newBench(t, hashEdge, hashEdge)
	b.send(t, 0, 1, 2)
	b.send(t, 1, 3)
	for _, in := range b.config.In {
		in[0].Announce(stream.Element{Kind: stream.Barrier, Checkpoint: stream.CheckpointBarrier{ID: 7, Unaligned: true}})
	}
	task := b.task(t)
	for b.master.acks[7] == nil {
		e, channel, ok := task.gate.PollUrgent()
		if !ok {
			t.Fatalf("no part of the checkpoint; declined: %v", b.master.declined)
		}
		if err := task.handle(e, channel); err != nil {
			t.Fatal(err)
		}
	}
	task.close()

	again := newBench(t, hashEdge, hashEdge)
	again.config.Restore = &snapshot.Restore{Checkpoint: 7, Whole: true, Inflight: b.master.acks[7].Inflight}
	task = again.task(t)
	if err := task.resume(); err != nil {
		t.Fatal(err)
	}
	if again.adder.rows != 3 {
		t.Errorf("%d rows were processed; 3 were in flight", again.adder.rows)
	}
	task.close()
}

// A task that cannot be built closes what it has opened, once.
func TestBuildFails(t *testing.T) {
	b := newBench(t)
	b.config.Build = func(*jobgraph.Operator, []types.Schema) (operator.Operator, error) { return nil, errors.New("no") }
	if _, err := New(t.Context(), b.config); err == nil || b.source.closed != 1 {
		t.Errorf("error %v; the source was closed %d times, want once", err, b.source.closed)
	}
}
