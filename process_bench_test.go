package flott_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"github.com/flottstream/flott"
)

// BenchmarkProcess counts the rows of 1000 partitions: with a struct of two columns and
// a value as state, without state, and with a timer for each row.
func BenchmarkProcess(b *testing.B) {
	type pair struct{ K, V int64 }
	for _, kind := range []string{"rows", "state", "timers"} {
		b.Run(kind, func(b *testing.B) {
			p := flott.New()
			flott.RegisterProcess(p, "counted", func(d *flott.Declaration) flott.Process[int64] {
				if kind == "rows" {
					r := flott.RowTable[pair](d, "r")
					return flott.Process[int64]{Eval: func(c *flott.Context, out *flott.Output[int64]) error {
						out.Emit(r.Row().V)
						return nil
					}}
				}
				r, n := flott.SetTable[pair](d, "r"), flott.ValueState[int64](d, "n")
				f := flott.Process[int64]{Eval: func(c *flott.Context, out *flott.Output[int64]) error {
					n.Set(n.Get() + r.Row().V)
					if t, ok := c.Time(); ok {
						c.RegisterOnTime("last", t)
						return nil
					}
					out.Emit(n.Get())
					return nil
				}}
				if kind == "timers" {
					f.OnTimer = func(c *flott.Context, out *flott.Output[int64]) error {
						out.Emit(n.Get())
						return nil
					}
				}
				return f
			})
			arguments := map[string]string{
				"rows": "TABLE t", "state": "TABLE t PARTITION BY k", "timers": "r => TABLE t PARTITION BY k, on_time => DESCRIPTOR(ts)",
			}[kind]
			script := fmt.Sprintf(`CREATE TABLE t (i BIGINT, k AS MOD(i, 1000), v AS i, ts AS TO_TIMESTAMP_LTZ(i, 3), WATERMARK FOR ts AS ts)
				WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000', 'number-of-rows' = '%d', 'fields.i.kind' = 'sequence', 'fields.i.start' = '1', 'fields.i.end' = '%[1]d');
				CREATE TABLE sums (n BIGINT) WITH ('connector' = 'blackhole');
				INSERT INTO sums SELECT `+"`EXPR$0`"+` FROM counted(%[2]s);`, b.N, arguments)
			b.ReportAllocs()
			b.ResetTimer()
			if err := p.Run(context.Background(), script, io.Discard); err != nil {
				b.Fatal(err)
			}
		})
	}
}
