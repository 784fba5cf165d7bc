package operators

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// TestAggregateStories runs testdata/aggregate. The language:
//
//	group  in=(k:STRING,v:INT) keys=(0) aggs=(COUNT(),SUM(1)) [flags]   makes a GROUP BY
//	window … kind=(hop,10,2[,offset]) time=2 props=(start,end,time)      makes a window aggregation
//	rows               a batch, a row a line: kind and values; the output follows
//	watermark t        event time
//	clock t            processing time, with the timer call if one is due
//	flush, finish      as the operator's
//	late               the number of late rows so far
//
// An aggregate is FN(arg), FN(DISTINCT.arg), FN(arg)@filter. Flags: ub (emit
// updates before), retract, batch, record (per-record), bundle=(n), ttl=(ms),
// local (with a local phase in front), zone=(name), proctime, attached=(start,end).
// Output rows are sorted unless the flag ordered is given.
func TestAggregateStories(t *testing.T) {
	datadriven.Walk(t, "testdata/aggregate", func(t *testing.T, path string) {
		var s *story
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "group", "window":
				s = newStory(d)
				return s.report(s.open())
			case "rows":
				return s.report(s.feed(s.batch(t, d.Input)))
			case "watermark":
				return s.report(s.watermark(number(t, d)))
			case "clock":
				return s.report(s.tick(number(t, d)))
			case "flush":
				return s.report(s.flush())
			case "finish":
				return s.report(s.finish())
			case "late":
				return fmt.Sprintln(s.ctx.Metrics.Counter("numLateRecordsDropped").Value())
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}

func number(t *testing.T, d *datadriven.TestData) int64 {
	x, err := strconv.ParseInt(d.CmdArgs[0].Key, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// story drives an aggregation, with a local phase before it if asked for.
type story struct {
	ctx     *operator.Context
	in      types.Schema
	ops     []operator.Operator // the local phase and the last
	lines   []string
	ordered bool
	clock   *storyClock
}

type storyClock struct {
	now     int64
	pending int64 // the call asked for, -1: none
}

func (c *storyClock) Now() time.Time { return time.UnixMilli(c.now).UTC() }
func (c *storyClock) Set(at int64) {
	if c.pending < 0 || at < c.pending {
		c.pending = at
	}
}

var storyTypes = map[string]types.Type{
	"INT": types.Of(types.Int), "BIGINT": types.Of(types.BigInt), "STRING": types.String(), "DOUBLE": types.Of(types.Double),
	"BOOLEAN": types.Of(types.Boolean), "TS": types.TimestampOf(3), "LTZ": types.TimestampLTZOf(3),
	"BIGINT!": types.Of(types.BigInt).NotNull(), "INT!": types.Of(types.Int).NotNull(),
}

func arg(d *datadriven.TestData, key string) ([]string, bool) {
	for _, a := range d.CmdArgs {
		if a.Key == key {
			return a.Vals, true
		}
	}
	return nil, false
}

func ints(vals []string) []int {
	out := make([]int, 0, len(vals))
	for _, v := range vals {
		if x, err := strconv.Atoi(v); err == nil {
			out = append(out, x)
		}
	}
	return out
}

func newStory(d *datadriven.TestData) *story {
	columns, _ := arg(d, "in")
	var in types.Schema
	for _, c := range columns {
		name, t, _ := strings.Cut(c, ":")
		in = append(in, types.Field{Name: name, Type: storyTypes[t]})
	}
	return newStoryOf(d, in)
}

func newStoryOf(d *datadriven.TestData, in types.Schema) *story {
	s := &story{in: in, clock: &storyClock{pending: -1}}
	all := keygroup.RangeOf(0, 128, 1)
	settings := operator.Settings{BatchRows: 4096, TimeZone: time.UTC}
	_, isBatch := arg(d, "batch")
	settings.Streaming = !isBatch
	_, settings.PerRecord = arg(d, "record")
	if n, ok := arg(d, "bundle"); ok {
		settings.MiniBatchRows, settings.MiniBatchLatency = int64(ints(n)[0]), time.Second
	}
	if z, ok := arg(d, "zone"); ok {
		settings.TimeZone, _ = time.LoadLocation(z[0])
	}
	_, s.ordered = arg(d, "ordered")
	s.ctx = &operator.Context{
		Watermark: stream.MinTime,
		Name:      "agg", Parallelism: 1, MaxParallelism: 128, KeyGroups: all,
		State:   heap.New(heap.Options{KeyGroups: all, MaxParallelism: 128, Now: func() time.Time { return s.clock.Now() }}),
		Metrics: metrics.NewGroup(nil), Log: rpc.Discard, Clock: s.clock, Timers: s.clock, Settings: settings,
	}
	keys, _ := arg(d, "keys")
	aggs, _ := arg(d, "aggs")
	if d.Cmd == "group" {
		s.group(d, ints(keys), s.calls(aggs))
	} else {
		s.window(d, ints(keys), s.calls(aggs))
	}
	return s
}

func (s *story) calls(texts []string) []jobgraph.AggCall {
	var out []jobgraph.AggCall
	for _, text := range texts {
		c := jobgraph.AggCall{Filter: -1}
		text, filter, _ := strings.Cut(text, "@")
		if f := ints([]string{filter}); len(f) > 0 {
			c.Filter = f[0]
		}
		fn, args, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
		c.Fn = fn
		if rest, ok := strings.CutPrefix(args, "DISTINCT."); ok {
			c.Distinct, args = true, rest
		}
		c.Args = ints(strings.Split(args, "."))
		ts := columnTypes(s.in, c.Args)
		f, err := aggregate.Resolve(c.Fn, ts, c.Distinct)
		if err == nil {
			c.Type = f.Nullable()
		}
		out = append(out, c)
	}
	return out
}

func (s *story) changes(d *datadriven.TestData) jobgraph.Changes {
	if _, ok := arg(d, "retract"); ok {
		return jobgraph.UpdateAfters | jobgraph.UpdateBefores | jobgraph.Deletes
	}
	return 0
}

func (s *story) group(d *datadriven.TestData, keys []int, calls []jobgraph.AggCall) {
	spec := jobgraph.GroupAgg{Keys: keys, Aggs: calls, InputSchema: s.in, InputChanges: s.changes(d)}
	_, spec.EmitUpdateBefore = arg(d, "ub")
	if ms, ok := arg(d, "ttl"); ok {
		spec.TTL = time.Duration(ints(ms)[0]) * time.Millisecond
	}
	if _, ok := arg(d, "local"); ok {
		local := spec
		local.Phase, spec.Phase = jobgraph.LocalPhase, jobgraph.GlobalPhase
		s.ops = append(s.ops, NewLocalAgg(&local))
	}
	s.ops = append(s.ops, NewGroupAgg(&spec))
}

func (s *story) window(d *datadriven.TestData, keys []int, calls []jobgraph.AggCall) {
	spec := jobgraph.WindowAgg{Keys: keys, Aggs: calls, InputSchema: s.in, InputChanges: s.changes(d)}
	w := &spec.Window
	w.Time, w.Start, w.End = -1, -1, -1
	if at, ok := arg(d, "time"); ok {
		w.Time = ints(at)[0]
		w.LTZ = s.in[w.Time].Type.Kind == types.TimestampLTZ
	}
	if at, ok := arg(d, "attached"); ok {
		w.Start, w.End = ints(at)[0], ints(at)[1]
	}
	_, w.Proctime = arg(d, "proctime")
	kind, _ := arg(d, "kind")
	w.Kind = map[string]jobgraph.WindowKind{"tumble": jobgraph.Tumble, "hop": jobgraph.Hop, "cumulate": jobgraph.Cumulate, "session": jobgraph.Session}[kind[0]]
	sizes := append(ints(kind[1:]), 0, 0)
	if w.Size = int64(sizes[0]); w.Kind == jobgraph.Hop || w.Kind == jobgraph.Cumulate {
		w.Slide = int64(sizes[1])
		sizes = sizes[1:]
	}
	w.Offset = int64(sizes[1])
	props, _ := arg(d, "props")
	for _, p := range props {
		spec.Properties = append(spec.Properties, map[string]jobgraph.WindowProperty{
			"start": jobgraph.WindowStart, "end": jobgraph.WindowEnd, "time": jobgraph.WindowTime}[p])
	}
	s.emits(d, &spec)
	if _, ok := arg(d, "local"); ok {
		local := spec
		local.Phase, spec.Phase = jobgraph.LocalPhase, jobgraph.GlobalPhase
		s.ops = append(s.ops, NewLocalWindowAgg(&local))
	}
	s.ops = append(s.ops, NewWindowAgg(&spec))
}

// emits reads early=(delay) and late=(delay,lateness).
func (s *story) emits(d *datadriven.TestData, spec *jobgraph.WindowAgg) {
	_, spec.EmitUpdateBefore = arg(d, "ub")
	if ms, ok := arg(d, "early"); ok {
		spec.Emit.Early, spec.Emit.EarlyDelay = true, int64(ints(ms)[0])
	}
	if ms, ok := arg(d, "late"); ok {
		spec.Emit.Late, spec.Emit.LateDelay, spec.Emit.Lateness = true, int64(ints(ms)[0]), int64(ints(ms)[1])
	}
}

// output is where operator k of the story emits to.
type storyOutput struct {
	s *story
	k int
}

func (o storyOutput) Emit(b *batch.Batch) error {
	if o.k+1 < len(o.s.ops) {
		return o.s.ops[o.k+1].ProcessBatch(0, b, storyOutput{o.s, o.k + 1})
	}
	for k := range b.Rows() {
		o.s.lines = append(o.s.lines, changeText(b, b.Row(k)))
	}
	return nil
}

// changeText prints a row as its kind and values.
func changeText(b *batch.Batch, i int) string {
	line := []byte(b.Kind(i).String())
	for _, v := range b.Cols {
		line = append(line, ' ')
		line = valuetext.AppendPrint(line, v, i, time.UTC)
	}
	return string(line)
}

func (s *story) each(fn func(op operator.Operator, out operator.Output) error) error {
	for k, op := range s.ops {
		if err := fn(op, storyOutput{s, k}); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) open() error {
	return s.each(func(op operator.Operator, _ operator.Output) error { return op.(operator.Opener).Open(s.ctx) })
}

func (s *story) feed(b *batch.Batch) error {
	return s.ops[0].ProcessBatch(0, b, storyOutput{s, 0})
}

func (s *story) flush() error {
	return s.each(func(op operator.Operator, out operator.Output) error {
		if f, ok := op.(operator.Flusher); ok {
			return f.Flush(out)
		}
		return nil
	})
}

func (s *story) watermark(time int64) error {
	if err := s.flush(); err != nil {
		return err
	}
	return s.each(func(op operator.Operator, out operator.Output) error {
		if h, ok := op.(operator.WatermarkHandler); ok {
			_, err := h.OnWatermark(time, out)
			return err
		}
		return nil
	})
}

func (s *story) tick(now int64) error {
	for s.clock.pending >= 0 && s.clock.pending <= now {
		s.clock.now, s.clock.pending = max(s.clock.pending, s.clock.now), -1
		err := s.each(func(op operator.Operator, out operator.Output) error {
			if h, ok := op.(operator.TimerHandler); ok {
				return h.OnProcessingTime(s.clock.now, out)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	s.clock.now = now
	return nil
}

func (s *story) finish() error {
	return s.each(func(op operator.Operator, out operator.Output) error {
		if f, ok := op.(operator.Finisher); ok {
			return f.Finish(out)
		}
		return nil
	})
}

// report is what was emitted since the last report.
func (s *story) report(err error) string {
	if !s.ordered {
		sort.Strings(s.lines)
	}
	text := strings.Join(append(s.lines, ""), "\n")
	s.lines = nil
	if err != nil {
		text += "error: " + err.Error() + "\n"
	}
	return text
}

func (s *story) batch(t *testing.T, input string) *batch.Batch {
	b := batch.NewBatch(s.in, 0)
	for _, line := range strings.Split(input, "\n") {
		fields := strings.Fields(line)
		for c, v := range b.Cols {
			appendText(t, v, fields[c+1])
		}
		b.AppendKind(map[string]batch.RowKind{"+I": batch.Insert, "-U": batch.UpdateBefore, "+U": batch.UpdateAfter, "-D": batch.Delete}[fields[0]])
	}
	return b
}

func appendText(t *testing.T, v *batch.Vector, text string) {
	if text == "NULL" {
		v.AppendNull()
		return
	}
	switch v.Type.Kind {
	case types.Varchar:
		v.AppendString(text)
		return
	case types.Boolean:
		v.AppendBool(text == "true")
		return
	case types.Double:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		v.AppendFloat64(x)
		return
	}
	x, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	if v.Type.Kind == types.Int {
		v.AppendInt32(int32(x))
	} else {
		v.AppendInt64(x)
	}
}
