package task

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// Files is where the subtask's part of one checkpoint goes. Flush makes what was
// written durable, before the acknowledgement; Abort leaves nothing.
type Files interface {
	state.Files
	// Encode encodes what goes into the acknowledgement.
	Encode(*snapshot.Subtask) checkpoint.State
	Flush() error
	Abort()
}

// Checkpoints is how a subtask takes its part in checkpoints.
type Checkpoints struct {
	Settings snapshot.Settings
	// Files opens the place for the part of a checkpoint.
	Files func(context.Context, stream.CheckpointBarrier) (Files, error)
	// Write writes a snapshot in canonical form.
	Write func(context.Context, state.Snapshot, keygroup.Range, Files) (state.Part, error)
	// Go runs a function beside the subtask's goroutine.
	Go func(func())
}

// part is the subtask's share of a checkpoint between barrier and acknowledgement.
// After freeze it belongs to the goroutine that makes it durable.
type part struct {
	barrier  stream.CheckpointBarrier
	state    snapshot.Subtask
	frozen   []state.Snapshot // by operator; nil: it keeps no state
	inflight []inflight
	metrics  checkpoint.Metrics
}

// TriggerCheckpoint starts a checkpoint at a task that no other passes barriers to.
func (t *Task) TriggerCheckpoint(b stream.CheckpointBarrier) {
	t.post(func() error {
		if t.checkpoints == nil || t.ended {
			t.master.DeclineCheckpoint(b.ID, checkpoint.TaskClosing, "")
			return nil
		}
		if t.open > 0 { // what the producers sent before they ended comes first
			return t.follow(t.aligner.Triggered(b, t.clock.Now().UnixMilli()), 0)
		}
		if b.Kind == stream.SyncSavepoint && b.Drain && !t.dataEnded {
			t.drained = true
			if err := t.endData(); err != nil {
				return err
			}
		}
		p, err := t.snapshot(b, checkpoint.Metrics{StartDelay: t.since(b.Timestamp)})
		if err == nil {
			t.persist(p)
		}
		return err
	})
}

// CheckpointComplete tells the operators that a checkpoint is final.
func (t *Task) CheckpointComplete(c checkpoint.Commit) {
	t.post(func() error {
		for _, n := range t.nodes {
			if n.listener != nil {
				if err := n.listener.CheckpointComplete(c.ID); err != nil {
					return fmt.Errorf("%s: committing checkpoint %d: %w", n.name, c.ID, err)
				}
			}
		}
		if t.lastFrom > 0 && c.ID >= t.lastFrom {
			t.final = true
		}
		return nil
	})
}

// CheckpointAborted tells the operators that a checkpoint will not complete, and
// gives up what is still being written for it.
func (t *Task) CheckpointAborted(a checkpoint.Abort) {
	t.post(func() error {
		if cancel := t.writing[a.ID]; cancel != nil {
			cancel()
		}
		if err := t.abortAlignment(a.ID); err != nil {
			return err
		}
		for _, n := range t.nodes {
			if n.listener != nil {
				if err := n.listener.CheckpointAborted(a.ID); err != nil {
					return err
				}
			}
		}
		if t.suspended == a.ID {
			if t.drained {
				// Event time has ended: it could not go on, and to end the job now would
				// be to end it without having read all of its input.
				return errors.New("Stop-with-savepoint failed.")
			}
			t.suspended, t.lastFrom = 0, 0 // the savepoint that was to stop the job failed: go on
		}
		return nil
	})
}

// since is the time since ms, an instant of this or another machine's clock.
func (t *Task) since(ms int64) time.Duration {
	return max(0, t.clock.Now().Sub(time.UnixMilli(ms)))
}

// snapshot takes the subtask's part of a checkpoint: it passes the barrier on and
// freezes the state. The part is nil if none is taken.
func (t *Task) snapshot(b stream.CheckpointBarrier, m checkpoint.Metrics) (*part, error) {
	start := t.clock.Now()
	if err := t.nodes[0].barrier(b); err != nil {
		return nil, err
	}
	if t.checkpoints == nil {
		return nil, nil
	}
	p := &part{barrier: b, metrics: m}
	if err := t.freeze(p); err != nil {
		p.release()
		t.master.DeclineCheckpoint(b.ID, checkpoint.Declined, err.Error())
		return nil, nil
	}
	p.metrics.Sync = t.clock.Now().Sub(start)
	if t.dataEnded && t.lastFrom == 0 {
		t.lastFrom = b.ID
	}
	if b.Kind == stream.SyncSavepoint {
		t.suspended, t.lastFrom = b.ID, b.ID
	}
	return p, nil
}

// freeze fills p with the state as it is now.
func (t *Task) freeze(p *part) error {
	p.frozen = make([]state.Snapshot, len(t.nodes))
	for i, n := range t.nodes {
		op := snapshot.Operator{UID: n.uid, Name: n.name, In: n.time, Out: n.sent, Done: t.dataEnded && !t.stopped}
		if n.op == nil {
			splits, err := t.source.Positions()
			if err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
			op.Splits = splits
		}
		if n.state != nil {
			frozen, err := n.state.Snapshot(p.barrier.ID)
			if err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
			p.frozen[i], op.Lists = frozen, frozen.Lists()
		}
		p.state.Operators = append(p.state.Operators, op)
	}
	return nil
}

func (p *part) release() {
	for i, f := range p.frozen {
		if f != nil {
			f.Release()
			p.frozen[i] = nil
		}
	}
}

// persist makes p durable beside the stream and acknowledges or declines it.
func (t *Task) persist(p *part) {
	if p == nil {
		return
	}
	ctx, cancel := context.WithCancel(t.ctx)
	t.writing[p.barrier.ID] = cancel
	t.writers.Add(1)
	t.checkpoints.Go(func() {
		start := t.clock.Now()
		st, err := t.write(ctx, p)
		p.release()
		p.metrics.Async = t.clock.Now().Sub(start)
		switch {
		case err == nil:
			t.master.AckCheckpoint(p.barrier.ID, st, p.metrics)
		case ctx.Err() != nil: // given up, or the task ends
			t.master.DeclineCheckpoint(p.barrier.ID, checkpoint.TaskClosing, "")
		default:
			t.master.DeclineCheckpoint(p.barrier.ID, checkpoint.AsyncException, err.Error())
		}
		t.writers.Add(-1)
		t.post(func() error {
			cancel()
			delete(t.writing, p.barrier.ID)
			return nil
		})
	})
}

// write writes the keyed state of every operator and encodes the whole. A bug on
// the way costs the checkpoint, not the process; its files are left to the sweep.
func (t *Task) write(ctx context.Context, p *part) (st checkpoint.State, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = t.internal(r)
		}
	}()
	files, err := t.checkpoints.Files(ctx, p.barrier)
	if err != nil {
		return checkpoint.State{}, err
	}
	for i, frozen := range p.frozen {
		if frozen == nil || len(frozen.States()) == 0 {
			continue
		}
		written, err := t.writeKeyed(ctx, p.barrier, frozen, files)
		if err != nil {
			files.Abort()
			return checkpoint.State{}, fmt.Errorf("%s: %w", t.nodes[i].name, err)
		}
		p.state.Operators[i].Keyed = &snapshot.Keyed{Groups: t.groups, Part: written, States: frozen.States()}
		p.metrics.Bytes += written.Bytes
		p.metrics.FullBytes += written.FullBytes
	}
	if err := t.writeInflight(ctx, p, files); err != nil {
		files.Abort()
		return checkpoint.State{}, err
	}
	if err := p.state.Spill(ctx, files, t.checkpoints.Settings.InlineBytes); err != nil {
		files.Abort()
		return checkpoint.State{}, err
	}
	if err := files.Flush(); err != nil {
		return checkpoint.State{}, err
	}
	st = files.Encode(&p.state)
	p.metrics.Bytes += int64(len(st.Data))
	p.metrics.FullBytes += int64(len(st.Data))
	return st, nil
}

// writeKeyed writes one operator's keyed state: in the backend's own format where
// it has one, but a canonical savepoint in the form that any backend reads.
func (t *Task) writeKeyed(ctx context.Context, b stream.CheckpointBarrier, frozen state.Snapshot, files Files) (state.Part, error) {
	native, ok := frozen.(state.Native)
	if !ok || b.Kind.IsSavepoint() && b.Format != stream.Native {
		return t.checkpoints.Write(ctx, frozen, t.groups, files)
	}
	base := b.Base
	if b.Kind.IsSavepoint() || !t.checkpoints.Settings.Incremental {
		base = 0
	}
	return native.Persist(ctx, files, base)
}

// writeInflight writes the rows that the barrier overtook.
func (t *Task) writeInflight(ctx context.Context, p *part, files Files) error {
	for _, f := range p.inflight {
		w, err := files.Create(ctx, false)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.bytes); err != nil {
			w.Abort()
			return err
		}
		in := t.inflightOf(f)
		if in.Segment, err = w.Commit(); err != nil {
			return err
		}
		p.state.Inflight = append(p.state.Inflight, in)
		p.metrics.Bytes += int64(len(f.bytes))
		p.metrics.FullBytes += int64(len(f.bytes))
	}
	return nil
}
