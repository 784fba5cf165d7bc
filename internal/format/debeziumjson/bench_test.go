package debeziumjson

import (
	"fmt"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
)

// BenchmarkDecode reads updates of a table as Debezium's MySQL connector
// writes them, without the schema.
func BenchmarkDecode(b *testing.B) {
	msgs := make([][]byte, 1000)
	total := 0
	for i := range msgs {
		row := fmt.Sprintf(`{"order_id":%d,"customer_id":%d,"quantity":%d,"price":"%d.%02d","currency":"EUR","order_time":"2024-02-28 23:50:0%d","note":"a note of order %d, of some length"}`,
			100000+i, i%977, i%9, i%500, i%100, i%10, i)
		msgs[i] = fmt.Appendf(nil, `{"before":%s,"after":%s,"source":{"version":"2.5.0.Final","connector":"mysql","name":"shop","ts_ms":1709164200000,"snapshot":"false","db":"shop","sequence":null,"table":"orders","server_id":223344,"gtid":null,"file":"mysql-bin.000003","pos":%d,"row":0,"thread":7,"query":null},"op":"u","ts_ms":1709164200123,"transaction":null}`, row, row, i*400)
		total += len(msgs[i])
	}
	schema := formattest.Schema("order_id BIGINT, customer_id INT, quantity INT, price DECIMAL(10, 2), currency STRING, order_time TIMESTAMP(3), note STRING")
	for _, keys := range [][]string{nil, {"source.table", "source.timestamp"}} {
		b.Run(fmt.Sprint("metadata=", len(keys)), func(b *testing.B) {
			dec, err := Factory.(format.Metadater).NewMetadataDecoder(schema, keys, nil)
			if err != nil {
				b.Fatal(err)
			}
			all := schema
			for range keys {
				all = append(all, formattest.Schema("t STRING, s TIMESTAMP_LTZ(3)")[len(all)-len(schema)])
			}
			out := batch.NewBatch(all, 2*len(msgs))
			b.SetBytes(int64(total))
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				for _, m := range msgs {
					if err := dec.Decode(m, out); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
