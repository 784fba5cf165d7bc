package nexmark

import (
	"sort"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
)

// reader makes the events of its splits. With several splits (after a rescale) it reads the one that is
// behind in event time.
type reader struct {
	source *source
	splits []*splitReader
	left   int64 // rows until the scan's limit; negative: no limit
	dst    Columns
	now    func() time.Time // the wall clock, for pacing
	due    time.Time        // after Waiting: when the next event is due; zero: never
}

// splitReader is one split and its generator.
type splitReader struct {
	id        string
	position  position
	generator *Generator
}

func newReader(s *source) *reader {
	return &reader{source: s, left: s.limit, now: time.Now}
}

func (r *reader) Add(splits []connector.Split) error {
	for _, s := range splits {
		p, err := decodePosition(s)
		if err != nil {
			return err
		}
		c := r.source.options.config
		c.Generators, c.BaseTimeMs = p.Generators, p.BaseTimeMs
		r.splits = append(r.splits, &splitReader{
			id: s.ID, position: p,
			generator: NewGenerator(c, Split{FirstID: p.FirstID, Events: p.Events}),
		})
	}
	return nil
}

// Read fills b with the next events of one split.
func (r *reader) Read(b *batch.Batch, max int) (connector.Progress, error) {
	if r.left == 0 {
		r.splits = nil
	}
	i, s := r.behind()
	if s == nil {
		if r.source.options.keepAlive {
			r.due = time.Time{}
			return connector.Progress{State: connector.Waiting}, nil
		}
		return connector.Progress{State: connector.Drained}, nil
	}
	if s.position.Emitted >= s.position.Events {
		r.splits = append(r.splits[:i], r.splits[i+1:]...)
		return connector.Progress{State: connector.Finished, Split: s.id}, nil
	}
	n := r.count(s, max)
	if n == 0 {
		return connector.Progress{State: connector.Waiting}, nil
	}
	r.fill(b, s, n)
	s.position.Emitted += int64(n)
	if r.left > 0 {
		r.left -= int64(n)
	}
	return connector.Progress{State: connector.More, Split: s.id}, nil
}

// behind returns the split whose next event is the earliest.
func (r *reader) behind() (at int, s *splitReader) {
	if len(r.splits) == 1 {
		return 0, r.splits[0]
	}
	var least int64
	for i, x := range r.splits {
		if t := x.generator.TimeMs(x.position.Emitted); s == nil || t < least {
			at, s, least = i, x, t
		}
	}
	return at, s
}

// batchBytes bounds the text of one batch, whose offsets have 32 bits.
const batchBytes = 256 << 20

// count is how many events to make now, at most most. If none is due it sets r.due.
func (r *reader) count(s *splitReader, most int) int {
	n := min(int64(most), s.position.Events-s.position.Emitted)
	if r.left > 0 {
		n = min(n, r.left)
	}
	c := &r.source.options.config
	n = min(n, int64(max(1, batchBytes/max(c.PersonSize, c.AuctionSize, c.BidSize, 1024))))
	if !r.source.options.paced {
		return int(n)
	}
	now := r.now()
	if s.position.StartedMs == 0 {
		s.position.StartedMs = now.UnixMilli()
	}
	// Event times do not decrease, so the first event that is not yet due is found by bisection.
	start, nowMs := s.position.StartedMs-s.position.BaseTimeMs, now.UnixMilli()
	ready := sort.Search(int(n), func(i int) bool {
		return start+s.generator.TimeMs(s.position.Emitted+int64(i)) > nowMs
	})
	if ready == 0 {
		r.due = time.UnixMilli(start + s.generator.TimeMs(s.position.Emitted))
	}
	return ready
}

// fill generates into the memory of b's vectors.
func (r *reader) fill(b *batch.Batch, s *splitReader, n int) {
	p := r.source.projection
	fields := p.fields
	if len(p.places) > 0 {
		fields |= EventType // for the validity of the rows
	}
	var placed Fields
	p.vectors(b, func(f Fields, v *batch.Vector) {
		if placed&f == 0 {
			placed |= f
			r.dst.adopt(f, v, n)
		}
	})
	s.generator.Generate(s.position.Emitted, n, fields, &r.dst)
	placed = 0
	p.vectors(b, func(f Fields, v *batch.Vector) {
		r.dst.deliver(f, v, n, placed&f != 0)
		placed |= f
	})
	r.markNulls(b, n)
	b.N = n
}

// markNulls makes every row NULL in the columns of the other kinds. Columns of one kind share the bitmap.
func (r *reader) markNulls(b *batch.Batch, n int) {
	var valid [TypeBid + 1]batch.Bitmap
	for _, at := range r.source.projection.places {
		if at.kind < 0 {
			continue
		}
		if valid[at.kind] == nil {
			valid[at.kind] = equalBits(r.dst.EventType[:n], at.kind)
		}
		v := b.Cols[at.column]
		if at.row {
			v.Resize(n)
		}
		v.Valid = valid[at.kind]
	}
}

// equalBits returns a new bitmap of the positions that have the value.
func equalBits(s []int32, value int32) batch.Bitmap {
	m := batch.MakeBitmap(len(s), false)
	for w := range m {
		part := s[w*64 : min(w*64+64, len(s))]
		var word uint64
		for i, x := range part {
			if x == value {
				word |= 1 << (uint(i) & 63)
			}
		}
		m[w] = word
	}
	return m
}

// Wait returns a channel that yields when the event that was not due is.
func (r *reader) Wait() <-chan struct{} {
	ready := make(chan struct{})
	if !r.due.IsZero() {
		time.AfterFunc(r.due.Sub(r.now()), func() { close(ready) })
	}
	return ready
}

func (r *reader) Positions() ([]connector.Split, error) {
	list := make([]connector.Split, 0, len(r.splits))
	for _, s := range r.splits {
		list = append(list, connector.Split{ID: s.id, State: s.position.encode()})
	}
	return list, nil
}

func (r *reader) Close() error { return nil }
