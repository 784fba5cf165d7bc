package bind

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// processCall is a call of a process table function while it is bound.
type processCall struct {
	*query
	call   *ast.Call
	fn     *expr.UserProcess
	args   []ast.Expr // by declared argument, then on_time and uid; nil: left out
	node   *plan.Process
	scopes []*scope // of the tables
}

// process binds a call of a process table function in FROM.
func (q *query) process(c *ast.Call, fn *expr.UserProcess, parent *scope) (plan.Node, error) {
	if err := plainCall(c, c.Name.String()); err != nil {
		return nil, err
	}
	if !q.Streaming {
		return nil, errorAt(c.Name, "SET 'execution.runtime-mode' = 'streaming'", "Process table function %s is only possible in streaming mode", c.Name)
	}
	p := &processCall{query: q, call: c, fn: fn, node: &plan.Process{Fn: fn}}
	if err := p.arrange(); err != nil {
		return nil, err
	}
	for i := range fn.Args {
		var err error
		if fn.Args[i].Table != nil {
			err = p.table(&fn.Args[i], p.args[i], parent)
		} else {
			err = p.scalar(&fn.Args[i], p.args[i])
		}
		if err != nil {
			return nil, err
		}
	}
	if err := p.partitions(); err != nil {
		return nil, err
	}
	if err := p.onTime(p.args[len(fn.Args)]); err != nil {
		return nil, err
	}
	if err := p.uid(p.args[len(fn.Args)+1]); err != nil {
		return nil, err
	}
	p.output()
	if len(p.node.In) == 0 {
		p.node.In = []plan.Node{oneRow()}
	}
	return p.node, nil
}

// signature prints how the function is called.
func (p *processCall) signature() string {
	var args []string
	for _, a := range p.fn.Args {
		kind := a.Type.String()
		if t := a.Table; t != nil {
			kind = "{TABLE, TABLE AS ROW}"
			if t.Set {
				kind = "{TABLE, TABLE AS SET}"
			}
		}
		args = append(args, a.Name+" => "+kind)
	}
	return p.fn.Name + "(" + strings.Join(append(args, "on_time => DESCRIPTOR", "uid => STRING"), ", ") + ")"
}

// arrange puts the arguments by their names or positions.
func (p *processCall) arrange() error {
	names := make([]string, 0, len(p.fn.Args)+2)
	for _, a := range p.fn.Args {
		names = append(names, a.Name)
	}
	names = append(names, "on_time", "uid")
	p.args = make([]ast.Expr, len(names))
	named := 0
	for i, a := range p.call.Args {
		at := i
		if n, ok := a.(*ast.NamedArg); ok {
			named++
			if at = slices.Index(names, n.Name.Name); at < 0 {
				return errorAt(n.Name, "its signature is "+p.signature(), "Unknown argument '%s' of %s", n.Name.Name, p.fn.Name)
			}
			if p.args[at] != nil {
				return errorAt(n, "", "Duplicate argument name '%s'", n.Name.Name)
			}
			a = n.Value
		}
		if named != 0 && named != i+1 {
			return errorAt(p.call, "its signature is "+p.signature(), "Either all arguments of %s are named, or none is", p.fn.Name)
		}
		if at >= len(names) {
			return errorAt(a, "its signature is "+p.signature(), "Too many arguments for %s", p.fn.Name)
		}
		if _, ok := a.(*ast.Default); !ok {
			p.args[at] = a
		}
	}
	for i, a := range p.fn.Args {
		if p.args[i] == nil && !a.Optional {
			return errorAt(p.call, fmt.Sprintf("argument '%s' is missing; its signature is %s", a.Name, p.signature()), "DEFAULT is only allowed for optional parameters")
		}
	}
	return nil
}

// scalar binds a scalar argument, which must not depend on rows.
func (p *processCall) scalar(a *expr.ProcessArg, e ast.Expr) error {
	if e == nil {
		p.node.Args = append(p.node.Args, expr.NullLit(a.Type.WithNull(true)))
		return nil
	}
	if _, ok := e.(*ast.TableArg); ok {
		return errorAt(e, "its signature is "+p.signature(), "Argument '%s' of %s is a value, but a table is passed", a.Name, p.fn.Name)
	}
	eb := &exprBinder{query: p.query, scope: &scope{}}
	x, err := eb.bind(e)
	if err != nil {
		return err
	}
	if x.Type().Nullable && !a.Type.Nullable {
		return errorAt(e, "its signature is "+p.signature(), "Invalid argument '%s' of %s. Data type %s expected but %s passed", a.Name, p.fn.Name, a.Type, x.Type())
	}
	c, err := expr.ImplicitCast(x, a.Type.WithNull(x.Type().Nullable))
	if err != nil {
		return errorAt(e, "its signature is "+p.signature(), "No match found for function signature %s(…): argument '%s' is %s, but %s is passed", p.fn.Name, a.Name, a.Type, x.Type())
	}
	p.node.Args = append(p.node.Args, c)
	return nil
}

// table binds a table argument.
func (p *processCall) table(a *expr.ProcessArg, e ast.Expr, parent *scope) error {
	t, ok := e.(*ast.TableArg)
	if !ok {
		return errorAt(e, "write "+a.Name+" => TABLE name, or a query in parentheses", "Invalid argument value. Argument '%s' expects a table to be passed.", a.Name)
	}
	at := len(p.node.In)
	switch {
	case !a.Table.Set && t.PartitionBy != nil:
		return errorAt(t, "leave PARTITION BY out", "Only tables with set semantics may be partitioned. Invalid PARTITION BY clause in the %d-th operand of table function '%s'", at, p.fn.Name)
	case !a.Table.Set && t.OrderBy != nil:
		return errorAt(t, "leave ORDER BY out", "Only tables with set semantics may be ordered. Invalid ORDER BY clause in the %d-th operand of table function '%s'", at, p.fn.Name)
	case a.Table.Set && t.PartitionBy == nil && !a.Table.OptionalPartition:
		return errorAt(t, "write TABLE t PARTITION BY column", "Table argument '%s' requires a PARTITION BY clause for parallel processing.", a.Name)
	}
	plain := *t
	plain.OrderBy = nil
	n, s, err := p.tableArg(&plain, parent)
	if err != nil {
		return err
	}
	if a.Table.Check != nil {
		if err := a.Table.Check(n.Schema()); err != nil {
			return errorAt(t, "", "Table argument '%s' of %s: %s", a.Name, p.fn.Name, err)
		}
	}
	arg := plan.ProcessTable{Arg: a, Time: -1, Names: n.Schema().Names()}
	if arg.Partition, err = clauseColumns(t.PartitionBy, n.Schema(), "PARTITION BY"); err != nil {
		return err
	}
	if arg.Order, err = p.order(a, t, n.Schema()); err != nil {
		return err
	}
	p.node.In, p.node.Tables, p.scopes = append(p.node.In, n), append(p.node.Tables, arg), append(p.scopes, s)
	return nil
}

// clauseColumns finds the columns of PARTITION BY or ORDER BY.
func clauseColumns(list []ast.Expr, in types.Schema, clause string) (cols []int, err error) {
	for _, e := range list {
		path, ok := e.(*ast.Path)
		if !ok {
			return nil, errorAt(e, "compute the column in a query: (SELECT …) "+clause+" …", "%s of a table argument takes names of columns", clause)
		}
		name := path.Parts[len(path.Parts)-1].Name
		at := in.Index(name)
		if at < 0 {
			return nil, errorAt(e, "", "Invalid column '%s' for %s clause. Available columns are: [%s]", name, clause, strings.Join(in.Names(), ", "))
		}
		cols = append(cols, at)
	}
	return cols, nil
}

// order binds ORDER BY, which begins with a time attribute.
func (p *processCall) order(a *expr.ProcessArg, t *ast.TableArg, in types.Schema) (keys []jobgraph.SortKey, err error) {
	for i, item := range t.OrderBy {
		cols, err := clauseColumns([]ast.Expr{item.X}, in, "ORDER BY")
		if err != nil {
			return nil, err
		}
		col, typ := cols[0], in[cols[0]].Type
		invalid := func(hint, format string, args ...any) error {
			return errorAt(item, hint, "Invalid ORDER BY clause for table argument '%s'. "+format, append([]any{a.Name}, args...)...)
		}
		switch {
		case i == 0 && !eventTimeType(typ):
			return nil, invalid("", "The first ORDER BY column must be a TIMESTAMP or TIMESTAMP_LTZ column (up to precision 3). However, column '%s' has data type '%s'.", in[col].Name, typ.WithoutTime())
		case i == 0 && item.Desc:
			return nil, invalid("", "The first ORDER BY column on a timestamp column must be in ascending order.")
		case i == 0 && typ.Time != types.Rowtime:
			return nil, invalid(timeAttributeHint(typ), "The first ORDER BY column '%s' is not a valid time attribute. Only columns with a watermark declaration qualify for ORDER BY. "+
				"Also, make sure that the watermarked column is forwarded without any modification.", in[col].Name)
		case slices.ContainsFunc(keys, func(k jobgraph.SortKey) bool { return k.Column == col }):
			return nil, invalid("", "Column '%s' appears more than once in ORDER BY.", in[col].Name)
		case a.Table.Updates:
			return nil, notSupported(item, "ORDER BY of a table argument that takes updates", "order in the function")
		}
		last := !item.Desc
		if item.Nulls != "" {
			last = item.Nulls == ast.NullsLast
		}
		keys = append(keys, jobgraph.SortKey{Column: col, Descending: item.Desc, NullsLast: last})
	}
	return keys, nil
}

// eventTimeType reports a type that a time attribute can have.
func eventTimeType(t types.Type) bool { return t.IsTimestamp() && t.Length <= 3 }

// partitions makes sure that the tables of several arguments meet by the same keys.
func (p *processCall) partitions() error {
	if len(p.node.Tables) < 2 {
		return nil
	}
	sets := make([]string, len(p.node.Tables))
	same := true
	for i, t := range p.node.Tables {
		var names []string
		for k, c := range t.Partition {
			typ := p.node.In[i].Schema()[c].Type
			names = append(names, typ.WithNull(true).WithoutTime().String())
			first := p.node.Tables[0].Partition
			same = same && k < len(first) && hashesLike(typ, p.node.In[0].Schema()[first[k]].Type)
		}
		same = same && len(t.Partition) == len(p.node.Tables[0].Partition)
		sets[i] = "[" + strings.Join(names, ", ") + "]"
	}
	if same {
		return nil
	}
	return errorAt(p.call, "", "Invalid PARTITION BY columns. The number of columns and their data types must match across all involved table arguments. Given partition key sets: %s", strings.Join(sets, ", "))
}

// hashesLike reports types whose values have the same key.
func hashesLike(a, b types.Type) bool {
	if a.IsCharacter() && b.IsCharacter() {
		return a.Kind == b.Kind || a.Kind != types.Char && b.Kind != types.Char
	}
	return a.WithoutTime().WithNull(true).Equal(b.WithoutTime().WithNull(true))
}

// onTime binds on_time => DESCRIPTOR(…).
func (p *processCall) onTime(e ast.Expr) error {
	if e == nil {
		for _, t := range p.node.Tables {
			if t.Arg.Table.RequireOnTime {
				return errorAt(p.call, "", "Table argument '%s' requires a time attribute. Please provide one using the implicit `on_time` argument. For example: myFunction(..., on_time => DESCRIPTOR(`my_timestamp`)", t.Arg.Name)
			}
		}
		return nil
	}
	d, ok := e.(*ast.Descriptor)
	if !ok {
		return errorAt(e, "write on_time => DESCRIPTOR(column)", "The argument 'on_time' of %s must be a DESCRIPTOR", p.fn.Name)
	}
	found := make([]bool, len(d.Columns))
	for i := range p.node.Tables {
		if err := p.timeOf(i, d, found); err != nil {
			return err
		}
	}
	var unknown []string
	for i, c := range d.Columns {
		p.node.OnTime = append(p.node.OnTime, c.Name)
		if !found[i] {
			unknown = append(unknown, c.Name)
		}
	}
	if unknown != nil {
		return errorAt(d, "", "Invalid time attribute declaration. Each column in the `on_time` argument must reference at least one column in one of the table arguments. Unknown references: [%s]", strings.Join(unknown, ", "))
	}
	return p.checkTimes(d)
}

// timeOf finds the time column of table i among those of on_time.
func (p *processCall) timeOf(i int, d *ast.Descriptor, found []bool) error {
	t, in := &p.node.Tables[i], p.node.In[i].Schema()
	for k, c := range d.Columns {
		at := in.Index(c.Name)
		if at < 0 {
			continue
		}
		found[k] = true
		if t.Time >= 0 {
			return errorAt(c, "", "Ambiguous time attribute found. The `on_time` argument must reference at most one column in a table argument. Currently, the columns in `on_time` point to both '%s' and '%s' in table argument '%s'.",
				in[t.Time].Name, c.Name, t.Arg.Name)
		}
		typ := in[at].Type
		if !eventTimeType(typ) {
			return errorAt(c, "", "Unsupported data type for time attribute. The `on_time` argument must reference a TIMESTAMP or TIMESTAMP_LTZ column (up to precision 3). However, column '%s' in table argument '%s' has data type '%s'.",
				c.Name, t.Arg.Name, typ.WithoutTime())
		}
		t.Time = at
	}
	return nil
}

// checkTimes holds the time columns of the tables against each other.
func (p *processCall) checkTimes(d *ast.Descriptor) error {
	var missing, kinds []string
	for i, t := range p.node.Tables {
		switch {
		case t.Time < 0:
			missing = append(missing, t.Arg.Name)
			continue
		case t.Order != nil && t.Order[0].Column != t.Time:
			return errorAt(d, "", "Invalid ORDER BY clause for table argument '%s'. When both ORDER BY and the 'on_time' argument are defined, the referenced timestamp columns must match.", t.Arg.Name)
		case p.fn.Updates != expr.ProcessInserts:
			return errorAt(d, "", "Time operations using the `on_time` argument are currently not supported for PTFs that consume or produce updates.")
		}
		kind := "TIMESTAMP_WITHOUT_TIME_ZONE"
		if p.node.In[i].Schema()[t.Time].Type.Kind == types.TimestampLTZ {
			kind = "TIMESTAMP_WITH_LOCAL_TIME_ZONE"
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for i, t := range p.node.Tables {
		if t.Time < 0 {
			continue
		}
		if f := p.node.In[i].Schema()[t.Time]; f.Type.Time != types.Rowtime {
			return errorAt(d, timeAttributeHint(f.Type), "Column '%s' is not a valid time attribute. Only columns with a watermark declaration qualify for the `on_time` argument. "+
				"Also, make sure that the watermarked column is forwarded without any modification.", f.Name)
		}
	}
	switch {
	case len(p.node.Tables) > 1 && missing != nil:
		return errorAt(d, "", "Invalid time attribute declaration. If multiple tables are declared, the `on_time` argument must reference a time column for each table argument or none. Missing time attributes for: [%s]", strings.Join(missing, ", "))
	case len(kinds) > 1:
		return errorAt(d, "", "Invalid time attribute declaration. All columns in the `on_time` argument must reference the same data type kind. But found: [%s]", strings.Join(kinds, ", "))
	}
	return nil
}

var validUID = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z-_0-9]*$`)

// uid binds the identifier of the function's state.
func (p *processCall) uid(e ast.Expr) error {
	invalid := func(n ast.Node, found string) error {
		return errorAt(n, "", "Invalid unique identifier for process table function. The `uid` argument must be a string literal that follows the pattern [a-zA-Z_][a-zA-Z-_0-9]*. But found: %s", found)
	}
	if e == nil {
		if !validUID.MatchString(p.fn.Name) && p.keyed() {
			return errorAt(p.call, "", "Could not derive a unique identifier for process table function '%s'. The function's name does not qualify for a UID. Please provide a custom identifier using the implicit `uid` argument. For example: myFunction(..., uid => 'my-id')", p.fn.Name)
		}
		return nil
	}
	l, ok := e.(*ast.Literal)
	if !ok || l.Kind != ast.StringLit {
		return invalid(e, p.text(e))
	}
	if !validUID.MatchString(l.Text) {
		return invalid(e, l.Text)
	}
	p.node.UID = l.Text
	return nil
}

// keyed reports set semantics.
func (p *processCall) keyed() bool { return len(p.node.Tables) > 0 && p.node.Tables[0].Arg.Table.Set }

// output is what comes out: the partition keys of each table, or all columns of the one
// that is passed through; the function's columns; rowtime.
func (p *processCall) output() {
	taken := map[string]bool{}
	add := func(name string, t types.Type) {
		p.node.Out = append(p.node.Out, types.Field{Name: unique(name, taken), Type: t})
	}
	for i, t := range p.node.Tables {
		in := p.node.In[i].Schema()
		if t.Arg.Table.PassThrough {
			for _, f := range in {
				add(f.Name, f.Type)
			}
			continue
		}
		for k, c := range t.Partition {
			nullable := false
			for j := range p.node.Tables {
				other := &p.node.Tables[j]
				nullable = nullable || p.node.In[j].Schema()[other.Partition[k]].Type.Nullable
			}
			add(in[c].Name, in[c].Type.WithoutTime().WithNull(nullable))
		}
	}
	for _, f := range p.fn.Rows {
		add(f.Name, f.Type)
	}
	if p.node.OnTime == nil {
		return
	}
	for i, t := range p.node.Tables {
		if t.Time >= 0 {
			typ := p.node.In[i].Schema()[t.Time].Type.NotNull()
			add("rowtime", typ)
			return
		}
	}
}

// flinkProcesses are Flink's that flott has not: they ask models and vector stores.
var flinkProcesses = map[string]bool{"ML_EVALUATE": true, "ML_PREDICT": true, "VECTOR_SEARCH": true}

// unknownProcess is the error of a call with tables of a function that nobody knows.
func (q *query) unknownProcess(c *ast.Call, parent *scope) error {
	if len(c.Name.Parts) == 1 && flinkProcesses[upper(c.Name)] {
		return notSupported(c, "The process table function "+upper(c.Name), "models can be created and shown, but nothing asks them yet")
	}
	var args []string
	for _, a := range c.Args {
		if n, ok := a.(*ast.NamedArg); ok {
			a = n.Value
		}
		switch a := a.(type) {
		case *ast.TableArg:
			plain := *a
			plain.OrderBy = nil
			n, _, err := q.tableArg(&plain, parent)
			if err != nil {
				return err
			}
			args = append(args, "<"+plan.RecordType(n.Schema())+">")
		case *ast.Descriptor:
			args = append(args, "<COLUMN_LIST>")
		default:
			x, err := (&exprBinder{query: q, scope: &scope{}}).bind(a)
			if err != nil {
				return err
			}
			args = append(args, "<"+typeFamily(x.Type())+">")
		}
	}
	hint := catalog.DidYouMean(upper(c.Name), append(q.registeredNames(), "TUMBLE", "HOP", "CUMULATE", "SESSION", "TO_CHANGELOG", "FROM_CHANGELOG"))
	if hint == "" {
		hint = processHint
	}
	return errorAt(c, hint, "No match found for function signature %s(%s)", c.Name, strings.Join(args, ", "))
}

const processHint = "process table functions are written in Go and registered by the program that runs the statement; flott's own are TO_CHANGELOG and FROM_CHANGELOG"
