package operators

import (
	"context"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// lookupJoin asks a table for the rows whose keys equal those of each left row.
// Per batch it asks once, for the distinct keys; rows with NULL among their keys
// are not asked for, as they match nothing.
type lookupJoin struct {
	spec    *jobgraph.LookupJoin
	table   connector.Lookuper
	lookup  connector.Lookup
	cancel  context.CancelFunc
	probe   probeJoin
	project *expr.Evaluator // nil: the scan's fields
	enc     *rowcodec.KeyEncoder
	cols    []int // left columns of the key

	keyBuf   state.Keys
	groups   grouper
	nulls    []bool
	keyOf    []int32 // per row its distinct key, -1 if NULL is among its keys
	all      []int32
	sel      []int32
	asked    *batch.Batch // distinct keys
	found    *batch.Batch
	matches  []int32
	starts   []int32 // per distinct key: its rows in byKey
	byKey    []int32
	pairRows []int32
	pairOf   []int32
	owner    []int32
}

// newLookupJoin opens the table's connector.
func (b *Builder) newLookupJoin(spec *jobgraph.LookupJoin) (operator.Operator, error) {
	f, ok := b.Connectors[spec.Connector]
	if !ok {
		return nil, fmt.Errorf("connector '%s' is not part of this binary", spec.Connector)
	}
	source, err := f.Source(b.Env, &spec.Scan)
	if err != nil {
		return nil, err
	}
	table, ok := source.(connector.Lookuper)
	if !ok {
		return nil, fmt.Errorf("connector '%s' cannot look rows up by key; join the table without FOR SYSTEM_TIME AS OF", spec.Connector)
	}
	j := &lookupJoin{spec: spec, table: table}
	if o := spec.Options; o == nil || o.Retry == nil || isLookupCopy(source) {
		return j, nil
	}
	return &retryingLookup{lookupJoin: j, options: spec.Options}, nil
}

// isLookupCopy reports a table that is not worth asking again.
func isLookupCopy(s connector.Source) bool {
	c, ok := s.(connector.LookupCopy)
	return ok && c.IsLookupCopy()
}

// Open prepares the lookup.
func (j *lookupJoin) Open(ctx *operator.Context) (err error) {
	s := j.spec
	fields := s.Scan.Schema()
	right := fields
	if s.Project != nil {
		if j.project, err = expr.NewEvaluator(s.Project, exprEnv(ctx, nil)); err != nil {
			return err
		}
		right = make(types.Schema, len(s.Project))
		for i, e := range s.Project {
			right[i].Type = e.Type()
		}
	}
	if j.probe.joinPairs, err = newJoinPairs(s.Kind, s.LeftSchema, right, s.Cond, ctx); err != nil {
		return err
	}
	asked := make(types.Schema, len(s.LookupKeys))
	for i, k := range s.LeftKeys {
		if k >= 0 {
			asked[i].Type = s.LeftSchema[k].Type
			j.cols = append(j.cols, k)
		} else {
			asked[i].Type = s.Constants[-1-k].Type()
		}
	}
	j.enc = rowcodec.NewKeyEncoder(columnTypes(s.LeftSchema, j.cols))
	j.asked, j.found = batch.NewBatch(asked, 0), batch.NewBatch(fields, 0)
	taskCtx, cancel := ctx.UntilCanceled()
	j.cancel = cancel
	j.lookup, err = j.table.Lookup(&connector.ReaderContext{
		Subtask: ctx.Subtask, Parallelism: ctx.Parallelism, Metrics: ctx.Metrics, Log: ctx.Log, Context: taskCtx,
	}, s.LookupKeys)
	return err
}

// ProcessBatch asks for the rows of b and joins them.
func (j *lookupJoin) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	rows := rowsOf(b, &j.all)
	if len(rows) == 0 {
		return nil
	}
	right, err := j.ask(b, rows)
	if err != nil {
		return err
	}
	return j.answer(b, rows, j.keyOf, right, out)
}

// answer joins rows of b, which were asked for, with what was found: keyOf has the
// distinct key of each.
func (j *lookupJoin) answer(b *batch.Batch, rows, keyOf []int32, right []*batch.Vector, out operator.Output) error {
	// Some left rows at a time, so that a batch of pairs stays small.
	for from := 0; from < len(rows); {
		j.pairRows, j.pairOf, j.owner = j.pairRows[:0], j.pairOf[:0], j.owner[:0]
		to := from
		for ; to < len(rows) && len(j.pairRows) < j.probe.limit; to++ {
			g := keyOf[to]
			if g < 0 {
				continue
			}
			for _, f := range j.byKey[j.starts[g]:j.starts[g+1]] {
				j.pairRows, j.pairOf, j.owner = append(j.pairRows, rows[to]), append(j.pairOf, f), append(j.owner, int32(to-from))
			}
		}
		if err := j.join(b, rows[from:to], right, out); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// ask looks up the distinct keys of b, sorts the rows found by key and returns
// their columns.
func (j *lookupJoin) ask(b *batch.Batch, rows []int32) (right []*batch.Vector, err error) {
	j.nulls = markNulls(j.nulls, b, j.cols)
	j.sel = j.sel[:0]
	for k, i := range rows {
		if !j.nulls[k] {
			j.sel = append(j.sel, i)
		}
	}
	j.asked.Reset()
	j.found.Reset()
	n := 0
	if len(j.sel) > 0 {
		j.enc.Encode(b, j.cols, j.sel, &j.keyBuf)
		n = j.groups.group(&j.keyBuf)
	}
	for c, k := range j.spec.LeftKeys {
		for _, g := range j.groups.first[:n] {
			if k >= 0 {
				j.asked.Cols[c].AppendFrom(b.Cols[k], int(j.sel[g]))
			} else {
				j.asked.Cols[c].AppendFrom(j.spec.Constants[-1-k].Value, 0)
			}
		}
	}
	j.keyOf = resize(j.keyOf, len(rows))
	next := 0 // of sel
	for k := range rows {
		j.keyOf[k] = -1
		if !j.nulls[k] {
			j.keyOf[k] = j.groups.gid[next]
			next++
		}
	}
	j.asked.N = n
	j.matches = j.matches[:0]
	if n > 0 {
		if j.matches, err = j.lookup.Find(j.asked, j.found, j.matches); err != nil {
			return nil, err
		}
		if j.found.N = len(j.matches); len(j.found.Cols) > 0 && j.found.Cols[0].Len() != j.found.N {
			return nil, fmt.Errorf("connector '%s' found %d rows for %d keys' matches; that is a bug in it", j.spec.Connector, j.found.Cols[0].Len(), len(j.matches))
		}
	}
	j.sortFound(n)
	if j.project != nil && j.found.N > 0 {
		return j.project.Eval(j.found, nil)
	}
	return j.found.Cols, nil
}

// missed reports a row that was asked for and not found.
func (j *lookupJoin) missed(key int32) bool { return key >= 0 && j.starts[key] == j.starts[key+1] }

// sortFound lists the rows found by key, in the order in which they came.
func (j *lookupJoin) sortFound(n int) {
	j.starts = resize(j.starts, n+1)
	clear(j.starts)
	for _, g := range j.matches {
		j.starts[g+1]++
	}
	for g := range n {
		j.starts[g+1] += j.starts[g]
	}
	j.byKey = resize(j.byKey, len(j.matches))
	for f, g := range j.matches {
		j.byKey[j.starts[g]] = int32(f)
		j.starts[g]++
	}
	copy(j.starts[1:], j.starts[:n])
	if len(j.starts) > 0 {
		j.starts[0] = 0
	}
}

// join emits the results of some left rows.
func (j *lookupJoin) join(b *batch.Batch, rows []int32, right []*batch.Vector, out operator.Output) error {
	j.probe.passed = j.probe.passed[:0]
	if len(j.pairRows) > 0 {
		p := j.probe.pairs
		p.Reset()
		width := len(j.spec.LeftSchema)
		for c, v := range p.Cols[:width] {
			v.AppendSelected(b.Cols[c], j.pairRows)
		}
		for c, v := range p.Cols[width:] {
			v.AppendSelected(right[c], j.pairOf)
		}
		if err := j.probe.filter(len(j.pairRows)); err != nil {
			return err
		}
	}
	return j.probe.emit(b, rows, j.owner, out)
}

// Close ends the lookup.
func (j *lookupJoin) Close() error {
	if j.cancel != nil {
		defer j.cancel()
	}
	if j.lookup == nil {
		return nil
	}
	return j.lookup.Close()
}
