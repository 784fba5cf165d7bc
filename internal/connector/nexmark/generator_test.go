package nexmark

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// configs are settings that reach every path: shares of zero, ratios that are no powers of two, no extras,
// short and very long ones, few events per second (long auctions) and many.
func configs() map[string]Config {
	change := func(f func(*Config)) Config {
		c := DefaultConfig()
		f(&c)
		return c
	}
	return map[string]Config{
		"default":     DefaultConfig(),
		"base-time":   change(func(c *Config) { c.BaseTimeMs = 1_700_000_000_123; c.Generators = 3 }),
		"no-persons":  change(func(c *Config) { c.PersonProportion = 0 }),
		"no-auctions": change(func(c *Config) { c.AuctionProportion = 0 }),
		"no-bids":     change(func(c *Config) { c.BidProportion = 0 }),
		"many-bids":   change(func(c *Config) { c.BidProportion = 1000; c.HotAuctionRatio = 3; c.HotBidderRatio = 1 }),
		"people":      change(func(c *Config) { c.PersonProportion = 700; c.AuctionProportion = 600; c.HotSellerRatio = 5 }),
		"no-extra":    change(func(c *Config) { c.PersonSize, c.AuctionSize, c.BidSize = 0, 0, 31 }),
		"tiny-extra":  change(func(c *Config) { c.PersonSize, c.AuctionSize, c.BidSize = 90, 120, 34 }),
		"long-extra":  change(func(c *Config) { c.PersonSize, c.AuctionSize, c.BidSize = 2000, 9000, 4096 }),
		"huge-extra":  change(func(c *Config) { c.BidSize = 600_000; c.BidProportion = 1; c.PersonSize = 700_000 }),
		"slow":        change(func(c *Config) { c.EventRate = 1; c.Generators = 2000 }),
		"fast":        change(func(c *Config) { c.EventRate = 10_000_000 }),
	}
}

// TestNaiveTwin compares every value with a generator written for reading, not for speed.
func TestNaiveTwin(t *testing.T) {
	for name, c := range configs() {
		t.Run(name, func(t *testing.T) {
			n := 6_000
			if c.BidSize > 10_000 {
				n = 40
			}
			for _, firstID := range []int64{1, 49, 1_234_567_890_123} {
				g := NewGenerator(c, Split{FirstID: firstID})
				twin := naive{c, firstID}
				var dst Columns
				g.Generate(0, n, AllFields, &dst)
				for i := range n {
					want, sure := twin.row(int64(i))
					if got := dst.formatRow(i); got != want && sure {
						t.Fatalf("event %d of ids from %d:\n got %s\nwant %s", i, firstID, got, want)
					}
				}
			}
		})
	}
}

// TestFieldsAndRanges checks that a column does not depend on which others are generated, where a batch begins
// and what the destination held before.
func TestFieldsAndRanges(t *testing.T) {
	const n = 3000
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, c := range configs() {
		if c.BidSize > 10_000 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			split := Split{FirstID: 1}
			var all, part Columns
			NewGenerator(c, split).Generate(0, n, AllFields, &all)
			g := NewGenerator(c, split)
			for range 60 {
				fields := Fields(rnd.Uint32()) & AllFields
				if rnd.IntN(3) == 0 {
					fields = 1 << rnd.IntN(23)
				}
				from := rnd.IntN(n)
				count := 1 + rnd.IntN(n-from)
				g.Generate(int64(from), count, fields, &part)
				for f := range fields.each {
					comparePart(t, f, &all, &part, from, count)
				}
			}
		})
	}
}

func comparePart(t *testing.T, f Fields, all, part *Columns, from, count int) {
	t.Helper()
	text, number := all.text(f), all.number(f)
	for i := range count {
		switch {
		case text != nil:
			w, p := text, part.text(f)
			want := w.Bytes[w.Offsets[from+i]:w.Offsets[from+i+1]]
			if got := p.Bytes[p.Offsets[i]:p.Offsets[i+1]]; string(got) != string(want) {
				t.Fatalf("field %b of event %d is %q, want %q", f, from+i, got, want)
			}
		case number != nil:
			if got, want := (*part.number(f))[i], (*number)[from+i]; got != want {
				t.Fatalf("field %b of event %d is %d, want %d", f, from+i, got, want)
			}
		default:
			if got, want := part.EventType[i], all.EventType[from+i]; got != want {
				t.Fatalf("type of event %d is %d, want %d", from+i, got, want)
			}
		}
	}
}

// TestDistributions checks what the benchmark's queries rely on.
func TestDistributions(t *testing.T) {
	const n = 500_000
	c := DefaultConfig()
	var d Columns
	NewGenerator(c, Split{FirstID: 1}).Generate(1_000_000, n, AllFields, &d)
	count := map[string]float64{}
	perHot := map[string]float64{}
	var logPrice, extra float64
	for i := range n {
		switch d.EventType[i] {
		case TypePerson:
			count["person"]++
		case TypeAuction:
			count["auction"]++
			if (d.Auction.Seller[i]-1000)%100 == 0 {
				perHot["seller"]++
			}
			if d.Auction.Expires[i] <= d.DateTime[i] || d.Auction.Reserve[i] < d.Auction.InitialBid[i]+100 {
				t.Fatalf("auction ends before it begins, or has no reserve: %s", d.formatRow(i))
			}
		default:
			count["bid"]++
			if (d.Bid.Auction[i]-1000)%100 == 0 {
				perHot["auction"]++
			}
			if (d.Bid.Bidder[i]-2001)%100 == 0 {
				perHot["bidder"]++
			}
			if d.Bid.Channel.Offsets[i+1]-d.Bid.Channel.Offsets[i] < 9 { // "channel-…" is longer
				perHot["channel"]++
			}
			logPrice += math.Log10(float64(d.Bid.Price[i]))
			extra += float64(d.Bid.Extra.Offsets[i+1] - d.Bid.Extra.Offsets[i])
		}
	}
	near := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s is %.4f, want %.4f ± %.4f", what, got, want, tolerance)
		}
	}
	near("share of persons", count["person"]/n, 1.0/50, 1e-9)
	near("share of auctions", count["auction"]/n, 3.0/50, 1e-9)
	near("bids on the hot auction", perHot["auction"]/count["bid"], 1.0/2+1.0/2/100, 0.005)
	near("bids of the hot bidder", perHot["bidder"]/count["bid"], 3.0/4+1.0/4/100, 0.005)
	near("auctions of the hot seller", perHot["seller"]/count["auction"], 3.0/4+1.0/4/100, 0.01)
	near("bids over hot channels", perHot["channel"]/count["bid"], 1.0/2, 0.005)
	near("mean of log10(price)", logPrice/count["bid"], 5, 0.01)
	near("mean size of extra", extra/count["bid"], 67.5, 0.1)
}

// TestPricesAtHalves checks prices whose exact value lies as near to a half as a double allows, against 200 bits.
func TestPricesAtHalves(t *testing.T) {
	table := sharedPrices()
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 1_500 {
		price := int64(math.Pow(10, 2+6*rnd.Float64()))
		// The u whose price is about price + 1/2, and its neighbours.
		u := math.Log10((float64(price)+0.5)/100) / 6
		for step := -3; step <= 3; step++ {
			raw := (uint64(u*0x1p53) + uint64(int64(step))) << 11
			y := float64(raw>>11) * 0x1p-53 * 6.0
			if y < 0 || y >= 6 {
				continue
			}
			if got, want := table.price(raw), bigPrice(y); got != want {
				t.Fatalf("price of 10^%v is %d, want %d", y, got, want)
			}
		}
	}
}

// bigPrice computes 10^y with 200 bits, rounds it to a double, and goes on as the definition of the price says.
func bigPrice(y float64) int64 {
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(200).SetFloat64(x) }
	// 10^y as the product of 10^(2^-k) over the bits of y.
	power, root := number(1), number(10)
	for i := 0.0; i < math.Floor(y); i++ {
		power.Mul(power, root)
	}
	for rest := y - math.Floor(y); rest > 0; {
		root.Sqrt(root)
		rest *= 2
		if rest >= 1 {
			power.Mul(power, root)
			rest--
		}
	}
	pow, _ := power.Float64()
	v := pow * 100
	return int64(math.Floor(v)) + int64(math.Floor(v-math.Floor(v)+0.5))
}

func BenchmarkGenerate(b *testing.B) {
	const n = 4096
	for _, m := range []struct {
		name   string
		fields Fields
	}{
		{"time", EventType | DateTime},
		{"bid-numbers", EventType | DateTime | BidAuction | BidBidder | BidPrice},
		{"bid-extra", EventType | DateTime | BidAuction | BidBidder | BidPrice | BidExtra},
		{"bid-all", EventType | DateTime | bidFields},
		{"auction-numbers", EventType | DateTime | AuctionID | AuctionSeller | AuctionCategory | AuctionExpires},
		{"auction-all", EventType | DateTime | auctionFields},
		{"person-all", EventType | DateTime | personFields},
		{"all", AllFields},
	} {
		b.Run(m.name, func(b *testing.B) {
			g := NewGenerator(DefaultConfig(), Split{FirstID: 1})
			var dst Columns
			g.Generate(0, n, m.fields, &dst)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				g.Generate(int64(i)*n, n, m.fields, &dst)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/event")
		})
	}
}
