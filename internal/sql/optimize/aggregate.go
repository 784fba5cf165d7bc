package optimize

import (
	"fmt"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// unmergeable are the aggregate functions whose results depend on the order of
// rows, or that cannot be computed from partial results.
var unmergeable = map[string]bool{
	"FIRST_VALUE": true, "LAST_VALUE": true, "ARRAY_AGG": true, "LISTAGG": true,
	"SINGLE_VALUE": true, "PERCENTILE": true,
	"JSON_OBJECTAGG_NULL_ON_NULL": true, "JSON_OBJECTAGG_ABSENT_ON_NULL": true,
	"JSON_ARRAYAGG_NULL_ON_NULL": true, "JSON_ARRAYAGG_ABSENT_ON_NULL": true,
}

// mergeableCalls reports that partial results of the calls can travel: those of
// DISTINCT calls, and of extremes that must be able to fall back, are whole sets.
func mergeableCalls(calls []jobgraph.AggCall, changes jobgraph.Changes) bool {
	for _, c := range calls {
		extreme := c.Fn == "MIN" || c.Fn == "MAX"
		if unmergeable[c.Fn] || c.Distinct || extreme && !changes.InsertOnly() {
			return false
		}
	}
	return true
}

// aggregate plans GROUP BY.
func (p *planner) aggregate(n *plan.Aggregate) (*plan.Physical, error) {
	if n.Sets != nil {
		return nil, fmt.Errorf("planner: grouping sets were not expanded")
	}
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	if n.Group != nil {
		return p.windowAggregate(n, in)
	}
	spec := jobgraph.GroupAgg{Keys: n.Keys, Aggs: n.Calls, InputSchema: in.Out, TTL: p.ttl(n.TTL)}
	outKeys := ascending(len(n.Keys))
	input, source := in, in
	if p.twoPhase(n.Calls, in) {
		input = p.localAggregate(in, spec)
		spec.Phase = jobgraph.GlobalPhase
	}
	out := &plan.Physical{Spec: &spec, Op: p.aggName(spec.Phase), Out: withoutTime(n.Out)}
	sameKeyTypes(out.Out, in.Out, n.Keys)
	if spec.Phase == jobgraph.GlobalPhase {
		out.Inputs = []plan.PhysicalInput{p.hashed(input, outKeys)}
	} else {
		out.Inputs = []plan.PhysicalInput{p.hashed(input, n.Keys)}
	}
	out.Traits.UpsertKeys = [][]int{outKeys}
	out.Traits.Changes = p.updating(in)
	f := facts{hash: outKeys, single: len(n.Keys) == 0, monotonic: monotonicCalls(n, in)}
	f.attrs = func() []plan.Attr { return aggAttrs(n, source, spec.Phase) }
	return p.add(out, f), nil
}

// updating are the changes an aggregating operator makes of in's.
func (p *planner) updating(in *plan.Physical) jobgraph.Changes {
	switch {
	case !p.o.Streaming:
		return 0
	case in.Traits.Changes.InsertOnly():
		return jobgraph.UpdateAfters | jobgraph.UpdateBefores
	}
	return allChanges
}

func (p *planner) aggName(phase jobgraph.AggPhase) string {
	kind := "GroupAggregate"
	if !p.o.Streaming {
		kind = "HashAggregate"
	}
	switch phase {
	case jobgraph.LocalPhase:
		return "Local" + kind
	case jobgraph.GlobalPhase:
		if p.o.Streaming {
			return "Global" + kind
		}
	}
	return kind
}

// twoPhase decides whether a plain aggregate has a local phase.
func (p *planner) twoPhase(calls []jobgraph.AggCall, in *plan.Physical) bool {
	if p.o.AggPhaseStrategy == "ONE_PHASE" || !mergeableCalls(calls, in.Traits.Changes) {
		return false
	}
	if !p.o.Streaming {
		return p.o.LocalAgg || p.o.AggPhaseStrategy == "TWO_PHASE"
	}
	return p.o.MiniBatch || p.o.LocalAgg
}

// localAggregate is the phase before the shuffle.
func (p *planner) localAggregate(in *plan.Physical, spec jobgraph.GroupAgg) *plan.Physical {
	spec.Phase = jobgraph.LocalPhase
	out := &plan.Physical{Spec: &spec, Op: p.aggName(jobgraph.LocalPhase), Inputs: []plan.PhysicalInput{{Node: in}}}
	for _, k := range spec.Keys {
		out.Out = append(out.Out, types.Field{Name: in.Out[k].Name, Type: in.Out[k].Type.WithoutTime()})
	}
	out.Out = append(out.Out, types.Field{Name: "$accumulators", Type: types.Bytes().NotNull()})
	return p.add(out, facts{single: p.facts[in].single, attrs: func() []plan.Attr {
		items := append(names(in.Out, spec.Keys), partialItems(spec.Aggs, in.Out, retracts(in))...)
		return groupBy(names(in.Out, spec.Keys), plan.Attr{Name: "select", Value: list(items)})
	}})
}

func retracts(in *plan.Physical) bool { return !in.Traits.Changes.InsertOnly() }

func callItems(calls []jobgraph.AggCall, in types.Schema, retract bool) []string {
	out := make([]string, len(calls))
	for i, c := range calls {
		out[i] = callItem(c, in, retract)
	}
	return out
}

func groupBy(keys []string, rest ...plan.Attr) []plan.Attr {
	if len(keys) == 0 {
		return rest
	}
	return append([]plan.Attr{{Name: "groupBy", Value: list(keys)}}, rest...)
}

func aggAttrs(n *plan.Aggregate, in *plan.Physical, phase jobgraph.AggPhase) []plan.Attr {
	var items []string
	for i, k := range n.Keys {
		item := in.Out[k].Name
		if n.Out[i].Name != item {
			item += " AS " + n.Out[i].Name
		}
		items = append(items, item)
	}
	if phase == jobgraph.GlobalPhase {
		items = append(items, totalItems(n.Calls, retracts(in))...)
	} else {
		items = append(items, callItems(n.Calls, in.Out, retracts(in))...)
	}
	return groupBy(names(in.Out, n.Keys), plan.Attr{Name: "select", Value: list(items)})
}

// monotonicCalls finds the results that only grow or shrink on insert-only input.
func monotonicCalls(n *plan.Aggregate, in *plan.Physical) map[int]int {
	if !in.Traits.Changes.InsertOnly() {
		return nil
	}
	out := make(map[int]int)
	for i, c := range n.Calls {
		switch c.Fn {
		case "COUNT", "MAX":
			out[len(n.Keys)+i] = 1
		case "MIN":
			out[len(n.Keys)+i] = -1
		}
	}
	return out
}

// windowAggregate plans an aggregate per window.
func (p *planner) windowAggregate(n *plan.Aggregate, in *plan.Physical) (*plan.Physical, error) {
	w := *n.Group
	if w.Kind == jobgraph.Session && !p.o.Streaming {
		if n.FromTVF {
			return nil, fmt.Errorf("Unaligned windows like session are not supported in batch mode yet.")
		}
		return nil, fmt.Errorf("Window SessionGroupWindow('w$, %s, %d) is not supported right now.", in.Out[w.Time].Name, w.Size)
	}
	if err := p.checkTimeColumn(in, w, "Window aggregate"); err != nil {
		return nil, err
	}
	spec := jobgraph.WindowAgg{Window: w, Keys: n.Keys, Aggs: n.Calls, Properties: n.Properties, InputSchema: in.Out}
	emit, err := p.windowEmit(w, n.FromTVF)
	if err != nil {
		return nil, err
	}
	spec.Emit = emit
	outKeys := ascending(len(n.Keys))
	spread, f := n.Keys, facts{hash: outKeys, single: len(n.Keys) == 0}
	if w.StartIsKey() && len(n.Keys) > 0 {
		spread, f.hash = append(append([]int(nil), n.Keys...), w.Start), nil
	}
	input := in
	if p.twoPhaseWindow(w, n.Calls, in) && !emit.Updates() {
		input = p.localWindow(in, spec)
		spec.Phase = jobgraph.GlobalPhase
	}
	out := &plan.Physical{Spec: &spec, Op: "WindowAggregate", Out: append(types.Schema(nil), n.Out...)}
	for i := range out.Out {
		if i < len(n.Keys)+len(n.Calls) || !p.o.Streaming {
			out.Out[i].Type = out.Out[i].Type.WithoutTime()
		}
	}
	sameKeyTypes(out.Out, in.Out, n.Keys)
	if spec.Phase == jobgraph.GlobalPhase {
		out.Op = "GlobalWindowAggregate"
		out.Inputs = []plan.PhysicalInput{p.hashed(input, outKeys)}
	} else {
		out.Inputs = []plan.PhysicalInput{p.hashed(input, spread)}
	}
	if emit.Updates() {
		out.Traits.Changes = p.updating(in)
	}
	for i, q := range n.Properties {
		if q == jobgraph.WindowStart || q == jobgraph.WindowEnd || q == jobgraph.WindowTime {
			key := append(append([]int(nil), outKeys...), len(n.Keys)+len(n.Calls)+i)
			out.Traits.UpsertKeys = append(out.Traits.UpsertKeys, key)
		}
	}
	f.attrs = func() []plan.Attr { return windowAttrs(n, in, spec) }
	return p.add(out, f), nil
}

// twoPhaseWindow decides whether a window aggregate has a local phase: not for
// sessions and processing time, whose windows are known only behind the shuffle.
func (p *planner) twoPhaseWindow(w jobgraph.Window, calls []jobgraph.AggCall, in *plan.Physical) bool {
	return p.o.Streaming && p.o.AggPhaseStrategy != "ONE_PHASE" && mergeableCalls(calls, 0) &&
		w.Kind != jobgraph.Session && !w.Proctime && in.Traits.Changes.InsertOnly()
}

func (p *planner) localWindow(in *plan.Physical, spec jobgraph.WindowAgg) *plan.Physical {
	spec.Phase = jobgraph.LocalPhase
	out := &plan.Physical{Spec: &spec, Op: "LocalWindowAggregate", Inputs: []plan.PhysicalInput{{Node: in}}}
	for _, k := range spec.Keys {
		out.Out = append(out.Out, types.Field{Name: in.Out[k].Name, Type: in.Out[k].Type.WithoutTime()})
	}
	out.Out = append(out.Out, types.Field{Name: "$accumulators", Type: types.Bytes().NotNull()},
		types.Field{Name: "$slice_end", Type: types.Of(types.BigInt).NotNull()})
	return p.add(out, facts{single: p.facts[in].single, attrs: func() []plan.Attr {
		items := append(names(in.Out, spec.Keys), partialItems(spec.Aggs, in.Out, false)...)
		items = append(items, "slice_end('w$) AS $slice_end")
		return groupBy(names(in.Out, spec.Keys), plan.Attr{Name: "window", Value: "[" + windowText(spec.Window, windowTime(spec.Window, in.Out), nil) + "]"},
			plan.Attr{Name: "select", Value: list(items)})
	}})
}

// windowTime names the columns a window goes by.
func windowTime(w jobgraph.Window, s types.Schema) string {
	if w.Time >= 0 {
		return "time_col=[" + s[w.Time].Name + "]"
	}
	return "win_start=[" + s[w.Start].Name + "], win_end=[" + s[w.End].Name + "]"
}

func windowAttrs(n *plan.Aggregate, in *plan.Physical, spec jobgraph.WindowAgg) []plan.Attr {
	time := windowTime(spec.Window, in.Out)
	if spec.Phase == jobgraph.GlobalPhase {
		time = "slice_end=[$slice_end]"
		if spec.Window.Time < 0 {
			time = "win_end=[$window_end]"
		}
	}
	items := append(names(in.Out, n.Keys), callItems(n.Calls, in.Out, retracts(in))...)
	if spec.Phase == jobgraph.GlobalPhase {
		items = append(names(in.Out, n.Keys), totalItems(n.Calls, false)...)
	}
	for i, q := range n.Properties {
		fn := [...]string{"start", "end", "rowtime", "proctime"}[q]
		items = append(items, fn+"('w$) AS "+n.Out[len(n.Keys)+len(n.Calls)+i].Name)
	}
	rest := append([]plan.Attr{
		{Name: "window", Value: "[" + windowText(spec.Window, time, names(in.Out, n.Keys)) + "]"}, {Name: "select", Value: list(items)},
	}, emitAttr(spec.Emit)...)
	return groupBy(names(in.Out, n.Keys), rest...)
}

// checkTimeColumn refuses windows over columns that are no time attributes.
func (p *planner) checkTimeColumn(in *plan.Physical, w jobgraph.Window, what string) error {
	if w.Time < 0 || !p.o.Streaming {
		return nil
	}
	t := in.Out[w.Time].Type
	if t.Time != types.NoTime {
		return nil
	}
	if what == "Window aggregate" {
		return fmt.Errorf("Window aggregate can only be defined over a time attribute column, but %s encountered.", t.WithNull(true))
	}
	return fmt.Errorf("The window function requires the timecol is a time attribute type, but is %s.", t.WithNull(true))
}

// windowTVF plans a window function that no aggregate swallowed.
func (p *planner) windowTVF(n *plan.WindowTVF) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	if err := p.checkTimeColumn(in, n.Window, "Window function"); err != nil {
		return nil, err
	}
	if n.Window.Kind == jobgraph.Session && !p.o.Streaming {
		return nil, fmt.Errorf("Unaligned windows like session are not supported in batch mode yet.")
	}
	w := n.Window
	if w.Time >= 0 {
		w.Start, w.End = -1, -1
	}
	out := &plan.Physical{Spec: &jobgraph.WindowTVF{Window: w}, Op: "WindowTableFunction", Inputs: []plan.PhysicalInput{{Node: in}}}
	f := facts{hash: p.facts[in].hash, single: p.facts[in].single}
	if w.Kind == jobgraph.Session {
		out.Inputs[0] = p.hashed(in, w.Partition)
		f.hash, f.single = w.Partition, len(w.Partition) == 0
	}
	width := len(in.Out)
	out.Out = append(append(types.Schema(nil), in.Out...), n.Out[width:]...)
	out.Traits.Changes = in.Traits.Changes
	for _, k := range p.arriving(out.Inputs[0]) {
		out.Traits.UpsertKeys = append(out.Traits.UpsertKeys, append(append([]int(nil), k...), width), append(append([]int(nil), k...), width+1))
	}
	f.attrs = func() []plan.Attr {
		text := windowText(w, windowTime(w, in.Out), nil)
		if len(w.Partition) > 0 {
			text = text[:len(text)-1] + ", partition keys=[" + list(names(in.Out, w.Partition))[1:] + ")"
		}
		return []plan.Attr{{Name: "window", Value: "[" + text + "]"}}
	}
	return p.add(out, f), nil
}
