package nexmark

// makeBids makes a run of bids column by column. Every pass continues the random sequence of each event where
// the pass before left it.
func (g *Generator) makeBids(r run, fields Fields, dst *Columns) {
	if fields&bidFields == 0 {
		return
	}
	seeds := g.seeds[:r.count]
	for i := range seeds {
		seeds[i] = uint64(r.id + int64(i))
	}
	from, to := r.row, r.row+r.count

	var auctions, bidders []int64
	if fields&BidAuction != 0 {
		auctions = dst.Bid.Auction[from:to]
	}
	last := r.epoch*g.auctions + g.auctions - 1
	first := max(last-inFlight, 0)
	hotOr(seeds, auctions, g.hotBid, last/hotGroup*hotGroup+firstAuctionID,
		first+firstAuctionID, newBound(int(last-first)+1+idLead))
	if fields&(bidFields&^BidAuction) == 0 {
		return
	}

	if fields&BidBidder != 0 {
		bidders = dst.Bid.Bidder[from:to]
	}
	// The public generator adds the first id twice; joins of bids with persons depend on it.
	const base = 2 * firstPersonID
	last = g.lastPerson(r.epoch, r.offset)
	first, count := g.people(r.epoch, r.offset)
	hotOr(seeds, bidders, g.hotBidder, last/hotGroup*hotGroup+1+base, first+base, newBound(count))
	if fields&(bidFields&^(BidAuction|BidBidder)) == 0 {
		return
	}

	if fields&BidPrice != 0 {
		g.bidPrices(seeds, dst.Bid.Price[from:to])
	} else {
		for i := range seeds {
			seeds[i] += gamma
		}
	}
	if fields&(BidChannel|BidURL|BidExtra) == 0 {
		return
	}
	g.bidChannels(seeds, from, fields, dst)
	if fields&BidExtra != 0 {
		g.bidExtras(seeds, from, &dst.Bid.Extra)
	}
}

// hotOr draws for each event: with probability 1 - 1/ratio the hot id, else one of first + [0, others).
// dst is nil when only the sequence has to move on.
func hotOr(seeds []uint64, dst []int64, ratio bound, hot, first int64, others bound) {
	if dst != nil {
		dst = dst[:len(seeds)]
	}
	for i, s := range seeds {
		// Both draws are mixed at once and one is chosen: a branch on a coin would cost more than the second draw.
		heads, ok := ratio.reduce(mix32(s + gamma))
		v, ok2 := others.reduce(mix32(s + gamma2))
		if !ok || !ok2 {
			heads, v, s = hotOrRejected(s, ratio, others)
		} else {
			step := uint64(gamma2)
			if heads > 0 {
				step = gamma
			}
			s += step
		}
		seeds[i] = s
		id := first + int64(v)
		if heads > 0 {
			id = hot
		}
		if dst != nil {
			dst[i] = id
		}
	}
}

// hotOrRejected is one step of hotOr in which a draw may have to be repeated.
func hotOrRejected(s uint64, ratio, others bound) (heads, v uint32, next uint64) {
	r := random(s)
	heads = r.below(ratio)
	if heads == 0 {
		v = r.below(others)
	}
	return heads, v, uint64(r)
}

func (g *Generator) bidPrices(seeds []uint64, dst []int64) {
	prices := g.prices
	dst = dst[:len(seeds)]
	for i, s := range seeds {
		s += gamma
		seeds[i] = s
		dst[i] = prices.price(mix64(s))
	}
}

var boundChannels = newBound(channelCount)

// bidChannels draws the channel: half of the bids come from one of four hot ones.
func (g *Generator) bidChannels(seeds []uint64, row int, fields Fields, dst *Columns) {
	var picks [chunkRows]uint16
	for i, s := range seeds {
		hot := mix32(s+gamma) & 1
		raw := mix32(s + gamma2)
		v, ok := boundChannels.reduce(raw)
		pick := hotChannelKind + v
		s += gamma2
		if hot > 0 {
			pick = raw & (hotChannelKind - 1)
		} else if !ok {
			r := random(s)
			pick = hotChannelKind + r.below(boundChannels)
			s = uint64(r)
		}
		seeds[i] = s
		picks[i] = uint16(pick)
	}
	if fields&BidChannel != 0 {
		g.putNames(picks[:len(seeds)], row, &dst.Bid.Channel)
	}
	if fields&BidURL != 0 {
		g.putURLs(picks[:len(seeds)], row, &dst.Bid.URL)
	}
}

func (g *Generator) putNames(picks []uint16, row int, dst *Text) {
	ends := dst.ends(row, len(picks))
	b, n := dst.room(len(picks) * nameWidth)
	for i, pick := range picks {
		c := &g.channels[pick]
		*(*[nameWidth]byte)(b[n:]) = c.name
		n += int(c.nameSize)
		ends[i] = int32(n)
	}
	dst.Bytes = b[:n]
}

func (g *Generator) putURLs(picks []uint16, row int, dst *Text) {
	ends := dst.ends(row, len(picks))
	b, n := dst.room(len(picks) * urlWidth)
	for i, pick := range picks {
		c := &g.channels[pick]
		*(*[urlWidth]byte)(b[n:]) = c.url
		n += int(c.urlSize)
		ends[i] = int32(n)
	}
	dst.Bytes = b[:n]
}

func (g *Generator) bidExtras(seeds []uint64, row int, dst *Text) {
	ends := dst.ends(row, len(seeds))
	if g.extraPlaces == nil {
		for i, s := range seeds {
			r := random(s)
			dst.Bytes = r.appendExtra(dst.Bytes, g.bidExtra, g.extra)
			ends[i] = int32(len(dst.Bytes))
		}
		return
	}
	// All places first, then all copies, so that the reads of far places overlap.
	var places [chunkRows]uint32
	b, n := dst.room(len(seeds) * extraBlock)
	end := n
	for i, s := range seeds {
		r := random(s)
		size := g.bidExtra.draw(&r)
		places[i] = r.below(g.extraPlaces[size-g.bidExtra.min])
		end += size
		ends[i] = int32(end)
	}
	for i, end := range ends {
		*(*[extraBlock]byte)(b[n:]) = *(*[extraBlock]byte)(g.extra[places[i]:])
		n = int(end)
	}
	dst.Bytes = b[:n]
}
