package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// multiJoin carries out a chain of regular joins by one key, with a state per
// input and none for what the joins have in between: that is computed again, for
// the keys of a batch, whenever one of the inputs changes.
//
// A chain is linear in every input but the right one of a left join. So a change
// of input i makes these changes of the result:
//
//	i = 0            the row, led through the joins 1, 2, …
//	join i is inner  the rows of the chain before it (the prefix), each beside
//	                 the row, led through the joins behind it
//	join i is left   the same, and where the row is the first partner of a row of
//	                 the prefix, or the last to go, also that row padded
//
// Rows are led through a join in chunks of about BatchRows, depth first, so that
// what is in memory is a few chunks and not the product of all inputs. They keep
// the order of the changes for each row of the prefix.
type multiJoin struct {
	spec    *jobgraph.MultiJoin
	sides   []*joinSide
	stored  []keyedRecords // per input: what it holds for the keys of the batch
	links   []*joinLink    // links[i] adds input i, i >= 1
	first   *frontier      // rows of input 0
	groups  grouper
	skip    []bool // per key: no result can change
	never   []bool // nullSafe of the common key
	members [][2]int32
	order   []int32 // rows of the batch by group; members are ranges of it
	maxRows int
}

// frontier are rows of the chain up to some input, each with its key's number in
// the batch and the kind of change it will be.
type frontier struct {
	rows  *batch.Batch // all rows, no selection
	group []int32
	kinds []batch.RowKind // the memory of rows.Kinds
}

func (f *frontier) reset() {
	f.rows.Reset()
	f.group, f.kinds = f.group[:0], f.kinds[:0]
}

// NewMultiJoin returns the operator of a chain of joins by one key.
func NewMultiJoin(spec *jobgraph.MultiJoin) operator.Operator { return &multiJoin{spec: spec} }

// Open makes the states of all inputs.
func (j *multiJoin) Open(ctx *operator.Context) (err error) {
	j.maxRows = ctx.Settings.BatchRows
	j.never = make([]bool, len(j.spec.Inputs[0].Keys))
	j.stored = make([]keyedRecords, len(j.spec.Inputs))
	j.links = make([]*joinLink, len(j.spec.Inputs))
	var schema types.Schema
	for i, in := range j.spec.Inputs {
		side, err := newJoinSide(fmt.Sprintf("records-%d", i), in, false, ctx)
		if err != nil {
			return err
		}
		j.sides = append(j.sides, side)
		width := len(schema)
		schema = append(schema, in.Schema...)
		if i == 0 {
			j.first = &frontier{rows: batch.NewBatch(nullable(schema), 0)}
			continue
		}
		link := &joinLink{
			input: i, width: width, left: j.spec.Kinds[i-1] == jobgraph.Left, codec: side,
			pairs: batch.NewBatch(nullable(schema), 0), next: frontier{rows: batch.NewBatch(nullable(schema), 0)},
		}
		if c := j.spec.Conds[i-1]; c != nil {
			if link.cond, err = expr.Compile(c, exprEnv(ctx, nil)); err != nil {
				return err
			}
		}
		j.links[i] = link
	}
	return nil
}

// ProcessBatch emits what the changes of an input change, and keeps them.
func (j *multiJoin) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	if b.Rows() == 0 {
		return nil
	}
	own := j.sides[input]
	own.begin(b, j.never)
	groups := j.groups.group(&own.keyBuf)
	alive, err := j.find(input, groups)
	if err != nil {
		return err
	}
	if alive {
		if input == 0 {
			err = j.fromFirst(b, out)
		} else {
			err = j.fromPrefix(input, b, groups, out)
		}
		if err != nil {
			return err
		}
	}
	return own.store(b, nil)
}

// find collects what the inputs hold for the keys of the batch, and reports
// whether some key can have a result. One cannot where an input that must have a
// partner has none.
func (j *multiJoin) find(input, groups int) (alive bool, err error) {
	own := j.sides[input]
	j.skip = resize(j.skip, groups)
	for g, k := range j.groups.first {
		j.skip[g] = own.unmatchable[k] && !(input == 0 && j.allLeft())
	}
	for i, s := range j.sides {
		left := i > 0 && j.links[i].left
		if i == input && !left {
			continue // nobody asks for it
		}
		if err := s.recordsOf(&j.groups.keys, j.skip, &j.stored[i]); err != nil {
			return false, err
		}
		if i != input && !left {
			for g := range groups {
				j.skip[g] = j.skip[g] || j.stored[i].count(int32(g)) == 0
			}
		}
	}
	for _, s := range j.skip {
		alive = alive || !s
	}
	return alive, nil
}

func (j *multiJoin) allLeft() bool {
	for _, l := range j.links[1:] {
		if !l.left {
			return false
		}
	}
	return true
}

// fromFirst leads rows of input 0 through the chain.
func (j *multiJoin) fromFirst(b *batch.Batch, out operator.Output) error {
	f := j.first
	f.reset()
	sel := j.order[:0]
	for k := range b.Rows() {
		if g := j.groups.gid[k]; !j.skip[g] {
			sel = append(sel, int32(b.Row(k)))
			f.group = append(f.group, g)
			if b.Kinds != nil {
				f.kinds = append(f.kinds, b.Kind(b.Row(k)))
			}
		}
	}
	if b.Kinds != nil {
		f.rows.Kinds = f.kinds
	}
	j.order = sel
	if len(sel) == 0 {
		return nil // a nil selection would be all rows
	}
	for c, v := range f.rows.Cols {
		v.AppendSelected(b.Cols[c], sel)
	}
	f.rows.N = len(sel)
	return j.through(1, f, out)
}

// through leads rows through the joins from link on and emits what comes out.
func (j *multiJoin) through(link int, f *frontier, out operator.Output) error {
	if f.rows.N == 0 {
		return nil
	}
	if link == len(j.links) {
		return out.Emit(f.rows)
	}
	l := j.links[link]
	for from := 0; from < f.rows.N; {
		to, err := l.join(f, from, &j.stored[link], j.maxRows)
		if err != nil {
			return err
		}
		if err := j.through(link+1, &l.next, out); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// fromPrefix puts the changes of an input beside the rows of the chain before it.
func (j *multiJoin) fromPrefix(input int, b *batch.Batch, groups int, out operator.Output) error {
	j.collectMembers(b, groups)
	f := j.first
	f.reset()
	recs := j.stored[0].picked[:0]
	for g := range groups {
		if j.skip[g] {
			continue
		}
		for _, rec := range j.stored[0].of(int32(g)) {
			recs = append(recs, rec)
			f.group = append(f.group, int32(g))
		}
	}
	j.stored[0].picked = recs
	if err := j.sides[0].rows.DecodeAll(recs, f.rows.Cols); err != nil {
		return err
	}
	f.rows.N = len(recs)
	return j.prefix(1, f, input, b, out)
}

// prefix leads rows through the joins before input and lets them meet the batch.
func (j *multiJoin) prefix(link int, f *frontier, input int, b *batch.Batch, out operator.Output) error {
	l := j.links[link]
	for from := 0; from < f.rows.N; {
		var to int
		var err error
		if link == input {
			to, err = l.meet(f, from, j, b)
		} else {
			to, err = l.join(f, from, &j.stored[link], j.maxRows)
		}
		if err != nil {
			return err
		}
		if link == input {
			err = j.through(link+1, &l.next, out)
		} else {
			err = j.prefix(link+1, &l.next, input, b, out)
		}
		if err != nil {
			return err
		}
		from = to
	}
	return nil
}

// collectMembers lists the rows of the batch by key, in order.
func (j *multiJoin) collectMembers(b *batch.Batch, groups int) {
	j.members = resize(j.members, groups)
	clear(j.members)
	for _, g := range j.groups.gid {
		j.members[g][1]++
	}
	at := int32(0)
	for g := range j.members {
		n := j.members[g][1]
		j.members[g] = [2]int32{at, at}
		at += n
	}
	j.order = resize(j.order, int(at))
	for k, g := range j.groups.gid {
		j.order[j.members[g][1]] = int32(b.Row(k))
		j.members[g][1]++
	}
}

// changesOf are the rows of the batch with a key.
func (j *multiJoin) changesOf(group int32) []int32 {
	return j.order[j.members[group][0]:j.members[group][1]]
}
