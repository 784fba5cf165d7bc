package task

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rowbatch"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// restored is what a node starts from; its zero value with times of MinTime is a
// fresh start.
func (t *Task) restored(uid string) *snapshot.OperatorRestore {
	if t.restore != nil {
		return t.restore.Operators[uid]
	}
	return nil
}

// resume brings the chain to where the checkpoint was taken: rows that the
// barrier had overtaken come first, then every receiver learns the event time
// again that it had been told before.
func (t *Task) resume() error {
	if t.restore == nil {
		return nil
	}
	if err := t.replayInflight(); err != nil {
		return err
	}
	for _, n := range t.nodes {
		if n.sent == stream.MinTime {
			continue
		}
		if err := n.send(stream.Element{Kind: stream.Watermark, Time: n.sent}); err != nil {
			return err
		}
	}
	return nil
}

// replayInflight processes the rows that were in flight. Two edges may join the same
// operators, as those of t UNION ALL t do: they are alike, and the rows of each lie in
// a part of their own.
func (t *Task) replayInflight() error {
	for _, in := range t.restore.Inflight {
		i := slices.IndexFunc(t.vertex.Inputs, func(e jobgraph.Edge) bool { return e.Port == in.Port && e.FromUID == in.From })
		if i < 0 {
			continue
		}
		if err := t.replay(in, t.vertex.Inputs[i]); err != nil {
			return fmt.Errorf("%s: rows in flight of checkpoint %d: %w", t.name, t.restore.Checkpoint, err)
		}
	}
	return nil
}

// replay processes the rows of one channel; after a rescale of those that are this
// subtask's.
func (t *Task) replay(in snapshot.Inflight, e jobgraph.Edge) error {
	r, err := t.files.Open(t.ctx, in.Segment)
	if err != nil {
		return err
	}
	defer r.Close()
	var own *rowbatch.KeyFilter
	if !t.restore.Whole && e.Dist == jobgraph.Hash {
		own = rowbatch.NewKeyFilter(e.Schema, e.Keys, t.vertex.MaxParallelism, t.groups)
	}
	decoder, b := rowbatch.NewDecoder(e.Schema), batch.NewBatch(e.Schema, 0)
	for {
		switch err := decoder.Read(r, b); {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, rowbatch.ErrCorrupt):
			return fmt.Errorf("%w: %s: %w", state.ErrCorrupt, in.Segment.File, err)
		case err != nil:
			return err
		}
		if own != nil {
			own.Keep(b)
		}
		if b.Rows() == 0 {
			continue
		}
		if err := t.nodes[0].process(in.Port, b); err != nil {
			return err
		}
	}
}
