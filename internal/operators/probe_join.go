package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
)

// probeJoin emits the results of joins in which only rows of the left input give
// results, each with its row kind and in the order of the rows: temporal and
// lookup joins, Inner or Left.
type probeJoin struct {
	*joinPairs
	leftSel, rightSel []int32
	kinds             []batch.RowKind

	pairRows, owner []int32
	pairRecs        [][]byte
}

// probe joins the rows of b with the record beside each, nil if it has none.
func (j *probeJoin) probe(b *batch.Batch, rows []int32, rights [][]byte, out operator.Output) error {
	j.pairRows, j.pairRecs, j.owner = j.pairRows[:0], j.pairRecs[:0], j.owner[:0]
	for k, rec := range rights {
		if rec != nil {
			j.pairRows, j.pairRecs, j.owner = append(j.pairRows, rows[k]), append(j.pairRecs, rec), append(j.owner, int32(k))
		}
	}
	j.passed = j.passed[:0]
	if len(j.pairRows) > 0 {
		if err := j.build(0, b, j.pairRows, j.pairRecs); err != nil {
			return err
		}
	}
	return j.emit(b, rows, j.owner, out)
}

// emit gives out the pairs that hold, and, for Left, the other rows padded.
// owner[p] is the position in rows of the left row of pair p, ascending.
func (j *probeJoin) emit(b *batch.Batch, rows, owner []int32, out operator.Output) error {
	if j.kind == jobgraph.Inner {
		if b.Kinds != nil {
			j.kinds = j.kinds[:0]
			for _, k := range owner {
				j.kinds = append(j.kinds, b.Kinds[rows[k]])
			}
			j.pairs.Kinds = j.kinds
		}
		return j.emitPairs(out)
	}
	next := 0
	j.leftSel, j.rightSel = j.leftSel[:0], j.rightSel[:0]
	for k, i := range rows {
		first := next
		for next < len(j.passed) && owner[j.passed[next]] == int32(k) {
			j.leftSel, j.rightSel = append(j.leftSel, i), append(j.rightSel, j.passed[next])
			next++
		}
		if next == first {
			j.leftSel, j.rightSel = append(j.leftSel, i), append(j.rightSel, -1)
		}
	}
	for from := 0; from < len(j.leftSel); from += j.limit {
		if err := j.emitRows(b, from, min(from+j.limit, len(j.leftSel)), out); err != nil {
			return err
		}
	}
	return nil
}

// emitRows gives out the results [from, to).
func (j *probeJoin) emitRows(b *batch.Batch, from, to int, out operator.Output) error {
	o, width := j.padded, j.width[0]
	o.Reset()
	for c, v := range o.Cols[:width] {
		v.AppendSelected(b.Cols[c], j.leftSel[from:to])
	}
	for c, v := range o.Cols[width:] {
		appendOrNull(v, j.pairs.Cols[width+c], j.rightSel[from:to])
	}
	if b.Kinds != nil {
		for _, i := range j.leftSel[from:to] {
			o.Kinds = append(o.Kinds, b.Kinds[i])
		}
	}
	o.N = to - from
	err := out.Emit(o)
	o.Reset()
	return err
}

// appendOrNull appends the values sel of src, NULL for -1.
func appendOrNull(v, src *batch.Vector, sel []int32) {
	for len(sel) > 0 { // runs of either
		n := 1
		for n < len(sel) && (sel[n] < 0) == (sel[0] < 0) {
			n++
		}
		if sel[0] >= 0 {
			v.AppendSelected(src, sel[:n])
		} else {
			for range n {
				v.AppendNull()
			}
		}
		sel = sel[n:]
	}
}
