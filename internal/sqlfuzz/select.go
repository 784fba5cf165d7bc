package sqlfuzz

import (
	"fmt"
	"strings"
)

// where adds a filter, or not; plain says that no subquery made the rows change.
func (g *generator) where(r relation, depth int) (clause string, plain bool) {
	if g.chance(35) {
		return "", true
	}
	list := []string{g.predicate(r.cols)}
	plain = true
	if g.chance(25) {
		list = append(list, g.predicate(r.cols))
	}
	if depth > 0 && g.queries < 9 && g.chance(28) {
		plain = false
		condition := g.subqueryCondition(r.cols, depth)
		if g.chance(10) {
			condition = "(" + condition + " OR " + g.predicate(r.cols) + ")"
		}
		list = append(list, condition)
	}
	g.r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return " WHERE " + strings.Join(list, " AND "), plain
}

// projection is SELECT expressions FROM … WHERE ….
func (g *generator) projection(depth int) query {
	r := g.from(depth)
	var list []column
	for range 1 + g.n(4) {
		list = append(list, g.value(r.cols))
	}
	q := query{rows: r.rows, grows: r.grows}
	if depth > 0 && g.queries < 9 && g.chance(5) {
		list = append(list, column{g.scalarSubquery(integer, r.cols), integer})
		q.grows = false
	}
	if r.time != "" && g.chance(30) {
		list = append(list, column{r.time, timestamp})
	}
	text, cols := items(list)
	clause, plain := g.where(r, depth)
	q.cols, q.text = cols, "SELECT "+text+" FROM "+r.from+clause
	q.grows = q.grows && plain
	return q
}

func (g *generator) distinct(depth int) query {
	r := g.from(depth - 1)
	var list []column
	for range 1 + g.n(3) {
		list = append(list, g.key(r.cols))
	}
	text, cols := items(list)
	clause, _ := g.where(r, depth)
	return query{text: "SELECT DISTINCT " + text + " FROM " + r.from + clause, cols: cols, rows: r.rows / 2}
}

// aggregate is one aggregate function over some columns.
func (g *generator) aggregate(over []column, steady bool) column {
	numbers := pick(g, []kind{integer, integer, decimal, long, double})
	x := g.key(over)
	var a column
	switch g.n(12) {
	case 0, 1:
		a = column{"COUNT(*)", long}
	case 2:
		a = column{"COUNT(" + x.ref + ")", long}
	case 3:
		a = column{"COUNT(DISTINCT " + x.ref + ")", long}
	case 4, 5:
		a = column{"SUM(" + g.expr(numbers, over, 1) + ")", numbers}
	case 6:
		a = column{"AVG(" + g.expr(numbers, over, 1) + ")", numbers}
	case 7, 8:
		a = column{pick(g, []string{"MIN", "MAX"}) + "(" + x.ref + ")", x.kind}
	case 9:
		numbers = pick(g, []kind{integer, decimal})
		a = column{pick(g, []string{"SUM", "AVG", "MIN", "COUNT"}) + "(DISTINCT " + g.expr(numbers, over, 1) + ")", numbers}
		if strings.HasPrefix(a.ref, "COUNT") {
			a.kind = long
		}
	case 10:
		if g.Late && steady {
			s := g.expr(text, over, 1)
			return column{pick(g, []string{"LISTAGG(" + s + ")", "LISTAGG(" + s + ", ';')", "FIRST_VALUE(" + s + ")", "LAST_VALUE(" + s + ")"}), text}
		}
		a = column{pick(g, []string{"STDDEV_POP", "VAR_POP", "STDDEV_SAMP", "VAR_SAMP"}) + "(CAST(NULLIF(" + g.expr(integer, over, 0) + ", 7) AS DOUBLE))", double}
	default:
		a = column{"SUM(CASE WHEN " + g.predicate(over) + " THEN 1 ELSE 0 END)", integer}
	}
	if g.chance(15) || strings.Contains(a.ref, "DISTINCT") && g.chance(30) {
		a.ref += " FILTER (WHERE " + g.predicate(over) + ")"
	}
	if g.chance(8) && a.kind.numeric() {
		a.ref += pick(g, []string{" + 1", " * 2", " - 3"})
	}
	return a
}

func (g *generator) aggregates(over []column, steady bool) (list []column) {
	for range 1 + g.n(3) {
		list = append(list, g.aggregate(over, steady))
	}
	return list
}

// having filters groups by an aggregate or a key.
func (g *generator) having(r relation) string {
	if !g.chance(20) {
		return ""
	}
	return pick(g, []string{
		" HAVING COUNT(*) > " + pick(g, []string{"1", "2", "5"}),
		" HAVING SUM(" + g.expr(integer, r.cols, 0) + ") > " + g.literal(integer),
		" HAVING MAX(" + g.expr(integer, r.cols, 0) + ") IS NOT NULL",
		" HAVING COUNT(DISTINCT " + g.key(r.cols).ref + ") <= 3",
	})
}

// grouping is an aggregation by up to three keys.
func (g *generator) grouping(depth int) query {
	r := g.from(depth - g.n(2))
	var keys []column
	for range choose(g, []weighted[int]{{12, 0}, {45, 1}, {30, 2}, {8, 3}}) {
		keys = append(keys, g.key(r.cols))
	}
	g.modal = g.modal || len(keys) == 0
	var list []column
	for _, k := range keys {
		if g.chance(85) {
			list = append(list, k)
		}
	}
	list = append(list, g.aggregates(r.cols, !r.random)...)
	text, cols := items(list)
	clause, _ := g.where(r, depth)
	q := query{text: "SELECT " + text + " FROM " + r.from + clause, cols: cols, rows: max(r.rows/5, 1)}
	if len(keys) > 0 {
		q.text += " GROUP BY " + comma(keys)
	}
	q.text += g.having(r)
	return q
}

// groupingSets are GROUPING SETS, CUBE and ROLLUP.
func (g *generator) groupingSets(depth int) query {
	r := g.from(depth - 1)
	var keys []column
	for range 30 {
		if c := pick(g, r.cols); c.kind.sortable() && len(keys) < 3 && !contains(keys, c) && (c.ref != r.time || g.chance(5)) { // Flink takes no NULL in a time attribute
			keys = append(keys, c)
		}
	}
	if len(keys) == 0 {
		return g.grouping(depth)
	}
	g.modal = true // () is one of the sets
	by := pick(g, []string{"CUBE (", "ROLLUP ("}) + comma(keys) + ")"
	if g.chance(50) {
		sets := []string{"(" + comma(keys) + ")"}
		for _, k := range keys {
			if g.chance(60) {
				sets = append(sets, "("+k.ref+")")
			}
		}
		if g.chance(50) {
			sets = append(sets, "()")
		}
		by = "GROUPING SETS (" + strings.Join(sets, ", ") + ")"
	}
	list := append(append([]column(nil), keys...), g.aggregates(r.cols, !r.random)...)
	if g.chance(40) {
		list = append(list, column{pick(g, []string{"GROUPING", "GROUPING_ID"}) + "(" + pick(g, keys).ref + ")", long})
	}
	text, cols := items(list)
	clause, _ := g.where(r, depth)
	return query{text: "SELECT " + text + " FROM " + r.from + clause + " GROUP BY " + by + g.having(r), cols: cols, rows: r.rows}
}

func contains(list []column, c column) bool {
	for _, x := range list {
		if x.ref == c.ref {
			return true
		}
	}
	return false
}

// setOperation joins two or three blocks with columns of the same kinds.
func (g *generator) setOperation(depth int) query {
	var kinds []kind
	for range 1 + g.n(3) {
		kinds = append(kinds, pick(g, scalars))
	}
	branch := func() query {
		r := g.from(depth - 2)
		var list []column
		for _, k := range kinds {
			list = append(list, column{g.expr(k, r.cols, g.n(2)), k})
		}
		text, cols := items(list)
		clause, plain := g.where(r, 0)
		return query{text: "SELECT " + text + " FROM " + r.from + clause, cols: cols, rows: r.rows, grows: r.grows && plain}
	}
	q := branch()
	ops := []string{"UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"}
	for range 1 + g.n(2) {
		op := pick(g, ops)
		if strings.HasSuffix(op, "T ALL") { // each change of one of n equal rows is n changes; of those again n
			ops = ops[:5]
		}
		b := branch()
		q.text = "(" + q.text + ") " + op + " (" + b.text + ")"
		q.rows += b.rows
		q.grows = q.grows && b.grows && op == "UNION ALL"
	}
	return q
}

// values is a table of constants.
func (g *generator) values(int) query {
	var kinds []kind
	for range 1 + g.n(3) {
		kinds = append(kinds, pick(g, scalars))
	}
	var rows, names []string
	for range 1 + g.n(4) {
		var row []string
		for _, k := range kinds {
			row = append(row, g.literal(k))
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	name := g.alias("v")
	r := relation{rows: len(rows), grows: true}
	for i, k := range kinds {
		names = append(names, fmt.Sprintf("x%d", i))
		r.cols = append(r.cols, column{fmt.Sprintf("%s.x%d", name, i), k})
	}
	var list []column
	for range 1 + g.n(2) {
		list = append(list, g.value(r.cols))
	}
	text, cols := items(append(list, r.cols...))
	q := query{text: "SELECT " + text + " FROM (VALUES " + strings.Join(rows, ", ") + ") AS " + name + "(" + strings.Join(names, ", ") + ")", cols: cols, rows: len(rows), grows: true}
	if g.chance(30) {
		q.text += " WHERE " + g.predicate(r.cols)
	}
	return q
}

// sorted are the columns of r that can be sorted by.
func (r relation) sortable() (list []column) {
	for _, c := range r.cols {
		if c.kind.sortable() {
			list = append(list, c)
		}
	}
	return list
}

// total is an order of all columns, in which only equal rows are equal.
func (g *generator) total(list []column) string {
	keys := make([]string, len(list))
	for i, at := range g.r.Perm(len(list)) {
		keys[i] = list[at].ref + pick(g, []string{"", "", " ASC", " DESC", " DESC", " ASC NULLS LAST", " DESC NULLS LAST", " NULLS FIRST"})
	}
	return strings.Join(keys, ", ")
}

// limited is a query of which an order over all columns and LIMIT leave the first rows.
func (g *generator) limited(depth int) query {
	r := g.derived(g.query(depth - 1))
	list := r.sortable()
	if len(list) == 0 {
		return g.projection(depth)
	}
	text, cols := items(list)
	q := query{text: "SELECT " + text + " FROM " + r.from + " ORDER BY " + g.total(list) + fmt.Sprintf(" LIMIT %d", 1+g.n(30)), cols: cols, rows: 20}
	if g.chance(25) && (r.grows || g.Batch) { // over changing rows Flink's OFFSET is off by one at times
		q.text += fmt.Sprintf(" OFFSET %d", g.n(8))
	}
	return q
}
