package expr

import (
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

func decimalOf(cents int) (decimal.Num, bool, bool) {
	return decimal.FromInt64(int64(cents)), true, false
}

// bids is a batch like Nexmark's: auction, price BIGINT; channel, url STRING; at
// TIMESTAMP(3); no NULL.
func bids() (*batch.Batch, []Expr) {
	long, text := types.Of(types.BigInt).NotNull(), types.String().NotNull()
	schema := types.Schema{{Name: "auction", Type: long}, {Name: "price", Type: long}, {Name: "channel", Type: text}, {Name: "url", Type: text}, {Name: "at", Type: types.TimestampOf(3).NotNull()}}
	b := batch.NewBatch(schema, batch.Capacity)
	r := rand.New(rand.NewPCG(1, 1))
	channels := []string{"Google", "Facebook", "Baidu", "Apple", "channel-1234"}
	for i := range batch.Capacity {
		b.Cols[0].AppendInt64(1000 + r.Int64N(1000))
		b.Cols[1].AppendInt64(r.Int64N(1_000_000))
		b.Cols[2].AppendString(channels[r.IntN(5)])
		b.Cols[3].AppendString("https://www.nexmark.com/abc/defg/item.htm?query=1&channel_id=12345678")
		b.Cols[4].AppendInt64(1_700_000_000_000 + int64(i)*10)
	}
	b.SetLen()
	cols := make([]Expr, len(schema))
	for i, f := range schema {
		cols[i] = &Column{Index: i, Name: f.Name, T: f.Type}
	}
	return b, cols
}

func BenchmarkKernels(b *testing.B) {
	data, c := bids()
	auction, price, channel, url, at := c[0], c[1], c[2], c[3], c[4]
	r := mustResolve
	for _, k := range []struct {
		name string
		e    Expr
	}{
		{"add", r("+", auction, price)},
		{"mulDecimal", r("*", DecimalLit(decimal.FromInt64(908), 3, 3), price)},
		{"mod", r("%", auction, Int64Lit(123))},
		{"less", r("<", price, Int64Lit(500_000))},
		{"equalText", r("=", channel, StringLit("Apple"))},
		{"lower", r("LOWER", channel)},
		{"case", r("CASE", r("<", price, Int64Lit(10_000)), StringLit("low"), r("<", price, Int64Lit(500_000)), StringLit("mid"), StringLit("high"))},
		{"splitIndex", r("SPLIT_INDEX", url, StringLit("/"), Int64Lit(3))},
		{"regexpExtract", r("REGEXP_EXTRACT", url, StringLit("(&|^)channel_id=([^&]*)"), Int64Lit(2))},
		{"like", r("LIKE", url, StringLit("%item%"))},
		{"dateFormatDay", r("DATE_FORMAT", at, StringLit("yyyy-MM-dd"))},
		{"dateFormatMs", r("DATE_FORMAT", at, StringLit("yyyy-MM-dd HH:mm:ss.SSS"))},
		{"hour", r("HOUR", at)},
		{"castText", must(Cast(price, types.String()))},
		{"castDecimal", must(Cast(price, types.DecimalOf(23, 3)))},
		{"decimalAdd", r("+", must(Cast(price, types.DecimalOf(23, 3))), must(Cast(auction, types.DecimalOf(23, 3))))},
		{"charLength", r("CHAR_LENGTH", url)},
		{"substring", r("SUBSTRING", url, Int64Lit(5), Int64Lit(10))},
		{"concat", r("||", channel, r("||", StringLit("-"), url))},
	} {
		b.Run(k.name, func(b *testing.B) {
			p := mustCompile(b, k.e)
			b.ReportAllocs()
			for b.Loop() {
				mustEval(b, p, data, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(data.N), "ns/row")
		})
	}
}

func BenchmarkFilter(b *testing.B) {
	data, c := bids()
	r := mustResolve
	for _, k := range []struct {
		name string
		e    Expr
	}{
		{"compare", r("<", c[1], Int64Lit(500_000))},
		{"and", r("AND", r("<", c[1], Int64Lit(500_000)), r(">", c[0], Int64Lit(1500)))},
		{"in", r("IN", c[0], Int64Lit(1007), Int64Lit(1020), Int64Lit(2001))},
		{"or", r("OR", r("=", c[0], Int64Lit(1007)), r("=", c[0], Int64Lit(1020)), r("=", c[0], Int64Lit(1100)))},
	} {
		b.Run(k.name, func(b *testing.B) {
			p := mustCompile(b, k.e)
			var dst []int32
			b.ReportAllocs()
			for b.Loop() {
				dst, _ = p.Filter(data, nil, dst[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(data.N), "ns/row")
		})
	}
}
