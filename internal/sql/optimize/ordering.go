package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// isDeduplicate reports a Top-1 by a single time attribute over insert-only
// rows.
func (p *planner) isDeduplicate(n *plan.Rank, in *plan.Physical) bool {
	return p.o.Streaming && n.Function == jobgraph.RowNumber && n.Start == 1 && n.End == 1 && len(n.Order) == 1 &&
		!n.EmitRank && len(n.Partition) > 0 &&
		in.Out[n.Order[0].Column].Type.Time != types.NoTime && in.Traits.Changes.InsertOnly()
}

// rank plans Top-N, deduplication and their windowed forms.
func (p *planner) rank(n *plan.Rank) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	if p.o.Streaming && n.Function != jobgraph.RowNumber {
		return nil, fmt.Errorf("%s() on streaming table is not supported currently", rankName(n.Function))
	}
	if p.o.Streaming {
		if w := windowsOf(n.Input); w != nil {
			if partition, end, ok := windowPartition(n, w); ok {
				return p.windowRank(n, in, w, partition, end), nil
			}
		}
	}
	if p.isDeduplicate(n, in) {
		return p.deduplicate(n, in), nil
	}
	spec := &jobgraph.Rank{
		Function: n.Function, Partition: n.Partition, Order: n.Order, Start: n.Start, End: n.End,
		EmitRank: n.EmitRank, TTL: p.o.StateTTL, Schema: in.Out,
	}
	out := &plan.Physical{Spec: spec, Op: "Rank", Inputs: []plan.PhysicalInput{p.hashed(in, n.Partition)}}
	out.Out = rankOut(n, in.Out)
	spec.Unique = p.rankUnique(out.Inputs[0], n.Partition)
	if p.o.Streaming {
		out.Traits.Changes = allChanges
	}
	out.Traits.UpsertKeys = rankKeys(n, p.arriving(out.Inputs[0]), len(in.Out))
	f := facts{hash: n.Partition, single: len(n.Partition) == 0}
	f.attrs = func() []plan.Attr { return p.rankAttrs(n, spec, in, out.Out, "") }
	return p.add(out, f), nil
}

func rankName(f jobgraph.RankFunction) string {
	return [...]string{"ROW_NUMBER", "RANK", "DENSE_RANK"}[f]
}

func rankOut(n *plan.Rank, in types.Schema) types.Schema {
	out := append(types.Schema(nil), in...)
	if n.EmitRank {
		out = append(out, n.Out[len(in)])
	}
	return out
}

// rankUnique is the key by which updates of a row find the row they replace.
func (p *planner) rankUnique(in plan.PhysicalInput, partition []int) []int {
	if in.Node.Traits.Changes.InsertOnly() {
		return nil
	}
	for _, k := range p.arriving(in) {
		if subset(partition, k) {
			return k
		}
	}
	return nil
}

// rankKeys: the input's keys still identify rows, and so do a partition and the
// number in it, or the partition alone if it has one row.
func rankKeys(n *plan.Rank, in [][]int, width int) [][]int {
	out := append([][]int(nil), in...)
	partition := append(make([]int, 0, len(n.Partition)+1), n.Partition...)
	if n.Start == n.End {
		return append([][]int{partition}, out...)
	}
	if n.EmitRank {
		return append([][]int{append(partition, width)}, out...)
	}
	return out
}

func (p *planner) rankAttrs(n *plan.Rank, spec *jobgraph.Rank, in *plan.Physical, out types.Schema, window string) []plan.Attr {
	var attrs []plan.Attr
	if window != "" {
		attrs = append(attrs, plan.Attr{Name: "window", Value: window})
	} else if p.o.Streaming {
		attrs = append(attrs, plan.Attr{Name: "strategy", Value: "[" + rankStrategy(spec, in) + "]"})
	}
	items := append([]string(nil), in.Out.Names()...)
	if n.EmitRank {
		items = append(items, "w0$o0")
	}
	return append(attrs,
		plan.Attr{Name: "rankType", Value: "[" + rankName(n.Function) + "]"},
		plan.Attr{Name: "rankRange", Value: fmt.Sprintf("[rankStart=%d, rankEnd=%d]", n.Start, n.End)},
		plan.Attr{Name: "partitionBy", Value: list(names(in.Out, spec.Partition))},
		plan.Attr{Name: "orderBy", Value: "[" + rowtimeFirst(spec.Order, in.Out) + strings.Join(orderItems(spec.Order, in.Out), ", ") + "]"},
		plan.Attr{Name: "select", Value: list(items)})
}

// rankStrategy names how the operator works on its input, as Flink does.
func rankStrategy(spec *jobgraph.Rank, in *plan.Physical) string {
	switch {
	case in.Traits.Changes.InsertOnly():
		return "AppendFastStrategy"
	case spec.Unique != nil && in.Traits.Changes == jobgraph.UpdateAfters:
		return "UpdateFastStrategy[" + strings.Join(numbers(spec.Unique), ",") + "]"
	}
	return "RetractStrategy"
}

func numbers(list []int) []string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = fmt.Sprint(n)
	}
	return out
}

// rowtimeFirst is what Flink's Rank prints before an order by event time.
func rowtimeFirst(order []jobgraph.SortKey, s types.Schema) string {
	for _, k := range order {
		if s[k.Column].Type.Time == types.Rowtime {
			return "ROWTIME "
		}
	}
	return ""
}

// updateFast reports that a rank can take updates without the rows before them:
// rows only ever move towards the front, so a row that left the Top-N never
// comes back.
func (p *planner) updateFast(spec *jobgraph.Rank, in *plan.Physical) bool {
	if spec.Unique == nil || in.Traits.Changes&jobgraph.Deletes != 0 || len(spec.Order) == 0 {
		return false
	}
	for _, k := range spec.Order {
		m := p.facts[in].monotonic[k.Column]
		if k.Descending && m != 1 || !k.Descending && m != -1 {
			return false
		}
	}
	return true
}

// deduplicate keeps the first or the last row of each key.
func (p *planner) deduplicate(n *plan.Rank, in *plan.Physical) *plan.Physical {
	time := n.Order[0]
	spec := &jobgraph.Deduplicate{
		Keys: n.Partition, Time: time.Column, Proctime: in.Out[time.Column].Type.Time == types.Proctime,
		KeepLast: time.Descending, TTL: p.o.StateTTL, Schema: in.Out,
	}
	out := &plan.Physical{Spec: spec, Op: "Deduplicate", Inputs: []plan.PhysicalInput{p.hashed(in, n.Partition)}, Out: in.Out}
	out.Traits.UpsertKeys = [][]int{n.Partition}
	if spec.KeepLast {
		out.Traits.Changes = jobgraph.UpdateAfters | jobgraph.UpdateBefores
	}
	return p.add(out, facts{hash: n.Partition, attrs: func() []plan.Attr {
		keep, order := "FirstRow", "ROWTIME"
		if spec.KeepLast {
			keep = "LastRow"
		}
		if spec.Proctime {
			order = "PROCTIME"
		}
		return []plan.Attr{{Name: "keep", Value: "[" + keep + "]"}, {Name: "key", Value: list(names(in.Out, spec.Keys))},
			{Name: "order", Value: "[" + order + "]"}, {Name: "outputInsertOnly", Value: fmt.Sprintf("[%t]", !spec.KeepLast)}}
	}})
}

// windowPartition finds the window columns among a rank's partition keys.
func windowPartition(n *plan.Rank, w *windowColumns) (partition []int, end int, ok bool) {
	starts, ends := false, false
	for _, k := range n.Partition {
		switch {
		case w.isStart(k):
			if !starts && w.window.Kind == jobgraph.Session { // sessions of two keys may end together
				partition = append(partition, k)
			}
			starts = true
		case w.isEnd(k):
			ends, end = true, k
		default:
			partition = append(partition, k)
		}
	}
	return partition, end, starts && ends
}

func (p *planner) windowRank(n *plan.Rank, in *plan.Physical, w *windowColumns, partition []int, end int) *plan.Physical {
	spec := &jobgraph.WindowRank{WindowEnd: end, Rank: jobgraph.Rank{
		Function: n.Function, Partition: partition, Order: n.Order, Start: n.Start, End: n.End,
		EmitRank: n.EmitRank, Schema: in.Out,
	}}
	out := &plan.Physical{Spec: spec, Op: "WindowRank", Inputs: []plan.PhysicalInput{p.hashed(in, partition)}, Out: rankOut(n, in.Out)}
	out.Traits.UpsertKeys = rankKeys(n, p.arriving(out.Inputs[0]), len(in.Out))
	dedup := n.Start == 1 && n.End == 1 && len(n.Order) == 1 && !n.EmitRank && in.Out[n.Order[0].Column].Type.Time != types.NoTime
	window := "[" + windowText(w.window, windowTime(jobgraph.Window{Time: -1, Start: w.start[0], End: end}, in.Out), nil) + "]"
	f := facts{hash: partition, single: len(partition) == 0}
	f.attrs = func() []plan.Attr { return p.rankAttrs(n, &spec.Rank, in, out.Out, window) }
	if dedup {
		out.Op = "WindowDeduplicate"
		f.attrs = func() []plan.Attr {
			keep, order := "FirstRow", "ROWTIME"
			if n.Order[0].Descending {
				keep = "LastRow"
			}
			if in.Out[n.Order[0].Column].Type.Time == types.Proctime {
				order = "PROCTIME"
			}
			return []plan.Attr{{Name: "window", Value: window}, {Name: "keep", Value: "[" + keep + "]"},
				{Name: "partitionKeys", Value: list(names(in.Out, partition))}, {Name: "orderKey", Value: list(names(in.Out, orderColumns(n.Order)))},
				{Name: "order", Value: "[" + order + "]"}}
		}
	}
	return p.add(out, f)
}

// streamingOverRefusals are the functions Flink does not have over streams.
var streamingOverRefusals = map[string]string{
	"LEAD": "LEAD Function is not supported in stream mode.", "NTILE": "NTILE Function is not supported in stream mode.",
	"CUME_DIST": "CUME_DIST Function is not supported in stream mode.", "PERCENT_RANK": "PERCENT_RANK Function is not supported in stream mode.",
}

// over plans OVER aggregation.
func (p *planner) over(n *plan.Over) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	spec := &jobgraph.Over{Partition: n.Partition, Order: n.Order, Time: -1, Calls: n.Calls, Schema: in.Out, TTL: p.o.StateTTL}
	out := &plan.Physical{Spec: spec, Op: "OverAggregate", Inputs: []plan.PhysicalInput{p.hashed(in, n.Partition)}}
	out.Out = append(append(types.Schema(nil), in.Out...), withoutTime(n.Out[len(in.Out):])...)
	if p.o.Streaming {
		if err := p.streamingOver(n, in, spec, out); err != nil {
			return nil, err
		}
	}
	out.Traits.UpsertKeys = p.arriving(out.Inputs[0])
	f := facts{hash: n.Partition, single: len(n.Partition) == 0}
	f.attrs = func() []plan.Attr {
		var attrs []plan.Attr
		if len(n.Partition) > 0 {
			attrs = append(attrs, plan.Attr{Name: "partitionBy", Value: list(names(in.Out, n.Partition))})
		}
		attrs = append(attrs, plan.Attr{Name: "orderBy", Value: list(orderItems(n.Order, in.Out))},
			plan.Attr{Name: "window", Value: "[ " + rangeText(n.Calls[0].Frame) + "]"})
		items := in.Out.Names()
		for _, c := range n.Calls {
			items = append(items, callItem(c.AggCall, in.Out, false))
		}
		return append(attrs, plan.Attr{Name: "select", Value: list(items)})
	}
	return p.add(out, f), nil
}

func (p *planner) streamingOver(n *plan.Over, in *plan.Physical, spec *jobgraph.Over, out *plan.Physical) error {
	first := n.Calls[0].Frame
	for _, c := range n.Calls {
		if msg, refused := streamingOverRefusals[c.Fn]; refused {
			return fmt.Errorf("%s", msg)
		}
		if c.Fn == "RANK" || c.Fn == "DENSE_RANK" {
			return fmt.Errorf("%s() on streaming table is not supported currently", c.Fn)
		}
		if c.Fn != "LAG" && n.Calls[0].Fn != "LAG" && c.Frame != first {
			return fmt.Errorf("All aggregates must be computed on the same window.")
		}
		if c.Frame.UnboundedFollowing || c.Frame.Following > 0 {
			kind := "RANGE"
			if c.Frame.Rows {
				kind = "ROWS"
			}
			return fmt.Errorf("OVER %s FOLLOWING windows are not supported yet.", kind)
		}
	}
	if len(n.Order) == 0 {
		return connector.WithHint(fmt.Errorf("OVER windows' ordering in stream mode must be defined on a time attribute."),
			"declare one with WATERMARK FOR … in CREATE TABLE and write OVER (… ORDER BY it)")
	}
	if len(n.Order) != 1 {
		return fmt.Errorf("The window can only be ordered by a single time column.")
	}
	time := in.Out[n.Order[0].Column].Type.Time
	if time == types.NoTime {
		if first.UnboundedPreceding && first.Following == 0 {
			out.Traits.Changes = allChanges
			return nil
		}
		return connector.WithHint(fmt.Errorf("OVER windows' ordering in stream mode must be defined on a time attribute."),
			"declare one with WATERMARK FOR … in CREATE TABLE and write OVER (… ORDER BY it)")
	}
	if n.Order[0].Descending {
		return fmt.Errorf("The window can only be ordered in ASCENDING mode.")
	}
	spec.Time, spec.Proctime = n.Order[0].Column, time == types.Proctime
	return nil
}

// sort plans ORDER BY and LIMIT.
func (p *planner) sort(n *plan.Sort) (*plan.Physical, error) {
	in, err := p.convert(n.Input)
	if err != nil {
		return nil, err
	}
	switch {
	case len(n.Order) == 0:
		return p.limit(n, in), nil
	case !p.o.Streaming:
		return p.batchSort(n, in), nil
	case n.Limit >= 0:
		return p.sortLimit(n, in), nil
	}
	first := n.Order[0]
	if in.Out[first.Column].Type.Time == types.NoTime {
		return nil, connector.WithHint(fmt.Errorf("Sort on a non-time-attribute field is not supported."),
			"an endless table cannot be sorted: sort by a time attribute first, add LIMIT, or SET 'execution.runtime-mode' = 'batch'")
	}
	if first.Descending {
		return nil, fmt.Errorf("Sort: Primary sort order of a streaming table must be ascending on time.")
	}
	if n.Offset > 0 {
		return nil, fmt.Errorf("OFFSET without LIMIT is not supported in streaming mode.")
	}
	spec := &jobgraph.Sort{Order: n.Order, Time: first.Column, Limit: -1, Schema: in.Out}
	if in.Out[first.Column].Type.Time == types.Proctime && len(n.Order) == 1 {
		return in, nil // rows arrive in that order
	}
	out := &plan.Physical{Spec: spec, Op: "TemporalSort", Inputs: []plan.PhysicalInput{p.global(in)}, Out: in.Out}
	out.Traits.UpsertKeys = in.Traits.UpsertKeys
	return p.add(out, facts{single: true, attrs: orderBy(n, in)}), nil
}

func orderBy(n *plan.Sort, in *plan.Physical) func() []plan.Attr {
	return func() []plan.Attr {
		return []plan.Attr{{Name: "orderBy", Value: list(orderItems(n.Order, in.Out))}}
	}
}

func (p *planner) batchSort(n *plan.Sort, in *plan.Physical) *plan.Physical {
	limit := n.Limit
	if limit < 0 && p.o.SortDefaultLimit >= 0 {
		limit = p.o.SortDefaultLimit
	}
	spec := &jobgraph.Sort{Order: n.Order, Time: -1, Limit: limit, Offset: n.Offset, Schema: in.Out}
	out := &plan.Physical{Spec: spec, Op: "Sort", Inputs: []plan.PhysicalInput{p.global(in)}, Out: in.Out}
	out.Traits.UpsertKeys = in.Traits.UpsertKeys
	f := facts{single: true, attrs: orderBy(n, in)}
	if limit >= 0 {
		out.Op = "SortLimit"
		f.attrs = func() []plan.Attr {
			return append(orderBy(n, in)(), plan.Attr{Name: "offset", Value: fmt.Sprintf("[%d]", n.Offset)},
				plan.Attr{Name: "fetch", Value: fmt.Sprintf("[%d]", limit)}, plan.Attr{Name: "global", Value: "[true]"})
		}
	}
	return p.add(out, f)
}

func (p *planner) limit(n *plan.Sort, in *plan.Physical) *plan.Physical {
	spec := &jobgraph.Limit{Limit: n.Limit, Offset: n.Offset, Schema: in.Out}
	out := &plan.Physical{Spec: spec, Op: "Limit", Inputs: []plan.PhysicalInput{p.global(in)}, Out: in.Out}
	out.Traits.UpsertKeys = in.Traits.UpsertKeys
	if !in.Traits.Changes.InsertOnly() {
		out.Traits.Changes = allChanges
	}
	return p.add(out, facts{single: true, attrs: func() []plan.Attr {
		attrs := []plan.Attr{{Name: "offset", Value: fmt.Sprintf("[%d]", n.Offset)}}
		if n.Limit >= 0 {
			attrs = append(attrs, plan.Attr{Name: "fetch", Value: fmt.Sprintf("[%d]", n.Limit)})
		}
		return attrs
	}})
}

// sortLimit is ORDER BY … LIMIT over a stream: the Top-N of everything.
func (p *planner) sortLimit(n *plan.Sort, in *plan.Physical) *plan.Physical {
	spec := &jobgraph.Rank{Order: n.Order, Start: n.Offset + 1, End: n.Offset + n.Limit, TTL: p.o.StateTTL, Schema: in.Out}
	out := &plan.Physical{Spec: spec, Op: "SortLimit", Inputs: []plan.PhysicalInput{p.global(in)}, Out: in.Out}
	spec.Unique = p.rankUnique(out.Inputs[0], nil)
	out.Traits = plan.Traits{Changes: allChanges, UpsertKeys: in.Traits.UpsertKeys}
	if n.Limit == 1 {
		out.Traits.UpsertKeys = append([][]int{{}}, out.Traits.UpsertKeys...)
	}
	return p.add(out, facts{single: true, attrs: func() []plan.Attr {
		return append(orderBy(n, in)(), plan.Attr{Name: "offset", Value: fmt.Sprintf("[%d]", n.Offset)},
			plan.Attr{Name: "fetch", Value: fmt.Sprintf("[%d]", n.Limit)},
			plan.Attr{Name: "strategy", Value: "[" + rankStrategy(spec, in) + "]"})
	}})
}
