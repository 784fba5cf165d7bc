package optimize

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

// isLookup reports a snapshot join by processing time with a table that is read,
// not computed: it is asked for rows by key.
func (p *planner) isLookup(n *plan.Join) bool {
	if n.Snapshot == nil {
		return false
	}
	if n.Snapshot.T.Time != types.Proctime && !(n.Snapshot.T.Time == types.NoTime && !p.o.Streaming) {
		return false
	}
	base, _, _ := peel(n.Right)
	scan, ok := base.(*plan.Scan)
	if !ok {
		return false
	}
	s := &source{table: scan.Table}
	f, err := p.factory(scan.Table)
	if err != nil {
		return false
	}
	src, err := f.Source(p.o.Env, s.wholeScan())
	if err != nil {
		return false
	}
	_, ok = src.(connector.Lookuper)
	return ok
}

func (p *planner) snapshotJoin(n *plan.Join) (*plan.Physical, error) {
	if n.Kind != jobgraph.Inner && n.Kind != jobgraph.Left {
		return nil, fmt.Errorf("Temporal table join currently only support INNER JOIN and LEFT JOIN, but was %s JOIN.", strings.ToUpper(strings.TrimSuffix(n.Kind.String(), "Join")))
	}
	left, err := p.convert(n.Left)
	if err != nil {
		return nil, err
	}
	if p.isLookup(n) {
		return p.lookupJoin(n, left)
	}
	switch n.Snapshot.T.Time {
	case types.Proctime:
		return nil, fmt.Errorf("Processing-time temporal join is not supported yet.")
	case types.NoTime:
		return nil, fmt.Errorf("Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time attribute field")
	}
	if !p.o.Streaming {
		return nil, fmt.Errorf("A temporal join by event time is only supported in streaming mode: set 'execution.runtime-mode' to 'streaming'.")
	}
	right, err := p.convert(n.Right)
	if err != nil {
		return nil, err
	}
	return p.temporalJoin(n, left, right)
}

// emitAllVersions makes the operators that would emit the net change of a batch
// emit every change: the left rows need all versions, also those that were
// replaced at once.
func emitAllVersions(n *plan.Physical) {
	switch spec := n.Spec.(type) {
	case *jobgraph.Deduplicate:
		spec.AllChanges = true
	case *jobgraph.ChangelogNormalize:
		spec.AllChanges = true
	}
	for _, in := range n.Inputs {
		emitAllVersions(in.Node)
	}
}

// temporalJoin plans a join with the versions of a table by event time.
func (p *planner) temporalJoin(n *plan.Join, left, right *plan.Physical) (*plan.Physical, error) {
	keys := splitCondition(n.Cond, left.Out, right.Out)
	rightTime := -1
	for i, f := range right.Out {
		if f.Type.Time == types.Rowtime {
			rightTime = i
		}
	}
	if len(right.Traits.UpsertKeys) == 0 {
		return nil, connector.WithHint(fmt.Errorf("Temporal Table Join requires primary key in versioned table, but no primary key can be found."),
			"add PRIMARY KEY (…) NOT ENFORCED to the table behind FOR SYSTEM_TIME AS OF; for a lookup, the time must be PROCTIME()")
	}
	if rightTime < 0 {
		return nil, fmt.Errorf("Event-Time Temporal Table Join requires both primary key and row time attribute in versioned table, but no row time attribute can be found.")
	}
	if l, r := left.Out[n.Snapshot.Index].Type, right.Out[rightTime].Type; l.Kind != r.Kind {
		return nil, connector.WithHint(fmt.Errorf("Event-Time Temporal Table Join requires same rowtime type in left table and versioned table, but the rowtime types are %s and %s.", l, r),
			"declare both as TIMESTAMP(3) or both as TIMESTAMP_LTZ(3)")
	}
	if len(keys.left) == 0 {
		return nil, fmt.Errorf("Currently the join key in Temporal Table Join can not be empty.")
	}
	if !oneRow(right.Traits.UpsertKeys, keys.right) {
		return nil, fmt.Errorf("Temporal Table Join requires primary key %s to be fully contained in the join condition %s.",
			list(names(right.Out, right.Traits.UpsertKeys[0])), n.Cond)
	}
	left, right = p.alignKeys(left, right, keys)
	emitAllVersions(right)
	spec := &jobgraph.TemporalJoin{
		Kind: n.Kind, LeftKeys: keys.left, RightKeys: keys.right, LeftTime: n.Snapshot.Index, RightTime: rightTime,
		Cond: and(keys.rest...), LeftSchema: left.Out, RightSchema: right.Out,
	}
	out := &plan.Physical{Spec: spec, Op: "TemporalJoin", Inputs: p.joinInputs(left, right, keys), Out: joinOut(n, left, right, true)}
	for i := len(left.Out); i < len(out.Out); i++ {
		out.Out[i].Type = out.Out[i].Type.WithoutTime()
	}
	out.Traits.Changes = left.Traits.Changes
	out.Traits.UpsertKeys = p.arriving(out.Inputs[0])
	f := facts{hash: keys.left}
	f.attrs = func() []plan.Attr {
		attrs := joinAttrs(n, out.Out)
		marker := fmt.Sprintf("__TEMPORAL_JOIN_CONDITION(%s, %s, __TEMPORAL_JOIN_CONDITION_PRIMARY_KEY(%s), __TEMPORAL_JOIN_LEFT_KEY(%s), __TEMPORAL_JOIN_RIGHT_KEY(%s))",
			left.Out[n.Snapshot.Index].Name, right.Out[rightTime].Name, strings.Join(names(right.Out, right.Traits.UpsertKeys[0]), ", "),
			strings.Join(names(left.Out, keys.left), ", "), strings.Join(names(right.Out, keys.right), ", "))
		attrs[1] = plan.Expressions("where", func(form func(expr.Expr) string) string {
			return "[AND(" + joined(conjuncts(n.Cond), form) + ", " + marker + ")]"
		})
		return attrs
	}
	return p.add(out, f), nil
}

// lookupJoin plans a join that asks a table for the rows with equal keys.
func (p *planner) lookupJoin(n *plan.Join, left *plan.Physical) (*plan.Physical, error) {
	base, filter, exprs := peel(n.Right)
	scan := base.(*plan.Scan)
	factory, err := p.factory(scan.Table)
	if err != nil {
		return nil, err
	}
	// Neither watermarks nor nested fields matter to a table that is asked.
	eventTime := p.eventTime
	p.eventTime = false
	filter, exprs = p.overTable(scan, filter, exprs)
	p.eventTime = eventTime
	s := &source{table: scan.Table, factory: factory, paths: make(map[string]connector.ScanField), atTime: -1}
	for _, e := range append([]expr.Expr{filter}, exprs...) {
		s.read(e)
	}
	fields := s.scanFields()
	s.node = &plan.Physical{}
	s.fields = make(map[string]int)
	for i, f := range fields {
		s.fields[pathKey(f.Column, nil)] = i
	}
	project := make([]expr.Expr, len(exprs))
	for i, e := range exprs {
		project[i] = s.over(e)
	}
	spec := &jobgraph.LookupJoin{
		Kind: n.Kind, Connector: scan.Table.Connector, LeftSchema: left.Out, Project: project,
		Scan: connector.Scan{Table: s.connectorTable(), Fields: fields, Limit: -1},
	}
	if n.Lookup != nil {
		options := *n.Lookup
		spec.Options = &options
		options.Unordered = options.Unordered && left.Traits.Changes.InsertOnly()
		spec.Distributed = p.facts[left].hash
	}
	rest := p.lookupKeys(n, spec, len(left.Out))
	// The filter on the table is checked on the joined row.
	extra := 0
	width := len(left.Out)
	if filter != nil {
		filter = s.over(filter)
		at := make([]int, len(fields))
		for c := range columnSet(filter) {
			at[c] = indexOfColumn(spec.Project, c)
			if at[c] < 0 {
				at[c] = len(spec.Project)
				spec.Project = append(spec.Project, &expr.Column{Index: c, Name: fields[c].Name, T: fields[c].Type})
				extra++
			}
			at[c] += width
		}
		rest = append(rest, remap(filter, at))
	}
	spec.Cond = and(rest...)
	if len(spec.LookupKeys) == 0 {
		return nil, fmt.Errorf("Temporal table join requires an equality condition on fields of table [%s].", scan.Table.Name)
	}
	if extra == 0 && isIdentity(spec.Project, len(fields)) {
		spec.Project = nil
	}
	return p.addLookup(n, left, spec, s, extra), nil
}

// lookupKeys finds the equalities that the table is asked by: with columns of
// the left side, or constants. It returns the other conditions.
func (p *planner) lookupKeys(n *plan.Join, spec *jobgraph.LookupJoin, width int) []expr.Expr {
	var rest []expr.Expr
	field := func(e expr.Expr) (int, bool) {
		c, ok := e.(*expr.Column)
		if !ok || c.Index < width {
			return 0, false
		}
		f, ok := spec.Project[c.Index-width].(*expr.Column)
		if !ok {
			return 0, false
		}
		return f.Index, true
	}
	for _, cond := range conjuncts(n.Cond) {
		l, r, fn := equality(cond)
		if fn != "=" {
			rest = append(rest, cond)
			continue
		}
		k, ok := field(l)
		if !ok {
			l, r = r, l
			k, ok = field(l)
		}
		left, isColumn := r.(*expr.Column)
		constant, isConstant := r.(*expr.Literal)
		switch {
		case ok && isColumn && left.Index < width && hashAlike(left.T, l.Type()):
			spec.LookupKeys = append(spec.LookupKeys, k)
			spec.LeftKeys = append(spec.LeftKeys, left.Index)
		case ok && isConstant && !constant.Value.IsNull(0):
			spec.LookupKeys = append(spec.LookupKeys, k)
			spec.Constants = append(spec.Constants, constant)
			spec.LeftKeys = append(spec.LeftKeys, -len(spec.Constants))
		default:
			rest = append(rest, cond)
		}
	}
	return rest
}

func (p *planner) addLookup(n *plan.Join, left *plan.Physical, spec *jobgraph.LookupJoin, s *source, extra int) *plan.Physical {
	out := &plan.Physical{Spec: spec, Op: "LookupJoin", Inputs: []plan.PhysicalInput{{Node: left}}}
	out.Out = withoutTime(n.Out)
	for i := range left.Out {
		out.Out[i].Type = left.Out[i].Type
	}
	for _, e := range spec.Project[max(len(spec.Project)-extra, 0):] {
		out.Out = append(out.Out, types.Field{Name: e.String(), Type: e.Type().WithNull(true)})
	}
	out.Traits.Changes = left.Traits.Changes
	pk := s.table.PrimaryKey
	covered := len(pk) > 0
	for _, k := range pk {
		at, ok := s.fields[pathKey(k, nil)]
		covered = covered && ok && contains(spec.LookupKeys, at)
	}
	if covered {
		out.Traits.UpsertKeys = left.Traits.UpsertKeys
	}
	f := facts{hash: p.facts[left].hash, single: p.facts[left].single}
	f.attrs = func() []plan.Attr {
		var lookup []string
		for i, k := range spec.LookupKeys {
			value := ""
			if l := spec.LeftKeys[i]; l >= 0 {
				value = left.Out[l].Name
			} else {
				value = plan.Infix(spec.Constants[-1-l])
			}
			lookup = append(lookup, spec.Scan.Fields[k].Name+"="+value)
		}
		attrs := []plan.Attr{{Name: "table", Value: "[" + s.table.Name + "]"}, {Name: "joinType", Value: "[" + n.Kind.String() + "]"},
			{Name: "lookup", Value: list(lookup)}}
		if spec.Cond != nil {
			attrs = append(attrs, conditionAttr("joinCondition", spec.Cond))
		}
		attrs = append(attrs, plan.Attr{Name: "select", Value: list(out.Out.Names())})
		return append(attrs, lookupAttrs(spec.Options)...)
	}
	p.add(out, f)
	if extra > 0 {
		return p.calc(out, nil, columnsOf(out.Out)[:len(n.Out)], n.Out)
	}
	return out
}

// lookupAttrs shows the options of a LOOKUP hint.
func lookupAttrs(o *jobgraph.LookupOptions) (out []plan.Attr) {
	if o == nil {
		return nil
	}
	if text := o.AsyncText(); text != "" {
		out = append(out, plan.Attr{Name: "async", Value: "[" + text + "]"})
	}
	if text := o.RetryText(); text != "" {
		out = append(out, plan.Attr{Name: "retry", Value: "[" + text + "]"})
	}
	return out
}
