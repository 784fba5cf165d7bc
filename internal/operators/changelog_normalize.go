package operators

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// changelogNormalize turns rows that say how a key is now, or that it is gone,
// into a complete changelog: -U and -D carry the row that was there. Per batch
// and key it emits the net change. State: a Table key → row.
type changelogNormalize struct {
	spec *jobgraph.ChangelogNormalize
	// perRecord: every record's change is emitted, not the net change of a batch.
	perRecord bool

	keys    *rowcodec.KeyEncoder
	rows    *rowcodec.RowEncoder
	table   state.Table
	out     *batch.Batch
	keyBuf  state.Keys
	rowBuf  rowcodec.Records
	refs    []state.Ref
	created []int32
	runs    keyRuns
	touched refIndex
	changes []keyChange
	goes    [][]byte
	kinds   [2][]batch.RowKind
	comes   []int32
}

// keyChange is what a batch makes of a key.
type keyChange struct {
	ref   state.Ref
	fresh bool  // the key was not there before
	last  int32 // position among the batch's rows of the one that is there now, -1: none
}

// NewChangelogNormalize returns the operator of a ChangelogNormalize.
func NewChangelogNormalize(spec *jobgraph.ChangelogNormalize) operator.Operator {
	return &changelogNormalize{spec: spec}
}

// Open makes the state.
func (c *changelogNormalize) Open(ctx *operator.Context) (err error) {
	c.perRecord = ctx.Settings.PerRecord && ctx.Settings.Streaming
	keyTypes := columnTypes(c.spec.Schema, c.spec.Keys)
	c.keys, c.rows = rowcodec.NewKeyEncoder(keyTypes), rowcodec.NewRowEncoder(c.spec.Schema.Types())
	c.out = batch.NewBatch(c.spec.Schema, 0)
	c.table, err = ctx.State.Table(state.Spec{Name: "newest-rows", Key: keyTypes, Value: c.spec.Schema, TTL: state.TTL{After: c.spec.TTL}})
	return err
}

// ProcessBatch emits what b changes.
func (c *changelogNormalize) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	switch {
	case c.perRecord:
		return eachRow(b, func(one *batch.Batch) error { return c.process(one, out) })
	case c.spec.AllChanges:
		c.keys.Encode(b, c.spec.Keys, b.Sel, &c.keyBuf)
		return c.runs.each(b, &c.keyBuf, func(run *batch.Batch) error { return c.process(run, out) })
	}
	return c.process(b, out)
}

func (c *changelogNormalize) process(b *batch.Batch, out operator.Output) (err error) {
	c.keys.Encode(b, c.spec.Keys, b.Sel, &c.keyBuf)
	c.rows.Encode(b, b.Sel, &c.rowBuf)
	c.refs = resize(c.refs, c.keyBuf.Len())
	if c.created, err = c.table.Upsert(0, &c.keyBuf, c.refs, c.created[:0]); err != nil {
		return err
	}
	c.gather(b)
	c.goes, c.comes, c.kinds[0], c.kinds[1] = c.goes[:0], c.comes[:0], c.kinds[0][:0], c.kinds[1][:0]
	for i := range c.changes {
		c.compare(&c.changes[i], b)
	}
	if err := c.emit(b, out); err != nil {
		return err
	}
	for i := range c.changes {
		if x := &c.changes[i]; x.last < 0 {
			c.table.Delete(x.ref)
		} else {
			c.table.SetVar(x.ref, c.rowBuf.At(int(x.last)))
		}
	}
	return nil
}

// gather finds the row that each key ends with.
func (c *changelogNormalize) gather(b *batch.Batch) {
	c.touched.reset(len(c.refs))
	c.changes = c.changes[:0]
	next := 0 // of created, which is in order of the rows
	for k, ref := range c.refs {
		x, first := c.touched.add(ref)
		if first {
			fresh := next < len(c.created) && c.created[next] == int32(k)
			if fresh {
				next++
			}
			c.changes = append(c.changes, keyChange{ref: ref, fresh: fresh})
		}
		c.changes[x].last = -1
		if b.Kind(b.Row(k)).IsAdd() {
			c.changes[x].last = int32(k)
		}
	}
}

// compare notes the change of a key.
func (c *changelogNormalize) compare(x *keyChange, b *batch.Batch) {
	old := c.table.Var(x.ref)
	switch {
	case x.fresh && x.last < 0:
	case x.fresh:
		c.comes, c.kinds[1] = append(c.comes, int32(b.Row(int(x.last)))), append(c.kinds[1], batch.Insert)
	case x.last < 0:
		c.goes, c.kinds[0] = append(c.goes, old), append(c.kinds[0], batch.Delete)
	case c.spec.TTL == 0 && bytes.Equal(old, c.rowBuf.At(int(x.last))):
		// With a TTL an unchanged row is emitted: it renews state downstream.
	default:
		if c.spec.EmitUpdateBefore {
			c.goes, c.kinds[0] = append(c.goes, old), append(c.kinds[0], batch.UpdateBefore)
		}
		c.comes, c.kinds[1] = append(c.comes, int32(b.Row(int(x.last)))), append(c.kinds[1], batch.UpdateAfter)
	}
}

// emit gives out first what goes, then what comes.
func (c *changelogNormalize) emit(b *batch.Batch, out operator.Output) error {
	if len(c.goes)+len(c.comes) == 0 {
		return nil
	}
	c.out.Reset()
	if err := c.rows.DecodeAll(c.goes, c.out.Cols); err != nil {
		return err
	}
	if len(c.comes) > 0 {
		for i, v := range c.out.Cols {
			v.AppendSelected(b.Cols[i], c.comes)
		}
	}
	for _, kinds := range c.kinds {
		for _, kind := range kinds {
			c.out.AppendKind(kind)
		}
	}
	return out.Emit(c.out)
}
