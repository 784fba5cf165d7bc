package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/valuetext"
)

// broker is a message broker with transactions, as an exactly-once sink sees one. An
// open transaction may be aborted at any time; one that was committed stays visible,
// and leaves a marker that tells so.
type broker struct {
	w       *world
	visible []Change
	open    map[string][]Change // transactions by epoch
	marked  map[string]bool     // epochs that are visible
	aborts  float64             // chance that a transaction is gone when it is to be committed
	replays int                 // epochs that were written again from a checkpoint
	slow    time.Duration

	lose, double int // plants: the row that is lost, or there twice; 0: none
}

// Change is a row of the changelog that became visible at the sink.
type Change struct {
	Kind batch.RowKind
	Row  []string
}

var (
	errAborted  = errors.New("the transaction was aborted")
	errNoBroker = errors.New("simulated trouble of the broker")
)

func (b *broker) commit(epoch string) error {
	if b.marked[epoch] {
		return nil
	}
	rows, ok := b.open[epoch]
	if !ok || b.aborts > 0 && b.w.r.Float64() < b.aborts {
		delete(b.open, epoch)
		return errAborted
	}
	delete(b.open, epoch)
	b.marked[epoch] = true
	for _, c := range rows {
		b.visible = append(b.visible, c)
		switch n := len(b.visible); n {
		case b.lose:
			b.visible, b.lose = b.visible[:n-1], 0
		case b.double:
			b.visible, b.double = append(b.visible, c), 0
		}
	}
	return nil
}

// Sink implements connector.Factory.
func (f *factory) Sink(_ *connector.Env, target *connector.Target) (connector.Sink, error) {
	return &sink{f, target}, connector.NewOptions("sim", target.Table.Options).Done()
}

type sink struct {
	*factory
	target *connector.Target
}

// Changelog implements connector.Sink.
func (s *sink) Changelog() format.Changelog { return format.AllKinds }

// FollowsInput tells the planner that inserts alone are fine, too.
func (s *sink) FollowsInput() bool { return true }

// Parallelism implements connector.Sink.
func (s *sink) Parallelism() int { return 0 }

// Writer implements connector.Sink.
func (s *sink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	return &writer{sink: s, broker: s.sim.broker, ctx: ctx}, nil
}

var _ connector.Committer = (*writer)(nil)

// writer writes a transaction per epoch. Its record in a checkpoint holds the rows,
// so that a transaction which the broker has aborted is written again.
type writer struct {
	*sink
	broker  *broker
	ctx     *connector.WriterContext
	epoch   epochRows
	pending []epochRows // prepared, not known to be committed; ascending
}

// epochRows is an epoch in a checkpoint.
type epochRows struct {
	ID         string
	Checkpoint int64
	Rows       []Change
}

func (w *writer) fail(what string) error {
	if w.p.dead {
		return errors.New("the process is dead")
	}
	if w.sim.stumble(what) {
		return errStumble
	}
	return nil
}

// Recover implements connector.Committer.
func (w *writer) Recover(_ int64, records [][]byte) error {
	if err := w.fail("recover"); err != nil {
		return err
	}
	for _, r := range records {
		var e epochRows
		if err := json.Unmarshal(r, &e); err != nil {
			return err
		}
		if err := w.publish(e); err != nil {
			return err
		}
	}
	w.begin()
	return nil
}

// begin starts an epoch, whose name nobody else has.
func (w *writer) begin() {
	w.sim.epochs++
	w.epoch = epochRows{ID: fmt.Sprintf("%s-%d-%d", w.ctx.Operator, w.ctx.Subtask, w.sim.epochs)}
}

// publish makes an epoch visible, whatever became of its transaction.
func (w *writer) publish(e epochRows) error {
	if w.broker.slow > 0 {
		w.sim.w.Sleep(time.Duration(w.sim.w.r.Int64N(int64(w.broker.slow))))
	}
	for tries := 0; ; tries++ {
		if err := w.fail("commit"); err != nil {
			return err
		}
		err := w.broker.commit(e.ID)
		w.sim.note(fmt.Sprintf("epoch %s is committed: %v", e.ID, err))
		if !errors.Is(err, errAborted) {
			return err
		}
		if tries > 50 {
			return errNoBroker
		}
		w.broker.replays++
		w.broker.open[e.ID] = e.Rows
	}
}

// Write implements connector.Writer.
func (w *writer) Write(b *batch.Batch) error {
	if err := w.fail("write"); err != nil {
		return err
	}
	if drag := w.sim.plan.drag; drag > 0 {
		w.sim.w.Sleep(time.Duration(w.sim.w.r.Int64N(int64(drag))))
	}
	for k := range b.Rows() {
		i := b.Row(k)
		row := make([]string, len(b.Cols))
		for f, v := range b.Cols {
			row[f] = textOf(v, i, w.p.job.Settings.TimeZone)
		}
		w.epoch.Rows = append(w.epoch.Rows, Change{b.Kind(i), row})
	}
	return nil
}

// Null is the text of NULL in a row; it is no other value's.
const Null = "\x00NULL"

// textOf is a value as CAST to STRING.
func textOf(v *batch.Vector, i int, zone *time.Location) string {
	if v.IsNull(i) {
		return Null
	}
	return string(valuetext.AppendDisplay(nil, v, i, zone))
}

// Prepare implements connector.Committer.
func (w *writer) Prepare(checkpoint int64) ([][]byte, error) {
	if err := w.fail("prepare"); err != nil {
		return nil, err
	}
	if len(w.epoch.Rows) > 0 {
		w.epoch.Checkpoint = checkpoint
		w.broker.open[w.epoch.ID] = w.epoch.Rows
		w.pending = append(w.pending, w.epoch)
		w.sim.note(fmt.Sprintf("epoch %s has %d rows and is prepared for checkpoint %d", w.epoch.ID, len(w.epoch.Rows), checkpoint))
		w.begin()
	}
	var records [][]byte
	for _, e := range w.pending {
		r, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// Commit implements connector.Committer.
func (w *writer) Commit(checkpoint int64) error {
	for len(w.pending) > 0 && w.pending[0].Checkpoint <= checkpoint {
		if err := w.publish(w.pending[0]); err != nil {
			return err
		}
		w.pending = w.pending[1:]
	}
	return nil
}

// Finish implements connector.Committer.
func (w *writer) Finish() error {
	if _, err := w.Prepare(1 << 60); err != nil {
		return err
	}
	return w.Commit(1 << 60)
}

// Flush implements connector.Writer; a Committer's is not called.
func (w *writer) Flush(bool) error { return errors.New("sim: Flush of a writer with two phases") }

// Close implements connector.Writer.
func (w *writer) Close() error { return nil }
