package nexmark

import (
	"fmt"
	"testing"
)

func defaultSplit(c Config) Split { return c.Splits(1)[0] }

func BenchmarkGenerate(b *testing.B) {
	const rows = 2048
	for _, m := range []struct {
		name   string
		fields Fields
	}{
		{"time", EventType | DateTime},
		{"bid-numbers", EventType | DateTime | BidAuction | BidBidder | BidPrice},
		{"bid-extra", EventType | DateTime | BidAuction | BidBidder | BidPrice | BidExtra},
		{"bid-all", EventType | DateTime | bidFields},
		{"auction-id-seller", EventType | DateTime | AuctionID | AuctionSeller | AuctionCategory},
		{"auction-all", EventType | DateTime | auctionFields},
		{"person-all", EventType | DateTime | personFields},
		{"all", AllFields},
	} {
		b.Run(m.name, func(b *testing.B) {
			c := DefaultConfig()
			g := NewGenerator(c, defaultSplit(c))
			var dst Columns
			g.Generate(0, rows, m.fields, &dst)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				g.Generate(int64(i)*rows, rows, m.fields, &dst)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/event")
		})
	}
}

func TestPrintFirst(t *testing.T) {
	c := DefaultConfig()
	g := NewGenerator(c, defaultSplit(c))
	var d Columns
	g.Generate(0, 6, AllFields, &d)
	for i := range 6 {
		fmt.Println(d.EventType[i], d.DateTime[i], d.Auction.ID[i], d.Auction.Seller[i], d.Auction.InitialBid[i], d.Auction.Reserve[i], d.Bid.Auction[i], d.Bid.Bidder[i], d.Bid.Price[i])
		fmt.Printf("%q\n", d.Bid.URL.Bytes[d.Bid.URL.Offsets[i]:d.Bid.URL.Offsets[i+1]])
		fmt.Printf("%q\n", d.Auction.Description.Bytes[d.Auction.Description.Offsets[i]:d.Auction.Description.Offsets[i+1]])
	}
}
