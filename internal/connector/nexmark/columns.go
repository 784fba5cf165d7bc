package nexmark

import "slices"

// Fields is a set of columns to generate. What is not asked for is not computed, where the order of the
// random draws allows.
type Fields uint32

const (
	EventType Fields = 1 << iota
	// DateTime is the time of the row's person, auction or bid, whichever it is.
	DateTime

	PersonID
	PersonName
	PersonEmail
	PersonCard
	PersonCity
	PersonState
	PersonExtra

	AuctionID
	AuctionItem
	AuctionDescription
	AuctionInitialBid
	AuctionReserve
	AuctionExpires
	AuctionSeller
	AuctionCategory
	AuctionExtra

	BidAuction
	BidBidder
	BidPrice
	BidChannel
	BidURL
	BidExtra

	// AllFields is every column.
	AllFields = 1<<iota - 1
)

const (
	personFields  = PersonID | PersonName | PersonEmail | PersonCard | PersonCity | PersonState | PersonExtra
	auctionFields = AuctionID | AuctionItem | AuctionDescription | AuctionInitialBid | AuctionReserve |
		AuctionExpires | AuctionSeller | AuctionCategory | AuctionExtra
	bidFields = BidAuction | BidBidder | BidPrice | BidChannel | BidURL | BidExtra
)

// Values of the column EventType.
const (
	TypePerson  = 0
	TypeAuction = 1
	TypeBid     = 2
)

// Text is a column of strings: row i is Bytes[Offsets[i]:Offsets[i+1]].
type Text struct {
	Offsets []int32
	Bytes   []byte
	rows    int // rows written so far: Offsets[0 … rows] are set
}

// reset begins a column of n rows.
func (t *Text) reset(n int) {
	t.Offsets = sized(t.Offsets, n+1)
	t.Offsets[0] = 0
	t.Bytes = t.Bytes[:0]
	t.rows = 0
}

// skipTo makes the rows up to row empty.
func (t *Text) skipTo(row int) {
	end, skipped := int32(len(t.Bytes)), t.Offsets[t.rows+1:row+1]
	for i := range skipped {
		skipped[i] = end
	}
	t.rows = row
}

// put makes s the string of a row; rows come in order.
func (t *Text) put(row int, s []byte) {
	t.skipTo(row)
	t.Bytes = append(t.Bytes, s...)
	t.end(row)
}

// end closes a row whose string was appended to Bytes after skipTo(row).
func (t *Text) end(row int) {
	t.rows = row + 1
	t.Offsets[t.rows] = int32(len(t.Bytes))
}

// ends returns the offsets to be set for count rows from row on; the caller sets all of them.
func (t *Text) ends(row, count int) []int32 {
	t.skipTo(row)
	t.rows = row + count
	return t.Offsets[row+1:][:count]
}

// Columns receives events. A column of persons has a meaning only in rows of TypePerson, and so on; in the other
// rows numbers are 0 and strings empty. Times are milliseconds since 1970. Columns not asked for are left alone.
// The slices grow as needed and are kept for the next batch.
type Columns struct {
	EventType []int32
	DateTime  []int64

	Person struct {
		ID                                    []int64
		Name, Email, Card, City, State, Extra Text
	}
	Auction struct {
		ID, InitialBid, Reserve, Expires, Seller, Category []int64
		Item, Description, Extra                           Text
	}
	Bid struct {
		Auction, Bidder, Price []int64
		Channel, URL, Extra    Text
	}
}

// number returns the slice of a field of 64-bit numbers, nil for other fields.
func (c *Columns) number(f Fields) *[]int64 {
	switch f {
	case DateTime:
		return &c.DateTime
	case PersonID:
		return &c.Person.ID
	case AuctionID:
		return &c.Auction.ID
	case AuctionInitialBid:
		return &c.Auction.InitialBid
	case AuctionReserve:
		return &c.Auction.Reserve
	case AuctionExpires:
		return &c.Auction.Expires
	case AuctionSeller:
		return &c.Auction.Seller
	case AuctionCategory:
		return &c.Auction.Category
	case BidAuction:
		return &c.Bid.Auction
	case BidBidder:
		return &c.Bid.Bidder
	case BidPrice:
		return &c.Bid.Price
	}
	return nil
}

// text returns the strings of a field, nil for other fields.
func (c *Columns) text(f Fields) *Text {
	switch f {
	case PersonName:
		return &c.Person.Name
	case PersonEmail:
		return &c.Person.Email
	case PersonCard:
		return &c.Person.Card
	case PersonCity:
		return &c.Person.City
	case PersonState:
		return &c.Person.State
	case PersonExtra:
		return &c.Person.Extra
	case AuctionItem:
		return &c.Auction.Item
	case AuctionDescription:
		return &c.Auction.Description
	case AuctionExtra:
		return &c.Auction.Extra
	case BidChannel:
		return &c.Bid.Channel
	case BidURL:
		return &c.Bid.URL
	case BidExtra:
		return &c.Bid.Extra
	}
	return nil
}

// room returns Bytes up to its capacity, which is at least n more than what is used.
func (t *Text) room(n int) (b []byte, used int) {
	used = len(t.Bytes)
	b = slices.Grow(t.Bytes, n)
	return b[:cap(b)], used
}

// begin gives every wanted column room for n rows, numbers at 0.
func (c *Columns) begin(n int, fields Fields) {
	for f := range fields.each {
		if t := c.text(f); t != nil {
			t.reset(n)
		} else if s := c.number(f); s != nil {
			*s = sized(*s, n)
			if f != DateTime { // which every row gets
				clear(*s)
			}
		} else {
			c.EventType = sized(c.EventType, n)
		}
	}
}

// finish closes the strings of n rows.
func (c *Columns) finish(n int, fields Fields) {
	for f := range fields.each {
		if t := c.text(f); t != nil {
			t.skipTo(n)
		}
	}
}

// each yields the single fields of a set.
func (f Fields) each(yield func(Fields) bool) {
	for f != 0 {
		low := f & -f
		if !yield(low) {
			return
		}
		f &^= low
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
