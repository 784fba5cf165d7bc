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

// numberColumn ties a field to its slice.
type numberColumn struct {
	field Fields
	data  *[]int64
}

// textColumn ties a field to its strings.
type textColumn struct {
	field Fields
	data  *Text
}

func (c *Columns) numbers() [10]numberColumn {
	return [...]numberColumn{
		{PersonID, &c.Person.ID},
		{AuctionID, &c.Auction.ID},
		{AuctionInitialBid, &c.Auction.InitialBid},
		{AuctionReserve, &c.Auction.Reserve},
		{AuctionExpires, &c.Auction.Expires},
		{AuctionSeller, &c.Auction.Seller},
		{AuctionCategory, &c.Auction.Category},
		{BidAuction, &c.Bid.Auction},
		{BidBidder, &c.Bid.Bidder},
		{BidPrice, &c.Bid.Price},
	}
}

func (c *Columns) texts() [12]textColumn {
	return [...]textColumn{
		{PersonName, &c.Person.Name},
		{PersonEmail, &c.Person.Email},
		{PersonCard, &c.Person.Card},
		{PersonCity, &c.Person.City},
		{PersonState, &c.Person.State},
		{PersonExtra, &c.Person.Extra},
		{AuctionItem, &c.Auction.Item},
		{AuctionDescription, &c.Auction.Description},
		{AuctionExtra, &c.Auction.Extra},
		{BidChannel, &c.Bid.Channel},
		{BidURL, &c.Bid.URL},
		{BidExtra, &c.Bid.Extra},
	}
}

// room returns Bytes up to its capacity, which is at least n more than what is used.
func (t *Text) room(n int) (b []byte, used int) {
	used = len(t.Bytes)
	b = slices.Grow(t.Bytes, n)
	return b[:cap(b)], used
}

// begin gives every wanted column room for n rows, numbers at 0.
func (c *Columns) begin(n int, fields Fields) {
	if fields&EventType != 0 {
		c.EventType = sized(c.EventType, n)
	}
	if fields&DateTime != 0 {
		c.DateTime = sized(c.DateTime, n)
	}
	for _, col := range c.numbers() {
		if fields&col.field != 0 {
			*col.data = sized(*col.data, n)
			clear(*col.data)
		}
	}
	for _, col := range c.texts() {
		if fields&col.field != 0 {
			col.data.reset(n)
		}
	}
}

// finish closes the strings of n rows.
func (c *Columns) finish(n int, fields Fields) {
	for _, col := range c.texts() {
		if fields&col.field != 0 {
			col.data.skipTo(n)
		}
	}
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
