package main

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// row is a record of a topic.
type row struct {
	partition int32
	offset    int64
	key       []byte
	value     []byte // nil: a deletion
}

// endMark is the key of a record behind everything that was written.
const endMark = "end of chaos"

// openLimit is how long an open transaction may hide what lies behind it.
const openLimit = 90 * time.Second

// readTopics returns what lies in topics and is committed, per topic in order of
// partition and offset. It writes an end mark to every partition and reads up to
// that: nothing before it is missed, whatever is aborted or open.
func readTopics(ctx context.Context, address string, topics map[string]int32) (map[string][]row, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, openLimit, fmt.Errorf("the ends of the topics are not readable after %v: a transaction is open", openLimit))
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	from := map[string]map[int32]kgo.Offset{}
	waiting := 0
	for topic, partitions := range topics {
		from[topic] = map[int32]kgo.Offset{}
		for p := range partitions {
			r := &kgo.Record{Topic: topic, Partition: p, Key: []byte(endMark)}
			if err := client.ProduceSync(ctx, r).FirstErr(); err != nil {
				return nil, err
			}
			from[topic][p] = kgo.NewOffset().AtStart()
			waiting++
		}
	}
	client.AddConsumePartitions(from)
	rows := map[string][]row{}
	for waiting > 0 {
		fetched := client.PollFetches(ctx)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err := fetched.Err(); err != nil {
			return nil, err
		}
		fetched.EachRecord(func(r *kgo.Record) {
			if string(r.Key) == endMark {
				waiting--
				return
			}
			rows[r.Topic] = append(rows[r.Topic], row{r.Partition, r.Offset, r.Key, r.Value})
		})
	}
	return rows, nil
}
