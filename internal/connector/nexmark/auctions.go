package nexmark

var (
	boundCategories  = newBound(categories)
	boundItem        = newBound(20 - stringSizeMin)
	boundDescription = newBound(100 - stringSizeMin)
)

const auctionNumbersBytes = 8 + 8 + 8 + 8 + 8 + 8

// makeAuctions makes a run of auctions row by row: they are few, and their text decides how long it takes.
func (g *Generator) makeAuctions(r run, number int64, fields Fields, dst *Columns) {
	if fields&auctionFields == 0 {
		return
	}
	a := &dst.Auction
	first, count := g.people(r.epoch, r.offset)
	others := newBound(count)
	hot := g.lastPerson(r.epoch, r.offset) / hotGroup * hotGroup
	for i := range r.count {
		row := r.row + i
		rnd := random(r.id + int64(i))
		if fields&AuctionID != 0 {
			a.ID[row] = r.epoch*g.auctions + (r.offset - g.persons) + int64(i) + firstAuctionID
		}
		seller := hot
		if rnd.below(g.hotSeller) == 0 {
			seller = first + int64(rnd.below(others))
		}
		if fields&AuctionSeller != 0 {
			a.Seller[row] = seller + firstPersonID
		}
		if fields&(auctionFields&^(AuctionID|AuctionSeller)) == 0 {
			continue
		}
		category := firstCategoryID + int64(rnd.below(boundCategories))
		if fields&AuctionCategory != 0 {
			a.Category[row] = category
		}
		bidDraw := rnd.nextLong()
		if fields&AuctionInitialBid != 0 {
			a.InitialBid[row] = g.prices.price(uint64(bidDraw))
		}
		if fields&(AuctionExpires|AuctionItem|AuctionDescription|AuctionReserve|AuctionExtra) == 0 {
			continue
		}
		now := g.time(number + int64(i))
		expires := now + 1 + rnd.boundedLong(max(2*(g.time(number+int64(i)+g.horizon)-now), 1))
		if fields&AuctionExpires != 0 {
			a.Expires[row] = expires
		}
		if fields&(AuctionItem|AuctionDescription|AuctionReserve|AuctionExtra) != 0 {
			g.auctionText(rnd, uint64(bidDraw), row, fields, dst)
		}
	}
}

// auctionText makes what follows the draws of an auction's numbers. The reserve is drawn after the
// description, and the size of the extra depends on both texts.
func (g *Generator) auctionText(rnd random, bidDraw uint64, row int, fields Fields, dst *Columns) {
	a := &dst.Auction
	g.scratch = rnd.appendString(g.scratch[:0], boundItem, ' ')
	item := len(g.scratch)
	if fields&AuctionItem != 0 {
		a.Item.put(row, g.scratch)
	}
	if fields&(AuctionDescription|AuctionReserve|AuctionExtra) == 0 {
		return
	}
	g.scratch = rnd.appendString(g.scratch[:0], boundDescription, ' ')
	if fields&AuctionDescription != 0 {
		a.Description.put(row, g.scratch)
	}
	reserve := rnd.nextLong()
	if fields&AuctionReserve != 0 {
		a.Reserve[row] = g.prices.price(bidDraw) + g.prices.price(uint64(reserve))
	}
	if fields&AuctionExtra != 0 {
		size := newExtraSize(auctionNumbersBytes+item+len(g.scratch), g.config.AuctionSize)
		a.Extra.skipTo(row)
		a.Extra.Bytes = rnd.appendExtra(a.Extra.Bytes, size, g.extra)
		a.Extra.end(row)
	}
}
