package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
)

// offsetsTopic is where the brokers keep the offsets of groups, markers too.
const offsetsTopic = "__consumer_offsets"

// finish ends transactions in partitions where the brokers forgot to: seen with
// Kafka 4.4, when a transaction ends while its broker starts after a crash and
// does not know its partitions yet. The coordinator holds it to be over, but
// readers of what is committed wait in those partitions for ever, and so does
// the group with the marker. It tells how many partitions were mended.
//
// The coordinator's word is final, so this only carries it out.
func (l *ledger) finish(ctx context.Context, topics []string, epochs []*epoch) (mended int, err error) {
	if len(epochs) == 0 {
		return 0, nil
	}
	producers, err := l.producers(ctx, append([]string{offsetsTopic}, topics...))
	if err != nil {
		return 0, err
	}
	for _, e := range epochs {
		if e.transactionalID == "" {
			continue // not complete
		}
		described, err := l.admin.DescribeTransactions(ctx, e.transactionalID)
		if err != nil {
			return mended, err
		}
		d, ok := described[e.transactionalID]
		if !ok || d.Err != nil || d.ProducerID != e.producerID {
			continue
		}
		commit := d.State == "CompleteCommit"
		if !commit && d.State != "CompleteAbort" || l.bumps && !lastOf(d, e.producerEpoch) {
			continue // once it was fenced the verdict is gone: before, retire has had its turn
		}
		for _, p := range producers {
			if p.ProducerID != e.producerID || p.ProducerEpoch != e.producerEpoch || p.CurrentTxnStartOffset < 0 {
				continue
			}
			if err := l.writeMarker(ctx, p, max(d.ProducerEpoch, p.ProducerEpoch), commit); err != nil {
				return mended, err
			}
			mended++
		}
	}
	return mended, nil
}

// retire fences transactional IDs, and mends what brokers have left of the last
// transaction of each. It returns those that must not be used again.
//
// A fenced ID keeps its producer ID, and a partition that was not told of the end
// of a transaction takes the rows of the next one for more of the same: the end
// of the next is that of both, and makes rows visible that had been aborted. So
// an ID is unfit as long as a partition has, or may have, something open of an
// epoch before the one that fencing gave it: by then the coordinator has ended
// everything, no marker is under way any more, and older epochs cannot write.
func (l *ledger) retire(ctx context.Context, ids, topics []string) (unfit []string, mended int, err error) {
	last := map[string]kadm.DescribedTransaction{}
	if l.bumps {
		if last, mended, err = l.settle(ctx, ids, topics); err != nil {
			l.log.Debug("cannot see whether transactions hang", "error", err)
		}
	}
	fenced, err := l.fenceAll(ctx, ids)
	if err != nil {
		return nil, mended, err
	}
	producers, err := l.writing(ctx, topics)
	switch {
	case errors.Is(err, kerr.UnsupportedVersion) || tooOld(err):
		return nil, mended, nil // Kafka before 2.8 does not tell
	case err != nil:
		l.log.Warn("cannot see whether transactions hang, so new transactional IDs are used", "error", err)
		return ids, mended, ctx.Err()
	}
	for i, id := range ids {
		hangs := false
		for _, p := range producers {
			if p.ProducerID != fenced[i].id || p.ProducerEpoch >= fenced[i].epoch || p.CurrentTxnStartOffset < 0 {
				continue
			}
			// What was open when it was fenced has been aborted; of others nobody knows.
			if d := last[id]; d.State == "Ongoing" && d.ProducerID == p.ProducerID && d.ProducerEpoch == p.ProducerEpoch &&
				l.writeMarker(ctx, p, fenced[i].epoch, false) == nil {
				mended++
				continue
			}
			hangs = true
			l.log.Warn("a transaction that is over was not ended in all partitions, and cannot be from here: see kafka-transactions.sh find-hanging",
				"transactional ID", id, "topic", p.Topic, "partition", p.Partition, "producer epoch", p.ProducerEpoch, "last epoch", last[id].ProducerEpoch, "last state", last[id].State)
		}
		if hangs {
			unfit = append(unfit, id)
		}
	}
	return unfit, mended, nil
}

// settle carries out the coordinator's verdict on the last transaction of each
// ID, which may be one that no checkpoint knows. It comes before fencing: then
// the coordinator still says how the transaction ended, and nobody has begun the
// next one.
func (l *ledger) settle(ctx context.Context, ids, topics []string) (last map[string]kadm.DescribedTransaction, mended int, err error) {
	err = patiently(ctx, func() error {
		last, err = l.admin.DescribeTransactions(ctx, ids...)
		if err != nil {
			return err
		}
		for _, d := range last {
			if strings.HasPrefix(d.State, "Prepare") {
				return kerr.ConcurrentTransactions // being ended
			}
			if d.Err != nil && passing(d.Err) {
				return d.Err
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	ended := map[int64]kadm.DescribedTransaction{}
	for _, d := range last {
		if d.Err == nil && (d.State == "CompleteCommit" || d.State == "CompleteAbort") {
			ended[d.ProducerID] = d
		}
	}
	if len(ended) == 0 {
		return last, 0, nil
	}
	producers, err := l.writing(ctx, topics)
	if err != nil {
		return last, 0, err
	}
	if markers, err := l.producers(ctx, []string{offsetsTopic}); err == nil { // few may ask; then the group waits, and finish words it
		producers = append(producers, markers...)
	}
	for _, p := range producers {
		d, ok := ended[p.ProducerID]
		if !ok || p.CurrentTxnStartOffset < 0 || !lastOf(d, p.ProducerEpoch) {
			continue
		}
		if err := l.writeMarker(ctx, p, d.ProducerEpoch, d.State == "CompleteCommit"); err != nil {
			return last, mended, err
		}
		mended++
	}
	return last, mended, nil
}

// lastOf reports that a producer's epoch is that of the transaction whose end d
// tells. Its end adds one to the epoch, or two if it was ended by time: one to
// fence it. From d's own epoch on it is the next transaction.
func lastOf(d kadm.DescribedTransaction, epoch int16) bool {
	return epoch == d.ProducerEpoch-1 || epoch == d.ProducerEpoch-2 && d.State == "CompleteAbort"
}

// describePatience is how long brokers may take to know their partitions after
// a start.
const describePatience = 10 * time.Second

// writing is producers, but waits for partitions that are not there yet, and
// fails if one does not tell.
func (l *ledger) writing(ctx context.Context, topics []string) (producers []kadm.DescribedProducer, err error) {
	ctx, cancel := context.WithTimeout(ctx, describePatience)
	defer cancel()
	err = patiently(ctx, func() error {
		producers, err = l.producers(ctx, topics)
		return err
	})
	return producers, err
}

// writeMarker ends the transaction of a producer in one partition.
func (l *ledger) writeMarker(ctx context.Context, p kadm.DescribedProducer, epoch int16, commit bool) error {
	m := kadm.TxnMarkers{ProducerID: p.ProducerID, ProducerEpoch: epoch, Commit: commit, CoordinatorEpoch: max(p.CoordinatorEpoch, 0)}
	m.Topics.Add(p.Topic, p.Partition)
	answers, err := l.admin.WriteTxnMarkers(ctx, m)
	if err != nil {
		return err
	}
	for _, a := range answers.SortedPartitions() {
		if a.Err != nil {
			return fmt.Errorf("topic '%s', partition %d: %w", a.Topic, a.Partition, a.Err)
		}
	}
	return nil
}

// producers are those that write to the topics.
func (l *ledger) producers(ctx context.Context, topics []string) ([]kadm.DescribedProducer, error) {
	listed, err := l.admin.ListTopicsWithInternal(ctx, topics...)
	if err != nil {
		return nil, err
	}
	for _, d := range listed {
		if d.Err != nil {
			return nil, fmt.Errorf("topic '%s': %w", d.Topic, d.Err)
		}
	}
	described, err := l.admin.DescribeProducers(ctx, listed.TopicsSet())
	if err != nil {
		return nil, err
	}
	for _, p := range described.SortedPartitions() {
		if p.Err != nil {
			return nil, fmt.Errorf("topic '%s', partition %d: %w", p.Topic, p.Partition, p.Err)
		}
	}
	return described.SortedProducers(), nil
}
