package main

import (
	"fmt"
	"strings"
)

// sensors: a reading about every second, epoch milliseconds, up to 4 s out of order, quiet for two minutes once.
func sensors() string {
	d, b := seeded(6), &strings.Builder{}
	at := start.UnixMilli()
	for i := range 400 {
		at += int64(d.between(0, 1900))
		if i == 200 {
			at += 120_000
		}
		csvRow(b, fmt.Sprintf("s%d", d.between(1, 5)), at-int64(d.between(0, 4000)), d.or(14, quarters(d.between(-60, 160))),
			d.or(20, fmt.Sprint(d.between(0, 100))), pick(d, "ok", "ok", "ok", "warn", "fail"))
	}
	return b.String()
}

// late: whole seconds, one row in ten minutes behind its neighbours, so that every window query drops some.
func late() string {
	d, b := seeded(7), &strings.Builder{}
	seconds := 0
	for i := 1; i <= 200; i++ {
		seconds += d.between(1, 6)
		at := seconds
		if d.one(10) {
			at -= d.between(30, 240)
		}
		csvRow(b, i, pick(d, "a", "b", "c"), d.between(1, 50), stamp(at))
	}
	return b.String()
}

const firstPerson, firstAuction = 1000, 1000

func persons() string {
	d, b := seeded(8), &strings.Builder{}
	for i := range 40 {
		csvRow(b, firstPerson+i, pick(d, "Peter", "Paul", "Vicky", "Kate", "Sarah")+" "+pick(d, "Jones", "Spencer", "Smith"),
			fmt.Sprintf("p%d@%s.example", i, pick(d, "a", "b")), fmt.Sprintf("%04d %04d", d.between(0, 9999), d.between(0, 9999)),
			pick(d, "Phoenix", "Portland", "Boise", "Bend"), pick(d, "OR", "ID", "CA", "AZ", "WA"), stamp(i*9), "extra")
	}
	return b.String()
}

func auctions() string {
	d, b := seeded(9), &strings.Builder{}
	for i := range 90 {
		at := i*4 + d.between(0, 3)
		initial := d.between(1, 500)
		csvRow(b, firstAuction+i, fmt.Sprintf("item %d", d.between(1, 30)), "a description, with comma", initial, initial+d.between(0, 500),
			stamp(at), stamp(at+d.between(5, 90)), firstPerson+d.IntN(40), d.between(10, 14), "extra")
	}
	return b.String()
}

func bids() string {
	d, b := seeded(10), &strings.Builder{}
	for i := range 600 {
		at := i*6/10 + d.between(0, 2)
		auction := firstAuction + min(i/7+d.between(0, 4), 89)
		if d.one(4) {
			auction = firstAuction + 7*(i/60)
		}
		channel := pick(d, "Google", "Facebook", "Baidu", "Apple", fmt.Sprintf("channel-%d", d.between(1, 40)))
		query := ""
		if strings.HasPrefix(channel, "channel-") && d.one(2) {
			query = "&channel_id=" + channel[len("channel-"):]
		}
		csvRow(b, auction, firstPerson+d.IntN(40), d.between(10, 9000)*100+i%100, channel,
			fmt.Sprintf("https://www.nexmark.example/%s/%s/item.htm?query=1%s", pick(d, "abc", "de"), pick(d, "fo", "bar"), query),
			stamp(at), "extra"+strings.Repeat("c", d.IntN(3)))
	}
	return b.String()
}
