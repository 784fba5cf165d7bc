package sqlfuzz

// inner is a table for a subquery, with a filter that may refer to the outer row.
func (g *generator) inner(outer []column, correlated bool, depth int) (r relation, clause string) {
	if depth > 1 && g.chance(25) {
		r = g.from(1)
	} else {
		r = g.source(g.anyTable(nil))
	}
	var condition string
	if correlated = correlated && g.dependent(); correlated {
		condition = g.equality(r.cols, outer)
	}
	if g.chance(50) || correlated && condition == "" {
		if condition != "" {
			condition += " AND "
		}
		condition += g.predicate(r.cols)
	}
	if condition != "" {
		clause = " WHERE " + condition
	}
	return r, clause
}

// subqueryCondition is EXISTS, IN, a comparison with a scalar subquery or a quantified one.
func (g *generator) subqueryCondition(outer []column, depth int) string {
	negation := pick(g, []string{"", "", "NOT "})
	switch g.n(10) {
	case 0, 1, 2:
		r, clause := g.inner(outer, true, depth)
		return negation + "EXISTS (SELECT " + pick(g, []string{"1", "*", r.cols[0].ref}) + " FROM " + r.from + clause + ")"
	case 3, 4, 5, 6:
		x := g.key(outer)
		r, clause := g.inner(outer, g.chance(20), depth)
		same := g.ofKind(x.kind, r.cols)
		if len(same) == 0 {
			return "EXISTS (SELECT 1 FROM " + r.from + clause + ")"
		}
		y := pick(g, same)
		if g.chance(15) {
			return x.ref + " " + negation + "IN (SELECT MAX(" + y.ref + ") FROM " + r.from + clause + " GROUP BY " + g.key(r.cols).ref + ")"
		}
		return x.ref + " " + negation + "IN (SELECT " + y.ref + " FROM " + r.from + clause + ")"
	case 7, 8:
		k := pick(g, []kind{integer, decimal, long})
		return g.expr(k, outer, 0) + pick(g, []string{" > ", " < ", " = ", " <> ", " <= "}) + g.scalarSubquery(k, outer)
	}
	// A filter might leave no row, of which ALL is true, but not in Flink's streaming mode.
	k := pick(g, []kind{integer, long, decimal})
	r := g.source(g.anyTable(nil))
	return g.expr(k, outer, 0) + pick(g, []string{" > ", " <= ", " = "}) + pick(g, []string{"ANY", "ALL", "SOME"}) + " (SELECT " + g.expr(k, r.cols, 0) + " FROM " + r.from + ")"
}

// scalarSubquery is one aggregate, which may be of the rows that belong to the outer one.
func (g *generator) scalarSubquery(k kind, outer []column) string {
	g.modal = true
	r, clause := g.inner(outer, g.chance(50), 0)
	f := pick(g, []string{"MAX(", "MIN(", "AVG(", "SUM("})
	if k == long {
		return "(SELECT COUNT(*) FROM " + r.from + clause + ")"
	}
	return "(SELECT " + f + g.expr(k, r.cols, 0) + ") FROM " + r.from + clause + ")"
}
