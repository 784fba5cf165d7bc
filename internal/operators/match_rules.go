package operators

import (
	"strconv"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/rowpattern"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// matchRules are the conditions and measures of a Match over the rows of a chunk.
//
// A condition that looks at the current row only is evaluated for all rows at
// once. Others are asked for one step of all runs at a time: a question is a
// partial match and a row, whose inputs are gathered into a batch.
type matchRules struct {
	spec     *jobgraph.Match
	rows     *rowcodec.RowEncoder
	work     *batch.Batch // decoded rows, then Computed
	decoded  batch.Batch  // the same without Computed
	computed *expr.Evaluator

	simple []*expr.Program // by variable; nil: not simple
	known  [][]bool        // by variable, per row; nil: to be asked
	always []bool          // TRUE for every row
	asked  []*matchEval    // by variable; nil: known
	asks   []questions
	sel    []int32

	measures []*matchEval
	result   []*batch.Vector
}

// questions are what is asked of one condition in a step.
type questions struct {
	from, end [][]int32 // by input: the rows it is taken from
	row       []int32   // the current row
	at        []int     // where the answer goes
}

func newMatchRules(spec *jobgraph.Match, ctx *operator.Context) (*matchRules, error) {
	r := &matchRules{spec: spec, rows: rowcodec.NewRowEncoder(spec.Schema.Types())}
	wide := append(types.Schema(nil), spec.Schema...)
	for i, x := range spec.Computed {
		wide = append(wide, types.Field{Name: "$" + strconv.Itoa(i), Type: x.Type()})
	}
	r.work = batch.NewBatch(wide, 0)
	r.decoded = batch.Batch{Cols: r.work.Cols[:len(spec.Schema)]}
	env := exprEnv(ctx, nil)
	var err error
	if len(spec.Computed) > 0 {
		if r.computed, err = expr.NewEvaluator(spec.Computed, env); err != nil {
			return nil, err
		}
	}
	n := len(spec.Pattern.Variables)
	r.simple, r.known, r.asked = make([]*expr.Program, n), make([][]bool, n), make([]*matchEval, n)
	r.asks, r.always = make([]questions, n), make([]bool, n)
	for v, d := range spec.Define {
		switch {
		case d == nil:
			r.always[v] = true
		case looksAtRow(d, v):
			if r.simple[v], err = expr.Compile(currentRow(d), env); err != nil {
				return nil, err
			}
		default:
			name := "define." + strconv.Itoa(v)
			if r.asked[v], err = newMatchEval(d, wide, spec, name, ctx, env); err != nil {
				return nil, err
			}
			r.asks[v].from, r.asks[v].end = make([][]int32, len(d.Inputs)), make([][]int32, len(d.Inputs))
		}
	}
	for i, x := range spec.Measures {
		e, err := newMatchEval(x, wide, spec, "measure."+strconv.Itoa(i), ctx, env)
		if err != nil {
			return nil, err
		}
		r.measures = append(r.measures, e)
	}
	return r, nil
}

// looksAtRow reports a condition of variable v over columns of the current row.
func looksAtRow(d *jobgraph.MatchExpr, v int) bool {
	for _, in := range d.Inputs {
		if in.Kind != jobgraph.MatchColumn || in.First || in.Offset > 0 || in.Variable >= 0 && in.Variable != v {
			return false
		}
	}
	return true
}

// currentRow is such a condition over the columns of the input.
func currentRow(d *jobgraph.MatchExpr) expr.Expr {
	return expr.Rewrite(d.X, func(e expr.Expr) expr.Expr {
		c, ok := e.(*expr.Column)
		if !ok {
			return e
		}
		return &expr.Column{Index: d.Inputs[c.Index].Column, Name: c.Name, T: c.T}
	})
}

// schema is that of the output.
func (r *matchRules) schema() types.Schema {
	var s types.Schema
	for _, c := range r.spec.Partition {
		s = append(s, r.spec.Schema[c])
	}
	for _, m := range r.spec.Measures {
		s = append(s, types.Field{Name: m.Name, Type: m.X.Type()})
	}
	return s
}

// prepare decodes the rows of a chunk and evaluates what needs no match.
func (r *matchRules) prepare(recs [][]byte) error {
	for _, c := range r.decoded.Cols { // the computed ones are the evaluator's
		c.Reset()
	}
	r.work.N, r.decoded.N = len(recs), len(recs)
	if err := r.rows.DecodeAll(recs, r.decoded.Cols); err != nil {
		return err
	}
	if r.computed != nil {
		vals, err := r.computed.Eval(&r.decoded, nil)
		if err != nil {
			return err
		}
		copy(r.work.Cols[len(r.spec.Schema):], vals)
	}
	for v := range r.known {
		if r.asked[v] != nil {
			continue
		}
		if err := r.know(v, len(recs)); err != nil {
			return err
		}
	}
	return nil
}

// know evaluates the condition of variable v for all rows.
func (r *matchRules) know(v, n int) error {
	r.known[v] = resize(r.known[v], n)
	if r.always[v] {
		for i := range r.known[v] {
			r.known[v][i] = true
		}
		return nil
	}
	clear(r.known[v])
	var err error
	if r.sel, err = r.simple[v].Filter(&r.decoded, nil, r.sel[:0]); err != nil {
		return err
	}
	for _, i := range r.sel {
		r.known[v][i] = true
	}
	return nil
}

// begin forgets the questions of the step before.
func (r *matchRules) begin() {
	for v := range r.asks {
		q := &r.asks[v]
		if len(q.at) == 0 {
			continue
		}
		q.row, q.at = q.row[:0], q.at[:0]
		for i := range q.from {
			q.from[i], q.end[i] = q.from[i][:0], q.end[i][:0]
		}
	}
}

// ask asks whether variable v takes the row at pos for partial match i of run; the
// answer goes to truth[at].
func (r *matchRules) ask(m *rowpattern.Machine, run *matchRun, i int, v, pos int32, at int) {
	q := &r.asks[v]
	for k := range r.asked[v].inputs {
		in := &r.asked[v].inputs[k]
		from, end := m.Rows(&run.Run, i, int32(in.Variable), v, pos)
		q.from[k], q.end[k] = append(q.from[k], run.base+from), append(q.end[k], run.base+end)
	}
	q.row, q.at = append(q.row, run.base+pos), append(q.at, at)
}

// answer evaluates the questions.
func (r *matchRules) answer(truth []bool) error {
	for v := range r.asks {
		q := &r.asks[v]
		if len(q.at) == 0 {
			continue
		}
		rows := func(k int) (from, end []int32) { return q.from[k], q.end[k] }
		b, err := r.asked[v].gather(r.work, len(q.at), rows)
		if err != nil {
			return err
		}
		if r.sel, err = r.asked[v].program.Filter(b, nil, r.sel[:0]); err != nil {
			return err
		}
		for _, k := range r.sel {
			truth[q.at[k]] = true
		}
	}
	return nil
}

// emit gives out the matches found in the chunk. now is the processing time in ms.
func (r *matchRules) emit(f *foundMatches, now int64, batch *batch.Batch, out operator.Output) error {
	const limit = 1024
	for from := 0; from < f.len(); from += limit {
		n := min(limit, f.len()-from)
		batch.Reset()
		batch.N = n
		keys := len(r.spec.Partition)
		for i, c := range r.spec.Partition {
			batch.Cols[i].AppendSelected(r.work.Cols[c], f.begin[from:from+n])
		}
		for i, e := range r.measures {
			e.times, e.now = f.time[from:from+n], now
			rows := func(k int) (begin, end []int32) {
				return e.rangesOf(f, from, n, e.inputs[k].Variable, len(r.spec.Pattern.Variables))
			}
			b, err := e.gather(r.work, n, rows)
			if err != nil {
				return err
			}
			v, err := e.program.Eval(b, nil)
			if err != nil {
				return err
			}
			batch.Cols[keys+i].AppendSelected(v, firstRows(n))
		}
		if err := out.Emit(batch); err != nil {
			return err
		}
	}
	return nil
}

// firstRows is 0, 1, … n-1.
func firstRows(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// matchEval evaluates one expression over values taken from matches.
type matchEval struct {
	inputs  []jobgraph.MatchInput
	program *expr.Program
	in      *batch.Batch
	index   []int32
	sets    []*partitionSet // by input; nil: no aggregate
	key     state.Keys      // of aggregates that keep views: any will do, they take turns
	times   []int64
	now     int64
	from    []int32
	end     []int32
}

func newMatchEval(x *jobgraph.MatchExpr, wide types.Schema, spec *jobgraph.Match, name string, ctx *operator.Context, env *expr.Env) (*matchEval, error) {
	e := &matchEval{inputs: x.Inputs, sets: make([]*partitionSet, len(x.Inputs))}
	in := make(types.Schema, len(x.Inputs))
	for i, input := range x.Inputs {
		in[i] = types.Field{Name: "$" + strconv.Itoa(i), Type: input.Type}
		if input.Kind != jobgraph.MatchAggregate {
			continue
		}
		set, err := newMatchSet(input.Call, wide, spec, name+"."+strconv.Itoa(i), ctx)
		if err != nil {
			return nil, err
		}
		e.sets[i] = &partitionSet{Set: set}
	}
	e.in = batch.NewBatch(in, 0)
	var err error
	e.program, err = expr.Compile(x.X, env)
	return e, err
}

// rangesOf are the rows of a variable in n matches from the given one on.
func (e *matchEval) rangesOf(f *foundMatches, at, n, variable, vars int) (from, end []int32) {
	e.from, e.end = e.from[:0], e.end[:0]
	for k := at; k < at+n; k++ {
		cuts := f.cuts[k*vars : (k+1)*vars]
		begin, last := f.begin[k], cuts[vars-1]
		if variable >= 0 {
			last = cuts[variable]
		}
		if variable > 0 {
			begin = cuts[variable-1]
		}
		e.from, e.end = append(e.from, begin), append(e.end, last)
	}
	return e.from, e.end
}

// gather makes a batch of the inputs of n evaluations. rows gives the rows that
// input k takes its value from.
func (e *matchEval) gather(work *batch.Batch, n int, rows func(k int) (from, end []int32)) (*batch.Batch, error) {
	e.in.Reset()
	e.in.N = n
	for k := range e.inputs {
		in := &e.inputs[k]
		col := e.in.Cols[k]
		switch in.Kind {
		case jobgraph.MatchColumn:
			from, end := rows(k)
			e.place(in, from, end)
			appendOrNull(col, work.Cols[in.Column], e.index)
		case jobgraph.MatchAggregate:
			from, end := rows(k)
			if err := e.aggregate(e.sets[k], work, from, end, col); err != nil {
				return nil, err
			}
		case jobgraph.MatchRowtime:
			for _, t := range e.times {
				col.AppendInt64(t)
			}
		case jobgraph.MatchProctime:
			for range n {
				col.AppendInt64(e.now)
			}
		}
	}
	return e.in, nil
}

// place finds the row of a navigation in each range, -1 if it leads out of it.
func (e *matchEval) place(in *jobgraph.MatchInput, from, end []int32) {
	e.index = e.index[:0]
	off := int32(in.Offset)
	for i := range from {
		at := end[i] - 1 - off
		if in.First {
			at = from[i] + off
		}
		if at < from[i] || at >= end[i] {
			at = -1
		}
		e.index = append(e.index, at)
	}
}
