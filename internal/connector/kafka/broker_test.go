package kafka

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/csv"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/format/raw"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker is a Kafka to test against, with a client of our own beside what is
// tested.
type broker struct {
	address string
	client  *kgo.Client // produces to the partition a record names
	admin   *kadm.Client
}

var topicCount atomic.Int64

// onBrokers runs a test against a broker in this process and against the real
// one whose address is in $FLOTT_KAFKA.
func onBrokers(t *testing.T, test func(t *testing.T, b *broker)) {
	t.Run("kfake", func(t *testing.T) {
		c, err := kfake.NewCluster(kfake.NumBrokers(2))
		must(t, err)
		t.Cleanup(c.Close)
		test(t, newBroker(t, strings.Join(c.ListenAddrs(), ",")))
	})
	t.Run("real", func(t *testing.T) { test(t, realBroker(t)) })
}

// realBroker is the one of $FLOTT_KAFKA.
func realBroker(t testing.TB) *broker {
	t.Helper()
	address := os.Getenv("FLOTT_KAFKA")
	switch {
	case testing.Short():
		t.Skip("-short: not run against a real broker")
	case address == "":
		t.Skip("needs a real broker: run as 'SERVICES=kafka scripts/with-services go test ./internal/connector/kafka', which sets FLOTT_KAFKA")
	}
	return newBroker(t, address)
}

func newBroker(t testing.TB, address string) *broker {
	c, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(address, ",")...), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	must(t, err)
	t.Cleanup(c.Close)
	return &broker{address, c, kadm.NewClient(c)}
}

// topic makes a topic of its own.
func (b *broker) topic(t testing.TB, partitions int32) string {
	t.Helper()
	name := fmt.Sprintf("t%d-%d", time.Now().UnixNano(), topicCount.Add(1))
	_, err := b.admin.CreateTopic(t.Context(), partitions, 1, nil, name)
	must(t, err)
	t.Cleanup(func() { b.admin.DeleteTopic(context.Background(), name) })
	return name
}

// put produces records, in order for each partition.
func (b *broker) put(t testing.TB, records ...*kgo.Record) {
	t.Helper()
	must(t, b.client.ProduceSync(t.Context(), records...).FirstErr())
}

// get reads everything that is in a topic, ordered by partition and offset.
func (b *broker) get(t testing.TB, topic string) []*kgo.Record {
	t.Helper()
	ends, err := b.admin.ListEndOffsets(t.Context(), topic)
	must(t, err)
	starts := map[string]map[int32]kgo.Offset{topic: {}}
	want := int64(0)
	ends.Each(func(o kadm.ListedOffset) {
		starts[topic][o.Partition] = kgo.NewOffset().AtStart()
		want += o.Offset
	})
	c, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(b.address, ",")...), kgo.ConsumePartitions(starts))
	must(t, err)
	defer c.Close()
	byPartition := map[int32][]*kgo.Record{}
	for n := int64(0); n < want; {
		fetches := c.PollFetches(t.Context())
		must(t, fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) { byPartition[r.Partition] = append(byPartition[r.Partition], r); n++ })
	}
	var all []*kgo.Record
	for p := range int32(len(starts[topic])) {
		all = append(all, byPartition[p]...)
	}
	return all
}

func value(topic string, partition int32, text string) *kgo.Record {
	return &kgo.Record{Topic: topic, Partition: partition, Value: []byte(text)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func testEnv() *connector.Env {
	return &connector.Env{Formats: map[string]format.Factory{"json": json.Factory{}, "csv": csv.Factory{}, "raw": raw.Factory{}}}
}

// table is a Table of columns with options "key=value"; a column $key is the
// metadata of that key, and option "primary key" lists columns.
func (b *broker) table(topic, columns string, options ...string) connector.Table {
	tab := connector.Table{Name: "default_catalog.default_database.t", Streaming: true, Options: map[string]string{
		"properties.bootstrap.servers": b.address, "topic": topic,
	}}
	for _, f := range formattest.Schema(columns) {
		c := connector.Column{Name: f.Name, Type: f.Type}
		if key, ok := strings.CutPrefix(f.Name, "$"); ok {
			c.Metadata = key
		}
		tab.Columns = append(tab.Columns, c)
	}
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		switch {
		case key == "primary key":
			for i, c := range tab.Columns {
				for _, name := range strings.Split(value, ",") {
					if c.Name == name {
						tab.PrimaryKey = append(tab.PrimaryKey, i)
					}
				}
			}
		case value == "-":
			delete(tab.Options, key)
		default:
			tab.Options[key] = value
		}
	}
	return tab
}

// scanOf reads all columns of a table.
func scanOf(tab connector.Table) *connector.Scan {
	scan := &connector.Scan{Table: tab, Limit: -1}
	for i, c := range tab.Columns {
		scan.Fields = append(scan.Fields, connector.ScanField{Name: c.Name, Type: c.Type, Column: i})
	}
	return scan
}

func modeOf(tab connector.Table) Mode {
	if len(tab.PrimaryKey) > 0 {
		return Upsert
	}
	return Append
}

// running is a source being read by some subtasks.
type running struct {
	t          *testing.T
	scan       *connector.Scan
	source     connector.Source
	enumerator connector.Enumerator
	readers    []connector.Reader
}

func start(t *testing.T, tab connector.Table, parallelism int) *running {
	t.Helper()
	r := &running{t: t, scan: scanOf(tab)}
	var err error
	r.source, err = newSource(testEnv(), r.scan, modeOf(tab))
	must(t, err)
	r.enumerator, err = r.source.Enumerator(t.Context(), parallelism)
	must(t, err)
	t.Cleanup(func() { r.enumerator.Close() })
	for i := range parallelism {
		reader, err := r.source.Reader(&connector.ReaderContext{Subtask: i, Parallelism: parallelism, Metrics: metrics.NewGroup(nil), Context: t.Context()})
		must(t, err)
		t.Cleanup(func() { reader.Close() })
		r.readers = append(r.readers, reader)
	}
	return r
}

// discover gives new splits to their readers and returns how many there were.
func (r *running) discover() int {
	r.t.Helper()
	splits, err := r.enumerator.Discover(r.t.Context())
	must(r.t, err)
	for _, s := range splits {
		must(r.t, r.readers[r.enumerator.Owner(s)].Add([]connector.Split{s}))
	}
	return len(splits)
}

// step reads until there are rows or the reader is drained. It returns the
// rows as text.
func (r *running) step(i, limit int) (rows []string, drained bool) {
	r.t.Helper()
	b := batch.NewBatch(r.scan.Schema(), limit)
	for {
		b.Reset()
		p, err := r.readers[i].Read(b, limit)
		must(r.t, err)
		formattest.Check(r.t, b)
		if b.N > 0 {
			return strings.Split(strings.TrimSuffix(formattest.Rows(b), "\n"), "\n"), false
		}
		if p.State == connector.Drained {
			return nil, true
		}
		if p.State == connector.Waiting {
			r.await(i)
		}
	}
}

func (r *running) await(i int) {
	r.t.Helper()
	select {
	case <-r.readers[i].Wait():
	case <-time.After(30 * time.Second):
		r.t.Fatal("nothing to read for 30 s")
	}
}

// all reads a bounded table with some subtasks.
func all(t *testing.T, tab connector.Table, parallelism int) (rows []string) {
	t.Helper()
	r := start(t, tab, parallelism)
	r.discover()
	for i := range r.readers {
		for {
			more, drained := r.step(i, 1000)
			if drained {
				break
			}
			rows = append(rows, more...)
		}
	}
	return rows
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
