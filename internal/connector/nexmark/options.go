package nexmark

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
)

// options is what a table's WITH clause says.
type options struct {
	config Config
	// baseTime is false if Config.BaseTimeMs is to be the time at which the job starts.
	baseTime bool
	// paced events are emitted when they are due: as long after the job's start as after the base time.
	paced bool
	// keepAlive sources stay after their last event.
	keepAlive bool
	// warnings name options that are set and do nothing.
	warnings []string
}

// bounded says whether the source ends by itself.
func (o *options) bounded() bool {
	return !o.keepAlive && (o.config.Events > 0 || o.config.StopAt >= 0)
}

func parseOptions(values map[string]string) (*options, error) {
	v := connector.NewOptions("nexmark", values)
	d := DefaultConfig()
	number := func(name string, def int) int { return int(v.Int(name, int64(def))) }
	size := func(name string, def int) int { return int(v.Bytes(name, int64(def))) }
	o := &options{
		config: Config{
			EventRate:         number("first-event.rate", d.EventRate),
			Generators:        1, // set by the enumerator
			PersonProportion:  number("person.proportion", d.PersonProportion),
			AuctionProportion: number("auction.proportion", d.AuctionProportion),
			BidProportion:     number("bid.proportion", d.BidProportion),
			PersonSize:        size("person.avg-size", d.PersonSize),
			AuctionSize:       size("auction.avg-size", d.AuctionSize),
			BidSize:           size("bid.avg-size", d.BidSize),
			HotAuctionRatio:   number("bid.hot-ratio.auctions", d.HotAuctionRatio),
			HotBidderRatio:    number("bid.hot-ratio.bidders", d.HotBidderRatio),
			HotSellerRatio:    number("auction.hot-ratio.sellers", d.HotSellerRatio),
			Events:            v.Int("events.num", 0),
			StopAt:            v.Int("stop-at", -1),
		},
		baseTime:  v.Has("base-time"),
		paced:     !v.Bool("max-emit-speed", true),
		keepAlive: v.Bool("keep-alive", false),
	}
	if v.Bool("rate.limited", false) {
		o.paced = true
	}
	o.readIdle(v)
	if o.baseTime {
		ms, err := parseTime(v.String("base-time", ""))
		if err != nil {
			v.Fail(err)
		}
		o.config.BaseTimeMs = ms
	}
	if err := v.Done(); err != nil {
		return nil, err
	}
	return o, o.config.Validate()
}

// readIdle checks the options that change nothing in the public connector either.
func (o *options) readIdle(v *connector.Options) {
	warn := func(format string, args ...any) {
		o.warnings = append(o.warnings, fmt.Sprintf(format, args...))
	}
	if shape := v.Enum("rate.shape", "SQUARE", "SQUARE", "SINE"); shape != "SQUARE" {
		warn("option 'rate.shape' = '%s' has no effect: the nexmark generator emits at the constant 'first-event.rate'", shape)
	}
	if v.Has("rate.period") {
		v.Duration("rate.period", 0)
		warn("option 'rate.period' has no effect: the nexmark generator emits at the constant 'first-event.rate'")
	}
	next := v.Int("next-event.rate", int64(o.config.EventRate))
	if next != int64(o.config.EventRate) {
		warn("option 'next-event.rate' = '%d' has no effect: the nexmark generator emits at the constant 'first-event.rate' = '%d'", next, o.config.EventRate)
	}
}

var timeLayouts = [...]string{"2006-01-02 15:04:05.999", "2006-01-02T15:04:05.999", "2006-01-02"}

// parseTime reads the base time: milliseconds since 1970, or a timestamp without time zone.
func parseTime(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil {
		if ms < -timeLimitMs || ms > timeLimitMs {
			return 0, fmt.Errorf("option 'base-time' of connector 'nexmark' is %s ms since 1970, which is not within the years 0001 to 9999", s)
		}
		return ms, nil
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("option 'base-time' of connector 'nexmark' is %q, but must be a timestamp such as '2024-01-31 12:00:00' or a number of milliseconds since 1970", s)
}

// timeLimitMs is the year 9999, in milliseconds since 1970.
const timeLimitMs = 253_402_300_799_999
