package kafka

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/twmb/franz-go/pkg/kgo"
)

const bidColumns = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING"

func bid(i int) []byte {
	return fmt.Appendf(nil, `{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/abcd/efg/item.htm?query=1&channel_id=%d","dateTime":"2024-01-01 00:%02d:%02d.%03d","extra":"%s"}`,
		1000+i%977, 2000+i%1013, 100+i*7919%100000, i%10000, i%10000, i/60000%60, i/1000%60, i%1000, strings.Repeat("x", 40))
}

// BenchmarkRead reads bids as JSON from a real broker; one operation is one record.
func BenchmarkRead(b *testing.B) {
	br := realBroker(b)
	for _, compression := range []string{"none", "lz4"} {
		b.Run(compression, func(b *testing.B) {
			topic := br.topic(b, 2)
			codec := kgo.NoCompression()
			if compression == "lz4" {
				codec = kgo.Lz4Compression()
			}
			c, err := kgo.NewClient(kgo.SeedBrokers(br.address), kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(codec))
			must(b, err)
			defer c.Close()
			for i := range b.N {
				c.Produce(b.Context(), &kgo.Record{Topic: topic, Partition: int32(i & 1), Value: bid(i)}, func(_ *kgo.Record, err error) {
					if err != nil {
						b.Error(err)
					}
				})
			}
			must(b, c.Flush(b.Context()))
			scan := scanOf(br.table(topic, bidColumns, "format=json", "scan.startup.mode=earliest-offset", bounded))
			source, err := newSource(testEnv(), scan, Append)
			must(b, err)
			b.ReportAllocs()
			b.ResetTimer()
			if n := drain(b, source, scan); n != b.N {
				b.Fatalf("%d rows, want %d", n, b.N)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// drain reads a bounded source with one reader and counts the rows.
func drain(b *testing.B, source connector.Source, scan *connector.Scan) (rows int) {
	read(b, source, scan, func(out *batch.Batch) { rows += out.N })
	return rows
}

// read reads a bounded source with one reader.
func read(b *testing.B, source connector.Source, scan *connector.Scan, each func(*batch.Batch)) {
	e, err := source.Enumerator(b.Context(), 1)
	must(b, err)
	defer e.Close()
	splits, err := e.Discover(b.Context())
	must(b, err)
	r, err := source.Reader(&connector.ReaderContext{Parallelism: 1, Metrics: metrics.NewGroup(nil), Context: b.Context()})
	must(b, err)
	defer r.Close()
	must(b, r.Add(splits))
	out := batch.NewBatch(scan.Schema(), batch.Capacity)
	for {
		out.Reset()
		p, err := r.Read(out, batch.Capacity)
		must(b, err)
		if out.N > 0 {
			each(out)
		}
		switch p.State {
		case connector.Drained:
			return
		case connector.Waiting:
			<-r.Wait()
		}
	}
}

// BenchmarkWrite writes bids as JSON to a real broker; one operation is one record.
func BenchmarkWrite(b *testing.B) {
	br := realBroker(b)
	for _, compression := range []string{"none", "lz4"} {
		b.Run(compression, func(b *testing.B) {
			tab := br.table(br.topic(b, 2), bidColumns, "format=json", "properties.compression.type="+compression)
			w, schema := writerOf(b, tab, 0)
			var lines []string
			for i := range batch.Capacity {
				lines = append(lines, string(bid(i)))
			}
			in := rows(b, schema, lines...)
			in.Kinds = nil
			b.ReportAllocs()
			b.ResetTimer()
			for n := b.N; n > 0; n -= in.N {
				if n < in.N {
					in.Sel = make([]int32, n)
					for i := range in.Sel {
						in.Sel[i] = int32(i)
					}
				}
				must(b, w.Write(in))
			}
			must(b, w.Flush(true))
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkCopy reads bids from one topic and writes them to another; one
// operation is one record.
func BenchmarkCopy(b *testing.B) {
	br := realBroker(b)
	in, out := br.topic(b, 2), br.topic(b, 2)
	columns := bidColumns
	w, schema := writerOf(b, br.table(in, columns, "format=json"), 0)
	var lines []string
	for i := range batch.Capacity {
		lines = append(lines, string(bid(i)))
	}
	bids := rows(b, schema, lines...)
	bids.Kinds = nil
	for range (b.N + bids.N - 1) / bids.N {
		must(b, w.Write(bids))
	}
	must(b, w.Flush(true))
	must(b, w.Close())
	scan := scanOf(br.table(in, columns, "format=json", "scan.startup.mode=earliest-offset", bounded))
	source, err := newSource(testEnv(), scan, Append)
	must(b, err)
	w, _ = writerOf(b, br.table(out, columns, "format=json"), 0)
	b.ReportAllocs()
	b.ResetTimer()
	n := 0
	read(b, source, scan, func(rows *batch.Batch) {
		n += rows.N
		must(b, w.Write(rows))
	})
	must(b, w.Flush(true))
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}
