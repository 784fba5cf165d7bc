package bind

import (
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/types"
)

var joinKinds = map[ast.JoinKind]jobgraph.JoinKind{
	ast.InnerJoin: jobgraph.Inner, ast.CrossJoin: jobgraph.Inner, ast.CommaJoin: jobgraph.Inner,
	ast.LeftJoin: jobgraph.Left, ast.RightJoin: jobgraph.Right, ast.FullJoin: jobgraph.Full,
}

// join binds a join and everything under it.
func (q *query) join(j *ast.Join, before *source, parent *scope) (*source, error) {
	left, err := q.tableRef(j.Left, before, parent)
	if err != nil {
		return nil, err
	}
	kind := joinKinds[j.Kind]
	if q.isCorrelated(j.Right) {
		return q.joinEach(j, kind, left, parent)
	}
	if t, ok := j.Right.(*ast.Table); ok && t.SystemTime != nil {
		return q.joinVersion(j, t, kind, left, parent)
	}
	if d, ok := j.Right.(*ast.Derived); ok && d.Lateral {
		return q.joinLateral(j, d, kind, left, parent)
	}
	right, err := q.tableRef(j.Right, nil, parent)
	if err != nil {
		return nil, err
	}
	return q.joinOn(j, kind, left, right, nil, nil)
}

// isCorrelated reports an element that is computed for each row of the left.
func (q *query) isCorrelated(t ast.TableRef) bool {
	switch t := t.(type) {
	case *ast.Unnest:
		return true
	case *ast.TableFunc:
		name := upper(t.Call.Name)
		_, window := windowFunctions[name]
		u, err := q.userDefined(t.Call.Name)
		return !window && name != "TO_CHANGELOG" && name != "FROM_CHANGELOG" && (err != nil || u.process == nil)
	}
	return false
}

// joinEach joins with UNNEST or a table function.
func (q *query) joinEach(j *ast.Join, kind jobgraph.JoinKind, left *source, parent *scope) (*source, error) {
	if kind != jobgraph.Inner && kind != jobgraph.Left {
		return nil, errorAt(j, "use CROSS JOIN or LEFT JOIN … ON TRUE", "%s JOIN with UNNEST or a table function is not possible", j.Kind)
	}
	if j.Natural || j.Using != nil {
		return nil, errorAt(j, "use CROSS JOIN or LEFT JOIN … ON TRUE", "NATURAL and USING cannot be used with UNNEST or a table function")
	}
	return q.correlate(j.Right, &correlation{keep: kind == jobgraph.Left, on: j.On}, left, parent)
}

// joinVersion is JOIN t FOR SYSTEM_TIME AS OF o.time: a temporal or lookup join.
func (q *query) joinVersion(j *ast.Join, t *ast.Table, kind jobgraph.JoinKind, left *source, parent *scope) (*source, error) {
	if kind != jobgraph.Inner && kind != jobgraph.Left {
		return nil, errorAt(j, "", "Temporal table join currently only supports INNER JOIN and LEFT JOIN, but was %s JOIN", j.Kind)
	}
	at, err := (&exprBinder{query: q, scope: left.scope}).bind(t.SystemTime)
	if err != nil {
		return nil, err
	}
	time, ok := at.(*expr.Column)
	if !ok || time.Index < 0 {
		return nil, notSupported(t.SystemTime, "FOR SYSTEM_TIME AS OF with anything but a time attribute of the left table (time travel)", "write FOR SYSTEM_TIME AS OF o.ts")
	}
	if time.T.Time == types.NoTime {
		return nil, errorAt(t.SystemTime, timeAttributeHint(time.T), "Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time attribute field, but '%s' is %s", q.text(t.SystemTime), time.T)
	}
	plain := *t
	plain.SystemTime = nil
	right, err := q.table(&plain, parent)
	if err != nil {
		return nil, err
	}
	q.noted.same(t, &plain)
	if j.On == nil && j.Using == nil && !j.Natural {
		return nil, errorAt(j, "", "Temporal table join requires an equality condition on fields of the right table")
	}
	return q.joinOn(j, kind, left, right, time, nil)
}

// joinLateral joins with a subquery that refers to the left. As in Flink, the
// result of an aggregate without GROUP BY is not there where it is over no rows.
func (q *query) joinLateral(j *ast.Join, d *ast.Derived, kind jobgraph.JoinKind, left *source, parent *scope) (*source, error) {
	if kind != jobgraph.Inner && kind != jobgraph.Left {
		return nil, errorAt(j, "", "LATERAL is not possible on the right of a %s JOIN", j.Kind)
	}
	left.scope.parent = parent
	sub, err := q.decorrelate(d, d.Query, left.scope, left.node, false)
	if err != nil {
		return nil, err
	}
	visible := sub.node.Schema()[:sub.width]
	right, err := q.aliased(&source{sub.node, scopeOf("", nil, visible.Names(), visible, parent)}, nil, parent)
	if err != nil {
		return nil, err
	}
	if d.Alias != nil {
		if right.scope, err = correlateScope(d, d.Alias, visible, parent); err != nil {
			return nil, err
		}
	}
	offset := len(left.node.Schema())
	conds := make([]expr.Expr, len(sub.conds))
	for i, c := range sub.conds {
		conds[i] = shiftRange(c, innerBase, offset)
	}
	return q.joinOn(j, kind, left, right, nil, conds)
}

// joinOn makes the join of two sources. snapshot is the time of a temporal
// join; conds are conditions over both rows besides the one written.
func (q *query) joinOn(j *ast.Join, kind jobgraph.JoinKind, left, right *source, snapshot *expr.Column, conds []expr.Expr) (*source, error) {
	l, r := left.node.Schema(), right.node.Schema()
	n := &plan.Join{Left: left.node, Right: right.node, Kind: kind, Snapshot: snapshot, LeftTTL: q.ttl.of(left.scope), RightTTL: q.ttl.of(right.scope)}
	if snapshot != nil && snapshot.T.Time != types.Rowtime {
		n.Lookup = q.lookupOptions(right.scope)
	}
	n.Out = sideBySide(l, r, kind == jobgraph.Right || kind == jobgraph.Full, kind == jobgraph.Left || kind == jobgraph.Full)
	// The condition sees the rows before they are filled up with NULLs.
	raw := sideBySide(l, r, false, false)
	onLeft, onRight := left.scope.onto(raw, 0), right.scope.onto(raw, len(l))
	merged, err := q.mergedNames(j, onLeft, onRight)
	if err != nil {
		return nil, err
	}
	eb := &exprBinder{query: q, scope: joined(onLeft, onRight), noAggregate: "ON clause"}
	eb.scope.parent = left.scope.parent
	for _, name := range merged {
		c, err := eb.usingCondition(j, name, onLeft, onRight)
		if err != nil {
			return nil, err
		}
		conds = append(conds, c)
	}
	if j.On != nil {
		c, err := eb.condition(j.On, "ON clause")
		if err != nil {
			return nil, err
		}
		if !isTrue(j.On) {
			conds = append(conds, c)
		}
	}
	n.Cond = and(conds)
	s := joined(left.scope.onto(n.Out, 0), right.scope.onto(n.Out, len(l)))
	s.parent = left.scope.parent
	if err := eb.mergeColumns(s, merged, kind, left.scope, right.scope, n.Out, len(l), j); err != nil {
		return nil, err
	}
	return &source{n, s}, nil
}

// mergedNames lists the columns of USING or NATURAL.
func (q *query) mergedNames(j *ast.Join, l, r *scope) ([]string, error) {
	if j.Natural {
		var names []string
		for _, e := range l.visible {
			if _, n := column(r.visible, e.name); n > 0 {
				names = append(names, e.name)
			}
		}
		return names, nil
	}
	names := make([]string, len(j.Using))
	for i, id := range j.Using {
		names[i] = id.Name
		for _, side := range []*scope{l, r} {
			switch _, n := column(side.visible, id.Name); {
			case n == 0:
				return nil, errorAt(id, nearColumn(id.Name, side.visible), "Column '%s' not found in any table", id.Name)
			case n > 1:
				return nil, errorAt(id, "", "Column name '%s' in NATURAL join or USING clause is not unique on one side of join", id.Name)
			}
		}
	}
	return names, nil
}

func (b *exprBinder) usingCondition(j *ast.Join, name string, l, r *scope) (expr.Expr, error) {
	li, n := column(l.visible, name)
	ri, m := column(r.visible, name)
	if n > 1 || m > 1 {
		return nil, errorAt(j, "", "Column name '%s' in NATURAL join or USING clause is not unique on one side of join", name)
	}
	x, err := expr.Resolve("=", []expr.Expr{l.visible[li].x, r.visible[ri].x})
	if err != nil {
		return nil, errorAt(j, "", "Column '%s' matched using NATURAL keyword or USING clause has incompatible types: cannot compare '%s' to '%s'",
			name, l.visible[li].x.Type().WithoutTime(), r.visible[ri].x.Type().WithoutTime())
	}
	return x, nil
}

// mergeColumns makes the columns of USING or NATURAL visible once, before all
// others.
func (b *exprBinder) mergeColumns(s *scope, names []string, kind jobgraph.JoinKind, l, r *scope, out types.Schema, offset int, j *ast.Join) error {
	if len(names) == 0 {
		return nil
	}
	onLeft, onRight := l.onto(out, 0), r.onto(out, offset)
	var visible []entry
	for _, name := range names {
		li, _ := column(onLeft.visible, name)
		ri, _ := column(onRight.visible, name)
		x := onLeft.visible[li].x
		switch kind {
		case jobgraph.Right:
			x = onRight.visible[ri].x
		case jobgraph.Full:
			y, err := b.apply(j, "COALESCE", x, onRight.visible[ri].x)
			if err != nil {
				return err
			}
			x = y
		}
		visible = append(visible, entry{name, x})
	}
	for _, side := range []*scope{onLeft, onRight} {
		for _, e := range side.visible {
			if !contains(names, e.name) {
				visible = append(visible, e)
			}
		}
	}
	s.visible = visible
	return nil
}
