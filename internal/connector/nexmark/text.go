package nexmark

import (
	"math/bits"
	"strconv"
	"sync"
)

// Seeds of what the public generator draws once per process. Event ids, the seeds of events, begin at 2.
const (
	extraSeed   = 0 // the text that every "extra" is cut out of
	channelSeed = 1 // the four hot URLs, then the URL of every channel
)

const (
	extraTextSize  = 1 << 20
	extraBlock     = 96 // an extra of at most this size is copied as a block
	channelCount   = 10_000
	stringSizeMin  = 3
	hotChannelKind = 4
)

var (
	hotChannels = [hotChannelKind]string{"Google", "Facebook", "Baidu", "Apple"}
	firstNames  = [...]string{"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"}
	lastNames   = [...]string{"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"}
	cities      = [...]string{"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"}
	states      = [...]string{"AZ", "CA", "ID", "OR", "WA", "WY"}
)

// channel is what a bid says about where it came from. It is as wide as the longest one, so that a copy is a few
// moves of fixed size.
type channel struct {
	url      [urlWidth]byte
	name     [nameWidth]byte
	urlSize  uint8
	nameSize uint8
}

const (
	urlWidth  = 80 // 78 are used: 24 + 3*5 + 16 + 12 for "&channel_id=" and 11 for a number
	nameWidth = 16 // 12 are used: "channel-9999"
)

func newChannel(name, url []byte) (c channel) {
	c.nameSize = uint8(copy(c.name[:], name))
	c.urlSize = uint8(copy(c.url[:], url))
	return c
}

// Drawn on first use and then shared by all generators, read only.
var (
	sharedPrices   = sync.OnceValue(newPriceTable)
	sharedExtra    = sync.OnceValue(newExtraText)
	sharedChannels = sync.OnceValue(newChannels)
)

// newExtraText draws the text of 1 MiB that extras are cut out of. Behind it are extraBlock more bytes, so that
// a block may be copied from any place.
func newExtraText() []byte {
	r := random(extraSeed)
	return r.appendLetters(make([]byte, 0, extraTextSize+extraBlock), extraTextSize)[:extraTextSize+extraBlock]
}

// appendLetters appends n letters, six from each draw. A negative draw gives characters below 'a', as it
// does in the public generator, so the text ranges from 'H' to 'z'.
func (r *random) appendLetters(dst []byte, n int) []byte {
	rest, left := int32(0), 0
	for ; n > 0; n-- {
		if left == 0 {
			rest, left = r.nextInt(), 6
		}
		dst = append(dst, byte('a'+rest%26))
		rest /= 26
		left--
	}
	return dst
}

// newChannels returns the hot channels followed by the 10 000 others.
func newChannels() []channel {
	r := random(channelSeed)
	list := make([]channel, 0, hotChannelKind+channelCount)
	var url, label []byte
	for _, name := range hotChannels {
		url = r.appendURL(url[:0])
		list = append(list, newChannel(append(label[:0], name...), url))
	}
	ten := newBound(10)
	for i := range channelCount {
		url = r.appendURL(url[:0])
		if r.below(ten) > 0 {
			id := int32(bits.Reverse32(uint32(i)))
			if id < 0 {
				id = -id // stays negative for the smallest number, as Math.abs does
			}
			url = strconv.AppendInt(append(url, "&channel_id="...), int64(id), 10)
		}
		label = strconv.AppendInt(append(label[:0], "channel-"...), int64(i), 10)
		list = append(list, newChannel(label, url))
	}
	return list
}

func (r *random) appendURL(dst []byte) []byte {
	dst = append(dst, "https://www.nexmark.com/"...)
	for range 3 {
		dst = r.appendString(dst, newBound(5-stringSizeMin), '_')
		dst = append(dst, '/')
	}
	return append(dst, "item.htm?query=1"...)
}

// appendString appends 3 + [0, sizes) characters, of which one in thirteen is special, the others a to z.
// Blanks at both ends are then cut off.
func (r *random) appendString(dst []byte, sizes bound, special byte) []byte {
	n := stringSizeMin + int(r.below(sizes))
	from := len(dst)
	s := uint64(*r)
	for range n {
		// Two draws unless the first says special. The second does not wait for the first: a branch that is
		// wrong once in thirteen times is cheaper than a chain of multiplications from character to character.
		a, b := mix32(s+gamma)>>1, mix32(s+gamma2)>>1
		if a >= 13*(1<<31/13) || b >= 26*(1<<31/26) {
			r := random(s)
			dst = append(dst, r.character(special))
			s = uint64(r)
			continue
		}
		if a%13 == 0 {
			dst = append(dst, special)
			s += gamma
			continue
		}
		dst = append(dst, byte('a'+b%26))
		s += gamma2
	}
	*r = random(s)
	if special == ' ' {
		dst = trimFrom(dst, from)
	}
	return dst
}

// character is one step of appendString in which a draw may have to be repeated.
func (r *random) character(special byte) byte {
	if r.below(bound13) == 0 {
		return special
	}
	return byte('a' + r.below(bound26))
}

// trimFrom cuts blanks off both ends of dst[from:].
func trimFrom(dst []byte, from int) []byte {
	for len(dst) > from && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	lead := from
	for lead < len(dst) && dst[lead] == ' ' {
		lead++
	}
	if lead == from {
		return dst
	}
	return append(dst[:from], dst[lead:]...)
}

var (
	bound13 = newBound(13)
	bound26 = newBound(26)
)

// extraSize says how long the "extra" of a row is: what brings the row to its average size, give or take a fifth.
type extraSize struct {
	min    int
	spread bound // of the size above min; 0: always min, without a draw
	none   bool  // the row is already larger: no text and no draw
}

func newExtraSize(rowSize, averageSize int) extraSize {
	if rowSize > averageSize {
		return extraSize{none: true}
	}
	average := averageSize - rowSize
	delta := int(float64(average)*0.2 + 0.5)
	e := extraSize{min: average - delta}
	if delta > 0 {
		e.spread = newBound(2 * delta)
	}
	return e
}

// max is the size of the longest extra.
func (e extraSize) max() int {
	if e.spread.n == 0 {
		return e.min
	}
	return e.min + int(e.spread.n) - 1
}

// draw draws the size of an extra.
func (e extraSize) draw(r *random) int {
	if e.spread.n == 0 {
		return e.min
	}
	return e.min + int(r.below(e.spread))
}

// appendExtra draws size and place of an extra and appends it.
func (r *random) appendExtra(dst []byte, e extraSize, text []byte) []byte {
	if e.none {
		return dst
	}
	size := e.draw(r)
	if size >= extraTextSize/2 {
		return r.appendLetters(dst, size)
	}
	at := r.under(uint32(extraTextSize - size))
	return append(dst, text[at:int(at)+size]...)
}
