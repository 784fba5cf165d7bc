package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
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
		commit := d.State == "CompleteCommit" && d.ProducerEpoch <= e.producerEpoch+1
		if !commit && d.State != "CompleteAbort" && d.State != "Empty" {
			continue
		}
		for _, p := range producers {
			if p.ProducerID != e.producerID || p.ProducerEpoch != e.producerEpoch || p.CurrentTxnStartOffset < 0 {
				continue
			}
			m := kadm.TxnMarkers{ProducerID: e.producerID, ProducerEpoch: max(d.ProducerEpoch, p.ProducerEpoch), Commit: commit, CoordinatorEpoch: max(p.CoordinatorEpoch, 0)}
			m.Topics.Add(p.Topic, p.Partition)
			answers, err := l.admin.WriteTxnMarkers(ctx, m)
			if err != nil {
				return mended, err
			}
			for _, a := range answers.SortedPartitions() {
				if a.Err != nil {
					return mended, fmt.Errorf("topic '%s', partition %d: %w", a.Topic, a.Partition, a.Err)
				}
				mended++
			}
		}
	}
	return mended, nil
}

// producers are those that write to the topics.
func (l *ledger) producers(ctx context.Context, topics []string) ([]kadm.DescribedProducer, error) {
	listed, err := l.admin.ListTopicsWithInternal(ctx, topics...)
	if err != nil {
		return nil, err
	}
	described, err := l.admin.DescribeProducers(ctx, listed.TopicsSet())
	if err != nil {
		return nil, err
	}
	return described.SortedProducers(), nil
}
