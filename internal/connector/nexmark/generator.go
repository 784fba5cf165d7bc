package nexmark

// Generator makes the events of one split, in any order of ranges. It is not safe for concurrent use.
//
// An event is a function of its id alone: kind, ids and time follow from the id by arithmetic, everything else
// from draws of a random sequence seeded with the id. The order of the draws within an event is that of the public
// generator, so a column costs its own draws and those before it, and nothing of what comes after it.
type Generator struct {
	config  Config
	firstID int64
	delayUs float64

	total     int64 // events per epoch: persons, then auctions, then bids
	persons   int64 // of them
	auctions  int64
	prices    *priceTable
	extra     []byte    // set when a column needs it
	channels  []channel // likewise
	hotBid    bound
	hotBidder bound
	hotSeller bound
	bidExtra  extraSize
	horizon   int64 // events until the auctions now in flight are over

	// extraPlaces[i] is the bound of the place of a bid's extra of the least size + i, for extras copied as blocks.
	extraPlaces []bound

	seeds   [chunkRows]uint64 // state of the random sequence of each event of a chunk of bids
	scratch []byte
}

// chunkRows bounds the rows that one pass over the draws handles, so that their states stay in the first cache.
const chunkRows = 256

const (
	firstAuctionID  = 1000
	firstPersonID   = 1000
	firstCategoryID = 10

	hotGroup        = 100  // one person or auction of so many is hot
	inFlight        = 100  // auctions that take bids at any time
	activePeople    = 1000 // persons that bid and sell
	idLead          = 10   // ids that may be used before they exist
	categories      = 5
	bidNumbersBytes = 8 + 8 + 8 + 8
)

// NewGenerator returns a generator for one split of a valid configuration.
func NewGenerator(c Config, s Split) *Generator {
	g := &Generator{
		config: c, firstID: s.FirstID, delayUs: c.delayUs(),
		total: c.total(), persons: int64(c.PersonProportion), auctions: int64(c.AuctionProportion),
		prices:    sharedPrices(),
		hotBid:    newBound(c.HotAuctionRatio),
		hotBidder: newBound(c.HotBidderRatio),
		hotSeller: newBound(c.HotSellerRatio),
		bidExtra:  newExtraSize(bidNumbersBytes, c.BidSize),
	}
	if !g.bidExtra.none && g.bidExtra.max() <= extraBlock {
		for size := g.bidExtra.min; size <= g.bidExtra.max(); size++ {
			g.extraPlaces = append(g.extraPlaces, newBound(extraTextSize-size))
		}
	}
	if g.auctions > 0 {
		g.horizon = inFlight * g.total / g.auctions
	}
	return g
}

// TimeMs is the event time of the split's event with this position; position 0 is its first event.
func (g *Generator) TimeMs(position int64) int64 {
	return g.time(position + 1)
}

// time is the event time of an event number; they begin with 1.
func (g *Generator) time(number int64) int64 {
	return g.config.BaseTimeMs + int64(float64(number)*g.delayUs)/1000
}

// Generate puts the n events from position from of the split into rows 0 … n-1 of dst.
func (g *Generator) Generate(from int64, n int, fields Fields, dst *Columns) {
	g.load(fields)
	dst.begin(n, fields)
	if fields&DateTime != 0 {
		g.times(from+1, dst.DateTime)
	}
	id := g.firstID + 1 + from
	epoch, offset := id/g.total, id%g.total
	for row := 0; row < n; {
		// One run of events of the same kind.
		kind, end := int32(TypeBid), g.total
		switch {
		case offset < g.persons:
			kind, end = TypePerson, g.persons
		case offset < g.persons+g.auctions:
			kind, end = TypeAuction, g.persons+g.auctions
		}
		count := int(min(end-offset, int64(n-row), chunkRows))
		if fields&EventType != 0 {
			fill(dst.EventType[row:row+count], kind)
		}
		run := run{row: row, count: count, id: id, epoch: epoch, offset: offset}
		switch kind {
		case TypePerson:
			g.makePersons(run, fields, dst)
		case TypeAuction:
			g.makeAuctions(run, from+1+int64(row), fields, dst)
		default:
			g.makeBids(run, fields, dst)
		}
		row, id, offset = row+count, id+int64(count), offset+int64(count)
		if offset == g.total {
			epoch, offset = epoch+1, 0
		}
	}
	dst.finish(n, fields)
}

// run is a stretch of events of one kind within one epoch.
type run struct {
	row, count    int
	id            int64 // of the first event
	epoch, offset int64 // its place: id = epoch*total + offset
}

// load gets the shared texts that the fields need.
func (g *Generator) load(fields Fields) {
	if g.extra == nil && fields&(PersonExtra|AuctionExtra|BidExtra) != 0 {
		g.extra = sharedExtra()
	}
	if g.channels == nil && fields&(BidChannel|BidURL) != 0 {
		g.channels = sharedChannels()
	}
}

func (g *Generator) times(number int64, dst []int64) {
	base, delay := g.config.BaseTimeMs, g.delayUs
	for i := range dst {
		dst[i] = base + int64(float64(number+int64(i))*delay)/1000
	}
}

// lastPerson is the newest person's number, from 0, seen from an event at this place.
func (g *Generator) lastPerson(epoch, offset int64) int64 {
	if offset >= g.persons {
		offset = g.persons - 1
	}
	return epoch*g.persons + offset
}

// people is the range of persons that an event may name: [first, first+count).
func (g *Generator) people(epoch, offset int64) (first int64, count int) {
	existing := g.lastPerson(epoch, offset) + 1
	active := min(existing, activePeople)
	return existing - active, int(active) + idLead
}

func fill(s []int32, v int32) {
	for i := range s {
		s[i] = v
	}
}
