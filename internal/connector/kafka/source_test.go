package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const bounded = "scan.bounded.mode=latest-offset"

func TestSourceConformance(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 3)
		var records []*kgo.Record
		for i := range 40 {
			records = append(records, value(topic, int32(i%3)*int32(i%2), fmt.Sprintf(`{"a":%d}`, i)))
		}
		b.put(t, records...)
		scan := scanOf(b.table(topic, "a INT", "format=json", "scan.startup.mode=earliest-offset", bounded))
		connectortest.TestSource(t, connectortest.Source{
			New: func(t *testing.T) connector.Source {
				s, err := newSource(testEnv(), scan, Append)
				must(t, err)
				return s
			},
			Schema: scan.Schema(), SplitsFixed: true,
		})
	})
}

// TestStartupModes has a topic with values 0..9 at offsets 0..9, at times 1000, 2000, …
func TestStartupModes(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		for i := range 10 {
			r := value(topic, 0, fmt.Sprint(i))
			r.Timestamp = time.UnixMilli(int64(i+1) * 1000)
			b.put(t, r)
		}
		group := topic + "-group"
		var offsets kadm.Offsets
		offsets.AddOffset(topic, 0, 4, -1)
		must(t, b.admin.CommitAllOffsets(t.Context(), group, offsets))
		for _, c := range []struct {
			name        string
			first, last int // values, last exclusive
			options     []string
		}{
			{"earliest", 0, 10, []string{"scan.startup.mode=earliest-offset"}},
			{"latest", 10, 10, []string{"scan.startup.mode=latest-offset"}},
			{"group is the default", 4, 10, []string{"properties.group.id=" + group}},
			{"group without offset, reset to earliest", 0, 10, []string{"properties.group.id=new", "properties.auto.offset.reset=earliest"}},
			{"group without offset, reset to latest", 10, 10, []string{"properties.group.id=new", "properties.auto.offset.reset=latest"}},
			{"timestamp", 2, 10, []string{"scan.startup.mode=timestamp", "scan.startup.timestamp-millis=2001"}},
			{"timestamp in the future", 10, 10, []string{"scan.startup.mode=timestamp", "scan.startup.timestamp-millis=20001"}},
			{"specific", 7, 10, []string{"scan.startup.mode=specific-offsets", "scan.startup.specific-offsets=partition:0,offset:7"}},
			{"another partition is specific", 0, 10, []string{"scan.startup.mode=specific-offsets", "scan.startup.specific-offsets=partition:1,offset:7"}},
			{"to the group's offset", 0, 4, []string{"scan.startup.mode=earliest-offset", "scan.bounded.mode=group-offsets", "properties.group.id=" + group}},
			{"to a timestamp", 0, 6, []string{"scan.startup.mode=earliest-offset", "scan.bounded.mode=timestamp", "scan.bounded.timestamp-millis=7000"}},
			{"to a timestamp in the future", 8, 10, []string{"scan.startup.mode=specific-offsets", "scan.startup.specific-offsets=partition:0,offset:8",
				"scan.bounded.mode=timestamp", "scan.bounded.timestamp-millis=99000"}},
			{"to a specific offset", 0, 3, []string{"scan.startup.mode=earliest-offset", "scan.bounded.mode=specific-offsets", "scan.bounded.specific-offsets=partition:0,offset:3"}},
			{"to a specific offset of another partition", 0, 0, []string{"scan.startup.mode=earliest-offset", "scan.bounded.mode=specific-offsets", "scan.bounded.specific-offsets=partition:1,offset:3"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				options := append([]string{"format=raw", bounded}, c.options...)
				var want []string
				for i := c.first; i < c.last; i++ {
					want = append(want, fmt.Sprintf("+I(%d)", i))
				}
				same(t, all(t, b.table(topic, "v STRING", options...), 1), want...)
			})
		}
	})
}

func TestLatestOffsetReadsWhatComes(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "old"))
		r := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=latest-offset"), 1)
		if r.source.Abilities().Bounded {
			t.Error("the source says it is bounded")
		}
		r.discover()
		// The offset is fixed now, though nothing was read.
		b.put(t, value(topic, 0, "new"))
		rows, _ := r.step(0, 10)
		same(t, rows, "+I(new)")
		b.put(t, value(topic, 0, "newer"))
		rows, _ = r.step(0, 10)
		same(t, rows, "+I(newer)")
		positions, err := r.readers[0].Positions()
		must(t, err)
		st, err := readSplit(positions[0])
		must(t, err)
		if st.Offset != 3 || st.Stop != noStop {
			t.Errorf("position is %+v", st)
		}
		must(t, r.readers[0].(connector.CommitListener).CommitPositions(t.Context(), positions))
		for n := 0; ; n++ {
			fetched, err := b.admin.FetchOffsets(t.Context(), "KafkaSource-default_catalog.default_database.t")
			if o, ok := fetched.Lookup(topic, 0); err == nil && ok && o.At == 3 {
				break
			}
			must(t, pause(t.Context(), 3))
			if n > 200 {
				t.Fatalf("committed is %+v (%v)", fetched, err)
			}
		}
	})
}

func TestNewPartitionsAndTopics(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "old"))
		tab := b.table(topic, "v STRING, $topic STRING, $partition INT", "format=raw", "scan.startup.mode=latest-offset",
			"topic=-", "topic-pattern="+topic+"(-more)?", "scan.topic-partition-discovery.interval=1 s")
		r := start(t, tab, 1)
		if d := r.enumerator.Interval(); d != time.Second {
			t.Errorf("interval is %v", d)
		}
		if n := r.discover(); n != 1 {
			t.Fatalf("%d splits", n)
		}
		if n := r.discover(); n != 0 {
			t.Fatalf("%d new splits, though there is nothing new", n)
		}
		_, err := b.admin.UpdatePartitions(t.Context(), 2, topic)
		must(t, err)
		_, err = b.admin.CreateTopic(t.Context(), 1, 1, nil, topic+"-more")
		must(t, err)
		b.client.PurgeTopicsFromClient(topic) // it must learn of the new partition
		b.put(t, value(topic, 1, "second partition"), value(topic+"-more", 0, "second topic"))
		found := 0
		for found < 2 {
			found += r.discover()
		}
		var rows []string
		for len(rows) < 2 {
			more, _ := r.step(0, 10)
			rows = append(rows, more...)
		}
		slices.Sort(rows)
		same(t, rows, "+I(second partition | "+topic+" | 1)", "+I(second topic | "+topic+"-more | 0)")
		b.admin.DeleteTopic(t.Context(), topic+"-more")
	})
}

func TestMetadata(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 2)
		r := value(topic, 1, `{"a":1}`)
		r.Timestamp = time.UnixMilli(1_700_000_000_123)
		r.Headers = []kgo.RecordHeader{{Key: "x", Value: []byte("1")}, {Key: "y"}, {Key: "x", Value: []byte("2")}}
		b.put(t, value(topic, 1, `[]`), value(topic, 1, `[{"a":7},{"a":8}]`), r)
		tab := b.table(topic, "$offset BIGINT, $partition INT, a INT, $topic STRING, $timestamp TIMESTAMP_LTZ(3), $headers MAP<STRING, BYTES>, $timestamp-type STRING, $leader-epoch INT",
			"format=json", "scan.startup.mode=earliest-offset", bounded)
		rows := all(t, tab, 1)
		if len(rows) != 3 || !strings.HasPrefix(rows[0], "+I(1 | 1 | 7 | ") || !strings.HasPrefix(rows[1], "+I(1 | 1 | 8 | ") {
			t.Fatalf("rows are %q", rows)
		}
		same(t, rows[2:], "+I(2 | 1 | 1 | "+topic+" | 2023-11-14T22:13:20.123Z | {y=null, x=x'32'} | CreateTime | 0)")
	})
}

func TestKeys(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		put := func(key, text string) {
			r := &kgo.Record{Topic: topic}
			if key != "-" {
				r.Key = []byte(key)
			}
			if text != "-" {
				r.Value = []byte(text)
			}
			b.put(t, r)
		}
		put("1,x", `{"k_id":10,"v":"one"}`)
		put("-", `{"v":"no key, no row"}`)
		put("2,y", "-")
		put("3,z", `[{"v":"a"},{"v":"b"},{"v":"c"}]`)
		put("4,z", `[]`)
		put("5,w", `{"v":"end"}`)
		options := []string{"value.format=json", "key.format=csv", "scan.startup.mode=earliest-offset", bounded}
		tab := b.table(topic, "k_id INT, v STRING, k_t STRING, $offset BIGINT",
			append(options, "key.fields=k_id;k_t", "key.fields-prefix=k_", "value.fields-include=EXCEPT_KEY")...)
		same(t, all(t, tab, 1), "+I(1 | one | x | 0)", "+I(3 | a | z | 3)", "+I(3 | b | z | 3)", "+I(3 | c | z | 3)", "+I(5 | end | w | 5)")
		// The value has a column of the key, too: it counts.
		tab = b.table(topic, "k_id INT, v STRING, k_t STRING", append(options, "key.fields=k_id;k_t")...)
		same(t, all(t, tab, 1), "+I(10 | one | null)", "+I(null | a | null)", "+I(null | b | null)", "+I(null | c | null)", "+I(null | end | null)")
		// A projection without the key's columns.
		tab = b.table(topic, "k_id INT, v STRING, k_t STRING", append(options, "key.fields=k_id;k_t", "value.fields-include=EXCEPT_KEY")...)
		scan := scanOf(tab)
		scan.Fields = scan.Fields[1:2]
		source, err := newSource(testEnv(), scan, Append)
		must(t, err)
		if s := source; len(s.key.keep) != 0 || len(s.value.keep) != 1 {
			t.Errorf("decoded are %v of the key and %v of the value", s.key.keep, s.value.keep)
		}
	})
}

func TestUpsertSource(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		for _, r := range []string{`1 {"id":1,"v":"a"}`, `2 {"id":2,"v":"b"}`, `1 {"id":1,"v":"c"}`, `2 -`} {
			key, text, _ := strings.Cut(r, " ")
			record := &kgo.Record{Topic: topic, Key: []byte(`{"id":` + key + `}`)}
			if text != "-" {
				record.Value = []byte(text)
			}
			b.put(t, record)
		}
		tab := b.table(topic, "v STRING, id INT, $offset BIGINT", "primary key=id", "key.format=json", "value.format=json", bounded)
		want := []string{"+U(a | 1 | 0)", "+U(b | 2 | 1)", "+U(c | 1 | 2)", "-D(null | 2 | 3)"}
		same(t, all(t, tab, 1), want...)
		tab = b.table(topic, "v STRING, id INT, $offset BIGINT", "primary key=id", "key.format=json", "value.format=json", bounded, "value.fields-include=EXCEPT_KEY")
		same(t, all(t, tab, 1), want...)
	})
}

// TestLargeTopic reads 100 000 records in compressed batches with two subtasks.
func TestLargeTopic(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		const n = 100_000
		topic := b.topic(t, 5)
		fill(t, b, topic, n, 5)
		seen := make([]bool, n)
		r := start(t, b.table(topic, "id BIGINT, name STRING", "format=json", "scan.startup.mode=earliest-offset", bounded), 2)
		if got := r.discover(); got != 5 {
			t.Fatalf("%d splits", got)
		}
		count := 0
		for i := range r.readers {
			rows := batch.NewBatch(r.scan.Schema(), 1024)
			for {
				rows.Reset()
				p, err := r.readers[i].Read(rows, 1024)
				must(t, err)
				for k := range rows.N {
					id := rows.Cols[0].Int64s()[k]
					if seen[id] || string(rows.Cols[1].At(k)) != fmt.Sprintf("name of %d", id) {
						t.Fatalf("row %d is doubled or wrong: %q", id, rows.Cols[1].At(k))
					}
					seen[id] = true
				}
				count += rows.N
				if p.State == connector.Drained {
					break
				}
				if p.State == connector.Waiting {
					r.await(i)
				}
			}
		}
		if count != n {
			t.Errorf("%d rows, want %d", count, n)
		}
	})
}

// fill produces n records, {"id":0…n-1,"name":…}, to some partitions in turn.
func fill(t testing.TB, b *broker, topic string, n int, partitions int32) {
	t.Helper()
	c, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(b.address, ",")...), kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerBatchCompression(kgo.Lz4Compression()))
	must(t, err)
	defer c.Close()
	failed := make(chan error, 1)
	for i := range n {
		c.Produce(t.Context(), value(topic, int32(i)%partitions, fmt.Sprintf(`{"id":%d,"name":"name of %d"}`, i, i)), func(_ *kgo.Record, err error) {
			if err != nil {
				select {
				case failed <- err:
				default:
				}
			}
		})
	}
	must(t, c.Flush(t.Context()))
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
}

// TestEndsInGaps: the last offsets before the end belong to no record.
func TestEndsInGaps(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "first"))
		c, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(b.address, ",")...), kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
		must(t, err)
		defer c.Close()
		for _, commit := range []kgo.TransactionEndTry{kgo.TryCommit, kgo.TryAbort} {
			must(t, c.BeginTransaction())
			must(t, c.ProduceSync(t.Context(), kgo.StringRecord(fmt.Sprint("committed ", commit))).FirstErr())
			must(t, c.EndTransaction(t.Context(), commit))
		}
		tab := b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset", bounded, "properties.isolation.level=read_committed")
		same(t, all(t, tab, 1), "+I(first)", "+I(committed true)")
		delete(tab.Options, "properties.isolation.level")
		same(t, all(t, tab, 1), "+I(first)", "+I(committed true)", "+I(committed false)")
	})
}

// TestEndsInDeletedRecords: everything before the end was deleted after the
// end was resolved.
func TestEndsInDeletedRecords(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		for i := range 10 {
			b.put(t, value(topic, 0, fmt.Sprint(i)))
		}
		r := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset", bounded), 1)
		splits, err := r.enumerator.Discover(t.Context())
		must(t, err)
		var until kadm.Offsets
		until.AddOffset(topic, 0, 10, -1)
		_, err = b.admin.DeleteRecords(t.Context(), until)
		must(t, err)
		must(t, r.readers[0].Add(splits))
		if rows, drained := r.step(0, 10); !drained {
			t.Errorf("got rows %q", rows)
		}
	})
}

// TestEndsInCompactedRecords has a broker that says there is nothing at
// offset 2 though the end is 5.
func TestEndsInCompactedRecords(t *testing.T) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	must(t, err)
	t.Cleanup(cluster.Close)
	b := newBroker(t, cluster.ListenAddrs()[0])
	topic := b.topic(t, 1)
	for i := range 5 {
		b.put(t, value(topic, 0, fmt.Sprint(i)))
	}
	r := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset", bounded), 1)
	splits, err := r.enumerator.Discover(t.Context())
	must(t, err)
	st, err := readSplit(splits[0])
	must(t, err)
	st.Offset = 2
	cluster.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		fetch := req.(*kmsg.FetchRequest)
		resp := fetch.ResponseKind().(*kmsg.FetchResponse)
		for _, ft := range fetch.Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic, topic.TopicID = ft.Topic, ft.TopicID
			p := kmsg.NewFetchResponseTopicPartition()
			p.HighWatermark, p.LastStableOffset = 5, 5
			topic.Partitions = append(topic.Partitions, p)
			resp.Topics = append(resp.Topics, topic)
		}
		return resp, nil, true
	})
	must(t, r.readers[0].Add([]connector.Split{st.split()}))
	if rows, drained := r.step(0, 10); !drained {
		t.Errorf("got rows %q", rows)
	}
}

func TestLimit(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "1"), value(topic, 0, "2"), value(topic, 0, "3"))
		r := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset"), 1)
		r.source.(*source).scan.Limit = 2
		reader, err := r.source.Reader(&connector.ReaderContext{Parallelism: 1, Context: t.Context()})
		must(t, err)
		defer reader.Close()
		r.readers[0] = reader
		r.discover()
		rows, _ := r.step(0, 10)
		same(t, rows, "+I(1)", "+I(2)")
		if more, drained := r.step(0, 10); !drained {
			t.Errorf("beyond the limit: %q", more)
		}
	})
}

func TestSourceMistakes(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, `{"a":1}`), value(topic, 0, `{"a":1x}`), value(topic, 0, `{"a":3}`))
		tab := b.table(topic, "a INT", "format=json", "scan.startup.mode=earliest-offset", bounded)
		r := start(t, tab, 1)
		r.discover()
		rows := batch.NewBatch(r.scan.Schema(), 10)
		var err error
		for err == nil {
			rows.Reset()
			var p connector.Progress
			if p, err = r.readers[0].Read(rows, 10); p.State == connector.Waiting && err == nil {
				r.await(0)
			}
		}
		wants(t, err, "topic '"+topic+"', partition 0, offset 1: malformed json record", `{\"a\":1x}`)
		tab.Options["json.ignore-parse-errors"] = "true"
		same(t, all(t, tab, 1), "+I(1)", "+I(3)")

		missing := topic + "-nowhere"
		source, err := newSource(testEnv(), scanOf(b.table(missing, "a INT", "format=json", "scan.startup.mode=earliest-offset")), Append)
		must(t, err)
		wants(t, discoverError(t, source), "topic '"+missing+"' does not exist at Kafka '"+b.address+"'")

		tab = b.table(topic, "a INT", "format=json", "properties.group.id=none-"+topic)
		source, err = newSource(testEnv(), scanOf(tab), Append)
		must(t, err)
		wants(t, discoverError(t, source), "Undefined offset with no reset policy for partitions: ["+topic+"-0]")
		tab.Options["scan.startup.mode"], tab.Options["scan.bounded.mode"] = "earliest-offset", "group-offsets"
		source, err = newSource(testEnv(), scanOf(tab), Append)
		must(t, err)
		wants(t, discoverError(t, source), "partition "+topic+"-0 should stop at the committed offset")
	})
}

func discoverError(t *testing.T, s connector.Source) error {
	t.Helper()
	e, err := s.Enumerator(t.Context(), 1)
	must(t, err)
	defer e.Close()
	_, err = e.Discover(t.Context())
	return err
}

// wants fails unless err is the user's and says all the texts, in one line.
func wants(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", texts)
	}
	if !errors.Is(err, connector.ErrUser) || strings.Contains(err.Error(), "\n") {
		t.Errorf("not one sentence for the user: %v", err)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not say %q", err, text)
		}
	}
}

func TestNoBroker(t *testing.T) {
	b := &broker{address: "127.0.0.1:1"} // nobody listens there
	tab := b.table("t", "a INT", "format=json", "properties.group.id=g", "properties.default.api.timeout.ms=1000")
	source, err := newSource(testEnv(), scanOf(tab), Append)
	must(t, err)
	wants(t, discoverError(t, source), "cannot reach Kafka at '127.0.0.1:1'", "connection refused")
	sink, err := newSink(testEnv(), targetOf(tab), Append)
	must(t, err)
	_, err = sink.Writer(&connector.WriterContext{Parallelism: 1, Metrics: metrics.NewGroup(nil), Context: context.Background()})
	wants(t, err, "cannot reach Kafka at '127.0.0.1:1'", "connection refused")
}

// TestOwner has places computed by Flink's rule from Java's hash codes.
func TestOwner(t *testing.T) {
	for _, c := range []struct {
		topic     string
		partition int32
		n, want   int
	}{
		{"t", 0, 7, 116 * 31 % 7},
		{"t", 3, 7, (116*31%7 + 3) % 7},
		{"bids", 0, 1000, 3023638 * 31 % 1000},
		{"a-topic-with-a-long-name", 2, 1 << 30, (int(uint32(javaHash("a-topic-with-a-long-name")*31)&0x7fffffff)%(1<<30) + 2) % (1 << 30)},
	} {
		if got := owner(c.topic, c.partition, c.n); got != c.want {
			t.Errorf("owner(%q, %d, %d) = %d, want %d", c.topic, c.partition, c.n, got, c.want)
		}
	}
}

func javaHash(ascii string) (h int32) {
	for i := range len(ascii) {
		h = h*31 + int32(ascii[i])
	}
	return h
}

// TestResume: a restored source reads its partitions from their positions, and
// new ones from their beginning.
func TestResume(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		b.put(t, value(topic, 0, "old"))
		tab := b.table(topic, "v STRING", "format=raw", "scan.startup.mode=latest-offset")
		r := start(t, tab, 1)
		r.discover()
		positions, err := r.readers[0].Positions()
		must(t, err)
		_, err = b.admin.CreatePartitions(t.Context(), 1, topic)
		must(t, err)
		newBroker(t, b.address).put(t, value(topic, 1, "in a new partition"))
		r = start(t, tab, 1)
		must(t, r.enumerator.(connector.Resumer).Resume(positions))
		if n := r.discover(); n != 1 {
			t.Fatalf("%d partitions are new, want 1", n)
		}
		rows, _ := r.step(0, 10)
		same(t, rows, "+I(in a new partition)")
		bound := start(t, b.table(topic, "v STRING", "format=raw", "scan.startup.mode=earliest-offset", bounded), 1)
		must(t, bound.enumerator.(connector.Resumer).Resume(positions))
		if n := bound.discover(); n != 0 {
			t.Errorf("%d partitions are new for a bounded table, want none", n)
		}
	})
}
