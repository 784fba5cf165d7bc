package sqlfuzz

import (
	"fmt"
	"strings"
)

// over is a query with OVER windows.
func (g *generator) over(depth int) query {
	if g.Batch {
		return g.batchOver(depth)
	}
	r := g.source(g.timed())
	order, frame := r.time, ""
	rows := r.table.name != "orders" && r.table.name != "bids" && r.table.name != "clicks" && r.table.name != "late"
	switch g.n(6) {
	case 0, 1:
		frame = " RANGE BETWEEN INTERVAL " + pick(g, sizes) + " PRECEDING AND CURRENT ROW"
	case 2:
		frame = " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
	case 3:
		if rows {
			frame = fmt.Sprintf(" ROWS BETWEEN %d PRECEDING AND CURRENT ROW", 1+g.n(6))
		}
	case 4:
		if rows {
			frame = " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
		}
	case 5:
		order = g.partition(r).ref // not a time: rows are counted again as others come before them
	}
	window := "ORDER BY " + order + frame
	if g.chance(75) {
		window = "PARTITION BY " + g.partition(r).ref + " " + window
	}
	var list []column
	for range 1 + g.n(3) {
		list = append(list, pick(g, r.cols))
	}
	for range 1 + g.n(2) {
		f := g.overFunction(r.cols)
		for order != r.time && strings.Contains(f.ref, "DISTINCT") { // Flink counts wrong there, or fails
			f = g.overFunction(r.cols)
		}
		list = append(list, column{f.ref + " OVER (" + window + ")", f.kind})
	}
	if rows && frame == "" && order == r.time && g.chance(50) {
		x := pick(g, r.cols)
		list = append(list, column{"LAG(" + x.ref + ") OVER (" + window + ")", x.kind}, column{"ROW_NUMBER() OVER (" + window + ")", long})
	}
	text, cols := items(list)
	clause := ""
	if g.chance(40) {
		clause = " WHERE " + g.predicate(r.cols)
	}
	return query{text: "SELECT " + text + " FROM " + r.from + clause, cols: cols, rows: r.rows, grows: order == r.time}
}

func (g *generator) overFunction(cols []column) column {
	k := pick(g, []kind{integer, decimal, long})
	x := g.partition(relation{cols: cols})
	return pick(g, []column{
		{"COUNT(*)", long}, {"COUNT(" + x.ref + ")", long}, {"SUM(" + g.expr(k, cols, 0) + ")", k}, {"AVG(" + g.expr(k, cols, 0) + ")", k},
		{"MIN(" + x.ref + ")", x.kind}, {"MAX(" + x.ref + ")", x.kind}, {"COUNT(DISTINCT " + x.ref + ")", long},
	})
}

// batchOver has several windows and what looks ahead.
func (g *generator) batchOver(depth int) query {
	r := g.derived(g.query(depth - 1))
	keys := r.sortable()
	if len(keys) == 0 {
		return g.projection(depth)
	}
	var list []column
	for range 1 + g.n(2) {
		list = append(list, pick(g, keys))
	}
	for range 1 + g.n(3) {
		window := "ORDER BY " + g.total(keys)
		if g.chance(70) {
			window = "PARTITION BY " + pick(g, keys).ref + " " + window
		}
		f := g.overFunction(keys)
		for strings.Contains(f.ref, "DISTINCT") { // Flink refuses it in batch mode
			f = g.overFunction(keys)
		}
		switch g.n(5) {
		case 0:
			x := pick(g, keys)
			f = pick(g, []column{{"LAG(" + x.ref + ")", x.kind}, {"LEAD(" + x.ref + ")", x.kind}, {"LEAD(" + x.ref + ", 2)", x.kind}, {"LAG(" + x.ref + ", 2)", x.kind}, {"FIRST_VALUE(" + x.ref + ")", x.kind}, {"LAST_VALUE(" + x.ref + ")", x.kind}})
		case 1:
			f = pick(g, []column{{"ROW_NUMBER()", long}, {"RANK()", long}, {"DENSE_RANK()", long}, {"NTILE(3)", long}, {"PERCENT_RANK()", double}, {"CUME_DIST()", double}})
		default:
			window += pick(g, []string{"", "", " ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", " ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING"})
		}
		list = append(list, column{f.ref + " OVER (" + window + ")", f.kind})
	}
	text, cols := items(list)
	return query{text: "SELECT " + text + " FROM " + r.from, cols: cols, rows: r.rows}
}
