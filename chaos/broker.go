package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/flottstream/flott/bench/measure"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker is a real Kafka of its own, that can be killed.
type broker struct {
	address string
	scripts string
	env     []string
}

// outputPartitions is the number of partitions of each topic that the job writes.
const outputPartitions = 3

// startBroker starts one on a free port, with its data below folder.
func startBroker(ctx context.Context, root, folder, version string) (*broker, error) {
	// From a port on that depends on the process: the port is not held while the broker is down.
	port, err := measure.FreePort(20092+os.Getpid()%500*10, 29000, 1)
	if err != nil {
		return nil, err
	}
	if before := portOf(folder); before > 0 {
		port = before // a run that is gone on with
	}
	b := &broker{}
	if b.scripts, err = filepath.Abs(filepath.Join(root, "scripts")); err != nil {
		return nil, err
	}
	b.env = append(os.Environ(), "KAFKA_PORT="+strconv.Itoa(port), "KAFKA_DATA="+filepath.Join(folder, "kafka"), "KAFKA_KEEP=1", "KAFKA_VERSION="+version)
	b.address, err = b.up(ctx)
	return b, err
}

// portOf is the port of the broker whose data are below folder, 0 if there are none.
func portOf(folder string) (port int) {
	text, err := os.ReadFile(filepath.Join(folder, "kafka", "server.properties"))
	if _, rest, ok := strings.Cut(string(text), "listeners=PLAINTEXT://127.0.0.1:"); ok && err == nil {
		fmt.Sscanf(rest, "%d", &port)
	}
	return port
}

func (b *broker) up(ctx context.Context) (string, error) {
	return measure.Output(ctx, b.env, filepath.Join(b.scripts, "kafka-up"))
}

// restart kills the broker, tells so, and starts it again with its data.
func (b *broker) restart(ctx context.Context, gone chan<- struct{}) error {
	if _, err := measure.Output(ctx, append(b.env, "KAFKA_SIGNAL=KILL"), filepath.Join(b.scripts, "kafka-down")); err != nil {
		return err
	}
	close(gone)
	if err := b.awaitSilence(ctx); err != nil {
		return err
	}
	_, err := b.up(ctx)
	return err
}

// awaitSilence returns once nobody listens on the broker's port: threads of a killed
// process may outlive it for a moment.
func (b *broker) awaitSilence(ctx context.Context) error {
	for {
		c, err := net.DialTimeout("tcp", b.address, time.Second)
		if err != nil {
			return nil
		}
		c.Close()
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}

func (b *broker) stop() {
	if _, err := measure.Output(context.Background(), b.env, filepath.Join(b.scripts, "kafka-down")); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
}

// createTopics makes the topics of input and output.
func (b *broker) createTopics(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.address))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	for topic, partitions := range b.topics() {
		if _, err := admin.CreateTopic(ctx, partitions, 1, nil, topic); err != nil {
			return fmt.Errorf("topic %s: %w", topic, err)
		}
	}
	return nil
}

func (b *broker) topics() map[string]int32 {
	topics := map[string]int32{"orders": orderPartitions, "payments": paymentPartitions}
	for _, t := range outputs {
		topics[t] = outputPartitions
	}
	return topics
}

// feeder writes the input, at most rate events a second and as many as it may.
type feeder struct {
	events  []event
	rate    int
	allowed atomic.Int64
}

// feedEvery is how often the feeder writes.
const feedEvery = 20 * time.Millisecond

// run writes until all events are there. It waits out restarts of the broker.
func (f *feeder) run(ctx context.Context, address string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(address), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0), kgo.RetryTimeout(2*time.Minute), kgo.MaxBufferedRecords(4*f.rate))
	if err != nil {
		return err
	}
	defer client.Close()
	failed := make(chan error, 1)
	promise := func(_ *kgo.Record, err error) {
		if err != nil {
			select {
			case failed <- err:
			default:
			}
		}
	}
	tick := time.NewTicker(feedEvery)
	defer tick.Stop()
	chunk := max(1, f.rate*int(feedEvery/time.Millisecond)/1000)
	for written := 0; written < len(f.events); {
		select {
		case err := <-failed:
			return fmt.Errorf("the input cannot be written: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		for range chunk {
			if written == len(f.events) || int64(written) >= f.allowed.Load() {
				break
			}
			client.Produce(ctx, f.events[written].record(), promise)
			written++
		}
	}
	if err := client.Flush(ctx); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return fmt.Errorf("the input cannot be written: %w", err)
	default:
		return nil
	}
}

// record is the event as it lies in its topic.
func (e event) record() *kgo.Record {
	topic, v := "orders", any(e.order)
	if e.payment != nil {
		topic, v = "payments", e.payment
	}
	value, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers and strings always can
	}
	return &kgo.Record{Topic: topic, Partition: e.partition(), Value: value}
}
