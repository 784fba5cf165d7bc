package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Recover makes the epochs of a restored checkpoint visible and ends whatever
// else earlier attempts have left.
func (c *committer) Recover(checkpoint int64, records [][]byte) (err error) {
	shares := make([]*keepsake, len(records))
	for i, r := range records {
		if shares[i], err = readKeepsake(r); err != nil {
			return fmt.Errorf("table %s: %w", c.table.Name, err)
		}
	}
	if c.timeout, err = c.ledger.timeout(c.ctx); err != nil {
		return err
	}
	if c.ledger.bumps {
		// Not necessary, but spares writing everything again.
		for _, k := range shares {
			c.resume(k)
		}
	}
	if err := c.fenceAll(shares, checkpoint == 0); err != nil {
		return err
	}
	first, err := c.openNext() // now rather than with the first row: what is not allowed shows at the start
	if err != nil {
		return err
	}
	c.free = append(c.free, first)
	for _, k := range shares {
		if err := c.replay(k); err != nil {
			return err
		}
		c.finish(k.topics, k.epochs)
	}
	return c.recovered(checkpoint, shares)
}

// resume commits the transactions of a keepsake that are still open, and leaves
// the other epochs. After one that was lost, the later ones must not be
// committed: epochs become visible in order.
func (c *committer) resume(k *keepsake) {
	for len(k.epochs) > 0 {
		e := k.epochs[0]
		if err := c.ledger.end(c.ctx, e, true); err != nil {
			c.log.Info(fmt.Sprintf("the transaction (%s) of checkpoint %d is not open any more", e.transactionalID, e.checkpoint), "error", err)
			return
		}
		k.epochs = k.epochs[1:]
	}
}

// fenceAll ends the transactions of earlier attempts that are this subtask's to
// end, and keeps those attempts from ever writing again.
func (c *committer) fenceAll(shares []*keepsake, replays bool) error {
	ids, err := c.ledger.lingering(c.ctx, c.naming, c.parallelism, replays)
	if errors.Is(err, kerr.UnsupportedVersion) || tooOld(err) {
		ids, err = c.guessed(shares), nil // Kafka before 3.0
	}
	if err != nil {
		return c.ledger.refused(c.naming.transactionalID(0), err)
	}
	for _, k := range shares {
		if k.prefix != c.prefix || k.operator != c.operator {
			for _, e := range k.epochs { // the table's options were changed: nobody else ends them
				ids = append(ids, e.transactionalID)
			}
		}
	}
	if len(ids) > 0 {
		c.log.Info(fmt.Sprintf("Aborting lingering transactions from previous execution. Recovered states: %d.", len(shares)), "transactional IDs", strings.Join(ids, ","))
	}
	if len(ids) == 0 {
		return nil
	}
	_, err = c.retire(ids, allTopics(c.topics, shares))
	return err
}

// allTopics are the topics that the transactions of earlier attempts may be in.
func allTopics(topics []string, shares []*keepsake) []string {
	topics = slices.Clone(topics)
	for _, k := range shares {
		for _, t := range k.topics {
			if !slices.Contains(topics, t) {
				topics = append(topics, t)
			}
		}
	}
	return topics
}

// tooOld reports that the brokers do not know a request.
func tooOld(err error) bool {
	return err != nil && strings.Contains(err.Error(), "broker is too old")
}

// guessed are the transactional IDs that earlier attempts may have used, where
// brokers cannot be asked. A pool rarely has more than three.
func (c *committer) guessed(shares []*keepsake) (ids []string) {
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	most := c.parallelism
	for _, k := range shares {
		most = max(most, k.parallelism)
	}
	for s := c.subtask; s < most; s += c.parallelism {
		for i := range 3 {
			add(c.sibling(s).transactionalID(i))
		}
	}
	for _, k := range shares {
		if k.subtask == c.subtask || k.subtask >= c.parallelism {
			for _, e := range k.epochs {
				add(e.transactionalID)
			}
		}
	}
	return ids
}

// maxReplays bounds the attempts to write the epochs of a keepsake again.
const maxReplays = 5

// replayTimeout is the least time that a transaction of a replay has, so that
// it is not subject to what made it necessary.
const replayTimeout = time.Minute

// replay writes those epochs again that the marker does not show, and commits
// them at once. Taking the transactional ID ends a replay under way elsewhere.
func (c *committer) replay(k *keepsake) error {
	var err error
	for range maxReplays {
		var again bool
		if again, err = c.replayOnce(k); !again {
			return err
		}
		c.log.Warn("writing the output of a checkpoint again failed, once more", "group", k.group(), "error", err)
	}
	return c.ledger.refused(k.replayID(), err)
}

func (c *committer) replayOnce(k *keepsake) (again bool, err error) {
	if len(k.epochs) == 0 {
		return false, nil
	}
	if c.ledger.bumps { // the marker may show what a replay has committed
		_, mended, err := c.ledger.settle(c.ctx, []string{k.replayID()}, k.topics)
		c.mended(mended, err)
	}
	shown, err := c.ledger.shown(c.ctx, k.group(), k.topics[0])
	if err != nil {
		return false, c.ledger.refused(k.replayID(), err)
	}
	if shown >= k.epochs[len(k.epochs)-1].number {
		return false, nil
	}
	tx, err := c.openReplay(k)
	if err != nil {
		return false, err
	}
	defer tx.client.Close()
	missing, err := c.invisible(k) // for good: nobody but us can change it now
	if err != nil {
		return false, err
	}
	for _, e := range missing {
		if err := c.rewrite(tx, k, e); err != nil {
			if failure := c.failure(); failure != nil {
				return false, failure
			}
			return c.ctx.Err() == nil && (lost(err) || passing(err) || errors.Is(err, kerr.OperationNotAttempted) || errors.Is(err, kgo.ErrClientClosed)), err
		}
	}
	return false, nil
}

func (c *committer) openReplay(k *keepsake) (*transaction, error) {
	unfit, err := c.retire([]string{k.replayID()}, k.topics)
	if err != nil {
		return nil, err
	}
	if len(unfit) > 0 { // there is only one of it
		return nil, fmt.Errorf("table %s: the output of a checkpoint must be written again under the transactional ID '%s', but a transaction of it that is over was not ended in all partitions, or they cannot be asked: "+
			"end it with kafka-transactions.sh, or allow CLUSTER_ACTION on the cluster and READ on the topics", c.table.Name, k.replayID())
	}
	timeout := max(c.timeout, replayTimeout)
	tx, err := c.open(c.ctx, k.replayID(), k.subtask, timeout)
	if errors.Is(err, kerr.InvalidTransactionTimeout) {
		timeout = c.timeout
		tx, err = c.open(c.ctx, k.replayID(), k.subtask, timeout)
	}
	if err != nil {
		return nil, c.ledger.opening(k.replayID(), timeout, err)
	}
	return tx, nil
}

// rewrite writes an epoch and its marker and commits.
func (c *committer) rewrite(tx *transaction, k *keepsake, e *epoch) error {
	if err := tx.begin(); err != nil {
		return err
	}
	if err := e.out.each(k.topics, func(r *kgo.Record) { tx.client.Produce(c.ctx, r, tx.promise) }); err != nil {
		c.fail(fmt.Errorf("table %s: %w", c.table.Name, err))
		return err
	}
	again := &epoch{number: e.number, checkpoint: e.checkpoint}
	if err := tx.complete(c.ctx, c.ledger, again, k.group(), k.topics[0]); err != nil {
		return err
	}
	smooth, err := tx.commit(c.ctx)
	if err != nil {
		return err
	}
	c.log.Info(fmt.Sprintf("the %d records of checkpoint %d were written again: their transaction (%s) had been aborted", e.out.rows, e.checkpoint, e.transactionalID))
	if !smooth {
		return kerr.NetworkException // the next one as a new producer
	}
	return nil
}

// invisible returns the epochs that the marker does not show.
func (c *committer) invisible(k *keepsake) ([]*epoch, error) {
	number, err := c.ledger.marker(c.ctx, k, nil)
	if err != nil {
		return nil, c.ledger.refused(k.replayID(), err)
	}
	for i, e := range k.epochs {
		if e.number <= number {
			continue
		}
		missing := k.epochs[i:]
		if number == noMarker && c.clock().Sub(e.prepared) > c.ledger.retention(c.ctx)-retentionSlack {
			return nil, c.untold(k, e)
		}
		for _, e := range missing {
			if e.out == nil {
				return nil, fmt.Errorf("table %s: the transaction '%s' of checkpoint %d was aborted, and its records were not kept, because the job ran without 'execution.checkpointing.interval'%w",
					c.table.Name, e.transactionalID, e.checkpoint, connector.ErrUser)
			}
		}
		return missing, nil
	}
	return nil, nil
}

// retentionSlack is how far clocks may differ.
const retentionSlack = time.Hour

func (c *committer) untold(k *keepsake, e *epoch) error {
	return fmt.Errorf("table %s: nothing tells any more whether the records of checkpoint %d are visible: the brokers have deleted the offset of consumer group '%s' (offsets.retention.minutes), and the checkpoint is from %s; "+
		"start without the state of this sink (give it another name with 'sink.parallelism' unchanged and --allowNonRestoredState) after a look into topic '%s'%w",
		c.table.Name, e.checkpoint, k.group(), e.prepared.UTC().Format(time.RFC3339), k.topics[0], connector.ErrUser)
}

// recovered tells the other subtasks that this one's share is visible, and
// makes the first row wait for theirs if the shares were dealt out anew: a key
// may now be written here whose older rows another subtask writes again.
func (c *committer) recovered(checkpoint int64, shares []*keepsake) error {
	text := fmt.Sprintf("checkpoint %d of %d", checkpoint, c.parallelism)
	dealt := checkpoint > 0 && len(shares) == 0
	for _, k := range shares {
		dealt = dealt || k.parallelism != c.parallelism || k.subtask != c.subtask
		if k.group() == c.group() {
			c.next = max(c.next, k.next)
		}
	}
	if checkpoint > 0 && c.parallelism > 1 {
		if err := c.ledger.write(c.ctx, c.naming.recovered(), c.topics[0], checkpoint, text); err != nil {
			return c.ledger.refused(c.naming.recovered(), err)
		}
	}
	c.await = func(ctx context.Context) error {
		if dealt && c.parallelism > 1 {
			if err := c.awaitOthers(ctx, text); err != nil {
				return err
			}
		}
		return c.number(ctx)
	}
	return nil
}

func (c *committer) awaitOthers(ctx context.Context, text string) error {
	var groups []string
	for i := range c.parallelism {
		groups = append(groups, c.sibling(i).recovered())
	}
	for n := 0; ; n++ {
		missing := ""
		for group, r := range c.ledger.admin.FetchManyOffsets(ctx, groups...) {
			o, ok := r.Fetched.Lookup(c.topics[0], 0)
			if r.Err != nil && !errors.Is(r.Err, kerr.GroupIDNotFound) && !passing(r.Err) {
				return c.ledger.refused(group, r.Err)
			}
			if !ok || o.Metadata != text {
				missing = group
			}
		}
		if missing == "" {
			return nil
		}
		if err := pause(ctx, n); err != nil {
			return err
		}
	}
}

// number continues the numbers of epochs behind the marker, which must be there
// before the first transaction has one.
func (c *committer) number(ctx context.Context) error {
	number, err := c.ledger.marker(ctx, &keepsake{naming: c.naming, topics: c.topics}, nil)
	if err == nil && number == noMarker {
		number = c.next - 1
		err = c.ledger.write(ctx, c.group(), c.topics[0], number, "begun")
	}
	if err != nil {
		return c.ledger.refused(c.group(), err)
	}
	c.next = max(c.next, number+1)
	return nil
}
