package nexmark

import (
	"fmt"
	"math"
)

// Config is what decides the event sequence. The zero value is not usable; see DefaultConfig.
type Config struct {
	// EventRate is the number of events per second of event time, over all splits.
	EventRate int
	// Generators is the number of splits that share EventRate: each makes its events at EventRate / Generators.
	// It is the job's default parallelism.
	Generators int
	// BaseTimeMs is the time just before the first event, in milliseconds since 1970.
	BaseTimeMs int64

	// Of (PersonProportion + AuctionProportion + BidProportion) events so many are of each kind.
	PersonProportion  int
	AuctionProportion int
	BidProportion     int

	// Average sizes of a row in bytes; the "extra" column fills a row up to it.
	PersonSize  int
	AuctionSize int
	BidSize     int

	// One in HotAuctionRatio bids goes to an auction that is not the hot one; likewise for the other two.
	HotAuctionRatio int
	HotBidderRatio  int
	HotSellerRatio  int

	// Events is the number of events over all splits; 0: as many as the public generator allows.
	Events int64
	// StopAt ends all splits together after so many events; negative: does nothing.
	StopAt int64
}

// DefaultConfig returns the defaults of the public generator for one split and base time 0.
func DefaultConfig() Config {
	return Config{
		EventRate: 10_000, Generators: 1,
		PersonProportion: 1, AuctionProportion: 3, BidProportion: 46,
		PersonSize: 200, AuctionSize: 500, BidSize: 100,
		HotAuctionRatio: 2, HotBidderRatio: 4, HotSellerRatio: 4,
		StopAt: -1,
	}
}

// sizeMax is the largest average size of a row, 1 GiB: a string has to fit 32-bit offsets.
const sizeMax = 1 << 30

// Validate refuses numbers for which the public generator would fail or make nothing.
func (c Config) Validate() error {
	for _, o := range []struct {
		key             string
		value, min, max int
	}{
		{"first-event.rate", c.EventRate, 1, math.MaxInt32},
		{"person.proportion", c.PersonProportion, 0, math.MaxInt32},
		{"auction.proportion", c.AuctionProportion, 0, math.MaxInt32},
		{"bid.proportion", c.BidProportion, 0, math.MaxInt32},
		{"person.avg-size", c.PersonSize, 0, sizeMax},
		{"auction.avg-size", c.AuctionSize, 0, sizeMax},
		{"bid.avg-size", c.BidSize, 0, sizeMax},
		{"bid.hot-ratio.auctions", c.HotAuctionRatio, 1, math.MaxInt32},
		{"bid.hot-ratio.bidders", c.HotBidderRatio, 1, math.MaxInt32},
		{"auction.hot-ratio.sellers", c.HotSellerRatio, 1, math.MaxInt32},
	} {
		if o.value < o.min || o.value > o.max {
			return fmt.Errorf("option '%s' is %d; it must be from %d to %d", o.key, o.value, o.min, o.max)
		}
	}
	if c.Events < 0 {
		return fmt.Errorf("option 'events.num' is %d; give a number of events, or 0 for an endless stream", c.Events)
	}
	total := int64(c.PersonProportion) + int64(c.AuctionProportion) + int64(c.BidProportion)
	if total == 0 {
		return fmt.Errorf("options 'person.proportion', 'auction.proportion' and 'bid.proportion' are all 0; at least one must be positive")
	}
	if total > math.MaxInt32 {
		return fmt.Errorf("options 'person.proportion', 'auction.proportion' and 'bid.proportion' add up to %d; the limit is %d", total, math.MaxInt32)
	}
	return nil
}

func (c Config) total() int64 {
	return int64(c.PersonProportion) + int64(c.AuctionProportion) + int64(c.BidProportion)
}

// maxEvents is the number of events of all splits together.
func (c Config) maxEvents() int64 {
	if c.Events > 0 {
		return c.Events
	}
	// The public generator's bound for an endless stream; it decides where the ids of the second split begin.
	widest := max(c.PersonSize, c.AuctionSize, c.BidSize, 1)
	return math.MaxInt64 / (c.total() * int64(widest))
}

// delayUs is the event time between two events of a split, in microseconds.
func (c Config) delayUs() float64 {
	return 1_000_000.0 / float64(c.EventRate) * float64(c.Generators)
}

// Split is the part of the sequence that one reader makes: event ids FirstID+1 … FirstID+Events. All splits
// cover the same event time.
type Split struct {
	FirstID int64
	Events  int64
}

// Splits cuts the sequence into n parts as the public source does.
func (c Config) Splits(n int) []Split {
	events, stop := c.maxEvents(), c.StopAt
	list := make([]Split, n)
	firstID := int64(1)
	eachEvents, eachStop := events/int64(n), stop/int64(n)
	for i := range list {
		if i == n-1 { // the rest of the division
			eachEvents = events - eachEvents*int64(n-1)
			eachStop = stop - eachStop*int64(n-1)
		}
		list[i] = Split{FirstID: firstID, Events: eachEvents}
		if stop >= 0 {
			list[i].Events = min(eachEvents, eachStop)
		}
		firstID += eachEvents
	}
	return list
}
