package operators

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// processor runs a process table function. Rows are given to it one by one, in the order
// in which they come or, with ORDER BY, by time as the watermark passes (process_order.go).
// The keys of a batch are grouped first, so that the function's states are read and
// written once per key and batch. Timers are in process_timers.go.
type processor struct {
	spec    *jobgraph.Process
	fn      *expr.Process
	inputs  []processInput
	ctx     *operator.Context
	emits   [4]bool // by kind
	time    int64   // watermark
	limit   int
	timers  *processTimers // nil: the function cannot have any
	out     *batch.Batch
	own     int     // where the function's columns begin in out
	sel     []int32 // the source row of each row emitted
	rowtime []int64 // its time
	groups  grouper
	current processEvent
	firing  firing
	failure error // of a call of the context, which returns none
}

// processInput is a table argument.
type processInput struct {
	spec  *jobgraph.ProcessInput
	keys  *rowcodec.KeyEncoder
	times rowTimes
	order *processOrder // nil: no ORDER BY
	buf   state.Keys
}

// processEvent is what the function is called for.
type processEvent struct {
	hash  uint64
	key   []byte
	time  int64
	timed bool
	timer string
	named bool
}

// NewProcess returns the operator of a Process.
func NewProcess(spec *jobgraph.Process) operator.Operator { return &processor{spec: spec} }

// Open makes the function, its arguments and its states.
func (p *processor) Open(ctx *operator.Context) error {
	if p.spec.User == nil {
		return fmt.Errorf("there is no process table function %s", p.spec.Fn)
	}
	p.ctx, p.time, p.limit, p.fn = ctx, ctx.Watermark, ctx.Settings.BatchRows, p.spec.User.New()
	p.emits[batch.Insert] = true
	p.emits[batch.UpdateAfter] = p.spec.Updates&jobgraph.UpdateAfters != 0
	p.emits[batch.UpdateBefore] = p.spec.Updates&jobgraph.UpdateBefores != 0
	p.emits[batch.Delete] = p.spec.Updates&jobgraph.Deletes != 0
	if err := p.passArguments(ctx); err != nil {
		return err
	}
	for i := range p.spec.Inputs {
		if err := p.openInput(i, ctx); err != nil {
			return err
		}
	}
	p.openOutput()
	if !p.keyed() {
		return nil
	}
	for _, s := range p.fn.States {
		if err := s.Open(ctx.State, p.keyTypes(), p.spec.TTL); err != nil {
			return fmt.Errorf("process table function %s: %w", p.spec.Fn, err)
		}
	}
	if p.spec.User.Timers {
		var err error
		if p.timers, err = newProcessTimers(p.keyTypes(), ctx.State); err != nil {
			return err
		}
	}
	return nil
}

// keyed reports set semantics.
func (p *processor) keyed() bool { return len(p.spec.Inputs) > 0 && p.spec.Inputs[0].Set }

func (p *processor) keyTypes() []types.Type {
	return columnTypes(p.spec.Inputs[0].Schema, p.spec.Inputs[0].Keys)
}

// passArguments computes the scalar arguments, which are constants.
func (p *processor) passArguments(ctx *operator.Context) error {
	ev, err := expr.NewEvaluator(p.spec.Args, exprEnv(ctx, nil))
	if err != nil {
		return err
	}
	values, err := ev.Eval(&batch.Batch{N: 1}, nil)
	if err != nil {
		return err
	}
	for i, take := range p.fn.Scalars {
		take(values[i])
	}
	return nil
}

func (p *processor) openInput(i int, ctx *operator.Context) (err error) {
	spec := &p.spec.Inputs[i]
	in := processInput{spec: spec}
	if !p.spec.Alone {
		if err := p.fn.Tables[i].Bind(spec.Schema); err != nil {
			return fmt.Errorf("process table function %s: argument '%s': %w", p.spec.Fn, spec.Name, err)
		}
	}
	at := spec.Time
	if spec.Order != nil {
		at = spec.Order[0].Column
		if in.order, err = newProcessOrder(i, spec, ctx); err != nil {
			return err
		}
	}
	if in.times.column = -1; at >= 0 {
		in.times = newRowTimes(at, spec.Schema[at].Type)
	}
	if spec.Set {
		in.keys = rowcodec.NewKeyEncoder(columnTypes(spec.Schema, spec.Keys))
	}
	p.inputs = append(p.inputs, in)
	return nil
}

// openOutput lays out the output: what is passed on, the function's columns, the time.
func (p *processor) openOutput() {
	p.out = batch.NewBatch(p.spec.Out, 0)
	p.own = len(p.spec.Out) - len(p.spec.User.Rows)
	if p.spec.Rowtime {
		p.own--
	}
	p.fn.Out.Cols = p.out.Cols[p.own : p.own+len(p.spec.User.Rows)]
	p.begin()
}

func (p *processor) begin() {
	p.out.Reset()
	p.fn.Out.Kinds, p.sel, p.rowtime = p.fn.Out.Kinds[:0], p.sel[:0], p.rowtime[:0]
}

// ProcessBatch calls the function for the rows of b, or keeps them until their time has come.
func (p *processor) ProcessBatch(input int, b *batch.Batch, out operator.Output) error {
	in := &p.inputs[input]
	if in.order == nil {
		return p.processRows(input, b, out)
	}
	times, err := in.times.read(b)
	if err != nil {
		return err
	}
	return in.order.add(b, times, p.time)
}

// processRows calls the function for the rows of b.
func (p *processor) processRows(input int, b *batch.Batch, out operator.Output) error {
	in := &p.inputs[input]
	var times []int64
	var err error
	if in.times.column >= 0 {
		if times, err = in.times.read(b); err != nil {
			return err
		}
	}
	if in.keys != nil {
		in.keys.Encode(b, in.spec.Keys, b.Sel, &in.buf)
		p.groups.group(&in.buf)
		if err := p.beginStates(&p.groups.keys); err != nil {
			return err
		}
	}
	p.current = processEvent{timed: times != nil}
	p.present(input)
	for k := range b.Rows() {
		i := b.Row(k)
		if in.keys != nil {
			p.use(k)
		}
		if times != nil {
			p.current.time = times[i]
		}
		if !p.spec.Alone {
			p.fn.Tables[input].Take(b, i)
		}
		if err := p.call(p.fn.Eval); err != nil {
			return err
		}
		for len(p.sel) < len(p.fn.Out.Kinds) {
			p.sel = append(p.sel, int32(i))
			p.rowtime = append(p.rowtime, p.current.time)
		}
		if len(p.sel) >= p.limit {
			if err := p.emitRows(input, b, out); err != nil {
				return err
			}
		}
	}
	if in.keys != nil {
		if err := p.endStates(); err != nil {
			return err
		}
	}
	return p.emitRows(input, b, out)
}

// present leaves all tables but one without a row.
func (p *processor) present(input int) {
	for i, t := range p.fn.Tables {
		if i != input {
			t.Leave()
		}
	}
}

// use makes the key of row k of the batch the current one.
func (p *processor) use(k int) {
	g := int(p.groups.gid[k])
	p.current.hash, p.current.key = p.groups.keys.Hash[g], p.groups.keys.At(g)
	for _, s := range p.fn.States {
		s.Use(g)
	}
}

func (p *processor) beginStates(keys *state.Keys) error {
	for _, s := range p.fn.States {
		if err := s.Begin(keys); err != nil {
			return err
		}
	}
	return nil
}

func (p *processor) endStates() error {
	for _, s := range p.fn.States {
		if err := s.End(); err != nil {
			return err
		}
	}
	return nil
}

// call calls the function and checks what it has done.
func (p *processor) call(fn func(expr.ProcessContext) error) error {
	before := len(p.fn.Out.Kinds)
	if err := fn(p); err != nil {
		return err
	}
	if p.failure != nil {
		return fmt.Errorf("process table function %s: %w", p.spec.Fn, p.failure)
	}
	for _, kind := range p.fn.Out.Kinds[before:] {
		if !p.emits[kind] {
			return fmt.Errorf("process table function %s: Invalid row kind received: %s. Expected produced changelog mode: %s", p.spec.Fn, kindName(kind), p.mode())
		}
	}
	return nil
}

var kindNames = [...]string{batch.Insert: "INSERT", batch.UpdateBefore: "UPDATE_BEFORE", batch.UpdateAfter: "UPDATE_AFTER", batch.Delete: "DELETE"}

func kindName(k batch.RowKind) string { return kindNames[k] }

// mode lists the kinds that the function may emit.
func (p *processor) mode() string {
	list := ""
	for kind, ok := range p.emits {
		if ok {
			list += ", " + kindName(batch.RowKind(kind))
		}
	}
	return "[" + list[2:] + "]"
}

// emitRows gives out what the function has emitted for rows of b.
func (p *processor) emitRows(input int, b *batch.Batch, out operator.Output) error {
	if len(p.sel) == 0 {
		return nil
	}
	if p.spec.PassThrough {
		for c := range p.own {
			p.out.Cols[c].AppendSelected(b.Cols[c], p.sel)
		}
	} else {
		at := 0
		for range p.inputs {
			for _, k := range p.inputs[input].spec.Keys {
				p.out.Cols[at].AppendSelected(b.Cols[k], p.sel)
				at++
			}
		}
	}
	return p.emit(out)
}

// emit completes the columns and gives out the rows.
func (p *processor) emit(out operator.Output) error {
	if p.spec.Rowtime {
		v := p.out.Cols[len(p.out.Cols)-1]
		unit := v.Type.UnitsPerSecond() / 1000
		for _, t := range p.rowtime {
			v.AppendInt64(t * unit)
		}
	}
	p.out.N = len(p.fn.Out.Kinds)
	p.out.Kinds = nil
	if p.spec.Updates != 0 {
		p.out.Kinds = p.fn.Out.Kinds
	}
	err := out.Emit(p.out)
	p.begin()
	return err
}

// OnWatermark first gives the function the rows whose time has come, table by table,
// then fires the timers.
func (p *processor) OnWatermark(time int64, out operator.Output) (int64, error) {
	for i := range p.inputs {
		if o := p.inputs[i].order; o != nil {
			err := o.advance(time, func(b *batch.Batch) error { return p.processRows(i, b, out) })
			if err != nil {
				return 0, err
			}
		}
	}
	p.time = time // ordered rows still see the watermark before, as in Flink
	if p.timers == nil {
		return time, nil
	}
	return time, p.fire(time, out)
}

// Time is that of the row or timer.
func (p *processor) Time() (int64, bool) { return p.current.time, p.current.timed }

// Watermark is the event time reached.
func (p *processor) Watermark() (int64, bool) { return p.time, p.time != stream.MinTime }
