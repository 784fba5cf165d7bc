package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// TestRandomFaultsReal is TestRandomFaults on a real broker, with fewer kinds
// of faults: crashes at any request and transactions ended from outside.
func TestRandomFaultsReal(t *testing.T) {
	b := realBroker(t)
	for seed := range uint64(seeds(4)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			w := newWorld(t, b, nil, seed)
			w.live(30)
			t.Logf("failures survived: %v", w.failures)
		})
	}
}

func onceContext(t testing.TB, subtask, parallelism int) *connector.WriterContext {
	return &connector.WriterContext{Subtask: subtask, Parallelism: parallelism, Job: strings.Repeat("a", 32), Operator: "op", Checkpointing: true,
		Metrics: metrics.NewGroup(nil), Context: t.Context()}
}

func onceRows(tab connector.Table, from, n int) *batch.Batch {
	b := batch.NewBatch(targetOf(tab).Schema, n)
	fillOnce(b, from, n)
	return b
}

// awaitNone waits until no transaction with the prefix is open.
func (b *broker) awaitNone(t *testing.T, prefix string) {
	t.Helper()
	for n := 0; len(b.openTransactions(t, prefix)) > 0; n++ {
		must(t, pause(t.Context(), 5))
		if n > 400 {
			t.Fatal("a transaction stays open")
		}
	}
}

func (b *broker) openTransactions(t *testing.T, prefix string) (ids []string) {
	t.Helper()
	listed, err := b.admin.ListTransactions(t.Context(), nil, []string{"Ongoing"})
	must(t, err)
	for _, tx := range listed {
		if strings.HasPrefix(tx.TxnID, prefix) {
			ids = append(ids, tx.TxnID)
		}
	}
	return ids
}

// TestExpiry lets the brokers end transactions by time: of the epoch being
// written, of prepared ones, in the same process and before a restart.
func TestExpiry(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 2)
		tab := onceTable(b, topic, "properties.transaction.timeout.ms=300")
		want := func(n int) {
			t.Helper()
			var lines []string
			for i := range n {
				lines = append(lines, fmt.Sprintf("%d | name %d", i, i))
			}
			got := names(b.committed(t, topic))
			sortNumeric(got)
			same(t, got, lines...)
		}
		c := openCommitter(t, tab, onceContext(t, 0, 1))
		must(t, c.Recover(0, nil))
		must(t, c.Write(onceRows(tab, 0, 10)))
		must(t, c.client.Flush(t.Context()))
		_, err := c.Prepare(1)
		must(t, err)
		must(t, c.Write(onceRows(tab, 10, 10)))
		must(t, c.current.tx.client.Flush(t.Context()))
		b.awaitNone(t, topic) // both are gone
		must(t, c.Commit(1))
		want(10)
		must(t, c.Write(onceRows(tab, 20, 10)))
		must(t, c.current.tx.client.Flush(t.Context()))
		b.awaitNone(t, topic)
		records, err := c.Prepare(2)
		must(t, err)
		must(t, c.Write(onceRows(tab, 30, 10)))
		b.awaitNone(t, topic)
		must(t, c.Close())

		c = openCommitter(t, tab, onceContext(t, 0, 1))
		must(t, c.Recover(2, records))
		want(30)
		must(t, c.Close())
		c = openCommitter(t, tab, onceContext(t, 0, 1))
		must(t, c.Recover(2, records))
		want(30)
	})
}

func sortNumeric(lines []string) {
	number := func(s string) (n int) { fmt.Sscan(s, &n); return n }
	for i := range lines {
		for k := i; k > 0 && number(lines[k]) < number(lines[k-1]); k-- {
			lines[k], lines[k-1] = lines[k-1], lines[k]
		}
	}
}

// TestLingeringTransactions: what a dead job of three left open, a new one of
// one ends, though it knows nothing of it.
func TestLingeringTransactions(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 2)
		tab := onceTable(b, topic)
		for i := range 3 {
			c := openCommitter(t, tab, onceContext(t, i, 3))
			must(t, c.Recover(0, nil))
			for k := range 10 { // nine prepared epochs, one under way: more than are looked up at a time
				must(t, c.Write(onceRows(tab, 10*k, 10)))
				if k < 9 {
					_, err := c.Prepare(int64(k + 1))
					must(t, err)
				}
			}
			must(t, c.current.tx.client.Flush(t.Context()))
		}
		if n := len(b.openTransactions(t, topic)); n != 30 {
			t.Fatalf("%d transactions are open, want 30", n)
		}
		ctx := onceContext(t, 0, 1)
		ctx.Job = strings.Repeat("b", 32)
		c := openCommitter(t, tab, ctx)
		must(t, c.Recover(0, nil))
		b.awaitNone(t, topic)
		must(t, c.Write(onceRows(tab, 0, 5)))
		_, err := c.Prepare(1)
		must(t, err)
		must(t, c.Commit(1))
		if got := b.committed(t, topic); len(got) != 5 {
			t.Errorf("%d records are committed, want 5", len(got))
		}
	})
}

// TestTransactionOptions: what is refused, and how.
func TestTransactionOptions(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		open := func(options ...string) error {
			s, err := newSink(testEnv(), targetOf(onceTable(b, topic, options...)), Append)
			if err != nil {
				return err
			}
			w, err := s.Writer(onceContext(t, 0, 1))
			if err != nil {
				return err
			}
			defer w.Close()
			return w.(*committer).Recover(0, nil)
		}
		must(t, open())
		wants(t, open("properties.transaction.timeout.ms=3600000"), "transaction.max.timeout.ms")
		for option, says := range map[string]string{
			"properties.transaction.timeout.ms=soon":        "a whole number",
			"properties.acks=1":                             "acks",
			"properties.enable.idempotence=false":           "idempotence",
			"sink.transactional-id-prefix=-":                "sink.transactional-id-prefix must be specified",
			"sink.transaction-naming-strategy=INCREMENTING": "sink.transaction-naming-strategy",
		} {
			if err := open(option); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: error %v, want one with %q", option, err, says)
			}
		}
		must(t, open("sink.transaction-naming-strategy=POOLING"))
	})
}

// mortalBroker starts a broker of its own, and returns what starts and ends it.
func mortalBroker(t *testing.T, port string) (b *broker, script func(name string, env ...string)) {
	t.Helper()
	data := t.TempDir()
	script = func(name string, env ...string) {
		t.Helper()
		for n := 0; ; n++ {
			cmd := exec.Command("../../../scripts/" + name)
			cmd.Env = append(cmd.Environ(), append([]string{"KAFKA_PORT=" + port, "KAFKA_DATA=" + data, "KAFKA_KEEP=1"}, env...)...)
			out, err := cmd.CombinedOutput()
			if err == nil {
				return
			}
			if n == 10 || !strings.Contains(string(out), "is taken") { // by the broker that is just dying
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
			must(t, pause(t.Context(), 5))
		}
	}
	script("kafka-up")
	t.Cleanup(func() { script("kafka-down", "KAFKA_SIGNAL=KILL") })
	return newBroker(t, "127.0.0.1:"+port), script
}

// TestBrokerKilled kills the broker between Prepare and Commit and starts it
// again after the transactions' time. It starts a broker of its own.
func TestBrokerKilled(t *testing.T) {
	realBroker(t)
	b, script := mortalBroker(t, "28192")
	topic := b.topic(t, 2)
	tab := onceTable(b, topic, "properties.transaction.timeout.ms=1000")
	ctx := onceContext(t, 0, 1)
	ctx.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	c := openCommitter(t, tab, ctx)
	must(t, c.Recover(0, nil))
	written := 0
	for k := range int64(3) {
		must(t, c.Write(onceRows(tab, written, 50)))
		written += 50
		_, err := c.Prepare(k + 1)
		must(t, err)
		must(t, c.Write(onceRows(tab, written, 50)))
		written += 50
		script("kafka-down", "KAFKA_SIGNAL=KILL")
		done := make(chan error)
		go func() { done <- c.Commit(k + 1) }()
		if k > 0 { // longer than the transactions' time
			outage, end := context.WithTimeout(t.Context(), time.Duration(k)*time.Second)
			<-outage.Done()
			end()
		}
		script("kafka-up")
		must(t, <-done)
	}
	_, err := c.Prepare(4)
	must(t, err)
	must(t, c.Commit(4))
	counts := map[string]int{}
	for _, line := range names(b.committed(t, topic)) {
		counts[line]++
	}
	for i := range written {
		if n := counts[fmt.Sprintf("%d | name %d", i, i)]; n != 1 {
			t.Errorf("row %d is visible %d times", i, n)
		}
	}
	if t.Failed() {
		for _, r := range b.log(t, topic) {
			if r.Attrs.IsControl() || r.Offset%20 == 0 {
				t.Logf("%d/%d producer %d epoch %d control %v %v %s", r.Partition, r.Offset, r.ProducerID, r.ProducerEpoch, r.Attrs.IsControl(), r.Key, r.Value)
			}
		}
	}
	if resp, err := kmsg.NewPtrMetadataRequest().RequestWith(t.Context(), b.client); err != nil || len(resp.Brokers) != 1 {
		t.Errorf("the broker is not back: %v", err)
	}
}

// TestBrokerKilledWhileWriting kills the broker while rows are written that belong
// to no checkpoint, and goes on from the checkpoint before after the transactions'
// time: a broker that forgets to end a transaction must not make its rows visible
// with the next one.
func TestBrokerKilledWhileWriting(t *testing.T) {
	realBroker(t)
	b, script := mortalBroker(t, "28292")
	topic := b.topic(t, 8)
	tab := onceTable(b, topic, "properties.transaction.timeout.ms=1000")
	var records [][]byte
	written := 0
	for k := range int64(4) {
		ctx := onceContext(t, 0, 1)
		ctx.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
		c := openCommitter(t, tab, ctx)
		must(t, c.Recover(k, records))
		must(t, c.Write(onceRows(tab, written, 50)))
		written += 50
		var err error
		records, err = c.Prepare(k + 1)
		must(t, err)
		must(t, c.Commit(k+1))
		must(t, c.Write(onceRows(tab, written, 50)))
		_, err = c.Prepare(k + 2) // of a checkpoint that is not completed
		must(t, err)
		script("kafka-down", "KAFKA_SIGNAL=KILL")
		c.Close()
		script("kafka-up")
	}
	counts := map[string]int{}
	c := openCommitter(t, tab, onceContext(t, 0, 1))
	must(t, c.Recover(4, records))
	for _, line := range names(b.committed(t, topic)) {
		counts[line]++
	}
	for i := range written + 50 {
		want := 1
		if i >= written {
			want = 0
		}
		if n := counts[fmt.Sprintf("%d | name %d", i, i)]; n != want {
			t.Errorf("row %d is visible %d times, want %d", i, n, want)
		}
	}
}

// TestUpsertFaults is TestRandomFaults for upsert-kafka.
func TestUpsertFaults(t *testing.T) {
	for seed := range uint64(seeds(6)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			c, err := kfake.NewCluster(kfake.NumBrokers(2))
			must(t, err)
			t.Cleanup(c.Close)
			w := newWorld(t, newBroker(t, strings.Join(c.ListenAddrs(), ",")), c, 1000+seed, "primary key=k", "key.fields=-")
			w.live(40)
		})
	}
}

// TestUpsertBuffer: rows held back are in the epoch in which they came.
func TestUpsertBuffer(t *testing.T) {
	onBrokers(t, func(t *testing.T, b *broker) {
		topic := b.topic(t, 1)
		tab := onceTable(b, topic, "primary key=id", "format=-", "scan.startup.mode=-", "key.format=json", "value.format=json",
			"sink.buffer-flush.max-rows=100", "sink.buffer-flush.interval=1h")
		open := func(checkpoint int64, records [][]byte) *committer {
			c := openCommitter(t, tab, onceContext(t, 0, 1))
			must(t, c.Recover(checkpoint, records))
			return c
		}
		schema := targetOf(tab).Schema
		c := open(0, nil)
		must(t, c.Write(rows(t, schema, `{"id":1,"name":"a"}`, `{"id":2,"name":"b"}`, `+U{"id":1,"name":"c"}`)))
		records, err := c.Prepare(1)
		must(t, err)
		must(t, c.Write(rows(t, schema, `-D{"id":2,"name":"b"}`)))
		same(t, texts(b.committed(t, topic)))
		must(t, c.Close()) // with a row held back, which goes
		c = open(1, records)
		want := []string{`0 {"id":1} {"id":1,"name":"c"}`, `0 {"id":2} {"id":2,"name":"b"}`}
		same(t, texts(b.committed(t, topic)), want...)
		must(t, c.Write(rows(t, schema, `-D{"id":2,"name":"b"}`)))
		_, err = c.Prepare(2)
		must(t, err)
		must(t, c.Commit(2))
		same(t, texts(b.committed(t, topic)), append(want, `0 {"id":2} null`)...)
	})
}

func FuzzKeepsake(f *testing.F) {
	out := new(kept)
	out.add(value("t", 0, "x"), 0)
	out.seal()
	f.Add((&keepsake{naming: naming{"p", "op", "job", 1}, parallelism: 2, topics: []string{"t"}, next: 3, epochs: []*epoch{{number: 2, out: out}}}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := readKeepsake(b)
		if err != nil {
			return
		}
		for _, e := range k.epochs {
			if e.out != nil {
				e.out.each(k.topics, func(*kgo.Record) {})
			}
		}
	})
}

func BenchmarkKept(b *testing.B) {
	k := new(kept)
	r := &kgo.Record{Key: []byte("12345678"), Value: []byte(`{"auction":1000,"bidder":2001,"price":123456,"channel":"Google","url":"https://www.nexmark.com/kah/ozw/tfnw/item.htm?query=1"}`)}
	b.SetBytes(int64(len(r.Key) + len(r.Value)))
	b.ReportAllocs()
	for i := range b.N {
		r.Timestamp = time.UnixMilli(int64(1700000000000 + i))
		k.add(r, 0)
		if len(k.chunks) > 1000 {
			k.chunks = k.chunks[:0]
		}
	}
}
