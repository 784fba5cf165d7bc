package operators

import (
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// retryingLookup is a lookup join that asks again for the rows that it did not find:
// Delay apart, Attempts more times, after which they are joined as found nowhere. Until
// then they wait in a queue, woken by timers, so that neither barriers nor mail wait for
// them; a checkpoint holds the queue.
//
// What follows a row that waits, waits behind it: watermarks, and, unless the rows may
// come in any order, the results of rows that were found.
type retryingLookup struct {
	*lookupJoin
	options *jobgraph.LookupOptions
	ctx     *operator.Context
	queue   []parkedRow // oldest first
	rows    int         // of queue, without watermarks
	list    state.OperatorList
	left    *rowcodec.RowEncoder
	results resultRows
	spread  distribution

	now, nowKeys []int32      // rows of a batch that are joined at once, and their keys
	one, oneKey  [1]int32     // a row that is joined by itself
	again        *batch.Batch // rows that are asked for again …
	which        []int        // … and where they stand in queue
	recs         [][]byte
}

// parkedRow is an element of the queue.
type parkedRow struct {
	status  parkedStatus
	kind    batch.RowKind // of an unanswered row
	retries int           // of an unanswered row: how often it was asked for again
	due     int64         // ms: when an unanswered row is asked for again; a watermark's time
	since   int64         // ms: when it was asked for first, here
	hash    uint64        // see distribution
	row     []byte        // an unanswered row
	answer  [][]byte      // an answered row: its results, see resultRows
}

type parkedStatus byte

const (
	unanswered parkedStatus = iota
	answered
	heldWatermark // not part of a snapshot: the event time of the operator is
	gone          // emitted out of order
)

// Open prepares the lookup and takes over the rows that waited.
func (r *retryingLookup) Open(ctx *operator.Context) error {
	if err := r.lookupJoin.Open(ctx); err != nil {
		return err
	}
	r.ctx = ctx
	r.left = rowcodec.NewRowEncoder(r.spec.LeftSchema.Types())
	r.again = batch.NewBatch(r.spec.LeftSchema, 0)
	r.results.open(r.probe.pairs, ctx.Settings.BatchRows)
	r.spread = newDistribution(r.spec.LeftSchema, r.spec.Distributed)
	return r.restore()
}

// ProcessBatch asks for the rows of b, joins those it can and keeps the others.
func (r *retryingLookup) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	rows := rowsOf(b, &r.all)
	if len(rows) == 0 {
		return nil
	}
	right, err := r.ask(b, rows)
	if err != nil {
		return err
	}
	r.now, r.nowKeys = r.now[:0], r.nowKeys[:0]
	now := r.ctx.Clock.Now().UnixMilli()
	waits := false
	hashes := r.spread.of(b, rows)
	for k, i := range rows {
		key := r.keyOf[k]
		hash := uint64(0)
		if hashes != nil {
			hash = hashes[k]
		}
		switch missed := r.missed(key); {
		case missed:
			waits = true
			w := parkedRow{hash: hash, row: r.left.Append(nil, b, int(i)), due: now + r.options.Retry.Delay.Milliseconds(), since: now}
			if b.Kinds != nil {
				w.kind = b.Kinds[i]
			}
			r.keep(w)
		case r.options.Unordered || len(r.queue) == 0:
			r.now, r.nowKeys = append(r.now, i), append(r.nowKeys, key)
		default:
			w := parkedRow{status: answered, hash: hash}
			if w.answer, err = r.answerOne(b, i, key, right); err != nil {
				return err
			}
			r.keep(w)
		}
	}
	if waits {
		r.setTimer()
	}
	return r.answer(b, r.now, r.nowKeys, right, out)
}

func (r *retryingLookup) keep(w parkedRow) {
	r.queue = append(r.queue, w)
	r.rows++
}

// answerOne joins a row and returns the results.
func (r *retryingLookup) answerOne(b *batch.Batch, i, key int32, right []*batch.Vector) ([][]byte, error) {
	r.one[0], r.oneKey[0] = i, key
	r.results.taken = nil
	err := r.answer(b, r.one[:], r.oneKey[:], right, &r.results)
	return r.results.taken, err
}

// deadline is when an unanswered row must be dealt with.
func (r *retryingLookup) deadline(w *parkedRow) int64 {
	if r.options.Async {
		return min(w.due, w.since+r.options.Timeout.Milliseconds())
	}
	return w.due
}

// setTimer asks to be called when the first row is due.
func (r *retryingLookup) setTimer() {
	first := int64(-1)
	for i := range r.queue {
		if w := &r.queue[i]; w.status == unanswered {
			if at := r.deadline(w); first < 0 || at < first {
				first = at
			}
		}
	}
	if first >= 0 {
		r.ctx.Timers.Set(first)
	}
}

// OnProcessingTime asks again for the rows that are due.
func (r *retryingLookup) OnProcessingTime(now int64, out operator.Output) error {
	if err := r.retry(now, false, out); err != nil {
		return err
	}
	for i := range r.queue {
		w := &r.queue[i]
		if limit := r.options.Timeout; w.status == unanswered && r.options.Async && now >= w.since+limit.Milliseconds() {
			return fmt.Errorf("Async function call has timed out: a row was not found in table '%s' for %s, which is the 'timeout' of the LOOKUP hint; it must be longer than 'max-attempts' times 'fixed-delay'",
				r.spec.Scan.Table.Name, limit)
		}
	}
	r.setTimer()
	return nil
}

// retry asks again for the rows that are due, or, for the last time, for all.
func (r *retryingLookup) retry(now int64, last bool, out operator.Output) error {
	if err := r.collect(now, last); err != nil {
		return err
	}
	if len(r.which) > 0 {
		rows := rowsOf(r.again, &r.all)
		right, err := r.ask(r.again, rows)
		if err != nil {
			return err
		}
		if err := r.settle(now, last, right, out); err != nil {
			return err
		}
	}
	return r.drain(out)
}

// collect makes a batch of the rows to ask for again.
func (r *retryingLookup) collect(now int64, last bool) error {
	r.which, r.recs = r.which[:0], r.recs[:0]
	r.again.Reset()
	changes := false
	for i := range r.queue {
		if w := &r.queue[i]; w.status == unanswered && (last || w.due <= now) {
			r.which, r.recs = append(r.which, i), append(r.recs, w.row)
			changes = changes || w.kind != batch.Insert
		}
	}
	if err := r.left.DecodeAll(r.recs, r.again.Cols); err != nil {
		return err
	}
	r.again.N = len(r.which)
	if changes {
		for _, i := range r.which {
			r.again.Kinds = append(r.again.Kinds, r.queue[i].kind)
		}
	}
	return nil
}

// settle joins the rows asked for again that were found or will not be asked for any
// more.
func (r *retryingLookup) settle(now int64, last bool, right []*batch.Vector, out operator.Output) (err error) {
	r.now, r.nowKeys = r.now[:0], r.nowKeys[:0]
	for k, i := range r.which {
		w := &r.queue[i]
		w.retries++
		if r.missed(r.keyOf[k]) && w.retries < r.options.Retry.Attempts && !last {
			w.due = now + r.options.Retry.Delay.Milliseconds()
			continue
		}
		w.row = nil
		if r.options.Unordered {
			w.status = gone
			r.rows--
			r.now, r.nowKeys = append(r.now, int32(k)), append(r.nowKeys, r.keyOf[k])
			continue
		}
		w.status = answered
		if w.answer, err = r.answerOne(r.again, int32(k), r.keyOf[k], right); err != nil {
			return err
		}
	}
	return r.answer(r.again, r.now, r.nowKeys, right, out)
}

// drain emits what no longer waits behind a row.
func (r *retryingLookup) drain(out operator.Output) error {
	n := 0
	for ; n < len(r.queue) && r.queue[n].status != unanswered; n++ {
		w := &r.queue[n]
		switch w.status {
		case answered:
			r.rows--
			for _, rec := range w.answer {
				if err := r.results.add(rec, out); err != nil {
					return err
				}
			}
		case heldWatermark:
			if err := r.results.flush(out); err != nil {
				return err
			}
			if t, ok := out.(operator.TimeOutput); ok {
				if err := t.Watermark(w.due); err != nil {
					return err
				}
			}
		}
	}
	r.queue = slices.Delete(r.queue, 0, n)
	return r.results.flush(out)
}

// OnWatermark holds time back behind the rows that wait.
func (r *retryingLookup) OnWatermark(time int64, _ operator.Output) (int64, error) {
	if len(r.queue) == 0 {
		return time, nil
	}
	r.hold(time)
	return stream.MinTime, nil
}

func (r *retryingLookup) hold(time int64) {
	if last := &r.queue[len(r.queue)-1]; last.status == heldWatermark {
		last.due = time
		return
	}
	r.queue = append(r.queue, parkedRow{status: heldWatermark, due: time})
}

// Waiting implements operator.Waiter.
func (r *retryingLookup) Waiting() bool { return r.rows > 0 }

// Full implements operator.Waiter: capacity is looked at between two batches.
func (r *retryingLookup) Full() bool { return r.rows >= r.options.Capacity }

// Finish asks for what still waits a last time.
func (r *retryingLookup) Finish(out operator.Output) error {
	return r.retry(r.ctx.Clock.Now().UnixMilli(), true, out)
}
