package main

import (
	"context"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strconv"

	"github.com/flottstream/flott/bench/measure"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker is a real Kafka of its own.
type broker struct {
	address    string
	partitions int32
	scripts    string
	env        []string
	folder     string
	client     *kgo.Client
	admin      *kadm.Client
}

// startBroker starts one on a free port, with the JVM's compilers as they are by default.
func startBroker(ctx context.Context, o *options) (b *broker, err error) {
	b = &broker{partitions: int32(o.partitions)}
	if b.scripts, err = filepath.Abs(filepath.Join(o.root, "scripts")); err != nil {
		return nil, err
	}
	port, err := measure.FreePort(29092, 38000, 1)
	if err != nil {
		return nil, err
	}
	if b.folder, err = os.MkdirTemp("", "flott-bench-kafka-"); err != nil {
		return nil, err
	}
	b.env = append(os.Environ(), "KAFKA_PORT="+strconv.Itoa(port), "KAFKA_DATA="+b.folder, "KAFKA_JVM=", "KAFKA_HEAP=1g")
	if b.address, err = measure.Output(ctx, b.env, filepath.Join(b.scripts, "kafka-up")); err == nil {
		b.client, err = kgo.NewClient(kgo.SeedBrokers(b.address))
	}
	if err != nil {
		b.close()
		return nil, err
	}
	b.admin = kadm.NewClient(b.client)
	return b, nil
}

// close keeps the broker's folder if it cannot be stopped.
func (b *broker) close() {
	if b.client != nil {
		b.client.Close()
	}
	if _, err := measure.Output(context.Background(), b.env, filepath.Join(b.scripts, "kafka-down")); err != nil {
		fmt.Fprintln(os.Stderr, "kafka:", err)
		return
	}
	os.RemoveAll(b.folder)
}

func (b *broker) create(ctx context.Context, topic string) error {
	_, err := b.admin.CreateTopic(ctx, b.partitions, 1, nil, topic)
	return err
}

func (b *broker) remove(ctx context.Context, topic string) {
	if _, err := b.admin.DeleteTopic(ctx, topic); err != nil {
		fmt.Fprintf(os.Stderr, "kafka: topic %s cannot be removed: %v\n", topic, err)
	}
}

// count is the number of records of a topic that nobody compacts.
func (b *broker) count(ctx context.Context, topic string) (n int64, err error) {
	ends, err := b.admin.ListEndOffsets(ctx, topic)
	if err != nil {
		return 0, err
	}
	ends.Each(func(o kadm.ListedOffset) { n += o.Offset })
	return n, ends.Error()
}

// proof reads a topic: number and bytes of its records, and the sum of their hashes, which their order does not change.
func (b *broker) proof(ctx context.Context, topic string) (string, error) {
	left, err := b.count(ctx, topic)
	if err != nil {
		return "", err
	}
	starts := map[int32]kgo.Offset{}
	for p := range b.partitions {
		starts[p] = kgo.NewOffset().AtStart()
	}
	c, err := kgo.NewClient(kgo.SeedBrokers(b.address), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: starts}))
	if err != nil {
		return "", err
	}
	defer c.Close()
	records, size, sum, hash := left, 0, uint64(0), fnv.New64a()
	for left > 0 {
		fetches := c.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return "", err
		}
		fetches.EachRecord(func(r *kgo.Record) {
			left--
			size += len(r.Value)
			hash.Reset()
			hash.Write(r.Value)
			sum += hash.Sum64()
		})
	}
	return fmt.Sprintf("%d records, %d bytes, hash %016x", records, size, sum), nil
}
