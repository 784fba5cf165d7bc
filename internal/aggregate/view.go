package aggregate

import (
	"bytes"
	"fmt"
	"math/bits"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// view knows which values (of a list of arguments) occur in each group, for all
// calls that need to know. The sub-key is the namespace, if there are any, and
// the encoded arguments. The record has a count per call, or, if the input only
// inserts, a bit per call.
type view struct {
	args  []int
	calls []int // of the Set
	types []types.Type

	enc    *rowcodec.KeyEncoder
	values state.Map

	in         selection // rows of the batch that concern the view
	own        selection // memory of in, unless that is the batch
	sub, keys  state.Keys
	raw        state.Keys // sub-keys without namespace
	refs       []state.Ref
	recs       [][]byte
	created    []int32
	come, gone selection
	goAt       []int32     // positions in the batch of the values that go
	bits       []uint64    // per row: the calls it concerns
	comes      []selection // per call
	old        *batch.Vector
	decoded    *batch.Batch
}

// viewOf returns the view over c's arguments, new if it is the first.
func (s *Set) viewOf(c call) int {
	for i, v := range s.views {
		if slices.Equal(v.args, c.Args) {
			v.calls = append(v.calls, len(s.calls))
			return i
		}
	}
	v := &view{args: c.Args, calls: []int{len(s.calls)}, types: c.fn.Args, enc: rowcodec.NewKeyEncoder(c.fn.Args)}
	s.views = append(s.views, v)
	return len(s.views) - 1
}

func (v *view) open(b state.Backend, s *Set, i int) (err error) {
	width := (len(v.calls) + 63) / 64 * 8
	if s.o.Retract {
		width = 8 * len(v.calls)
	}
	v.values, err = b.Map(state.Spec{
		Name: fmt.Sprintf("%s.distinct.%d", s.o.Name, i), Key: s.o.Key, FixedWidth: width, TTL: s.o.TTL,
	})
	schema := make(types.Schema, len(v.types))
	for k, t := range v.types {
		schema[k].Type = t
	}
	v.decoded = batch.NewBatch(schema, 0)
	return err
}

func (v *view) update(s *Set, g *Groups, b *batch.Batch, rows, gid []int32, retract bool) error {
	v.choose(s, b, rows, gid)
	if len(v.in.rows) == 0 {
		return nil
	}
	v.enc.Encode(b, v.args, v.in.rows, &v.raw)
	args := make([]*batch.Vector, len(v.args))
	for i, a := range v.args {
		args[i] = b.Cols[a]
	}
	filter := func(c *call) *batch.Vector {
		if c.Filter < 0 {
			return nil
		}
		return b.Cols[c.Filter]
	}
	return v.apply(s, g, args, filter, retract)
}

// choose lists the rows that concern any call: its filter passes, and the value
// is not NULL or NULLs count.
func (v *view) choose(s *Set, b *batch.Batch, rows, gid []int32) {
	keepNulls := false
	all := false
	for _, c := range v.calls {
		keepNulls = keepNulls || s.calls[c].fn.keepNulls
		all = all || s.calls[c].Filter < 0
	}
	arg := b.Cols[v.args[0]]
	noNull := keepNulls || arg.Valid == nil && arg.Type.Kind != types.Null
	if v.in = (selection{rows: rows, gid: gid}); noNull && all {
		return
	}
	own := &v.own
	own.rows, own.gid = own.rows[:0], own.gid[:0]
	for k, i := range rows {
		if !noNull && arg.IsNull(int(i)) || !all && !v.anyFilter(s, b, int(i)) {
			continue
		}
		own.rows = append(own.rows, i)
		own.gid = append(own.gid, gid[k])
	}
	v.in = *own
}

func (v *view) anyFilter(s *Set, b *batch.Batch, i int) bool {
	for _, c := range v.calls {
		if f := b.Cols[s.calls[c].Filter]; f.Bits.Get(i) && !f.IsNull(i) {
			return true
		}
	}
	return false
}

// apply counts the values v.raw of the rows v.in and passes what comes and goes
// to the calls. filter gives the filter column of a call, nil if all rows pass.
func (v *view) apply(s *Set, g *Groups, args []*batch.Vector, filter func(*call) *batch.Vector, retract bool) error {
	v.subKeys(s, g)
	v.refs = slices.Grow(v.refs[:0], len(v.in.rows))[:len(v.in.rows)]
	var err error
	if v.created, err = v.values.UpsertOf(g.Keys, v.in.gid, &v.sub, v.refs, v.created[:0]); err != nil {
		return err
	}
	v.recs = v.values.Records(v.refs, v.recs[:0])
	if !s.o.Retract && len(v.calls) <= 64 {
		return v.markAll(s, g, args, filter)
	}
	for pos, ci := range v.calls {
		c := &s.calls[ci]
		f := filter(c)
		var skip *batch.Vector
		if !c.fn.keepNulls && args[0].Valid != nil {
			skip = args[0]
		}
		if s.o.Retract {
			v.count(pos, f, skip, retract)
		} else {
			v.mark(pos, f, skip)
		}
		if err := s.apply(c, g, args, v.come, false); err != nil {
			return err
		}
		if err := v.leave(s, c, pos, g, args); err != nil {
			return err
		}
	}
	if s.o.Retract {
		v.forget()
	}
	return nil
}

// markAll is mark for all calls in one pass over the records: the calls that
// a row concerns as bits, less those that know the value already.
func (v *view) markAll(s *Set, g *Groups, args []*batch.Vector, filter func(*call) *batch.Vector) error {
	all := uint64(0)
	v.bits = slices.Grow(v.bits[:0], len(v.recs))[:len(v.recs)]
	for pos, ci := range v.calls {
		if s.calls[ci].Filter < 0 {
			all |= 1 << pos
		}
	}
	for k := range v.bits {
		v.bits[k] = all
	}
	for pos, ci := range v.calls {
		c := &s.calls[ci]
		if f := filter(c); f != nil {
			v.addFilter(f, uint(pos))
		}
		if !c.fn.keepNulls && args[0].Valid != nil {
			v.dropNulls(args[0], 1<<pos)
		}
	}
	for len(v.comes) < len(v.calls) {
		v.comes = append(v.comes, selection{})
	}
	for pos := range v.calls {
		v.comes[pos].rows, v.comes[pos].gid = v.comes[pos].rows[:0], v.comes[pos].gid[:0]
	}
	for k, rec := range v.recs {
		known := le.Uint64(rec)
		news := v.bits[k] &^ known
		if news == 0 {
			continue
		}
		le.PutUint64(rec, known|news)
		for ; news != 0; news &= news - 1 {
			c := &v.comes[bits.TrailingZeros64(news)]
			c.rows = append(c.rows, v.in.rows[k])
			c.gid = append(c.gid, v.in.gid[k])
		}
	}
	for pos, ci := range v.calls {
		if err := s.apply(&s.calls[ci], g, args, v.comes[pos], false); err != nil {
			return err
		}
	}
	return nil
}

// addFilter sets the bit at pos where f is TRUE, without a branch that depends
// on the data.
func (v *view) addFilter(f *batch.Vector, pos uint) {
	if f.Type.Kind == types.Null {
		return
	}
	if f.Valid != nil {
		for k, i := range v.in.rows {
			v.bits[k] |= (f.Bits[i>>6] & f.Valid[i>>6] >> (i & 63) & 1) << pos
		}
		return
	}
	for k, i := range v.in.rows {
		v.bits[k] |= (f.Bits[i>>6] >> (i & 63) & 1) << pos
	}
}

func (v *view) dropNulls(arg *batch.Vector, bit uint64) {
	for k, i := range v.in.rows {
		if !arg.Valid.Get(int(i)) {
			v.bits[k] &^= bit
		}
	}
}

// passes reports whether row i concerns a call.
func passes(f, skip *batch.Vector, i int32) bool {
	return (f == nil || f.Bits.Get(int(i)) && !f.IsNull(int(i))) && (skip == nil || !skip.IsNull(int(i)))
}

// mark sets the bit of a call and lists the values that are new to it.
func (v *view) mark(pos int, f, skip *batch.Vector) {
	v.come.rows, v.come.gid = v.come.rows[:0], v.come.gid[:0]
	v.gone.rows = v.gone.rows[:0]
	at, bit := pos>>3, byte(1)<<(pos&7)
	for k, rec := range v.recs {
		if rec[at]&bit != 0 || !passes(f, skip, v.in.rows[k]) {
			continue
		}
		rec[at] |= bit
		v.come.rows = append(v.come.rows, v.in.rows[k])
		v.come.gid = append(v.come.gid, v.in.gid[k])
	}
}

// count adds to the counts of a call and lists the values that come to 1 and
// those that go to 0.
func (v *view) count(pos int, f, skip *batch.Vector, retract bool) {
	v.come.rows, v.come.gid = v.come.rows[:0], v.come.gid[:0]
	v.gone.rows, v.gone.gid, v.goAt = v.gone.rows[:0], v.gone.gid[:0], v.goAt[:0]
	for k, rec := range v.recs {
		row := v.in.rows[k]
		if !passes(f, skip, row) {
			continue
		}
		n := getInt(rec, pos*8)
		if retract {
			putInt(rec, pos*8, n-1)
			if n == 1 {
				v.gone.rows = append(v.gone.rows, row)
				v.gone.gid = append(v.gone.gid, v.in.gid[k])
				v.goAt = append(v.goAt, int32(k))
			}
			continue
		}
		putInt(rec, pos*8, n+1)
		if n == 0 {
			v.come.rows = append(v.come.rows, row)
			v.come.gid = append(v.come.gid, v.in.gid[k])
		}
	}
}

// leave takes the values that went away from a call. MIN and MAX are computed
// anew from the view where their value went.
func (v *view) leave(s *Set, c *call, pos int, g *Groups, args []*batch.Vector) error {
	if len(v.gone.rows) == 0 {
		return nil
	}
	if !c.fn.rebuilt {
		return s.apply(c, g, args, v.gone, true)
	}
	var lost []int32
	var current state.Keys
	for k, gi := range v.gone.gid {
		value, err := v.current(s, c, g, gi, &current)
		if err != nil {
			return err
		}
		if bytes.Equal(value, v.raw.At(int(v.goAt[k]))) && !slices.Contains(lost, gi) {
			lost = append(lost, gi)
		}
	}
	for _, gi := range lost {
		if err := v.rebuild(s, c, pos, g, gi); err != nil {
			return err
		}
	}
	return nil
}

// current is the encoded value of call c in group gi.
func (v *view) current(s *Set, c *call, g *Groups, gi int32, keys *state.Keys) ([]byte, error) {
	if v.old == nil {
		v.old = batch.New(v.types[0], 1)
	}
	v.old.Reset()
	one := results{recs: g.Recs[gi : gi+1], off: c.off}
	if c.slot >= 0 {
		one.vars = g.vars[c.slot][gi : gi+1]
	}
	if err := c.fn.impl.result(&one, v.old); err != nil {
		return nil, err
	}
	v.enc.Encode(&batch.Batch{Cols: []*batch.Vector{v.old}, N: 1}, []int{0}, nil, keys)
	return keys.At(0), nil
}

// rebuild computes call c of group gi from all values of the view.
func (v *view) rebuild(s *Set, c *call, pos int, g *Groups, gi int32) error {
	clear(g.Recs[gi][c.off : c.off+c.fn.impl.width()])
	if c.slot >= 0 {
		g.vars[c.slot][gi].set(nil)
	}
	return v.eachChunk(s, g.Keys, int(gi), g.space(int(gi)), func(rec []byte) bool { return getInt(rec, pos*8) > 0 },
		func(n int) error {
			in := selection{rows: ascending(n), gid: make([]int32, n)}
			for k := range in.gid {
				in.gid[k] = gi
			}
			return s.apply(c, g, v.decoded.Cols, in, false)
		})
}

const chunkRows = 1024

// eachChunk decodes the values of keys[k] in a namespace, those keep accepts,
// into v.decoded and calls use per chunk of up to chunkRows; use must not touch
// the view.
func (v *view) eachChunk(s *Set, keys *state.Keys, k int, ns state.Namespace, keep func([]byte) bool, use func(n int) error) error {
	var failed error
	n := 0
	v.decoded.Reset()
	flush := func() {
		if n > 0 && failed == nil {
			v.decoded.N = n
			failed = use(n)
		}
		n = 0
		v.decoded.Reset()
	}
	err := v.values.Scan(keys, k, func(r state.Ref) state.Action {
		sub := v.values.Sub(r)
		if s.o.Namespaced {
			if int64(le.Uint64(sub)) != ns {
				return state.Keep
			}
			sub = sub[8:]
		}
		rec := v.values.Fixed(r)
		if !keep(rec) {
			return state.Keep
		}
		if failed = v.enc.DecodeKey(sub, v.decoded.Cols); failed != nil {
			return state.Stop
		}
		if n++; n == chunkRows {
			flush()
		}
		if failed != nil {
			return state.Stop
		}
		return state.Keep
	})
	if failed == nil && err == nil {
		flush()
	}
	if err != nil {
		return err
	}
	return failed
}

func ascending(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

// forget deletes the entries whose counts are all zero.
func (v *view) forget() {
	dead := v.refs[:0]
	for k, rec := range v.recs {
		if allZero(rec) {
			dead = append(dead, v.refs[k])
		}
	}
	slices.Sort(dead)
	for _, r := range slices.Compact(dead) {
		v.values.Delete(r)
	}
}

func allZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// subKeys makes v.sub of v.raw and the namespace.
func (v *view) subKeys(s *Set, g *Groups) {
	if !s.o.Namespaced {
		v.sub = v.raw
		return
	}
	n := v.raw.Len()
	v.sub.Hash = slices.Grow(v.sub.Hash[:0], n)[:n]
	v.sub.Width, v.sub.Offsets, v.sub.Bytes = 0, v.sub.Offsets[:0], v.sub.Bytes[:0]
	if v.raw.Width > 0 {
		v.sub.Width = v.raw.Width + 8
	} else {
		v.sub.Offsets = append(v.sub.Offsets, 0)
	}
	for k := range n {
		v.sub.Bytes = le.AppendUint64(v.sub.Bytes, uint64(g.space(int(v.in.gid[k]))))
		v.sub.Bytes = append(v.sub.Bytes, v.raw.At(k)...)
		if v.sub.Width == 0 {
			v.sub.Offsets = append(v.sub.Offsets, int32(len(v.sub.Bytes)))
		}
		v.sub.Hash[k] = keygroup.Hash(v.sub.At(k))
	}
}

// merge adds the values of src's groups to those of dst, and to the calls what
// is new there.
func (v *view) merge(s *Set, dst *Groups, gid []int32, src *Groups) error {
	for k, d := range gid {
		// All values first: the state must not change under a scan.
		recs, err := v.collect(s, src, k)
		if err != nil {
			return err
		}
		if n := v.decoded.N; n > 0 {
			if err := v.mergeValues(s, dst, d, n, recs); err != nil {
				return err
			}
		}
	}
	return nil
}

// collect decodes the values of src's group k into v.decoded and returns their
// records, one behind the other.
func (v *view) collect(s *Set, src *Groups, k int) (recs []byte, err error) {
	v.decoded.Reset()
	n := 0
	var failed error
	err = v.values.Scan(src.Keys, k, func(r state.Ref) state.Action {
		sub := v.values.Sub(r)
		if s.o.Namespaced {
			if int64(le.Uint64(sub)) != src.space(k) {
				return state.Keep
			}
			sub = sub[8:]
		}
		if failed = v.enc.DecodeKey(sub, v.decoded.Cols); failed != nil {
			return state.Stop
		}
		recs = append(recs, v.values.Fixed(r)...)
		n++
		return state.Keep
	})
	v.decoded.N = n
	if err == nil {
		err = failed
	}
	return recs, err
}

// mergeValues adds n values of v.decoded, with their records, to group d of dst.
func (v *view) mergeValues(s *Set, dst *Groups, d int32, n int, recs []byte) error {
	own := &v.own
	own.rows, own.gid = append(own.rows[:0], ascending(n)...), own.gid[:0]
	for range n {
		own.gid = append(own.gid, d)
	}
	v.in = *own
	cols := make([]int, len(v.args))
	for i := range cols {
		cols[i] = i
	}
	v.enc.Encode(v.decoded, cols, nil, &v.raw)
	v.subKeys(s, dst)
	v.refs = slices.Grow(v.refs[:0], n)[:n]
	var err error
	if v.created, err = v.values.UpsertOf(dst.Keys, v.in.gid, &v.sub, v.refs, v.created[:0]); err != nil {
		return err
	}
	width := len(recs) / n
	for pos, ci := range v.calls {
		v.come.rows, v.come.gid = v.come.rows[:0], v.come.gid[:0]
		v.gone.rows, v.gone.gid, v.goAt = v.gone.rows[:0], v.gone.gid[:0], v.goAt[:0]
		for k, r := range v.refs {
			before, after := addRecord(v.values.Mutable(r), recs[k*width:], pos, s.o.Retract)
			switch {
			case !before && after:
				v.come.rows, v.come.gid = append(v.come.rows, int32(k)), append(v.come.gid, d)
			case before && !after:
				v.gone.rows, v.gone.gid = append(v.gone.rows, int32(k)), append(v.gone.gid, d)
				v.goAt = append(v.goAt, int32(k))
			}
		}
		c := &s.calls[ci]
		if err := s.apply(c, dst, v.decoded.Cols, v.come, false); err != nil {
			return err
		}
		if err := v.leave(s, c, pos, dst, v.decoded.Cols); err != nil {
			return err
		}
	}
	return nil
}

// addRecord adds call pos of a view's record to another, and tells whether the
// value was and is there for it.
func addRecord(dst, src []byte, pos int, counts bool) (before, after bool) {
	if counts {
		n := getInt(dst, pos*8)
		m := n + getInt(src, pos*8)
		putInt(dst, pos*8, m)
		return n > 0, m > 0
	}
	at, bit := pos>>3, byte(1)<<(pos&7)
	before = dst[at]&bit != 0
	dst[at] |= src[at] & bit
	return before, dst[at]&bit != 0
}

// clear removes the values of group k.
func (v *view) clear(s *Set, g *Groups, k int) error {
	if !s.o.Namespaced {
		return v.values.Clear(g.Keys, k)
	}
	return v.values.Scan(g.Keys, k, func(r state.Ref) state.Action {
		if int64(le.Uint64(v.values.Sub(r))) == g.space(k) {
			return state.Remove
		}
		return state.Keep
	})
}
