package lower

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// An operator's identity (UID) names its state. It must be the same in the next
// version of a query wherever the state can be taken over: so it is made of what
// the operator is and what its columns are, traced back to the tables, not of
// names, positions or what else the job does. A column's lineage is
//
//	t.price            a column of a scan, by table and path
//	<expression>       of lineages, behind a Calc
//	SUM(<…>)@<uid>     a result of the operator with that identity
//
// Stateless operators have lineages too, but leave no trace of themselves in
// those of columns they pass on, so that a Calc more or less changes nothing.

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}

// short keeps lineages of bounded length.
func short(s string) string {
	if len(s) > 80 {
		return "#" + hash(s)
	}
	return s
}

// identify returns a node's identity and the lineage of its columns.
func identify(n *plan.Physical, inputs []*lowered) (uid string, lineage []string) {
	var in []string
	var ups []string
	for _, i := range inputs {
		in = append(in, i.lineage...)
		ups = append(ups, i.uid)
	}
	t := tracer{in: in}
	if len(inputs) > 0 {
		t.left = len(inputs[0].lineage)
	}
	role := fmt.Sprintf("%T", n.Spec)
	what := ""
	switch spec := n.Spec.(type) {
	case nil: // union: positions of all inputs
		uid = hash("Union|" + strings.Join(ups, "|"))
		return uid, results(uid, len(n.Out), "union")
	case *jobgraph.Scan:
		return identifyScan(spec)
	case *jobgraph.Values:
		uid = hash(fmt.Sprintf("Values|%d|%s", spec.Rows.N, n.Attrs))
		return uid, results(uid, len(n.Out), "value")
	case *jobgraph.Calc:
		what = t.exprs(spec.Filter) + t.exprs(spec.Project...)
		lineage = in
		if spec.Project != nil {
			lineage = make([]string, len(spec.Project))
			for i, e := range spec.Project {
				lineage[i] = t.expr(e)
			}
		}
	case *jobgraph.GroupAgg:
		return identifyGroup(spec, t, ups)
	case *jobgraph.WindowAgg:
		return identifyWindow(spec, t, ups)
	case *jobgraph.WindowTVF:
		what = t.window(spec.Window)
		lineage = append(append(lineage, in...), results(short("window("+what+")"), 3, "w")...)
	case *jobgraph.Join:
		what = fmt.Sprint(spec.Kind, t.cols(spec.Left.Keys), t.right(spec.Right.Keys), spec.NullSafe, spec.NullAware, t.exprs(spec.Cond))
		lineage = in[:len(n.Out)]
	case *jobgraph.MultiJoin:
		start := 0
		for i, in := range inputs {
			what += fmt.Sprint(t.cols(shifted(spec.Inputs[i].Keys, start)))
			start += len(in.lineage)
		}
		what += fmt.Sprint(spec.Kinds)
		for i, c := range spec.Conds {
			what += fmt.Sprintf("|%d:%s", i, t.exprs(c))
		}
		lineage = in[:len(n.Out)]
	case *jobgraph.IntervalJoin:
		what = fmt.Sprint(spec.Kind, t.cols(spec.LeftKeys), t.right(spec.RightKeys), spec.Lower, spec.Upper, t.exprs(spec.Cond))
		lineage = in[:len(n.Out)]
	case *jobgraph.WindowJoin:
		what = fmt.Sprint(spec.Kind, t.cols(spec.LeftKeys), t.right(spec.RightKeys), t.exprs(spec.Cond))
		lineage = in[:len(n.Out)]
	case *jobgraph.TemporalJoin:
		what = fmt.Sprint(spec.Kind, t.cols(spec.LeftKeys), t.right(spec.RightKeys), t.exprs(spec.Cond))
		lineage = in[:len(n.Out)]
	case *jobgraph.LookupJoin:
		what = fmt.Sprint(spec.Kind, spec.Scan.Table.Name, t.cols(spec.LeftKeys), len(n.Out))
		lineage = padded(in, n, hash(what))
	case *jobgraph.Rank:
		what = t.rank(spec)
		lineage = padded(in, n, hash(what))
	case *jobgraph.WindowRank:
		what = t.rank(&spec.Rank)
		lineage = padded(in, n, hash(what))
	case *jobgraph.Deduplicate:
		what = fmt.Sprint(t.cols(spec.Keys), spec.KeepLast, spec.Proctime)
		lineage = in
	case *jobgraph.Over:
		what = fmt.Sprint(t.cols(spec.Partition), t.order(spec.Order))
		for _, c := range spec.Calls {
			what += t.call(c.AggCall) + fmt.Sprintf("%+v", c.Frame)
		}
		lineage = padded(in, n, hash(what))
	case *jobgraph.Process:
		return identifyProcess(n, spec, ups)
	case *jobgraph.Match:
		what = t.match(spec)
		lineage = append(t.cols(spec.Partition), results(hash(what+strings.Join(ups, "|")), len(spec.Measures), "m")...)
	case *jobgraph.Sort:
		what = fmt.Sprint(t.order(spec.Order), spec.Limit, spec.Offset)
		lineage = in
	case *jobgraph.Sink:
		what = spec.Target.Table.Name
		lineage = nil
	default:
		lineage = padded(in, n, hash(role+strings.Join(ups, "|")))
	}
	return hash(role + "|" + what + "|" + strings.Join(ups, "|")), lineage
}

// shifted adds by to every column.
func shifted(cols []int, by int) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = c + by
	}
	return out
}

// padded is the input's lineage followed by results of the operator for the
// other columns of its output.
func padded(in []string, n *plan.Physical, id string) []string {
	if len(n.Out) <= len(in) {
		return in[:len(n.Out)]
	}
	return append(append([]string(nil), in...), results(id, len(n.Out)-len(in), "r")...)
}

func results(id string, n int, what string) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d@%s", what, i, id)
	}
	return out
}

// identifyScan: a source is the table, whatever is read of it.
func identifyScan(spec *jobgraph.Scan) (string, []string) {
	name := spec.Scan.Table.Name
	out := make([]string, 0, len(spec.Scan.Fields)+1)
	for _, f := range spec.Scan.Fields {
		out = append(out, short(name+"."+f.Name))
	}
	if spec.Project != nil {
		t := tracer{in: out}
		next := make([]string, len(spec.Project))
		for i, e := range spec.Project {
			next[i] = t.expr(e)
		}
		out = next
	}
	return hash("Scan|" + name + "|" + spec.Connector), out
}

func identifyGroup(spec *jobgraph.GroupAgg, t tracer, ups []string) (string, []string) {
	if spec.Phase == jobgraph.GlobalPhase { // keys come first; what the results are was said by the local phase
		uid := hash(fmt.Sprintf("GlobalAgg|%v|%s", t.in[:len(spec.Keys)], strings.Join(ups, "|")))
		return uid, append(append([]string(nil), t.in[:len(spec.Keys)]...), results(uid, len(spec.Aggs), "a")...)
	}
	keys := t.cols(spec.Keys)
	var calls []string
	for _, c := range spec.Aggs {
		calls = append(calls, t.call(c))
	}
	uid := hash(fmt.Sprintf("GroupAgg|%d|%v|%v|%s", spec.Phase, keys, calls, strings.Join(ups, "|")))
	for i := range calls {
		calls[i] = short(calls[i] + "@" + uid)
	}
	if spec.Phase == jobgraph.LocalPhase {
		calls = []string{"accumulators@" + uid}
	}
	return uid, append(keys, calls...)
}

func identifyWindow(spec *jobgraph.WindowAgg, t tracer, ups []string) (string, []string) {
	if spec.Phase == jobgraph.GlobalPhase {
		uid := hash(fmt.Sprintf("GlobalWindow|%v|%s", t.in[:len(spec.Keys)], strings.Join(ups, "|")))
		return uid, append(append([]string(nil), t.in[:len(spec.Keys)]...), results(uid, len(spec.Aggs)+len(spec.Properties), "a")...)
	}
	keys := t.cols(spec.Keys)
	var calls []string
	for _, c := range spec.Aggs {
		calls = append(calls, t.call(c))
	}
	name := "WindowAgg"
	if spec.Emit.Updates() { // its state is of another kind
		name = "WindowEmit"
	}
	uid := hash(fmt.Sprintf("%s|%d|%s|%v|%v|%s", name, spec.Phase, t.window(spec.Window), keys, calls, strings.Join(ups, "|")))
	n := len(spec.Aggs) + len(spec.Properties)
	if spec.Phase == jobgraph.LocalPhase {
		n = 2
	}
	return uid, append(keys, results(uid, n, "a")...)
}

// tracer writes columns and expressions by lineage.
type tracer struct {
	in   []string
	left int // width of the first input
}

func (t tracer) col(i int) string {
	if i < 0 || i >= len(t.in) {
		return fmt.Sprint(i)
	}
	return t.in[i]
}

func (t tracer) cols(list []int) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = t.col(c)
	}
	return out
}

func (t tracer) right(list []int) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = t.col(c + t.left)
	}
	return out
}

func (t tracer) order(keys []jobgraph.SortKey) string {
	s := ""
	for _, k := range keys {
		s += fmt.Sprintf("%s %v %v,", t.col(k.Column), k.Descending, k.NullsLast)
	}
	return s
}

func (t tracer) call(c jobgraph.AggCall) string {
	return fmt.Sprintf("%s(%v %v %s)", c.Fn, c.Distinct, t.cols(c.Args), t.col(c.Filter))
}

func (t tracer) rank(r *jobgraph.Rank) string {
	return fmt.Sprint(r.Function, t.cols(r.Partition), t.order(r.Order), r.Start, r.End)
}

func (t tracer) window(w jobgraph.Window) string {
	return fmt.Sprint(w.Kind, t.col(w.Time), w.Size, w.Slide, w.Offset, w.Proctime, t.cols(w.Partition))
}

func (t tracer) exprs(es ...expr.Expr) string {
	var out []string
	for _, e := range es {
		if e != nil {
			out = append(out, t.expr(e))
		}
	}
	return strings.Join(out, ";")
}

// expr writes e by lineage; the order of AND's and OR's operands is none.
func (t tracer) expr(e expr.Expr) string {
	switch e := e.(type) {
	case *expr.Column:
		return t.col(e.Index)
	case *expr.Field:
		return short(fmt.Sprintf("%s.%d", t.expr(e.X), e.Index))
	case *expr.Call:
		args := make([]string, len(e.Args))
		for i, a := range e.Args {
			args[i] = t.expr(a)
		}
		if e.Fn == "AND" || e.Fn == "OR" {
			sort.Strings(args)
		}
		return short(e.Fn + "(" + strings.Join(args, ",") + "):" + e.T.WithoutTime().String())
	}
	return short(e.String() + ":" + e.Type().String())
}
