package sqlfuzz

import (
	"fmt"
	"strings"
)

// numbered is a query of numbered rows, filtered by the number.
func (g *generator) numbered(r relation, shown []column, function, by, order, condition string, showNumber bool) query {
	text, cols := items(shown)
	names := make([]string, len(cols))
	for i := range cols {
		names[i] = cols[i].name
	}
	if showNumber {
		name := fmt.Sprintf("c%d", len(cols))
		names = append(names, "rn AS "+name)
		cols = append(cols, output{name, long})
	}
	if by != "" {
		by = "PARTITION BY " + by + " "
	}
	inner := "SELECT " + text + ", " + function + "() OVER (" + by + "ORDER BY " + order + ") AS rn FROM " + r.from
	return query{
		text: "SELECT " + strings.Join(names, ", ") + " FROM (" + inner + ") AS " + g.alias("q") + " WHERE " + condition,
		cols: cols, rows: max(r.rows/4, 1),
	}
}

// topN are the first rows of each key in an order of all columns.
func (g *generator) topN(depth int) query {
	r := g.from(depth - 1)
	if g.chance(35) {
		r = g.derived(g.grouping(depth - 1))
	}
	shown := r.sortable()
	if len(shown) == 0 {
		return g.projection(depth)
	}
	if len(shown) > 6 {
		shown = shown[:6]
	}
	by := ""
	if g.chance(80) {
		by = pick(g, shown).ref
	}
	function := "ROW_NUMBER"
	if g.Batch && g.chance(40) {
		function = pick(g, []string{"RANK", "DENSE_RANK"})
	}
	condition := pick(g, []string{"rn <= 1", "rn <= 2", "rn < 4", "rn = 1", "rn > 1 AND rn <= 5", "rn BETWEEN 1 AND 3", "rn <= 3 AND c0 IS NOT NULL", "rn = 2"})
	if !g.Batch && strings.HasSuffix(condition, " 1") { // Flink plans the first row of an append stream as insert-only
		condition = "rn <= 2"
	}
	if !g.Batch && !r.grows && !strings.HasPrefix(condition, "rn <") { // as OFFSET
		condition = "rn <= 3"
	}
	return g.numbered(r, shown, function, by, g.total(shown), condition, g.chance(50))
}

// deduplicate keeps the first or last row of a key by a time without repetitions.
func (g *generator) deduplicate(int) query {
	t := g.anyTable(func(t *table) bool {
		return t.time != "" && (t.unique == t.time || t.name == "sensors" || t.name == "ledger" || t.name == "auctions" || t.name == "persons")
	})
	r := g.source(t)
	q := g.numbered(r, r.cols, "ROW_NUMBER", g.partition(r).ref, r.time+pick(g, []string{" ASC", " DESC", ""}), pick(g, []string{"rn = 1", "rn <= 1", "rn = 1 AND c0 IS NOT NULL"}), g.chance(20))
	return q
}
