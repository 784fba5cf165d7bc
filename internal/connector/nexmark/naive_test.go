package nexmark

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// The naive twin: the generator as its description reads, one row at a time, every division and every draw in
// place, strings by concatenation. It shares with the generator only the sequence of 32 and 64 random bits.

type naive struct {
	c       Config
	firstID int64
}

func (n naive) time(number int64) int64 {
	return n.c.BaseTimeMs + int64(float64(number)*(1000000.0/float64(n.c.EventRate)*float64(n.c.Generators)))/1000
}

func naiveInt(r *random, bound int64) int64 {
	v := r.nextInt()
	m := int32(bound) - 1
	if int32(bound)&m == 0 {
		return int64(v & m)
	}
	for u := int32(uint32(v) >> 1); ; u = int32(uint32(r.nextInt()) >> 1) {
		if w := u % int32(bound); u+m-w >= 0 {
			return int64(w)
		}
	}
}

func naiveLong(r *random, bound int64) int64 {
	if bound < math.MaxInt32 {
		return naiveInt(r, bound)
	}
	v := r.nextLong() % bound
	return max(v, -v)
}

// naivePrice uses Go's Pow, which is off by some units in the last place. It says false for a value so near to
// a half that this could matter.
func naivePrice(r *random) (int64, bool) {
	u := float64(uint64(r.nextLong())>>11) * 0x1p-53
	x := math.Pow(10, u*6) * 100
	return int64(math.Floor(x + 0.5)), math.Abs(x-math.Floor(x)-0.5) > 1e-5
}

func naiveString(r *random, most int64, special byte) string {
	var b strings.Builder
	for n := 3 + naiveInt(r, most-3); n > 0; n-- {
		if naiveInt(r, 13) == 0 {
			b.WriteByte(special)
		} else {
			b.WriteByte(byte('a' + naiveInt(r, 26)))
		}
	}
	return strings.Trim(b.String(), " ")
}

func naiveExact(r *random, size int) string {
	text := sharedExtra()[:extraTextSize]
	if size < len(text)/2 {
		at := int(naiveInt(r, int64(len(text)-size)))
		return string(text[at : at+size])
	}
	return string(r.appendLetters(nil, size))
}

func naiveExtra(r *random, size, average int) string {
	if size > average {
		return ""
	}
	average -= size
	delta := int(math.Floor(float64(average)*0.2 + 0.5))
	length := average - delta
	if delta != 0 {
		length += int(naiveInt(r, int64(2*delta)))
	}
	return naiveExact(r, length)
}

func (n naive) lastPerson(id int64) int64 {
	epoch, offset := id/n.c.total(), id%n.c.total()
	if offset >= int64(n.c.PersonProportion) {
		offset = int64(n.c.PersonProportion) - 1
	}
	return epoch*int64(n.c.PersonProportion) + offset
}

func (n naive) somePerson(id int64, r *random) int64 {
	people := n.lastPerson(id) + 1
	active := min(people, 1000)
	return people - active + naiveLong(r, active+10)
}

func (n naive) lastAuction(id int64) int64 {
	epoch, offset := id/n.c.total(), id%n.c.total()
	p, a := int64(n.c.PersonProportion), int64(n.c.AuctionProportion)
	switch {
	case offset < p:
		epoch, offset = epoch-1, a-1
	case offset >= p+a:
		offset = a - 1
	default:
		offset -= p
	}
	return epoch*a + offset
}

// row returns all values of the event at a position, in the notation of formatRow.
func (n naive) row(position int64) (text string, sure bool) {
	number := position + 1
	id := n.firstID + number
	r := random(id)
	now := n.time(number)
	rem := id % n.c.total()
	switch {
	case rem < int64(n.c.PersonProportion):
		return n.person(id, now, &r), true
	case rem < int64(n.c.PersonProportion+n.c.AuctionProportion):
		return n.auction(id, number, now, &r)
	}
	return n.bid(id, now, &r)
}

func (n naive) person(id, now int64, r *random) string {
	name := firstNames[naiveInt(r, 11)] + " " + lastNames[naiveInt(r, 9)]
	email := naiveString(r, 7, ' ') + "@" + naiveString(r, 5, ' ') + ".com"
	card := fmt.Sprintf("%04d %04d %04d %04d", naiveInt(r, 10000), naiveInt(r, 10000), naiveInt(r, 10000), naiveInt(r, 10000))
	city, state := cities[naiveInt(r, 10)], states[naiveInt(r, 6)]
	extra := naiveExtra(r, 8+len(name)+len(email)+len(card)+len(city)+len(state), n.c.PersonSize)
	return fmt.Sprintf("0|%d|%s|%s|%s|%s|%s|%d|%s", n.lastPerson(id)+1000, name, email, card, city, state, now, extra)
}

func (n naive) auction(id, number, now int64, r *random) (string, bool) {
	var seller int64
	if naiveInt(r, int64(n.c.HotSellerRatio)) > 0 {
		seller = n.lastPerson(id) / 100 * 100
	} else {
		seller = n.somePerson(id, r)
	}
	category := 10 + naiveInt(r, 5)
	initial, sure := naivePrice(r)
	ahead := 100 * n.c.total() / int64(n.c.AuctionProportion)
	horizon := n.time(number+ahead) - now
	expires := now + 1 + naiveLong(r, max(horizon*2, 1))
	item := naiveString(r, 20, ' ')
	description := naiveString(r, 100, ' ')
	more, sure2 := naivePrice(r)
	extra := naiveExtra(r, 8+len(item)+len(description)+40, n.c.AuctionSize)
	return fmt.Sprintf("1|%d|%s|%s|%d|%d|%d|%d|%d|%d|%s", n.lastAuction(id)+1000, item, description, initial,
		initial+more, now, expires, seller+1000, category, extra), sure && sure2
}

func (n naive) bid(id, now int64, r *random) (string, bool) {
	var auction, bidder int64
	last := n.lastAuction(id)
	if naiveInt(r, int64(n.c.HotAuctionRatio)) > 0 {
		auction = last / 100 * 100
	} else {
		first := max(last-100, 0)
		auction = first + naiveLong(r, last-first+1+10)
	}
	if naiveInt(r, int64(n.c.HotBidderRatio)) > 0 {
		bidder = n.lastPerson(id)/100*100 + 1
	} else {
		bidder = n.somePerson(id, r)
	}
	price, sure := naivePrice(r)
	var c channel
	if naiveInt(r, 2) > 0 {
		c = sharedChannels()[naiveInt(r, 4)]
	} else {
		c = sharedChannels()[4+naiveInt(r, 10000)]
	}
	extra := naiveExtra(r, 32, n.c.BidSize)
	return fmt.Sprintf("2|%d|%d|%d|%s|%s|%d|%s", auction+1000, bidder+2000, price, c.name[:c.nameSize], c.url[:c.urlSize], now, extra), sure
}

// formatRow writes row i of fully generated columns: event type and the values of its ROW, in declared order.
func (c *Columns) formatRow(i int) string {
	text := func(t Text) []byte { return t.Bytes[t.Offsets[i]:t.Offsets[i+1]] }
	var b bytes.Buffer
	switch c.EventType[i] {
	case TypePerson:
		p := &c.Person
		fmt.Fprintf(&b, "0|%d|%s|%s|%s|%s|%s|%d|%s", p.ID[i], text(p.Name), text(p.Email), text(p.Card), text(p.City), text(p.State), c.DateTime[i], text(p.Extra))
	case TypeAuction:
		a := &c.Auction
		fmt.Fprintf(&b, "1|%d|%s|%s|%d|%d|%d|%d|%d|%d|%s", a.ID[i], text(a.Item), text(a.Description), a.InitialBid[i], a.Reserve[i],
			c.DateTime[i], a.Expires[i], a.Seller[i], a.Category[i], text(a.Extra))
	default:
		d := &c.Bid
		fmt.Fprintf(&b, "2|%d|%d|%d|%s|%s|%d|%s", d.Auction[i], d.Bidder[i], d.Price[i], text(d.Channel), text(d.URL), c.DateTime[i], text(d.Extra))
	}
	return b.String()
}
