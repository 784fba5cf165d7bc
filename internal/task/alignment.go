package task

import (
	"fmt"
	"math"

	"github.com/flottstream/flott/internal/align"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/stream"
)

// inflight is rows of one channel that a barrier overtook, encoded.
type inflight struct {
	channel int
	rows    int64
	bytes   []byte
}

// follow carries out the aligner's verdict on an event of a channel.
func (t *Task) follow(v align.Verdict, channel int) error {
	if v.Aborted != 0 {
		t.giveUp(v.Aborted)
		t.log.Warn(fmt.Sprintf("%s: Received checkpoint barrier for a newer checkpoint before completing current checkpoint %d. Skipping current checkpoint.", t.name, v.Aborted))
		t.master.DeclineCheckpoint(v.Aborted, checkpoint.DeclinedSubsumed, "")
	}
	if v.Unblock {
		t.gate.Unblock()
	}
	if v.Complete != nil {
		p, err := t.snapshot(*v.Complete, v.Metrics)
		if err != nil {
			return err
		}
		t.persist(p)
	}
	if v.Unaligned != nil {
		p, err := t.snapshot(*v.Unaligned, v.Metrics)
		if err != nil {
			return err
		}
		t.flying = p
		t.keepRest()
	}
	for _, c := range v.Overtake {
		if err := t.overtake(c); err != nil {
			return err
		}
	}
	for _, c := range v.Await {
		t.gate.Await(c)
	}
	if v.Done != 0 {
		t.landed(v.Metrics)
	}
	if v.Block {
		t.gate.Block(channel)
	}
	return nil
}

// overtake lets the barrier that waits in a channel overtake the rows ahead of it,
// which become part of the checkpoint.
func (t *Task) overtake(channel int) error {
	if t.flying == nil {
		return nil // declined: the rows are processed, nothing else
	}
	ahead, ok := t.gate.Overtake(channel, t.flying.barrier.ID)
	if !ok {
		return fmt.Errorf("%s: the barrier of checkpoint %d is not where it was announced", t.name, t.flying.barrier.ID)
	}
	for _, b := range ahead {
		t.keep(channel, b)
	}
	return nil
}

// keep makes rows in flight part of the checkpoint being taken.
func (t *Task) keep(channel int, b *batch.Batch) {
	if t.flying == nil {
		return
	}
	rows, encoder := int64(b.Rows()), t.encoders[t.places[channel].edge]
	for i := range t.flying.inflight {
		if f := &t.flying.inflight[i]; f.channel == channel {
			f.bytes = encoder.Append(f.bytes, b)
			f.rows += rows
			return
		}
	}
	t.flying.inflight = append(t.flying.inflight, inflight{channel, rows, encoder.Append(nil, b)})
}

// landed ends the capture of rows in flight.
func (t *Task) landed(m checkpoint.Metrics) {
	p := t.flying
	if t.flying = nil; p == nil {
		return
	}
	m.Sync = p.metrics.Sync
	p.metrics = m
	for _, f := range p.inflight {
		p.metrics.Persisted += int64(len(f.bytes))
	}
	t.persist(p)
}

// giveUp forgets a checkpoint whose rows in flight are being captured.
func (t *Task) giveUp(id int64) {
	if t.flying != nil && t.flying.barrier.ID == id {
		t.flying.release()
		t.flying = nil
	}
}

// abortAlignment stops waiting for the barriers of a checkpoint.
func (t *Task) abortAlignment(id int64) error {
	t.giveUp(id)
	if t.aligner == nil {
		return nil
	}
	return t.follow(t.aligner.Aborted(id), 0)
}

// barrierDeadline is when the alignment under way becomes unaligned, in ms.
func (t *Task) barrierDeadline() int64 {
	if t.aligner == nil {
		return math.MaxInt64
	}
	return t.aligner.Deadline()
}

// inflightOf describes the captured rows of a channel.
func (t *Task) inflightOf(f inflight) snapshot.Inflight {
	p := t.places[f.channel]
	return snapshot.Inflight{From: p.from, To: t.nodes[0].uid, Port: p.port, Producer: p.producer, Rows: f.rows}
}

// place says where a channel of the gate comes from.
type place struct {
	from     string // UID of the operator
	port     int
	producer int // subtask
	edge     int // index in Vertex.Inputs
}

// barrierReached is a barrier that has come to the head of its channel, or was
// announced further back.
func (t *Task) barrierReached(channel int, e stream.Element) error {
	now := t.clock.Now().UnixMilli()
	if e.Announced {
		return t.follow(t.aligner.Announced(channel, e.Checkpoint, now), channel)
	}
	return t.follow(t.aligner.Barrier(channel, e.Checkpoint, now), channel)
}
