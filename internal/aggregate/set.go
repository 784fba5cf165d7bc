package aggregate

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// Call is an aggregate call over columns of the input.
type Call struct {
	Fn       string
	Args     []int
	Distinct bool
	Filter   int // BOOLEAN column, -1 if none
	// User is the function itself if it is written by a user.
	User *expr.UserAggregate
}

// Options say what a Set works on.
type Options struct {
	Input   []types.Type // columns of the input
	Retract bool         // the input has -U or -D rows
	Name    string       // of the state of views, a prefix
	Key     []types.Type
	TTL     state.TTL
	// Namespaced: groups live in namespaces (slices of windows).
	Namespaced bool
}

// Set is all aggregate calls of one operator. It belongs to one goroutine.
type Set struct {
	o     Options
	calls []call
	views []*view
	width int
	vars  int // functions with a variable

	filters map[int]*selection
	scratch selection
	args    []*batch.Vector
	some    Groups // of ResultsOf
}

type call struct {
	Call
	fn   Function
	off  int // accumulator in the record
	slot int // among the variables, -1: none
	view int // among the views, -1: none
	// counts: the accumulator is the record's row count.
	counts bool
}

// selection is rows with their groups.
type selection struct {
	rows, gid []int32
	valid     bool
}

// RowCount reads the number of rows of a group from its record: those added
// minus those retracted.
func RowCount(rec []byte) int64 { return getInt(rec, 0) }

// NewSet prepares calls. It fails for calls that the input's changes rule out.
func NewSet(calls []Call, o Options) (*Set, error) {
	s := &Set{o: o, width: 8, filters: map[int]*selection{}}
	for _, c := range calls {
		ts := make([]types.Type, len(c.Args))
		for i, a := range c.Args {
			ts[i] = o.Input[a]
		}
		fn, err := resolveCall(&c, ts)
		if err != nil {
			return nil, err
		}
		if o.Retract && fn.onlyAppends {
			return nil, fmt.Errorf("%s cannot aggregate an input with updates or deletes", fn.Name)
		}
		s.add(call{Call: c, fn: fn, slot: -1, view: -1})
	}
	return s, nil
}

func (s *Set) add(c call) {
	if s.o.Retract {
		c.fn = c.fn.retracting()
	}
	onlySet := c.fn.rebuilt // DISTINCT changes nothing for MIN and MAX
	switch {
	case c.fn.Name == "COUNT" && len(c.Args) == 0 && c.Filter < 0:
		c.counts = true
		s.calls = append(s.calls, c)
		return
	case c.fn.Name == "COUNT" && len(c.Args) == 0:
		c.fn.keepNulls = true
	case c.Distinct && !onlySet, onlySet && s.o.Retract:
		c.view = s.viewOf(c)
	}
	if _, ok := c.fn.impl.(interface{ variable() }); ok {
		c.slot = s.vars
		s.vars++
	}
	c.off = s.width
	s.width += c.fn.impl.width()
	s.calls = append(s.calls, c)
}

// Width is the size of a group's record.
func (s *Set) Width() int { return s.width }

// HasVars reports that groups need LoadVars and StoreVars.
func (s *Set) HasVars() bool { return s.vars > 0 }

// HasViews reports that groups have values in views besides their record.
func (s *Set) HasViews() bool { return len(s.views) > 0 }

// Types are the result types, as Resolve gives them.
func (s *Set) Types() []types.Type {
	ts := make([]types.Type, len(s.calls))
	for i := range s.calls {
		ts[i] = s.calls[i].fn.Type
	}
	return ts
}

// Open gets the views' state.
func (s *Set) Open(b state.Backend) error {
	for i, v := range s.views {
		if err := v.open(b, s, i); err != nil {
			return err
		}
	}
	return nil
}

// Groups are the groups of one batch.
type Groups struct {
	NS state.Namespace
	// Spaces are the namespaces of each group, where they differ; nil: all NS.
	Spaces []state.Namespace
	Keys   *state.Keys // of each group; used by views only
	Recs   [][]byte    // record of each group

	vars [][]variable // by slot and group
}

func (g *Groups) space(k int) state.Namespace {
	if g.Spaces != nil {
		return g.Spaces[k]
	}
	return g.NS
}

// Variables is where the variables of groups are kept, a state.Table or Map.
type Variables interface {
	Var(state.Ref) []byte
	SetVar(state.Ref, []byte)
}

// Begin makes room for the variables of n groups, empty.
func (s *Set) Begin(g *Groups, n int) {
	if g.vars == nil {
		g.vars = make([][]variable, s.vars)
	}
	for i := range g.vars {
		for len(g.vars[i]) < n {
			g.vars[i] = append(g.vars[i], variable{})
		}
		for k := range n {
			g.vars[i][k].load(nil)
		}
	}
}

// LoadVars reads the variables of the groups.
func (s *Set) LoadVars(g *Groups, t Variables, refs []state.Ref) {
	s.Begin(g, len(refs))
	if s.vars == 0 {
		return
	}
	for k, r := range refs {
		s.splitVars(g, k, t.Var(r))
	}
}

func (s *Set) splitVars(g *Groups, k int, b []byte) {
	for i := range g.vars {
		if len(b) == 0 {
			return
		}
		var item []byte
		item, b = cutItem(b)
		g.vars[i][k].load(item)
	}
}

// StoreVars writes changed variables back. Those of the same record that did not
// change move with it.
func (s *Set) StoreVars(g *Groups, t Variables, refs []state.Ref) {
	if s.vars == 0 {
		return
	}
	var buf []byte
	for k, r := range refs {
		changed := false
		for i := range g.vars {
			changed = changed || g.vars[i][k].owned
		}
		if changed {
			buf = s.joinVars(buf[:0], g, k)
			t.SetVar(r, buf)
			s.splitVars(g, k, t.Var(r))
		}
	}
}

func (s *Set) joinVars(dst []byte, g *Groups, k int) []byte {
	for i := range g.vars {
		dst = binary.AppendUvarint(dst, uint64(len(g.vars[i][k].b)))
		dst = append(dst, g.vars[i][k].b...)
	}
	return dst
}

// Update adds rows to their groups, or takes them away. gid[k] is the group of
// physical row rows[k] of b.
func (s *Set) Update(g *Groups, b *batch.Batch, rows, gid []int32, retract bool) error {
	if len(rows) == 0 {
		return nil
	}
	one := int64(1)
	if retract {
		one = -1
	}
	for _, k := range gid {
		addInt(g.Recs[k], 0, one)
	}
	for _, f := range s.filters {
		f.valid = false
	}
	for i := range s.calls {
		c := &s.calls[i]
		if c.counts || c.view >= 0 {
			continue
		}
		in := s.filtered(c.Filter, b, rows, gid)
		args := s.argsOf(c, b)
		if !c.fn.keepNulls && len(args) > 0 {
			in = s.notNull(args[0], in)
		}
		if err := s.apply(c, g, args, in, retract); err != nil {
			return err
		}
	}
	for _, v := range s.views {
		if err := v.update(s, g, b, rows, gid, retract); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) argsOf(c *call, b *batch.Batch) []*batch.Vector {
	s.args = s.args[:0]
	for _, a := range c.Args {
		s.args = append(s.args, b.Cols[a])
	}
	return s.args
}

func (s *Set) apply(c *call, g *Groups, args []*batch.Vector, in selection, retract bool) error {
	if len(in.rows) == 0 {
		return nil
	}
	u := update{recs: g.Recs, off: c.off, rows: in.rows, gid: in.gid, args: args}
	if c.slot >= 0 {
		u.vars = g.vars[c.slot]
	}
	if retract {
		return c.fn.impl.retract(&u)
	}
	return c.fn.impl.accumulate(&u)
}

// filtered returns the rows at which a filter column is TRUE, computed once per
// column and batch.
func (s *Set) filtered(filter int, b *batch.Batch, rows, gid []int32) selection {
	if filter < 0 {
		return selection{rows: rows, gid: gid}
	}
	f := s.filters[filter]
	if f == nil {
		f = &selection{}
		s.filters[filter] = f
	}
	if f.valid {
		return *f
	}
	f.valid = true
	f.keep(b.Cols[filter], rows, gid)
	return *f
}

// keep makes f the rows at which v is TRUE. Every row is written, and stays if
// the position moves on: no branch depends on the data.
func (f *selection) keep(v *batch.Vector, rows, gid []int32) {
	f.rows = slices.Grow(f.rows[:0], len(rows))[:len(rows)]
	f.gid = slices.Grow(f.gid[:0], len(rows))[:len(rows)]
	n := 0
	switch {
	case v.Type.Kind == types.Null:
	case v.Valid == nil:
		for k, i := range rows {
			f.rows[n], f.gid[n] = i, gid[k]
			n += int(v.Bits[i>>6] >> (i & 63) & 1)
		}
	default:
		for k, i := range rows {
			f.rows[n], f.gid[n] = i, gid[k]
			n += int(v.Bits[i>>6] & v.Valid[i>>6] >> (i & 63) & 1)
		}
	}
	f.rows, f.gid = f.rows[:n], f.gid[:n]
}

// notNull leaves out the rows where v is NULL. The result is scratch.
func (s *Set) notNull(v *batch.Vector, in selection) selection {
	if v.Type.Kind == types.Null {
		return selection{}
	}
	if v.Valid == nil {
		return in
	}
	out := &s.scratch
	out.rows, out.gid = out.rows[:0], out.gid[:0]
	for k, i := range in.rows {
		if v.Valid.Get(int(i)) {
			out.rows = append(out.rows, i)
			out.gid = append(out.gid, in.gid[k])
		}
	}
	return *out
}

// Results appends the value of every call for every group to out, a vector per
// call.
func (s *Set) Results(g *Groups, out []*batch.Vector) error {
	for i := range s.calls {
		if err := s.result(&s.calls[i], g, out[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Set) result(c *call, g *Groups, out *batch.Vector) error {
	if c.counts {
		return count{}.result(&results{recs: g.Recs, off: 0}, out)
	}
	r := results{recs: g.Recs, off: c.off}
	if c.slot >= 0 {
		r.vars = g.vars[c.slot]
	}
	return c.fn.impl.result(&r, out)
}

// Merge adds the groups of src to those of dst: src's group k to dst's gid[k].
func (s *Set) Merge(dst *Groups, gid []int32, src *Groups) error {
	for k, d := range gid {
		addInt(dst.Recs[d], 0, getInt(src.Recs[k], 0))
	}
	for i := range s.calls {
		c := &s.calls[i]
		if c.counts || c.view >= 0 {
			continue
		}
		m := merger{recs: dst.Recs, off: c.off, gid: gid, src: src.Recs}
		if c.slot >= 0 {
			m.vars, m.from = dst.vars[c.slot], src.vars[c.slot]
		}
		if err := c.fn.impl.merge(&m); err != nil {
			return err
		}
	}
	for _, v := range s.views {
		if err := v.merge(s, dst, gid, src); err != nil {
			return err
		}
	}
	return nil
}

// CanTravel reports whether the accumulators can be sent from local to global
// aggregation: nothing of a group lies in views.
func (s *Set) CanTravel() bool { return len(s.views) == 0 }

// AppendAccumulators appends group k as bytes: the record, then the variables.
func (s *Set) AppendAccumulators(dst []byte, g *Groups, k int) []byte {
	dst = append(dst, g.Recs[k]...)
	return s.joinVars(dst, g, k)
}

// DecodeAccumulators makes g the groups that AppendAccumulators wrote at the
// rows of a BYTES column.
func (s *Set) DecodeAccumulators(g *Groups, v *batch.Vector, rows []int32) error {
	g.Recs = g.Recs[:0]
	s.Begin(g, len(rows))
	for k, i := range rows {
		b := v.At(int(i))
		if len(b) < s.width {
			return fmt.Errorf("%w: accumulators of %d bytes, expected at least %d", rowcodec.ErrCorrupt, len(b), s.width)
		}
		g.Recs = append(g.Recs, b[:s.width:s.width])
		s.splitVars(g, k, b[s.width:])
	}
	return nil
}

// Clear removes what the views hold of group k.
func (s *Set) Clear(g *Groups, k int) error {
	for _, v := range s.views {
		if err := v.clear(s, g, k); err != nil {
			return err
		}
	}
	return nil
}
