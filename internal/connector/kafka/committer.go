package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kgo"
)

// committer writes exactly once: the rows of an epoch are one transaction. See
// the package comment for how.
//
// Invariants: pending epochs are in order, and become visible in order. All
// transactions but the newest are complete: records flushed, marker written. A
// record has been kept before it is produced.
type committer struct {
	*writer
	held   *reducer // sink.buffer-flush.*, or nil
	log    *slog.Logger
	ledger *ledger
	naming
	parallelism int
	keeping     bool // the output: there are checkpoints to keep it
	timeout     time.Duration

	current *epoch   // being written; nil before its first row
	pending []*epoch // prepared, not known to be visible
	next    int64    // number of the next epoch
	free    []*transaction
	used    []bool                      // by number of the pool's transactional IDs
	redone  int                         // repetitions since the last commit that went well
	await   func(context.Context) error // before the first row; nil if it need not wait
	closed  bool
}

// maxRedone bounds repetitions of epochs between two commits, so that two
// processes that believe to be the same subtask do not fight for ever.
const maxRedone = 3

var _ connector.Committer = (*committer)(nil)

func newCommitter(w *writer, held *reducer, ctx *connector.WriterContext) (connector.Writer, error) {
	c := &committer{
		writer: w, held: held, log: ctx.Log, parallelism: ctx.Parallelism, keeping: ctx.Checkpointing, next: 1,
		naming: naming{w.transactionalID, ctx.Operator, ctx.Job, ctx.Subtask},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	w.epochs = c
	var err error
	if c.ledger, err = newLedger(w.ctx, w.settings, c.log); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// exclusively locks out the goroutine that writes rows held back.
func (c *committer) exclusively() func() {
	if c.held == nil {
		return func() {}
	}
	c.held.mu.Lock()
	return c.held.mu.Unlock
}

// Write takes the rows of b.
func (c *committer) Write(b *batch.Batch) error {
	if err := c.mend(); err != nil {
		return err
	}
	if c.held != nil {
		return c.held.Write(b)
	}
	return c.writer.Write(b)
}

// Flush is not for committers.
func (c *committer) Flush(bool) error {
	return errors.New("a kafka sink with guarantee exactly-once was flushed instead of prepared")
}

// produce writes a record in the current epoch. With rows held back it is
// called with their lock held.
func (c *committer) produce(r *kgo.Record) {
	if c.current == nil {
		if err := c.begin(); err != nil {
			c.fail(err)
			c.release(r)
			return
		}
	}
	e := c.current
	if e.out != nil {
		e.out.add(r, c.topicOf(r))
	}
	e.tx.client.Produce(c.ctx, r, e.tx.promise)
}

func (c *committer) topicOf(r *kgo.Record) int {
	if len(c.topics) == 1 {
		return 0
	}
	return slices.Index(c.topics, r.Topic)
}

// begin begins the current epoch.
func (c *committer) begin() error {
	if c.await != nil {
		if err := c.await(c.ctx); err != nil {
			return err
		}
		c.await = nil
	}
	tx, err := c.transaction()
	if err != nil {
		return err
	}
	c.current = &epoch{number: c.next, tx: tx}
	if c.keeping {
		c.current.out = new(kept)
	}
	c.next++
	return nil
}

// transaction begins one with a producer of the pool.
func (c *committer) transaction() (*transaction, error) {
	var tx *transaction
	if n := len(c.free); n > 0 {
		tx, c.free = c.free[n-1], c.free[:n-1]
		if err := tx.begin(); err == nil {
			return tx, nil
		}
		if err := c.replace(tx); err != nil { // its ID was taken over or the brokers forgot it: begin as a new producer
			return nil, err
		}
	}
	tx, err := c.openNext()
	if err != nil {
		return nil, err
	}
	return tx, tx.begin()
}

// openNext opens a producer with the first transactional ID not in use. They
// are used from the first on, so that all can be found.
func (c *committer) openNext() (*transaction, error) {
	i := slices.Index(c.used, false)
	if i < 0 {
		i = len(c.used)
		c.used = append(c.used, false)
	}
	id := c.naming.transactionalID(i)
	tx, err := c.open(c.ctx, id, c.subtask, c.timeout)
	if err != nil {
		return nil, c.ledger.opening(id, c.timeout, err)
	}
	c.used[i] = true
	return tx, nil
}

// drop closes a producer whose transaction is settled or will be fenced: its
// transactional ID is for another one.
func (c *committer) drop(tx *transaction) {
	tx.client.Close()
	for i := range c.used {
		if c.naming.transactionalID(i) == tx.id {
			c.used[i] = false
		}
	}
}

// mend writes the current epoch again if its transaction was lost.
func (c *committer) mend() error {
	defer c.exclusively()()
	for {
		e := c.current
		if e == nil {
			return nil
		}
		failure := e.tx.failure()
		if failure == nil {
			return nil
		}
		if err := c.failure(); err != nil {
			return err
		}
		if err := c.mayRedo(e, failure); err != nil {
			return err
		}
		if err := c.redo(e); err != nil {
			return err
		}
	}
}

// mayRedo decides whether to write an epoch again whose transaction was lost.
// One that was fenced long before its time was fenced by another process.
func (c *committer) mayRedo(e *epoch, cause error) error {
	age := c.clock().Sub(e.tx.began)
	c.redone++
	switch {
	case fenced(cause) && age < c.timeout/2:
		return fmt.Errorf("table %s: the transaction '%s' was ended by another producer after %v; if no earlier attempt of this job is still running, another job uses 'sink.transactional-id-prefix' = '%s', too: every sink needs its own",
			c.table.Name, e.tx.id, age.Round(time.Millisecond), c.prefix)
	case e.out == nil:
		return fmt.Errorf("table %s: the transaction '%s' was lost after %v (%v), and without checkpoints there is nothing to write it from again: set 'execution.checkpointing.interval', or a longer 'properties.transaction.timeout.ms' (%d)%w",
			c.table.Name, e.tx.id, age.Round(time.Millisecond), cause, c.timeout.Milliseconds(), connector.ErrUser)
	case c.redone > maxRedone:
		return fmt.Errorf("table %s: the transaction '%s' was lost %d times (%v); 'properties.transaction.timeout.ms' is %d and must be longer than the time between two checkpoints",
			c.table.Name, e.tx.id, c.redone, cause, c.timeout.Milliseconds())
	}
	c.log.Warn(fmt.Sprintf("Unable to commit transaction (%s) because it's in an invalid state. Most likely the transaction has been aborted for some reason. "+
		"Its %d records were kept and are written again.", e.tx.id, e.out.rows), "error", cause)
	return nil
}

// redo writes the rows of an epoch in a new transaction, after ending the old.
func (c *committer) redo(e *epoch) error {
	if err := c.abandon(e); err != nil {
		return err
	}
	tx, err := c.transaction()
	if err != nil {
		return err
	}
	e.tx = tx
	return e.out.each(c.topics, func(r *kgo.Record) { tx.client.Produce(c.ctx, r, tx.promise) })
}

// abandon ends the transaction of an epoch without its rows being visible.
func (c *committer) abandon(e *epoch) error {
	tx := e.tx
	if tx == nil {
		return nil
	}
	tx.client.Close()
	e.tx = nil
	return c.replace(tx)
}

// complete makes an epoch ready for its commit, as often as its transaction is
// lost on the way.
func (c *committer) complete(e *epoch) error {
	for {
		err := e.tx.complete(c.ctx, c.ledger, e, c.group(), c.topics[0])
		if failure := c.failure(); failure != nil {
			return failure
		}
		switch {
		case err == nil:
			return nil
		case !lost(err) && !errors.Is(err, kgo.ErrClientClosed):
			return c.ledger.refused(e.tx.id, err)
		}
		if err := c.mayRedo(e, err); err != nil {
			return err
		}
		if err := c.redo(e); err != nil {
			return err
		}
	}
}

// Prepare ends the current epoch.
func (c *committer) Prepare(checkpoint int64) ([][]byte, error) {
	defer c.exclusively()()
	if err := c.seal(checkpoint); err != nil {
		return nil, err
	}
	k := keepsake{naming: c.naming, parallelism: c.parallelism, topics: c.topics, next: c.next, epochs: c.pending}
	return [][]byte{k.encode()}, nil
}

// seal makes the current epoch a pending one.
func (c *committer) seal(checkpoint int64) error {
	if c.held != nil {
		c.held.pass()
	}
	if err := c.failure(); err != nil {
		return err
	}
	e := c.current
	if e == nil {
		return nil
	}
	e.checkpoint = checkpoint
	if e.out != nil {
		e.out.seal()
	}
	if err := c.complete(e); err != nil {
		return err
	}
	e.prepared = c.clock()
	c.pending, c.current = append(c.pending, e), nil
	return nil
}

// Commit makes epochs visible.
func (c *committer) Commit(checkpoint int64) error {
	defer c.exclusively()()
	for len(c.pending) > 0 && c.pending[0].checkpoint <= checkpoint {
		if err := c.commit(c.pending[0], checkpoint); err != nil {
			return err
		}
	}
	return nil
}

// commit makes the first pending epoch visible, and takes it off.
func (c *committer) commit(e *epoch, checkpoint int64) error {
	smooth, cause := e.tx.commit(c.ctx)
	if smooth {
		c.free = append(c.free, e.tx)
		c.visible()
		return nil
	}
	if c.ctx.Err() != nil {
		return c.ctx.Err()
	}
	e.tx.client.Close()
	if cause != nil && !lost(cause) { // the request may have been lost on its way, or its answer
		cause = c.ledger.end(c.ctx, e, true)
	}
	switch {
	case cause == nil:
		if err := c.replace(e.tx); err != nil {
			return err
		}
		c.visible()
		return nil
	case !lost(cause):
		return c.ledger.refused(e.transactionalID, cause)
	}
	return c.repeat(checkpoint, cause)
}

// visible takes off the first pending epoch.
func (c *committer) visible() {
	c.pending[0] = nil
	c.pending = c.pending[1:]
	c.redone = 0
}

// repeat is for when the first pending epoch could not be committed. It writes
// the pending epochs and the current one again, unless the marker shows them:
// those up to the checkpoint become visible at once. All of them, because the
// rows of a partition must not change their order: those of a later epoch that
// lie there already would precede those of an earlier one written again.
func (c *committer) repeat(checkpoint int64, cause error) error {
	first := c.pending[0]
	tx := first.tx
	if err := c.ledger.end(c.ctx, first, false); err != nil && !lost(err) { // what was committed cannot be aborted
		return c.ledger.refused(tx.id, err)
	}
	later := c.pending[1:]
	if c.current != nil {
		later = append(slices.Clone(later), c.current)
	}
	for _, e := range later { // their markers hide the first one's
		if err := c.abandon(e); err != nil {
			return err
		}
	}
	shown, err := c.ledger.marker(c.ctx, &keepsake{naming: c.naming, topics: c.topics, epochs: c.pending[:1]}, func() error {
		if err := c.ledger.end(c.ctx, first, false); err != nil && !lost(err) {
			return err
		}
		return nil
	})
	if err != nil {
		return c.ledger.refused(tx.id, err)
	}
	c.finish(c.topics, c.pending)
	if shown < first.number {
		if err := c.mayRedo(first, cause); err != nil {
			return err
		}
	}
	first.tx = nil
	if err := c.replace(tx); err != nil {
		return err
	}
	due := 0
	for due < len(c.pending) && c.pending[due].checkpoint <= checkpoint {
		due++
	}
	if err := c.replay(&keepsake{naming: c.naming, topics: c.topics, epochs: c.pending[:due]}); err != nil {
		return err
	}
	redone := c.redone
	for range due {
		c.visible()
	}
	c.redone = redone // only a commit of its own ends the count
	return c.redoAll()
}

// replace ends a producer whose transactional ID another one may have, unless
// its transaction hangs.
func (c *committer) replace(tx *transaction) error {
	c.drop(tx)
	_, err := c.retire([]string{tx.id}, c.topics)
	return err
}

// retire ends whatever is open under transactional IDs, and whoever writes under
// them, and returns those that must not be used again. The pool leaves them out.
func (c *committer) retire(ids, topics []string) (unfit []string, err error) {
	unfit, mended, err := c.ledger.retire(c.ctx, ids, topics)
	c.mended(mended, nil)
	for _, id := range unfit {
		number, ok := strings.CutPrefix(id, c.naming.of(""))
		i, err := strconv.Atoi(number)
		if !ok || err != nil {
			continue // of another subtask, or for replays
		}
		for len(c.used) <= i {
			c.used = append(c.used, false)
		}
		c.used[i] = true
	}
	return unfit, err
}

// finish mends what brokers may have left, as far as they allow it.
func (c *committer) finish(topics []string, epochs []*epoch) {
	c.mended(c.ledger.finish(c.ctx, topics, epochs))
}

func (c *committer) mended(mended int, err error) {
	if mended > 0 {
		c.log.Warn(fmt.Sprintf("ended transactions in %d partitions where the brokers had forgotten to", mended))
	}
	if err != nil {
		c.log.Debug("cannot see whether transactions hang", "error", err)
	}
}

// redoAll writes the pending epochs and the current one again.
func (c *committer) redoAll() error {
	for _, e := range c.pending {
		if err := c.redo(e); err != nil {
			return err
		}
		if err := c.complete(e); err != nil {
			return err
		}
	}
	if c.current != nil {
		return c.redo(c.current)
	}
	return nil
}

// Finish makes everything visible.
func (c *committer) Finish() error {
	defer c.exclusively()()
	last := int64(0)
	if n := len(c.pending); n > 0 {
		last = c.pending[n-1].checkpoint
	}
	if err := c.seal(last); err != nil {
		return err
	}
	for len(c.pending) > 0 {
		if err := c.commit(c.pending[0], last); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the producers. What is prepared stays so, for a process that knows
// the checkpoint; the current epoch is given up at once where that is safe, for
// readers of what is committed wait for it.
func (c *committer) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	c.cancel()
	if c.held != nil {
		c.held.end()
	}
	for _, e := range c.pending {
		if e.tx != nil {
			e.tx.client.Close()
		}
	}
	for _, tx := range c.free {
		tx.client.Close()
	}
	if e := c.current; e != nil && e.tx != nil {
		c.giveUp(e)
	}
	if c.ledger != nil {
		c.ledger.Close()
	}
	return c.writer.Close()
}

// abortPatience is how long Close tries to abort a transaction.
const abortPatience = time.Second

func (c *committer) giveUp(e *epoch) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), abortPatience)
	defer cancel()
	id, epoch, err := e.tx.client.ProducerID(ctx)
	e.tx.client.Close()
	if err != nil || !c.ledger.bumps {
		return // without bumps a record under way could open it again
	}
	e.transactionalID, e.producerID, e.producerEpoch = e.tx.id, id, epoch
	if err := c.ledger.endOnce(ctx, e, false); err != nil {
		c.log.Debug("the transaction being written is left to its timeout", "transactional ID", e.tx.id, "error", err)
	}
}
