package explain

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// printer writes trees of physical nodes, one node a line.
type printer struct {
	sb     *strings.Builder
	suffix func(n *plan.Physical) string // what follows a node's arguments
	// reuse numbers shared nodes: they are printed once, then referred to. nil
	// prints them every time.
	reuse   map[*plan.Physical]int
	printed map[*plan.Physical]bool
	// physical prints deduplication as the Rank it was recognised from.
	physical bool
}

// writePhysical prints the optimized plan, shared parts in full each time.
func writePhysical(sb *strings.Builder, roots []*plan.Physical, d Details) {
	writeCounted(sb, roots, d, nil)
}

// writeCounted goes by the rows that ANALYZE TABLE has counted, by name of table.
func writeCounted(sb *strings.Builder, roots []*plan.Physical, d Details, counts map[string]int64) {
	p := &printer{sb: sb, physical: true, suffix: func(n *plan.Physical) string { return "" }}
	costs := make(map[*plan.Physical]float64)
	scanCosts(roots, counts, costs)
	p.suffix = func(n *plan.Physical) string {
		s := ""
		if d.ChangelogMode {
			s = "changelogMode=[" + changelogMode(n) + "]"
		}
		return s
	}
	for _, r := range roots {
		r = queryOf(r)
		if d.EstimatedCost {
			p.writeCosted(r, "", "", costs)
		} else {
			p.write(r, "", "")
		}
	}
}

// writeExecution prints the plan as it runs: what is shared is printed once.
func writeExecution(sb *strings.Builder, roots []*plan.Physical) {
	p := &printer{sb: sb, suffix: func(*plan.Physical) string { return "" }, printed: make(map[*plan.Physical]bool)}
	p.reuse = sharedNodes(roots)
	for _, r := range roots {
		p.write(queryOf(r), "", "")
	}
}

// queryOf steps over the node that hands rows to the client, which is not part
// of the query.
func queryOf(n *plan.Physical) *plan.Physical {
	if _, ok := n.Spec.(*jobgraph.Collect); ok {
		return n.Inputs[0].Node
	}
	return n
}

// sharedNodes numbers the nodes that more than one consumer reads.
func sharedNodes(roots []*plan.Physical) map[*plan.Physical]int {
	uses := make(map[*plan.Physical]int)
	out := make(map[*plan.Physical]int)
	var visit func(n *plan.Physical)
	visit = func(n *plan.Physical) {
		uses[n]++
		if uses[n] == 2 {
			out[n] = len(out) + 1
		}
		if uses[n] > 1 {
			return
		}
		for _, in := range n.Inputs {
			visit(in.Node)
		}
	}
	for _, r := range roots {
		visit(r)
	}
	return out
}

// write prints n and what is below it.
func (p *printer) write(n *plan.Physical, first, rest string) {
	p.line(n, first, "")
	if p.reuse != nil {
		if p.reuse[n] > 0 && p.printed[n] {
			return
		}
		p.printed[n] = true
	}
	p.inputs(n, rest, func(in *plan.Physical, first, rest string) { p.write(in, first, rest) }, nil)
}

func (p *printer) inputs(n *plan.Physical, rest string, write func(in *plan.Physical, first, rest string), cost func(in *plan.Physical) string) {
	inputs := n.Inputs
	for i, in := range inputs {
		node, dist := skipHidden(in)
		first, below := rest+":- ", rest+":  "
		if i == len(inputs)-1 {
			first, below = rest+"+- ", rest+"   "
		}
		if dist.Dist != jobgraph.Forward {
			line := exchange(dist)
			if s := p.suffix(node); s != "" {
				line += ", " + s
			}
			line += ")"
			if cost != nil {
				line += cost(node)
			}
			p.sb.WriteString(first + line + "\n")
			first, below = below+"+- ", below+"   "
		}
		write(node, first, below)
	}
}

// exchange prints how rows are spread: "Exchange(distribution=[hash[a]]".
func exchange(in plan.PhysicalInput) string {
	s := in.Dist.String()
	if in.Dist == jobgraph.Hash {
		keys := make([]string, len(in.Keys))
		for i, k := range in.Keys {
			keys[i] = in.Node.Out[k].Name
		}
		s += "[" + strings.Join(keys, ", ") + "]"
	}
	return "Exchange(distribution=[" + s + "]"
}

// skipHidden steps over the nodes that Flink's plans do not have: what it folds
// into the sink, and declarations of the same columns as nullable. It returns
// the first node shown and how its rows are spread.
func skipHidden(in plan.PhysicalInput) (*plan.Physical, plan.PhysicalInput) {
	dist := in
	node := in.Node
	for {
		switch spec := node.Spec.(type) {
		case *jobgraph.SinkMaterialize:
			node = node.Inputs[0].Node
			dist = plan.PhysicalInput{Node: node}
			continue
		case *jobgraph.DropUpdateBefore:
			if spec.AsDelete {
				node = node.Inputs[0].Node
				continue
			}
		case *jobgraph.Calc:
			if spec.Filter == nil && spec.Project == nil {
				if dist.Dist == jobgraph.Forward {
					dist = node.Inputs[0]
				}
				node = node.Inputs[0].Node
				continue
			}
		}
		return node, dist
	}
}

func (p *printer) line(n *plan.Physical, first, cost string) {
	if p.reuse != nil && p.reuse[n] > 0 && p.printed[n] {
		fmt.Fprintf(p.sb, "%sReused(reference_id=[%d])\n", first, p.reuse[n])
		return
	}
	op, attrs := n.Op, n.Attrs
	if d, ok := n.Spec.(*jobgraph.Deduplicate); ok && p.physical {
		op, attrs = "Rank", deduplicateAsRank(n, d)
	}
	parts := make([]string, len(attrs))
	for i, a := range attrs {
		value := a.Value
		if p.physical && a.Prefix != "" {
			value = a.Prefix
		}
		parts[i] = a.Name + "=" + value
	}
	if s := p.suffix(n); s != "" {
		parts = append(parts, s)
	}
	p.sb.WriteString(first + op + "(" + strings.Join(parts, ", ") + ")")
	if p.reuse != nil && p.reuse[n] > 0 {
		fmt.Fprintf(p.sb, "(reuse_id=[%d])", p.reuse[n])
	}
	p.sb.WriteString(cost + "\n")
}

func deduplicateAsRank(n *plan.Physical, d *jobgraph.Deduplicate) []plan.Attr {
	order := d.Schema[d.Time].Name + " ASC"
	if d.KeepLast {
		order = d.Schema[d.Time].Name + " DESC"
	}
	if !d.Proctime {
		order = "ROWTIME " + order
	}
	keys := make([]string, len(d.Keys))
	for i, k := range d.Keys {
		keys[i] = d.Schema[k].Name
	}
	list := func(items []string) string { return "[" + strings.Join(items, ", ") + "]" }
	return []plan.Attr{
		{Name: "strategy", Value: "[AppendFastStrategy]"}, {Name: "rankType", Value: "[ROW_NUMBER]"},
		{Name: "rankRange", Value: "[rankStart=1, rankEnd=1]"}, {Name: "partitionBy", Value: list(keys)},
		{Name: "orderBy", Value: "[" + order + "]"}, {Name: "select", Value: list(n.Out.Names())},
	}
}

// changelogMode prints the kinds of rows a node emits.
func changelogMode(n *plan.Physical) string {
	switch n.Spec.(type) {
	case *jobgraph.Sink, *jobgraph.Collect:
		return "NONE"
	}
	kinds := "I"
	c := n.Traits.Changes
	if c&jobgraph.UpdateBefores != 0 {
		kinds += ",UB"
	}
	if c&jobgraph.UpdateAfters != 0 {
		kinds += ",UA"
	}
	if c&jobgraph.Deletes != 0 {
		kinds += ",D"
	}
	return kinds
}

// writeCosted prints n with estimates of rows and cost. Of a table that was not
// analyzed nothing is known, so the estimates are Flink's defaults: 100 million rows a
// table, half of them behind a condition, a tenth behind a grouping.
func (p *printer) writeCosted(n *plan.Physical, first, rest string, costs map[*plan.Physical]float64) {
	rows := estimateRows(n, costs)
	p.line(n, first, costText(rows, cumulative(n, costs, make(map[*plan.Physical]bool))))
	p.inputs(n, rest, func(in *plan.Physical, first, rest string) { p.writeCosted(in, first, rest, costs) }, func(in *plan.Physical) string {
		rows := estimateRows(in, costs)
		return costText(rows, rows+cumulative(in, costs, make(map[*plan.Physical]bool)))
	})
}

func costText(rows, cost float64) string {
	return fmt.Sprintf(": rowcount = %s, cumulative cost = {%s rows}", scientific(rows), scientific(cost))
}

// scientific prints a number as Java prints doubles: 5000000.0, 1.0E8.
func scientific(x float64) string {
	if x < 1e7 {
		return withPoint(strconv.FormatFloat(x, 'f', -1, 64))
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e+")
	return withPoint(mantissa) + "E" + strings.TrimLeft(exponent, "0")
}

func withPoint(s string) string {
	if strings.Contains(s, ".") {
		return s
	}
	return s + ".0"
}

func cumulative(n *plan.Physical, costs map[*plan.Physical]float64, seen map[*plan.Physical]bool) float64 {
	if seen[n] {
		return 0
	}
	seen[n] = true
	c := estimateRows(n, costs)
	for _, in := range n.Inputs {
		c += cumulative(in.Node, costs, seen)
	}
	return c
}

func estimateRows(n *plan.Physical, costs map[*plan.Physical]float64) float64 {
	if r, ok := costs[n]; ok {
		return r
	}
	if r := n.Traits.Rows; r > 0 { // as the optimizer estimated the relation
		costs[n] = r
		return r
	}
	rows := 0.0
	for _, in := range n.Inputs {
		rows = max(rows, estimateRows(in.Node, costs))
	}
	switch spec := n.Spec.(type) {
	case *jobgraph.Scan:
		rows = 1e8
	case *jobgraph.Values:
		rows = float64(spec.Rows.N)
	case *jobgraph.Calc:
		if spec.Filter != nil {
			rows /= 2
		}
	case *jobgraph.GroupAgg:
		rows = groupedRows(rows, len(spec.Keys))
	case *jobgraph.WindowAgg:
		rows = groupedRows(rows, len(spec.Keys)+1)
	case *jobgraph.Rank:
		rows = min(rows, rows/10*float64(max(spec.End-spec.Start+1, 1)))
	case *jobgraph.Limit:
		if spec.Limit >= 0 {
			rows = min(rows, float64(spec.Limit))
		}
	case nil:
		rows = 0
		for _, in := range n.Inputs {
			rows += estimateRows(in.Node, costs)
		}
	}
	costs[n] = rows
	return rows
}

func groupedRows(rows float64, keys int) float64 {
	if keys == 0 {
		return 1
	}
	return max(rows/10, 1)
}
