package kafka

import (
	"encoding/binary"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
	"github.com/twmb/franz-go/pkg/kgo"
)

// targetOf writes all columns of a table.
func targetOf(tab connector.Table) *connector.Target {
	target := &connector.Target{Table: tab}
	for _, c := range tab.Columns {
		target.Schema = append(target.Schema, types.Field{Name: c.Name, Type: c.Type})
	}
	return target
}

// writerOf is the writer of one of two subtasks.
func writerOf(t testing.TB, tab connector.Table, subtask int) (connector.Writer, types.Schema) {
	t.Helper()
	target := targetOf(tab)
	sink, err := newSink(testEnv(), target, modeOf(tab))
	must(t, err)
	w, err := sink.Writer(&connector.WriterContext{Subtask: subtask, Parallelism: 2, Metrics: metrics.NewGroup(nil), Context: t.Context()})
	must(t, err)
	t.Cleanup(func() { w.Close() })
	return w, target.Schema
}

// rows makes a batch of JSON texts, each with a kind before it unless +I.
func rows(t testing.TB, schema types.Schema, texts ...string) *batch.Batch {
	t.Helper()
	dec, err := (json.Factory{}).NewDecoder(schema, nil)
	must(t, err)
	b := batch.NewBatch(schema, len(texts))
	kinds := map[string]batch.RowKind{"-U": batch.UpdateBefore, "+U": batch.UpdateAfter, "-D": batch.Delete}
	for i, text := range texts {
		kind, ok := kinds[text[:2]]
		if ok {
			text = text[2:]
		}
		must(t, dec.Decode([]byte(text), b))
		for len(b.Kinds) < i {
			b.Kinds = append(b.Kinds, batch.Insert)
		}
		b.Kinds = append(b.Kinds[:i], kind)
	}
	return b
}

// texts prints records as "partition key value", null for none.
func texts(records []*kgo.Record) (out []string) {
	null := func(b []byte) string {
		if b == nil {
			return "null"
		}
		return string(b)
	}
	for _, r := range records {
		out = append(out, fmt.Sprintf("%d %s %s", r.Partition, null(r.Key), null(r.Value)))
	}
	return out
}

func TestSinkConformance(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 3)
		tab := b.table(topic, "id BIGINT, name STRING", "format=json", "scan.startup.mode=earliest-offset", bounded, "properties.compression.type=zstd")
		schema := targetOf(tab).Schema
		connectortest.TestSink(t, connectortest.Sink{
			New: func(t *testing.T) connector.Sink {
				s, err := newSink(testEnv(), targetOf(tab), Append)
				must(t, err)
				return s
			},
			Empty: func() *batch.Batch { return batch.NewBatch(schema, 16) },
			Fill: func(b *batch.Batch, from, n int) {
				for i := range n {
					b.Cols[0].AppendInt64(int64(from + i))
					b.Cols[1].AppendString(fmt.Sprint("name ", from+i))
					b.AppendKind(batch.Insert)
				}
			},
			Written: func(t *testing.T) (lines []string) {
				for _, row := range all(t, tab, 1) {
					lines = append(lines, strings.TrimSuffix(strings.TrimPrefix(row, "+I("), ")"))
				}
				return lines
			},
			AtFlush: true,
		})
	})
}

func TestSinkKeysAndMetadata(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		tab := b.table(topic, "k_id INT, v STRING, $timestamp TIMESTAMP_LTZ(3), $headers MAP<STRING, BYTES>",
			"value.format=json", "key.format=json", "key.fields=k_id", "key.fields-prefix=k_", "value.fields-include=EXCEPT_KEY")
		w, schema := writerOf(t, tab, 0)
		must(t, w.Write(rows(t, schema,
			`{"k_id":1,"v":"x","$timestamp":"2024-01-01 00:00:00.5Z","$headers":{"h":"aGk=","n":null}}`,
			`{"k_id":null,"v":null}`)))
		must(t, w.Flush(false))
		got := b.get(t, topic)
		same(t, texts(got), `0 {"id":1} {"v":"x"}`, `0 {"id":null} {"v":null}`)
		if !got[0].Timestamp.Equal(time.Date(2024, 1, 1, 0, 0, 0, 5e8, time.UTC)) {
			t.Errorf("the time is %v", got[0].Timestamp)
		}
		if h := got[0].Headers; len(h) != 2 || h[0].Key != "h" || string(h[0].Value) != "hi" || h[1].Key != "n" || h[1].Value != nil {
			t.Errorf("the headers are %v", h)
		}
		if age := time.Since(got[1].Timestamp); age > time.Minute || len(got[1].Headers) > 0 {
			t.Errorf("a record without metadata has time %v and headers %v", got[1].Timestamp, got[1].Headers)
		}
	})
}

func TestSinkTopics(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		one, two := b.topic(t, 1), b.topic(t, 1)
		tab := b.table(one+";"+two, "v STRING, $topic STRING", "format=raw")
		w, schema := writerOf(t, tab, 0)
		must(t, w.Write(rows(t, schema, `{"v":"a","$topic":"`+two+`"}`, `{"v":null,"$topic":"`+one+`"}`)))
		must(t, w.Flush(true))
		same(t, texts(b.get(t, one)), "0 null null")
		same(t, texts(b.get(t, two)), "0 null a")
		for _, bad := range []string{`{"$topic":"other"}`, `{"$topic":null}`} {
			if err := w.Write(rows(t, schema, bad)); err == nil || !strings.Contains(err.Error(), "must be one of") {
				t.Errorf("%s: got %v", bad, err)
			}
		}
		tab.Columns = tab.Columns[:1]
		if _, err := newSink(testEnv(), targetOf(tab), Append); err == nil || !strings.Contains(err.Error(), "only supports single topic") {
			t.Errorf("got %v", err)
		}
	})
}

func TestPartitioners(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		partitions := func(subtask int, options ...string) map[int32]int {
			topic := b.topic(t, 4)
			tab := b.table(topic, "id INT", append([]string{"value.format=json"}, options...)...)
			w, schema := writerOf(t, tab, subtask)
			var lines []string
			for i := range 100 {
				lines = append(lines, fmt.Sprintf(`{"id":%d}`, i))
			}
			must(t, w.Write(rows(t, schema, lines...)))
			must(t, w.Flush(false))
			count := map[int32]int{}
			for _, r := range b.get(t, topic) {
				count[r.Partition]++
			}
			return count
		}
		if got := partitions(1, "sink.partitioner=fixed"); len(got) != 1 || got[1] != 100 {
			t.Errorf("fixed: %v", got)
		}
		// Kafka's own partitioner hashes keys with murmur2; these are its numbers.
		keyed := partitions(0, "key.format=json", "key.fields=id")
		want := map[int32]int{}
		for i := range 100 {
			want[int32(murmur2(fmt.Appendf(nil, `{"id":%d}`, i))&0x7fffffff%4)]++
		}
		if fmt.Sprint(keyed) != fmt.Sprint(want) {
			t.Errorf("by key: %v, want %v", keyed, want)
		}
		if got := partitions(0, "sink.partitioner=round-robin"); got[0]+got[1]+got[2]+got[3] != 100 {
			t.Errorf("round robin: %v", got)
		}
	})
}

func TestUpsertSink(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		changes := []string{`{"id":1,"v":"a"}`, `{"id":2,"v":"b"}`, `+U{"id":1,"v":"c"}`, `-D{"id":2,"v":"b"}`, `{"id":3,"v":"d"}`}
		topic := b.topic(t, 1)
		options := []string{"primary key=id", "key.format=json", "value.format=json"}
		w, schema := writerOf(t, b.table(topic, "id INT, v STRING", options...), 0)
		must(t, w.Write(rows(t, schema, changes...)))
		must(t, w.Flush(false))
		same(t, texts(b.get(t, topic)), `0 {"id":1} {"id":1,"v":"a"}`, `0 {"id":2} {"id":2,"v":"b"}`, `0 {"id":1} {"id":1,"v":"c"}`,
			`0 {"id":2} null`, `0 {"id":3} {"id":3,"v":"d"}`)

		// Held back, a key is written once.
		topic = b.topic(t, 1)
		options = append(options, "sink.buffer-flush.max-rows=3", "sink.buffer-flush.interval=1 h", "value.fields-include=EXCEPT_KEY")
		w, schema = writerOf(t, b.table(topic, "id INT, v STRING", options...), 0)
		must(t, w.Write(rows(t, schema, changes[:4]...)))
		if n := len(w.(*reducer).rows); n != 2 {
			t.Errorf("%d rows are held back", n)
		}
		must(t, w.Write(rows(t, schema, changes[4:]...)))
		if n := len(w.(*reducer).rows); n != 0 {
			t.Errorf("%d rows are held back though there were enough", n)
		}
		must(t, w.Write(rows(t, schema, `{"id":4,"v":"e"}`)))
		must(t, w.Flush(false))
		same(t, texts(b.get(t, topic)), `0 {"id":1} {"v":"c"}`, `0 {"id":2} null`, `0 {"id":3} {"v":"d"}`, `0 {"id":4} {"v":"e"}`)

		// Time flushes, too.
		topic = b.topic(t, 1)
		options[len(options)-2], options[len(options)-3] = "sink.buffer-flush.interval=10 ms", "sink.buffer-flush.max-rows=1000"
		w, schema = writerOf(t, b.table(topic, "id INT, v STRING", options...), 0)
		must(t, w.Write(rows(t, schema, changes...)))
		for deadline := time.Now().Add(30 * time.Second); len(b.get(t, topic)) < 3; {
			if time.Now().After(deadline) {
				t.Fatal("time does not flush")
			}
		}
	})
}

func TestSinkFailures(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		big := `{"v":"` + strings.Repeat("x", 2<<20) + `"}`
		w, schema := writerOf(t, b.table(topic, "v STRING", "format=json"), 0)
		must(t, w.Write(rows(t, schema, `{"v":"small"}`)))
		if err := w.Write(rows(t, schema, big)); err == nil {
			wants(t, w.Flush(false), "too large")
		} else {
			wants(t, err, "too large")
		}
		wants(t, w.Write(rows(t, schema, `{"v":"small"}`)), "too large")
		// Without a guarantee nobody is told.
		w, schema = writerOf(t, b.table(topic, "v STRING", "format=json", "sink.delivery-guarantee=none"), 0)
		must(t, w.Write(rows(t, schema, big)))
		must(t, w.Flush(true))
	})
}

// TestThere and back: many rows through sink and source.
func TestThereAndBack(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 3)
		tab := b.table(topic, "id BIGINT, price DECIMAL(10, 2), ts TIMESTAMP(3)", "format=json", "scan.startup.mode=earliest-offset", bounded, "properties.compression.type=lz4")
		w, schema := writerOf(t, tab, 0)
		var want []string
		for i := range 50 {
			in := batch.NewBatch(schema, 1000)
			dec, err := (json.Factory{}).NewDecoder(schema, nil)
			must(t, err)
			for k := range 1000 {
				n := i*1000 + k
				must(t, dec.Decode(fmt.Appendf(nil, `{"id":%d,"price":%d.%02d,"ts":"2024-01-01 00:00:%02d"}`, n, n, n%100, n%60), in))
			}
			want = append(want, strings.Split(strings.TrimSpace(formattest.Rows(in)), "\n")...)
			must(t, w.Write(in))
		}
		must(t, w.Flush(true))
		got := all(t, tab, 2)
		sort.Strings(got)
		sort.Strings(want)
		same(t, got, want...)
	})
}

// murmur2 is the hash by which Kafka's producers choose a partition.
func murmur2(b []byte) uint32 {
	const m = 0x5bd1e995
	h := 0x9747b28c ^ uint32(len(b))
	for ; len(b) >= 4; b = b[4:] {
		k := binary.LittleEndian.Uint32(b) * m
		h = h*m ^ (k^k>>24)*m
	}
	if len(b) > 0 {
		var rest [4]byte
		copy(rest[:], b)
		h = (h ^ binary.LittleEndian.Uint32(rest[:])) * m
	}
	h = (h ^ h>>13) * m
	return h ^ h>>15
}
