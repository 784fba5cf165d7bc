package flott

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Process is a process table function that emits rows of type R: see RegisterProcess.
type Process[R any] struct {
	// Eval is called for each row of each table; without tables, once.
	Eval func(c *Context, out *Output[R]) error
	// OnTimer is called when a timer fires. A function without it has no timers.
	OnTimer func(c *Context, out *Output[R]) error
}

// RegisterProcess registers a process table function, which takes tables, keeps state
// by partition and acts at event time. declare names its arguments and states and
// returns its code; it is called once now and once for each subtask, so what it declares
// and closes over belongs to one goroutine:
//
//	flott.RegisterProcess(p, "reminder", func(d *flott.Declaration) flott.Process[string] {
//		visits := flott.SetTable[Visit](d, "visits", flott.RequireOnTime)
//		after := flott.Arg[time.Duration](d, "after")
//		count := flott.ValueState[int64](d, "count")
//		return flott.Process[string]{
//			Eval: func(c *flott.Context, out *flott.Output[string]) error {
//				count.Set(count.Get() + 1)
//				now, _ := c.Time()
//				c.RegisterOnTime("idle", now.Add(after.Value))
//				return nil
//			},
//			OnTimer: func(c *flott.Context, out *flott.Output[string]) error {
//				out.Emit(fmt.Sprintf("%d visits", count.Get()))
//				return nil
//			},
//		}
//	})
//
// In SQL it stands in FROM:
//
//	SELECT * FROM reminder(visits => TABLE v PARTITION BY name, after => INTERVAL '1' HOUR, on_time => DESCRIPTOR(ts))
//
// R is a struct or a single value as in RegisterTable. docs/process_table_functions.md
// tells the rest.
func RegisterProcess[R any](p *Program, name string, declare func(d *Declaration) Process[R]) {
	d := &Declaration{name: name}
	f := declare(d)
	if f.Eval == nil {
		panic(fmt.Sprintf("flott: process table function %s needs Eval", name))
	}
	rows := rowOf[R](name)
	u := &expr.UserProcess{Name: name, Args: d.args, Rows: rows.schema, Updates: d.updates, Timers: f.OnTimer != nil, Stateful: len(d.states) > 0}
	d.check(u)
	u.New = func() *expr.Process {
		d := &Declaration{name: name}
		f := declare(d)
		fn := &expr.Process{Tables: d.tables, Scalars: d.scalars, States: d.states}
		out := &Output[R]{write: rows.write, to: &fn.Out}
		c := &Context{}
		bound := func(call func(*Context, *Output[R]) error) func(expr.ProcessContext) error {
			return func(on expr.ProcessContext) error {
				c.on = on
				if err := call(c, out); err != nil {
					return failed(name, err)
				}
				return d.failure()
			}
		}
		fn.Eval, fn.OnTimer = bound(f.Eval), bound(f.OnTimer)
		return fn
	}
	p.users.Processes[p.key(name)] = u
}

// Declaration takes the arguments and states of a process table function, in the order
// in which a call gives them.
type Declaration struct {
	name    string
	args    []expr.ProcessArg
	tables  []expr.ProcessRows
	scalars []func(v *batch.Vector)
	states  []expr.ProcessState
	names   []string // of the states
	updates expr.ProcessUpdates
	err     error // of a handle, which could not return it
}

// failure is what a handle met with since the last call.
func (d *Declaration) failure() error {
	if d.err == nil {
		return nil
	}
	return failed(d.name, d.err)
}

func (d *Declaration) note(err error) {
	if err != nil && d.err == nil {
		d.err = err
	}
}

// mistake is one of the program.
func (d *Declaration) mistake(format string, args ...any) {
	panic("flott: process table function " + d.name + ": " + fmt.Sprintf(format, args...))
}

// check holds the traits of a declaration against each other, by Flink's rules.
func (d *Declaration) check(u *expr.UserProcess) {
	tables, sets, pass, updates := 0, 0, false, false
	seen := map[string]bool{"on_time": true, "uid": true}
	for _, a := range d.args {
		if a.Name == "" || seen[a.Name] {
			d.mistake("the name %q of an argument is empty, taken or reserved", a.Name)
		}
		seen[a.Name] = true
		t := a.Table
		if t == nil {
			continue
		}
		tables++
		if t.Set {
			sets++
		}
		pass, updates = pass || t.PassThrough, updates || t.Updates
		if !t.Set && t.OptionalPartition {
			d.mistake("argument %q: OptionalPartitionBy needs set semantics", a.Name)
		}
		if t.UpdateBefore && !t.Updates {
			d.mistake("argument %q: RequireUpdateBefore needs SupportUpdates", a.Name)
		}
		if u.Updates == expr.ProcessUpserts && (!t.Set || t.OptionalPartition) {
			d.mistake("upserts are by partition: argument %q needs set semantics and PARTITION BY", a.Name)
		}
	}
	switch {
	case tables > 1 && sets < tables:
		d.mistake("All table arguments must use set semantics if multiple table arguments are declared.")
	case pass && updates:
		d.mistake("Signatures with updating inputs must not pass columns through.")
	case pass && tables > 1:
		d.mistake("Pass-through columns are not supported if multiple table arguments are declared.")
	case pass && u.Updates != expr.ProcessInserts:
		d.mistake("Pass-through columns are not supported for PTFs that produce updates.")
	case u.Stateful && sets == 0:
		d.mistake("state needs a table with set semantics")
	case u.Timers && (sets == 0 || pass || updates || u.Updates != expr.ProcessInserts):
		d.mistake("timers need a table with set semantics, and neither pass-through columns nor updates")
	case u.Updates == expr.ProcessUpserts && tables == 0:
		d.mistake("upserts are by partition: a table with set semantics is needed")
	}
}

// Changes are the kinds of rows that a process table function emits besides inserts.
type Changes = expr.ProcessUpdates

// What Emits can say.
const (
	Upserts  = expr.ProcessUpserts  // a partition has at most one row: UpdateAfter replaces it, Delete removes it
	Retracts = expr.ProcessRetracts // before each UpdateAfter, the row it replaces as UpdateBefore
)

// Emits says that the function emits updates.
func (d *Declaration) Emits(c Changes) { d.updates = c }

// Kind says what a row does to the table it is part of.
type Kind = batch.RowKind

// The kinds of rows.
const (
	Insert       = batch.Insert
	UpdateBefore = batch.UpdateBefore
	UpdateAfter  = batch.UpdateAfter
	Delete       = batch.Delete
)

// Output takes the rows of a function.
type Output[R any] struct {
	write func(cols []*batch.Vector, r *R)
	to    *expr.ProcessOutput
	row   R // so that none is allocated
}

// Emit emits a row.
func (o *Output[R]) Emit(r R) { o.EmitAs(Insert, r) }

// EmitAs emits a row of a kind that Declaration.Emits allows.
func (o *Output[R]) EmitAs(kind Kind, r R) {
	o.row = r
	o.write(o.to.Cols, &o.row)
	o.to.Kinds = append(o.to.Kinds, kind)
}

// Scalar is an argument that is the same for all rows.
type Scalar[T any] struct{ Value T }

// Arg declares a scalar argument. Types are those of RegisterScalar and time.Duration,
// which is an INTERVAL DAY TO SECOND. An sql.Null takes NULL and may be left out.
func Arg[T any](d *Declaration, name string) *Scalar[T] {
	c := argumentCodec[T](d)
	s := &Scalar[T]{}
	d.args = append(d.args, expr.ProcessArg{Name: name, Type: c.sql.WithNull(c.nulls), Optional: c.nulls})
	d.scalars = append(d.scalars, func(v *batch.Vector) { s.Value = c.read(v, 0) })
	return s
}

func argumentCodec[T any](d *Declaration) codec[T] {
	if _, ok := any(*new(T)).(time.Duration); ok {
		var c any = codec[time.Duration]{sql: types.Of(types.IntervalDayTime), read: func(v *batch.Vector, i int) time.Duration {
			return time.Duration(v.Int64s()[i]) * time.Millisecond
		}}
		return c.(codec[T])
	}
	return codecOf[T]()
}

// Context is what a call can ask of the engine. It is valid during the call.
type Context struct{ on expr.ProcessContext }

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// Time is the on_time of the row, or that of the timer. It is false for a row without
// on_time.
func (c *Context) Time() (t time.Time, ok bool) {
	ms, ok := c.on.Time()
	return moment(ms), ok
}

// Watermark is the event time reached, false if there is none yet. In OnTimer it is the
// one that fires the timer.
func (c *Context) Watermark() (t time.Time, ok bool) {
	ms, ok := c.on.Watermark()
	return moment(ms), ok
}

// Timer is the name of the timer that fires, false if it has none.
func (c *Context) Timer() (name string, ok bool) { return c.on.Timer() }

// RegisterOnTime sets a timer of the partition, or moves the one of that name. It fires
// when the watermark passes t; for a time gone by, at the next watermark.
func (c *Context) RegisterOnTime(name string, t time.Time) { c.on.SetTimer(name, t.UnixMilli()) }

// RegisterUnnamed sets a timer without a name; twice for the same time is once.
func (c *Context) RegisterUnnamed(t time.Time) { c.on.SetUnnamed(t.UnixMilli()) }

// ClearTimer removes the timer of a name.
func (c *Context) ClearTimer(name string) { c.on.ClearTimer(name) }

// ClearUnnamed removes the timer without a name for t.
func (c *Context) ClearUnnamed(t time.Time) { c.on.ClearUnnamed(t.UnixMilli()) }

// ClearAllTimers removes the timers of the partition.
func (c *Context) ClearAllTimers() { c.on.ClearTimers() }

// ClearAllState clears the states of the partition.
func (c *Context) ClearAllState() { c.on.ClearStates() }

// ClearAll clears states and timers.
func (c *Context) ClearAll() {
	c.ClearAllState()
	c.ClearAllTimers()
}
