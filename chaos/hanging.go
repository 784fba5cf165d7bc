package main

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// A broker of Kafka 4.4 that was killed can come back, abort a transaction that has
// timed out meanwhile, and forget to write that into some of its partitions: the
// coordinator holds the transaction to be over, but readers of what is committed wait
// for ever. Any producer brings that about, without flott. What helps is what
// kafka-transactions.sh does: writing into the partitions what was decided.

// States of a transaction in the coordinator's log.
const (
	stateOngoing        = 1
	stateCompleteCommit = 4
	stateCompleteAbort  = 5
)

// change is an entry of the coordinator's log.
type change struct {
	state int8
	epoch int16
}

// decided tells how a transaction of an epoch ended, from the changes of its
// producer in order. The epoch of the end is that of the markers.
func decided(changes []change, epoch int16) (commit bool, at int16, over bool) {
	began := false
	for _, c := range changes {
		switch {
		case c.state == stateOngoing && c.epoch == epoch:
			began, over = true, false
		case !began || over:
		case c.state == stateCompleteCommit || c.state == stateCompleteAbort:
			commit, at, over = c.state == stateCompleteCommit, c.epoch, true
		}
	}
	return commit, at, over
}

// openPatience is how long transactions may be open that nobody ends: until their
// timeout, and what the broker needs to notice.
const openPatience = 30 * time.Second

// settle ends the transactions that the broker has left open, once those are over
// that are not. It returns in how many partitions.
func (b *broker) settle(ctx context.Context) (mended int, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, openPatience, fmt.Errorf("transactions are open after %v that the coordinator has not ended", openPatience))
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(b.address))
	if err != nil {
		return 0, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	for {
		open, err := openProducers(ctx, admin)
		if err != nil {
			return mended, err
		}
		if len(open) == 0 {
			return mended, nil
		}
		log, err := b.coordinatorLog(ctx, admin)
		if err != nil {
			return mended, err
		}
		for _, p := range open {
			commit, at, over := decided(log[p.ProducerID], p.ProducerEpoch)
			if !over {
				continue
			}
			m := kadm.TxnMarkers{ProducerID: p.ProducerID, ProducerEpoch: at, Commit: commit, CoordinatorEpoch: max(p.CoordinatorEpoch, 0)}
			m.Topics.Add(p.Topic, p.Partition)
			answers, err := admin.WriteTxnMarkers(ctx, m)
			if err != nil {
				return mended, err
			}
			for _, a := range answers.SortedPartitions() {
				if a.Err != nil {
					return mended, fmt.Errorf("topic %s, partition %d: %w", a.Topic, a.Partition, a.Err)
				}
				mended++
			}
		}
		if wait(ctx, 200*time.Millisecond) != nil {
			return mended, context.Cause(ctx)
		}
	}
}

// openProducers are those with a transaction in a topic of the job.
func openProducers(ctx context.Context, admin *kadm.Client) (open []kadm.DescribedProducer, err error) {
	listed, err := admin.ListTopicsWithInternal(ctx, append([]string{"__consumer_offsets"}, outputs...)...)
	if err != nil {
		return nil, err
	}
	described, err := admin.DescribeProducers(ctx, listed.TopicsSet())
	if err != nil {
		return nil, err
	}
	for _, p := range described.SortedProducers() {
		if p.CurrentTxnStartOffset >= 0 {
			open = append(open, p)
		}
	}
	return open, nil
}

// coordinatorLog reads what the coordinator has decided, per producer.
func (b *broker) coordinatorLog(ctx context.Context, admin *kadm.Client) (map[int64][]change, error) {
	const topic = "__transaction_state"
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, err
	}
	from, left := map[int32]kgo.Offset{}, map[int32]int64{}
	ends.Each(func(o kadm.ListedOffset) {
		if o.Offset > 0 {
			from[o.Partition], left[o.Partition] = kgo.NewOffset().AtStart(), o.Offset
		}
	})
	client, err := kgo.NewClient(kgo.SeedBrokers(b.address), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}),
		kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	log := map[int64][]change{}
	for len(left) > 0 {
		fetched := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err := fetched.Err(); err != nil {
			return nil, err
		}
		fetched.EachRecord(func(r *kgo.Record) {
			var v kmsg.TxnMetadataValue
			if r.Value != nil && v.ReadFrom(r.Value) == nil {
				log[v.ProducerID] = append(log[v.ProducerID], change{int8(v.State), v.ProducerEpoch})
			}
			if end, ok := left[r.Partition]; ok && r.Offset+1 >= end {
				delete(left, r.Partition)
			}
		})
	}
	return log, nil
}
