package bind

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// windowFunction is a window table-valued function: the names of its
// arguments, for name => value, and how it is written.
type windowFunction struct {
	kind   jobgraph.WindowKind
	params []string // behind DATA and TIMECOL
	form   string
}

var windowFunctions = map[string]windowFunction{
	"TUMBLE":   {jobgraph.Tumble, []string{"SIZE", "OFFSET"}, "TUMBLE(TABLE table_name, DESCRIPTOR(timecol), datetime interval[, datetime interval])"},
	"HOP":      {jobgraph.Hop, []string{"SLIDE", "SIZE", "OFFSET"}, "HOP(TABLE table_name, DESCRIPTOR(timecol), datetime interval, datetime interval[, datetime interval])"},
	"CUMULATE": {jobgraph.Cumulate, []string{"STEP", "SIZE", "OFFSET"}, "CUMULATE(TABLE table_name, DESCRIPTOR(timecol), datetime interval, datetime interval[, datetime interval])"},
	"SESSION":  {jobgraph.Session, []string{"GAP"}, "SESSION(TABLE table_name [PARTITION BY cols], DESCRIPTOR(timecol), datetime interval)"},
}

// windowTVF binds TUMBLE, HOP, CUMULATE or SESSION in FROM.
func (q *query) windowTVF(c *ast.Call, f windowFunction, parent *scope) (plan.Node, *scope, error) {
	name := upper(c.Name)
	args, err := windowArgs(c, f, name)
	if err != nil {
		return nil, nil, err
	}
	table, ok := args["DATA"].(*ast.TableArg)
	if !ok {
		return nil, nil, errorAt(args["DATA"], "write TABLE before the name of the table", "The first argument of %s must be a table", name)
	}
	node, s, err := q.tableArg(table, parent)
	if err != nil {
		return nil, nil, err
	}
	w := jobgraph.Window{Kind: f.kind, Start: -1, End: -1}
	if err := q.windowTime(&w, args["TIMECOL"], f, node.Schema(), s); err != nil {
		return nil, nil, err
	}
	eb := &exprBinder{query: q}
	for param, into := range map[string]*int64{"SIZE": &w.Size, "SLIDE": &w.Slide, "STEP": &w.Slide, "GAP": &w.Size, "OFFSET": &w.Offset} {
		a := args[param]
		if a == nil {
			continue
		}
		if *into, err = eb.constantInterval(a, name); err != nil {
			return nil, nil, err
		}
		if *into <= 0 && param != "OFFSET" {
			return nil, nil, errorAt(a, "", "%s needs a positive interval", name)
		}
	}
	if err := checkWindow(c, &w); err != nil {
		return nil, nil, err
	}
	if err := q.windowPartition(&w, table, f, node.Schema(), s); err != nil {
		return nil, nil, err
	}
	out := windowSchema(node.Schema(), node.Schema()[w.Time].Type)
	return &plan.WindowTVF{Input: node, Window: w, Out: out}, s, nil
}

// windowArgs puts arguments by their parameters' names.
func windowArgs(c *ast.Call, f windowFunction, name string) (map[string]ast.Expr, error) {
	params := append([]string{"DATA", "TIMECOL"}, f.params...)
	args := map[string]ast.Expr{}
	for i, a := range c.Args {
		param := ""
		if n, ok := a.(*ast.NamedArg); ok {
			param, a = strings.ToUpper(n.Name.Name), n.Value
			if !contains(params, param) {
				return nil, errorAt(n.Name, "its parameters are "+strings.Join(params, ", "), "Unknown parameter '%s' of %s", n.Name.Name, name)
			}
		} else if i < len(params) {
			param = params[i]
		} else {
			return nil, errorAt(a, "", "Supported form(s): %s", f.form)
		}
		if args[param] != nil {
			return nil, errorAt(a, "", "Parameter '%s' of %s is given twice", param, name)
		}
		args[param] = a
	}
	for _, p := range params {
		if args[p] == nil && p != "OFFSET" {
			return nil, errorAt(c, "Supported form(s): "+f.form, "Argument '%s' of %s is missing", p, name)
		}
	}
	return args, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// tableArg binds TABLE t or (query) as an argument.
func (q *query) tableArg(t *ast.TableArg, parent *scope) (plan.Node, *scope, error) {
	if t.OrderBy != nil {
		return nil, nil, notSupported(t, "ORDER BY of a table argument", "")
	}
	if t.Query != nil {
		n, err := q.bindNested(t.Query, parent)
		if err != nil {
			return nil, nil, err
		}
		return n, scopeOf("", nil, n.Schema().Names(), n.Schema(), parent), nil
	}
	return q.namedTable(&ast.Table{Span: t.Span, Name: *t.Table}, parent)
}

// windowTime finds the time attribute that DESCRIPTOR names.
func (q *query) windowTime(w *jobgraph.Window, a ast.Expr, f windowFunction, in types.Schema, s *scope) error {
	d, ok := a.(*ast.Descriptor)
	if !ok || len(d.Columns) != 1 {
		return errorAt(a, "Supported form(s): "+f.form, "The time column must be given as DESCRIPTOR(column)")
	}
	col := d.Columns[0]
	at := in.Index(col.Name)
	if at < 0 {
		return errorAt(col, nearColumn(col.Name, s.visible), "Unknown identifier '%s'", col.Name)
	}
	t := in[at].Type
	switch {
	case !t.IsTimestamp():
		return errorAt(col, "Besides, the timecol must be a time attribute type in streaming mode",
			"The window function %s requires the timecol to be TIMESTAMP or TIMESTAMP_LTZ, but is %s.", f.form, t.WithoutTime())
	case t.Time == types.NoTime && q.Streaming:
		return errorAt(col, timeAttributeHint(t), "The window function requires the timecol is a time attribute type, but is %s.", t)
	}
	w.Time, w.Proctime, w.LTZ = at, t.Time == types.Proctime, t.Kind == types.TimestampLTZ
	return nil
}

func checkWindow(c *ast.Call, w *jobgraph.Window) error {
	if w.Kind == jobgraph.Cumulate && w.Size%w.Slide != 0 {
		return errorAt(c, "", "CUMULATE table function based aggregate requires maxSize must be an integral multiple of step, but got maxSize %d ms and step %d ms", w.Size, w.Slide)
	}
	return nil
}

// windowPartition binds the PARTITION BY of SESSION.
func (q *query) windowPartition(w *jobgraph.Window, t *ast.TableArg, f windowFunction, in types.Schema, s *scope) error {
	for _, p := range t.PartitionBy {
		if f.kind != jobgraph.Session {
			return errorAt(p, "PARTITION BY belongs to SESSION; group by the column in the aggregation instead", "This window function does not take PARTITION BY")
		}
		path, ok := p.(*ast.Path)
		if !ok {
			return errorAt(p, "", "PARTITION BY of a window function takes column names")
		}
		name := path.Parts[len(path.Parts)-1].Name
		at := in.Index(name)
		if at < 0 {
			return errorAt(p, nearColumn(name, s.visible), "Column '%s' not found in any table", name)
		}
		w.Partition = append(w.Partition, at)
	}
	return nil
}

// windowSchema adds the window columns to the input's.
func windowSchema(in types.Schema, time types.Type) types.Schema {
	plain := types.TimestampOf(3).NotNull()
	attribute := types.TimestampOf(3)
	if time.Kind == types.TimestampLTZ {
		attribute = types.TimestampLTZOf(3)
	}
	attribute = attribute.NotNull()
	attribute.Time = types.Rowtime
	if time.Time == types.Proctime {
		attribute.Time = types.Proctime
	}
	taken := map[string]bool{}
	out := make(types.Schema, 0, len(in)+3)
	for _, f := range in {
		taken[f.Name] = true
		out = append(out, f)
	}
	for _, c := range []types.Field{{Name: "window_start", Type: plain}, {Name: "window_end", Type: plain}, {Name: "window_time", Type: attribute}} {
		c.Name = unique(c.Name, taken)
		out = append(out, c)
	}
	return out
}

// origin says which window column of which window function a column is.
type origin struct {
	tvf      *plan.WindowTVF
	property windowProperty
}

type windowProperty uint8

const (
	noProperty windowProperty = iota
	startColumn
	endColumn
	timeColumn
)

// windowColumn follows a column down to the window function that made it.
func windowColumn(n plan.Node, col int) origin {
	switch n := n.(type) {
	case *plan.WindowTVF:
		if at := col - (len(n.Out) - 3); at >= 0 {
			return origin{n, startColumn + windowProperty(at)}
		}
		return windowColumn(n.Input, col)
	case *plan.Project:
		if c, ok := n.Exprs[col].(*expr.Column); ok {
			return windowColumn(n.Input, c.Index)
		}
	case *plan.Filter:
		return windowColumn(n.Input, col)
	case *plan.Join:
		left := len(n.Left.Schema())
		if col < left {
			return windowColumn(n.Left, col)
		}
		return windowColumn(n.Right, col-left)
	case *plan.Aggregate:
		if col < len(n.Keys) {
			return windowColumn(n.Input, n.Keys[col])
		}
	case *plan.Over:
		if col < len(n.Input.Schema()) {
			return windowColumn(n.Input, col)
		}
	}
	return origin{}
}

// groupsByWindow reports whether the keys contain the start and the end of one
// window: then the aggregate is a window aggregate.
func groupsByWindow(agg *plan.Aggregate) bool {
	starts := map[*plan.WindowTVF]bool{}
	ends := map[*plan.WindowTVF]bool{}
	for _, k := range agg.Keys {
		switch o := windowColumn(agg.Input, k); o.property {
		case startColumn:
			starts[o.tvf] = true
		case endColumn:
			ends[o.tvf] = true
		}
	}
	for w := range starts {
		if ends[w] {
			return true
		}
	}
	return false
}
