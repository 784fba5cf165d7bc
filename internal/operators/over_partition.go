package operators

import (
	"strconv"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// partitionOver computes every call over one complete, sorted partition. For
// aggregates it takes the cheapest way that the frames allow:
//
//	whole     all rows have the same frame: one result
//	growing   frames begin with the first row: rows are only added
//	anew      small frames, or functions that cannot take back (exactly): the
//	          frames of many rows at once, each as a group of its own
//	sliding   rows are added and taken back
type partitionOver struct {
	*overBase
	frames []*partitionFrame
	peers  []int32 // first row of the peer group of each row; one entry more: n
	ends   []int32 // end of the peer group of each row
	order  []int64 // value of the order column in the frame's unit
	low    []int32 // frame of each row
	high   []int32
}

// partitionFrame is the calls of one frame.
type partitionFrame struct {
	overFrame
	plain    *partitionSet // takes nothing back
	sliding  *partitionSet // nil: not possible
	inexact  bool          // sums of floats: taking back leaves a difference
	repeated []int32       // result of each row
	scratch  []*batch.Vector
}

// partitionSet is a Set with groups that live for one partition.
type partitionSet struct {
	*aggregate.Set
	groups    aggregate.Groups
	records   []byte
	rows, gid []int32
}

// anewPairs is the number of rows in frames that are aggregated in one go.
const anewPairs = 1 << 15

func newPartitionOver(base *overBase) (*partitionOver, error) {
	p := &partitionOver{overBase: base}
	for _, f := range framesOf(base.spec) {
		pf := &partitionFrame{overFrame: f}
		name := "over." + strconv.Itoa(len(p.frames))
		plain, err := base.newSet(&f, name, false)
		if err != nil {
			return nil, err
		}
		pf.plain = &partitionSet{Set: plain}
		if sliding, err := base.newSet(&f, name+".sliding", true); err == nil {
			pf.sliding = &partitionSet{Set: sliding}
		}
		for _, i := range f.calls {
			c := base.spec.Calls[i]
			pf.inexact = pf.inexact || c.Fn != "COUNT" && len(c.Args) > 0 && (base.spec.Schema[c.Args[0]].Type.IsApproximate() || c.Type.IsApproximate())
			pf.scratch = append(pf.scratch, batch.New(c.Type, 0))
		}
		p.frames = append(p.frames, pf)
	}
	return p, nil
}

// compute appends the values of all calls for the rows of work, whose partition
// has the given key, to vals. sameOrder tells whether a row is a peer of the one
// before it.
func (p *partitionOver) compute(key *state.Keys, sameOrder func(i int) bool) error {
	n := p.work.N
	p.findPeers(n, sameOrder)
	for i := range p.spec.Calls {
		if c := &p.spec.Calls[i]; isPositional(c.Fn) {
			p.positional(c, p.vals[i], n)
		}
	}
	for _, f := range p.frames {
		p.bounds(&f.OverFrame, n)
		if err := p.aggregate(f, key, n); err != nil {
			return err
		}
	}
	return nil
}

func (p *partitionOver) findPeers(n int, sameOrder func(i int) bool) {
	p.peers, p.ends = resize(p.peers, n), resize(p.ends, n)
	for i := range n {
		p.peers[i] = int32(i)
		if i > 0 && sameOrder(i) {
			p.peers[i] = p.peers[i-1]
		}
	}
	for i := n - 1; i >= 0; i-- {
		p.ends[i] = int32(i + 1)
		if i+1 < n && p.peers[i+1] == p.peers[i] {
			p.ends[i] = p.ends[i+1]
		}
	}
}

// positional appends the values of a function of the row's place.
func (p *partitionOver) positional(c *jobgraph.OverCall, out *batch.Vector, n int) {
	dense := int64(0)
	for i := range n {
		if int(p.peers[i]) == i {
			dense++
		}
		switch c.Fn {
		case "ROW_NUMBER":
			appendInteger(out, int64(i+1))
		case "RANK":
			appendInteger(out, int64(p.peers[i])+1)
		case "DENSE_RANK":
			appendInteger(out, dense)
		case "PERCENT_RANK":
			out.AppendFloat64(float64(p.peers[i]) / float64(max(1, n-1)))
		case "CUME_DIST":
			out.AppendFloat64(float64(p.ends[i]) / float64(n))
		case "NTILE":
			buckets, _ := integerAt(p.work.Cols[c.Args[0]], i)
			appendInteger(out, tile(int64(i), int64(n), max(1, buckets)))
		case "LAG":
			shifted(c, -1, p.work, 0, n, i, out)
		case "LEAD":
			shifted(c, 1, p.work, 0, n, i, out)
		}
	}
}

// tile is the bucket of row i among n in as many buckets; the first ones are
// larger by one if n cannot be divided.
func tile(i, n, buckets int64) int64 {
	size, larger := n/buckets, n%buckets
	if i < larger*(size+1) {
		return i/(size+1) + 1
	}
	return larger + (i-larger*(size+1))/size + 1
}

// bounds computes the frame [low, high) of each row.
func (p *partitionOver) bounds(f *jobgraph.OverFrame, n int) {
	p.low, p.high = resize(p.low, n), resize(p.high, n)
	byValue := !f.Rows && (!f.UnboundedPreceding && f.Preceding != 0 || !f.UnboundedFollowing && f.Following != 0)
	if byValue {
		p.orderValues(n)
	}
	low, high := 0, 0 // of frames by value, which only move on
	for i := range n {
		from, to := 0, n
		switch {
		case f.UnboundedPreceding:
		case f.Rows:
			from = int(min(max(0, int64(i)-f.Preceding), int64(n)))
		case f.Preceding == 0 || p.nullOrder(i):
			from = int(p.peers[i])
		default:
			for low < n && (p.nullBefore(low) || p.order[low] < saturated(p.order[i], -f.Preceding)) && !p.nullAfter(low) {
				low++
			}
			from = low
		}
		switch {
		case f.UnboundedFollowing:
		case f.Rows:
			to = int(min(max(0, saturated(int64(i)+1, f.Following)), int64(n)))
		case f.Following == 0 || p.nullOrder(i):
			to = int(p.ends[i])
		default:
			for high < n && (p.nullBefore(high) || p.order[high] <= saturated(p.order[i], f.Following)) && !p.nullAfter(high) {
				high++
			}
			to = high
		}
		p.low[i], p.high[i] = int32(from), int32(max(from, to))
	}
}

// orderValues reads the order column in the unit of frames by value: ms for
// times, else the number itself; descending order as negative numbers.
func (p *partitionOver) orderValues(n int) {
	key := p.spec.Order[0]
	v := p.work.Cols[key.Column]
	divide, times := int64(1), int64(1)
	switch {
	case v.Type.IsTimestamp():
		divide = v.Type.UnitsPerSecond() / 1000
	case v.Type.Kind == types.Date:
		times = 86_400_000
	}
	if key.Descending {
		times = -times
	}
	p.order = resize(p.order, n)
	if v.Type.HasNanos() {
		for i := range n {
			sec, nano := int64(0), int64(0)
			if !v.IsNull(i) {
				sec, nano = v.Moment(i)
			}
			p.order[i] = (sec*1000 + nano/1_000_000) * times
		}
		return
	}
	for i := range n {
		x, _ := integerAt(v, i)
		p.order[i] = floorDiv(x, divide) * times
	}
}

func (p *partitionOver) nullOrder(i int) bool {
	return p.work.Cols[p.spec.Order[0].Column].IsNull(i)
}

func (p *partitionOver) nullBefore(i int) bool {
	return p.nullOrder(i) && !p.spec.Order[0].NullsLast
}

func (p *partitionOver) nullAfter(i int) bool {
	return p.nullOrder(i) && p.spec.Order[0].NullsLast
}

// aggregate appends the values of a frame's calls.
func (p *partitionOver) aggregate(f *partitionFrame, key *state.Keys, n int) error {
	pairs, grows := int64(0), true
	for i := range n {
		pairs += int64(p.high[i] - p.low[i])
		grows = grows && p.low[i] == 0
	}
	switch {
	case grows && int(p.high[0]) == n:
		return p.whole(f, key, n)
	case grows:
		return p.growing(f, key, n)
	case f.sliding != nil && (pairs > 64*int64(n) || f.plain.HasViews()) && !(f.inexact && !f.plain.HasViews() && pairs < 4096*int64(n)):
		return p.slide(f, key, n)
	}
	return p.anew(f, key, n)
}

// begin makes n empty groups.
func (s *partitionSet) begin(key *state.Keys, n int) {
	width := s.Width()
	s.records = resize(s.records, n*width)
	clear(s.records)
	s.groups.Keys, s.groups.Recs = key, s.groups.Recs[:0]
	for k := range n {
		s.groups.Recs = append(s.groups.Recs, s.records[k*width:(k+1)*width:(k+1)*width])
	}
	s.Begin(&s.groups, n)
}

// put adds the rows [from, to) to group 0, or takes them back.
func (s *partitionSet) put(b *batch.Batch, from, to int32, retract bool) error {
	s.rows, s.gid = s.rows[:0], s.gid[:0]
	for i := from; i < to; i++ {
		s.rows, s.gid = append(s.rows, i), append(s.gid, 0)
	}
	return s.Update(&s.groups, b, s.rows, s.gid, retract)
}

// repeat appends, for each row, the result numbered repeated[row].
func (p *partitionOver) repeat(f *partitionFrame) {
	for k, v := range f.pick(p.vals) {
		v.AppendSelected(f.scratch[k], f.repeated)
	}
}

func (f *partitionFrame) resetScratch() {
	f.repeated = f.repeated[:0]
	for _, v := range f.scratch {
		v.Reset()
	}
}

func (p *partitionOver) whole(f *partitionFrame, key *state.Keys, n int) error {
	f.plain.begin(key, 1)
	if err := f.plain.put(p.work, 0, int32(n), false); err != nil {
		return err
	}
	f.resetScratch()
	if err := f.plain.Results(&f.plain.groups, f.scratch); err != nil {
		return err
	}
	f.repeated = append(f.repeated, make([]int32, n)...)
	p.repeat(f)
	return f.plain.Clear(&f.plain.groups, 0)
}

func (p *partitionOver) growing(f *partitionFrame, key *state.Keys, n int) error {
	f.plain.begin(key, 1)
	f.resetScratch()
	have, results := int32(0), int32(0)
	for i := range n {
		if i == 0 || p.high[i] > have {
			if err := f.plain.put(p.work, have, p.high[i], false); err != nil {
				return err
			}
			have = p.high[i]
			if err := f.plain.Results(&f.plain.groups, f.scratch); err != nil {
				return err
			}
			results++
		}
		f.repeated = append(f.repeated, results-1)
	}
	p.repeat(f)
	return f.plain.Clear(&f.plain.groups, 0)
}

func (p *partitionOver) slide(f *partitionFrame, key *state.Keys, n int) error {
	f.sliding.begin(key, 1)
	f.resetScratch()
	low, high := int32(0), int32(0)
	for i := range n {
		from, to := max(low, p.low[i]), max(high, p.high[i])
		if err := f.sliding.put(p.work, high, to, false); err != nil {
			return err
		}
		if err := f.sliding.put(p.work, low, min(from, to), true); err != nil {
			return err
		}
		low, high = min(from, to), to
		if err := f.sliding.Results(&f.sliding.groups, f.scratch); err != nil {
			return err
		}
		f.repeated = append(f.repeated, int32(i))
	}
	p.repeat(f)
	return f.sliding.Clear(&f.sliding.groups, 0)
}

// anew aggregates the frame of each row as a group of its own. Groups that have
// values in views share one key, so they take turns.
func (p *partitionOver) anew(f *partitionFrame, key *state.Keys, n int) error {
	f.resetScratch()
	s := f.plain
	for from := 0; from < n; {
		to, pairs := from, int32(0)
		for to < n && (to == from || pairs+p.high[to]-p.low[to] <= anewPairs && !s.HasViews()) {
			pairs += p.high[to] - p.low[to]
			to++
		}
		s.begin(key, to-from)
		s.rows, s.gid = s.rows[:0], s.gid[:0]
		for i := from; i < to; i++ {
			for r := p.low[i]; r < p.high[i]; r++ {
				s.rows, s.gid = append(s.rows, r), append(s.gid, int32(i-from))
			}
			f.repeated = append(f.repeated, int32(i))
		}
		if err := s.Update(&s.groups, p.work, s.rows, s.gid, false); err != nil {
			return err
		}
		if err := s.Results(&s.groups, f.scratch); err != nil {
			return err
		}
		if s.HasViews() {
			if err := s.Clear(&s.groups, 0); err != nil {
				return err
			}
		}
		from = to
	}
	p.repeat(f)
	return nil
}
