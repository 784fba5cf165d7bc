package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// groupWindow is GROUP BY TUMBLE(ts, INTERVAL …), HOP or SESSION, the window
// functions from before the table-valued ones.
type groupWindow struct {
	n          *ast.Call
	name       string
	time       expr.Expr // the time attribute, over the row of FROM
	sizes      []int64   // ms, in the order written
	properties []jobgraph.WindowProperty
}

func upper(n ast.Name) string { return strings.ToUpper(n.Last().Name) }

func isGroupWindow(name string) bool { return name == "TUMBLE" || name == "HOP" || name == "SESSION" }

// auxiliaryOf splits TUMBLE_START and its like.
func auxiliaryOf(name string) (window string, prop jobgraph.WindowProperty, ok bool) {
	window, suffix, cut := strings.Cut(name, "_")
	if !cut || !isGroupWindow(window) {
		return "", 0, false
	}
	switch suffix {
	case "START":
		return window, jobgraph.WindowStart, true
	case "END":
		return window, jobgraph.WindowEnd, true
	case "ROWTIME":
		return window, jobgraph.WindowTime, true
	case "PROCTIME":
		return window, jobgraph.WindowProctime, true
	}
	return "", 0, false
}

func isAuxiliary(name string) bool { _, _, ok := auxiliaryOf(name); return ok }

// groupWindowArgs binds (ts, size[, size]).
func (b *exprBinder) groupWindowArgs(e *ast.Call, name string) (*groupWindow, error) {
	if err := plainCall(e, name); err != nil {
		return nil, err
	}
	want := 2
	if name == "HOP" {
		want = 3
	}
	if len(e.Args) != want {
		return nil, errorAt(e, groupWindowForm(name), "Invalid number of arguments to function '%s'. Was expecting %d arguments", name, want)
	}
	w := &groupWindow{n: e, name: name}
	var err error
	if w.time, err = b.bind(e.Args[0]); err != nil {
		return nil, err
	}
	for _, a := range e.Args[1:] {
		ms, err := b.windowInterval(a, name)
		if err != nil {
			return nil, err
		}
		w.sizes = append(w.sizes, ms)
	}
	return w, nil
}

func groupWindowForm(name string) string {
	switch name {
	case "HOP":
		return "write HOP(ts, slide, size)"
	case "SESSION":
		return "write SESSION(ts, gap)"
	}
	return "write TUMBLE(ts, size)"
}

// windowInterval is a constant day-time interval in ms, at least 1.
func (b *exprBinder) windowInterval(a ast.Expr, name string) (int64, error) {
	ms, err := b.constantInterval(a, name)
	if err == nil && ms <= 0 {
		return 0, errorAt(a, "", "%s needs a positive interval", name)
	}
	return ms, err
}

func (b *exprBinder) constantInterval(a ast.Expr, name string) (int64, error) {
	x, err := b.bind(a)
	if err != nil {
		return 0, err
	}
	if k := x.Type().Kind; k == types.IntervalYearMonth {
		return 0, errorAt(a, "use DAY, HOUR, MINUTE or SECOND", "%s only supports a day-time interval, not months or years", name)
	} else if k != types.IntervalDayTime {
		return 0, errorAt(a, "write it as INTERVAL '10' MINUTE", "%s needs an interval, but this is %s", name, x.Type().WithoutTime())
	}
	ms, ok := expr.ConstantInt(expr.Fold(x, nil))
	if !ok {
		return 0, errorAt(a, "", "%s needs a constant interval", name)
	}
	return ms, nil
}

// bindGroupWindow takes a group window in GROUP BY.
func (b *block) bindGroupWindow(e *ast.Call, name string) error {
	eb := &exprBinder{query: b.query, scope: b.scope, noAggregate: "GROUP BY clause"}
	w, err := eb.groupWindowArgs(e, name)
	if err != nil {
		return err
	}
	if b.grouping.window != nil {
		return errorAt(e, "", "Only one group window function is allowed in GROUP BY")
	}
	c, ok := w.time.(*expr.Column)
	if !ok || c.Index < 0 || !c.T.IsTimestamp() || b.Streaming && c.T.Time == types.NoTime {
		return errorAt(e.Args[0], timeAttributeHint(w.time.Type()), "Window aggregate can only be defined over a time attribute column, but %s encountered.", w.time.Type())
	}
	b.grouping.window = w
	return nil
}

func timeAttributeHint(t types.Type) string {
	if !t.IsTimestamp() {
		return "declare a TIMESTAMP(3) column with WATERMARK FOR … in CREATE TABLE"
	}
	return "declare WATERMARK FOR it in CREATE TABLE; functions, casts and regular joins make it a plain timestamp"
}

// groupWindowCall binds an auxiliary function to a placeholder.
func (b *exprBinder) groupWindowCall(e *ast.Call, name string) (expr.Expr, error) {
	if isGroupWindow(name) {
		return nil, errorAt(e, "", "%s can only stand in GROUP BY, or in FROM as a table function", name)
	}
	window, prop, _ := auxiliaryOf(name)
	if b.block == nil || b.noAggregate != "" || b.inAggregate || b.block.grouping == nil || b.block.grouping.window == nil {
		return nil, errorAt(e, "", "Call to auxiliary group function '%s' must have matching call to group function '%s' in GROUP BY clause", name, window)
	}
	w, err := (&exprBinder{query: b.query, scope: b.scope}).groupWindowArgs(e, window)
	if err != nil {
		return nil, err
	}
	g := b.block.grouping.window
	same := g.name == w.name && equal(g.time, w.time) && len(g.sizes) == len(w.sizes)
	for i := range w.sizes {
		same = same && g.sizes[i] == w.sizes[i]
	}
	if !same {
		return nil, errorAt(e, "GROUP BY has "+b.text(g.n), "Call to auxiliary group function '%s' must have matching call to group function '%s' in GROUP BY clause", name, window)
	}
	if prop == jobgraph.WindowTime && g.time.Type().Time == types.Proctime {
		return nil, errorAt(e, "use "+window+"_PROCTIME", "A proctime window cannot provide a rowtime attribute.")
	}
	return b.block.property(e, prop), nil
}

// property returns the placeholder of a window property.
func (b *block) property(n ast.Node, prop jobgraph.WindowProperty) expr.Expr {
	w := b.grouping.window
	t := w.propertyType(prop)
	for i, a := range b.auxs {
		if a.grouping == nil && a.property == prop {
			return &expr.Column{Index: auxBase + i, Name: propertyName(prop), T: t}
		}
	}
	w.properties = append(w.properties, prop)
	b.auxs = append(b.auxs, &auxiliary{n: n, property: prop})
	return &expr.Column{Index: auxBase + len(b.auxs) - 1, Name: propertyName(prop), T: t}
}

func propertyName(p jobgraph.WindowProperty) string {
	return [...]string{"w$start", "w$end", "w$rowtime", "w$proctime"}[p]
}

// propertyType is the type of a property: the bounds are plain timestamps.
func (w *groupWindow) propertyType(p jobgraph.WindowProperty) types.Type {
	switch p {
	case jobgraph.WindowTime:
		t := types.TimestampOf(3)
		if w.time.Type().Kind == types.TimestampLTZ {
			t = types.TimestampLTZOf(3)
		}
		t.Time = types.Rowtime
		return t.WithNull(w.time.Type().Nullable)
	case jobgraph.WindowProctime:
		t := types.TimestampLTZOf(3).NotNull()
		t.Time = types.Proctime
		return t
	}
	return types.TimestampOf(3).NotNull()
}

// windowOf is the group window over the columns of a projection.
func (b *block) windowOf(w *groupWindow, p *projector) *jobgraph.Window {
	t := w.time.Type()
	out := &jobgraph.Window{
		Time: p.add(w.time), Start: -1, End: -1, Size: w.sizes[0],
		Proctime: t.Time == types.Proctime, LTZ: t.Kind == types.TimestampLTZ,
	}
	switch w.name {
	case "HOP":
		out.Kind, out.Slide, out.Size = jobgraph.Hop, w.sizes[0], w.sizes[1]
	case "SESSION":
		out.Kind = jobgraph.Session
	}
	return out
}
