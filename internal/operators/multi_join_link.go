package operators

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/state"
)

// keyedRecords are the records that a side of a join holds for the keys of a
// batch. They alias its state.
type keyedRecords struct {
	records [][]byte
	ends    []int32 // of each key's records
	picked  [][]byte
}

func (r *keyedRecords) of(key int32) [][]byte {
	from := int32(0)
	if key > 0 {
		from = r.ends[key-1]
	}
	return r.records[from:r.ends[key]]
}

func (r *keyedRecords) count(key int32) int { return len(r.of(key)) }

// recordsOf collects what s holds for keys, in order of the keys. Those of skip
// have none.
func (s *joinSide) recordsOf(keys *state.Keys, skip []bool, into *keyedRecords) error {
	into.records, into.ends = into.records[:0], into.ends[:0]
	if s.list != nil {
		s.refs = resize(s.refs, keys.Len())
		if err := s.list.Get(keys, s.refs); err != nil {
			return err
		}
		visit := func(rec []byte) state.Action {
			into.records = append(into.records, rec)
			return state.Keep
		}
		for k, r := range s.refs {
			if r != state.None && !skip[k] {
				s.list.Scan(r, visit)
			}
			into.ends = append(into.ends, int32(len(into.records)))
		}
		return nil
	}
	visit := func(r state.Ref) state.Action {
		row, copies := s.rowMap.Var(r), uint64(1)
		if s.copies {
			row, copies = s.rowMap.Sub(r), copiesOf(s.rowMap.Fixed(r))
		}
		for range copies {
			into.records = append(into.records, row)
		}
		return state.Keep
	}
	for k := range keys.Len() {
		if !skip[k] {
			if err := s.rowMap.Scan(keys, k, visit); err != nil {
				return err
			}
		}
		into.ends = append(into.ends, int32(len(into.records)))
	}
	return nil
}

// joinLink is one join of a chain: what is known so far, joined with an input.
type joinLink struct {
	input int
	width int  // columns of what is known so far
	left  bool // rows without partner stay, padded
	codec *joinSide
	cond  *expr.Program // over the columns up to the input; nil: none

	pairs  *batch.Batch // candidates
	source []int32      // of each candidate: the row it extends
	change []int32      // and, when they come from a batch, its row there
	recs   [][]byte
	passed []int32
	next   frontier

	outSource []int32 // of each row of next: the row it extends
	outPair   []int32 // and its candidate, -1: padded
	pads      bool
	counts    []int32 // partners in state of each row extended, in meet
}

func (l *joinLink) begin() {
	l.pairs.Reset()
	l.source, l.change, l.recs = l.source[:0], l.change[:0], l.recs[:0]
	l.outSource, l.outPair, l.pads = l.outSource[:0], l.outPair[:0], false
	l.next.reset()
}

// join extends the rows of f from from on by what the input holds, until there
// are about limit rows in next. It returns the first row that it did not extend.
func (l *joinLink) join(f *frontier, from int, stored *keyedRecords, limit int) (to int, err error) {
	l.begin()
	for to = from; to < f.rows.N && (to == from || len(l.recs) < limit && to-from < limit); to++ {
		for _, rec := range stored.of(f.group[to]) {
			l.source, l.recs = append(l.source, int32(to)), append(l.recs, rec)
		}
	}
	if err := l.candidates(f); err != nil {
		return to, err
	}
	next := 0
	for r := from; r < to; r++ {
		first := next
		for ; next < len(l.passed) && l.source[l.passed[next]] == int32(r); next++ {
			l.outSource, l.outPair = append(l.outSource, int32(r)), append(l.outPair, l.passed[next])
		}
		if next == first && l.left {
			l.outSource, l.outPair, l.pads = append(l.outSource, int32(r)), append(l.outPair, -1), true
		}
	}
	if f.rows.Kinds != nil {
		for _, r := range l.outSource {
			l.next.kinds = append(l.next.kinds, f.rows.Kinds[r])
		}
		l.next.rows.Kinds = l.next.kinds
	}
	l.fill(f)
	return to, nil
}

// candidates decodes the records beside their rows and evaluates the condition.
// Without a condition only the input's columns are filled: fill takes the others
// from the rows.
func (l *joinLink) candidates(f *frontier) error {
	if err := l.codec.rows.DecodeAll(l.recs, l.pairs.Cols[l.width:]); err != nil {
		return err
	}
	return l.filter(f, len(l.recs))
}

func (l *joinLink) filter(f *frontier, n int) (err error) {
	l.pairs.N = n
	l.passed = l.passed[:0]
	if l.cond == nil || n == 0 {
		for i := range n {
			l.passed = append(l.passed, int32(i))
		}
		return nil
	}
	for c, v := range l.pairs.Cols[:l.width] {
		v.AppendSelected(f.rows.Cols[c], l.source)
	}
	l.passed, err = l.cond.Filter(l.pairs, nil, l.passed)
	return err
}

// fill copies the columns of next's rows and their groups.
func (l *joinLink) fill(f *frontier) {
	n := len(l.outSource)
	l.next.rows.N = n
	if n == 0 {
		return
	}
	for _, r := range l.outSource {
		l.next.group = append(l.next.group, f.group[r])
	}
	for c, v := range l.next.rows.Cols[:l.width] {
		v.AppendSelected(f.rows.Cols[c], l.outSource)
	}
	for c, v := range l.next.rows.Cols[l.width:] {
		from := l.pairs.Cols[l.width+c]
		if !l.pads {
			v.AppendSelected(from, l.outPair)
			continue
		}
		for _, p := range l.outPair {
			if p < 0 {
				v.AppendNull()
			} else {
				v.AppendFrom(from, int(p))
			}
		}
	}
}

// meet puts the changes of the batch beside the rows of f, which are of the chain
// before this link's input.
func (l *joinLink) meet(f *frontier, from int, j *multiJoin, b *batch.Batch) (to int, err error) {
	end := f.rows.N
	if l.left {
		if end, err = l.countPartners(f, from, &j.stored[l.input], j.maxRows); err != nil {
			return end, err
		}
	}
	l.begin()
	for to = from; to < end && (l.left || to == from || len(l.change) < j.maxRows); to++ {
		for _, i := range j.changesOf(f.group[to]) {
			l.source, l.change = append(l.source, int32(to)), append(l.change, i)
		}
	}
	if len(l.change) == 0 {
		return to, nil
	}
	for c, v := range l.pairs.Cols[l.width:] {
		v.AppendSelected(b.Cols[c], l.change)
	}
	if err := l.filter(f, len(l.change)); err != nil {
		return to, err
	}
	for _, p := range l.passed {
		kind := b.Kind(int(l.change[p]))
		if l.left {
			l.addCounted(l.source[p], p, kind.IsAdd(), &l.counts[int(l.source[p])-from])
		} else {
			l.add(l.source[p], p, kind)
		}
	}
	l.next.rows.Kinds = l.next.kinds
	l.fill(f)
	return to, nil
}

func (l *joinLink) add(source, pair int32, kind batch.RowKind) {
	l.outSource, l.outPair = append(l.outSource, source), append(l.outPair, pair)
	l.next.kinds = append(l.next.kinds, kind)
	l.pads = l.pads || pair < 0
}

// addCounted adds a pair of a left join, and the row padded where its first
// partner came or its last one went.
func (l *joinLink) addCounted(source, pair int32, came bool, partners *int32) {
	if came {
		if *partners == 0 {
			l.add(source, -1, batch.Delete)
		}
		l.add(source, pair, batch.Insert)
		*partners++
		return
	}
	l.add(source, pair, batch.Delete)
	if *partners == 1 {
		l.add(source, -1, batch.Insert)
	}
	*partners = max(*partners-1, 0) // 0: of a row that expired meanwhile
}

// countPartners counts what the input holds for the rows of f from from on, about
// limit records.
func (l *joinLink) countPartners(f *frontier, from int, stored *keyedRecords, limit int) (to int, err error) {
	l.begin()
	l.counts = l.counts[:0]
	if l.cond == nil {
		for to = from; to < f.rows.N && to-from < limit; to++ {
			l.counts = append(l.counts, int32(stored.count(f.group[to])))
		}
		return to, nil
	}
	for to = from; to < f.rows.N && (to == from || len(l.recs) < limit && to-from < limit); to++ {
		for _, rec := range stored.of(f.group[to]) {
			l.source, l.recs = append(l.source, int32(to)), append(l.recs, rec)
		}
		l.counts = append(l.counts, 0)
	}
	if err := l.candidates(f); err != nil {
		return to, err
	}
	for _, p := range l.passed {
		l.counts[int(l.source[p])-from]++
	}
	return to, nil
}

// copiesOf is the number of copies at the end of a record's fixed part.
func copiesOf(fixed []byte) uint64 { return binary.LittleEndian.Uint64(fixed[len(fixed)-8:]) }
