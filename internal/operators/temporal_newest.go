package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// newestJoin is the temporal join by processing time: each left row is joined, at
// once, with the newest right row of its key. State: a Table key → row.
type newestJoin struct {
	spec    *jobgraph.TemporalJoin
	probe   probeJoin
	keys    [2]*rowcodec.KeyEncoder
	table   state.Table
	keyBuf  state.Keys
	refs    []state.Ref
	created []int32
	nulls   []bool
	rights  [][]byte
	all     []int32
	sel     []int32
	seen    refIndex
	last    []int32 // per touched key: the row of the batch that it ends with
	refOf   []state.Ref
	scratch []byte
}

// Open makes the state.
func (j *newestJoin) Open(ctx *operator.Context) (err error) {
	s := j.spec
	if j.probe.joinPairs, err = newJoinPairs(s.Kind, s.LeftSchema, s.RightSchema, s.Cond, ctx); err != nil {
		return err
	}
	keyTypes := columnTypes(s.RightSchema, s.RightKeys)
	j.keys[0], j.keys[1] = rowcodec.NewKeyEncoder(columnTypes(s.LeftSchema, s.LeftKeys)), rowcodec.NewKeyEncoder(keyTypes)
	j.table, err = ctx.State.Table(state.Spec{Name: "newest-rows", Key: keyTypes, Value: s.RightSchema, TTL: state.TTL{After: s.TTL}})
	return err
}

// ProcessBatch joins left rows and keeps right ones.
func (j *newestJoin) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	if input == 1 {
		return j.keep(b)
	}
	rows := rowsOf(b, &j.all)
	j.keys[0].Encode(b, j.spec.LeftKeys, rows, &j.keyBuf)
	j.refs = resize(j.refs, len(rows))
	if err := j.table.Get(0, &j.keyBuf, j.refs); err != nil {
		return err
	}
	j.nulls = markNulls(j.nulls, b, j.spec.LeftKeys)
	j.rights = j.rights[:0]
	for k, ref := range j.refs {
		var right []byte
		if ref != state.None && !j.nulls[k] {
			right = j.table.Var(ref)
		}
		j.rights = append(j.rights, right)
	}
	return j.probe.probe(b, rows, j.rights, out)
}

// keep stores the newest row of each key.
func (j *newestJoin) keep(b *batch.Batch) (err error) {
	j.sel = j.sel[:0]
	j.nulls = markNulls(j.nulls, b, j.spec.RightKeys)
	for k := range b.Rows() {
		if i := b.Row(k); !j.nulls[k] && b.Kind(i) != batch.UpdateBefore {
			j.sel = append(j.sel, int32(i))
		}
	}
	if len(j.sel) == 0 {
		return nil
	}
	j.keys[1].Encode(b, j.spec.RightKeys, j.sel, &j.keyBuf)
	j.refs = resize(j.refs, len(j.sel))
	if j.created, err = j.table.Upsert(0, &j.keyBuf, j.refs, j.created[:0]); err != nil {
		return err
	}
	j.seen.reset(len(j.refs))
	j.last, j.refOf = j.last[:0], j.refOf[:0]
	for k, ref := range j.refs {
		x, fresh := j.seen.add(ref)
		if fresh {
			j.last, j.refOf = append(j.last, 0), append(j.refOf, ref)
		}
		j.last[x] = j.sel[k]
	}
	for x, i := range j.last {
		if !b.Kind(int(i)).IsAdd() {
			j.table.Delete(j.refOf[x])
			continue
		}
		j.scratch = j.probe.rows[1].Append(j.scratch[:0], b, int(i))
		j.table.SetVar(j.refOf[x], j.scratch)
	}
	return nil
}
