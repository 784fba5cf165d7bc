package operators

import (
	"sync"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector/nexmark"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// The columns of bidBatches.
var bidSchema = types.Schema{
	{Name: "auction", Type: types.Of(types.BigInt)},
	{Name: "bidder", Type: types.Of(types.BigInt)},
	{Name: "price", Type: types.Of(types.BigInt)},
	{Name: "time", Type: types.TimestampOf(3)},
	{Name: "channel", Type: types.String()},
	{Name: "day", Type: types.String()},
	{Name: "rank1", Type: types.Of(types.Boolean)},
	{Name: "rank2", Type: types.Of(types.Boolean)},
	{Name: "rank3", Type: types.Of(types.Boolean)},
}

const benchEvents = 2_000_000

// bidBatches are the bids among the first benchEvents events of Nexmark.
var bidBatches = sync.OnceValue(func() []*batch.Batch {
	c := nexmark.DefaultConfig()
	c.Events = benchEvents
	g := nexmark.NewGenerator(c, c.Splits(1)[0])
	var cols nexmark.Columns
	var out []*batch.Batch
	fields := nexmark.EventType | nexmark.DateTime | nexmark.BidAuction | nexmark.BidBidder | nexmark.BidPrice | nexmark.BidChannel
	for at := int64(0); at < benchEvents; at += batch.Capacity {
		n := int(min(batch.Capacity, benchEvents-at))
		g.Generate(at, n, fields, &cols)
		b := batch.NewBatch(bidSchema, n)
		for i := range n {
			if cols.EventType[i] != nexmark.TypeBid {
				continue
			}
			price := cols.Bid.Price[i]
			for c, x := range []int64{cols.Bid.Auction[i], cols.Bid.Bidder[i], price, cols.DateTime[i]} {
				b.Cols[c].AppendInt64(x)
			}
			b.Cols[4].AppendBytes(cols.Bid.Channel.Bytes[cols.Bid.Channel.Offsets[i]:cols.Bid.Channel.Offsets[i+1]])
			b.Cols[5].AppendString("2026-11-21")
			b.Cols[6].AppendBool(price < 10_000)
			b.Cols[7].AppendBool(price >= 10_000 && price < 1_000_000)
			b.Cols[8].AppendBool(price >= 1_000_000)
			b.N++
		}
		out = append(out, b)
	}
	return out
})

type rowCounter struct{ rows int }

func (d *rowCounter) Emit(b *batch.Batch) error {
	d.rows += b.Rows()
	return nil
}

// BenchmarkNexmark runs the aggregations of Nexmark queries over bids; ns/event
// times ten million events is the operator's share of the query.
func BenchmarkNexmark(b *testing.B) {
	const ranks = "COUNT(),COUNT()@6,COUNT()@7,COUNT()@8"
	const people = ",COUNT(DISTINCT.1),COUNT(DISTINCT.1)@6,COUNT(DISTINCT.1)@7,COUNT(DISTINCT.1)@8"
	const auctions = ",COUNT(DISTINCT.0),COUNT(DISTINCT.0)@6,COUNT(DISTINCT.0)@7,COUNT(DISTINCT.0)@8"
	for _, q := range []struct{ name, cmd, args string }{
		{"q4_max", "group", "keys=(0) aggs=(MAX(2)) ub"},
		{"q5_hop", "window", "keys=(0) aggs=(COUNT()) kind=(hop,10000,2000) time=3 props=(start,end)"},
		{"q7_max", "window", "keys=() aggs=(MAX(2)) kind=(tumble,10000) time=3 props=(start,end)"},
		{"q11_session", "window", "keys=(1) aggs=(COUNT()) kind=(session,10000) time=3 props=(start,end)"},
		{"q12_tumble", "window", "keys=(1) aggs=(COUNT()) kind=(tumble,10000) time=3 props=(start,end)"},
		{"q15_distinct", "group", "keys=(5) aggs=(" + ranks + people + auctions + ")"},
		{"q16_distinct", "group", "keys=(4,5) aggs=(" + ranks + people + auctions + ")"},
		{"q17_many", "group", "keys=(0,5) aggs=(" + ranks + ",MIN(2),MAX(2),AVG(2),SUM(2))"},
	} {
		b.Run(q.name, func(b *testing.B) {
			data := bidBatches()
			for b.Loop() {
				runAggregation(b, q.cmd, q.args, data)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchEvents), "ns/event")
		})
	}
}

func runAggregation(b *testing.B, cmd, args string, data []*batch.Batch) {
	s := newStoryOf(directive(cmd, args), bidSchema)
	if err := s.open(); err != nil {
		b.Fatal(err)
	}
	op, out := s.ops[0], &rowCounter{}
	handler, _ := op.(operator.WatermarkHandler)
	for _, d := range data {
		if err := op.ProcessBatch(0, d, out); err != nil {
			b.Fatal(err)
		}
		if handler != nil {
			if _, err := handler.OnWatermark(d.Cols[3].Int64s()[d.N-1]-4000, out); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := s.finish(); err != nil {
		b.Fatal(err)
	}
}
