package sqlfuzz

import (
	"fmt"
	"strings"
)

// lateralTop joins each row of distinct keys with the first rows that belong to it.
func (g *generator) lateralTop(depth int) relation {
	left := g.source(g.anyTable(nil))
	right := g.source(g.anyTable(nil))
	a := pick(g, left.sortable())
	same := g.ofKind(a.kind, right.cols)
	if len(same) == 0 || a.kind == timestamp || a.kind == instant || !g.dependent() {
		return g.from(depth - 1)
	}
	b := pick(g, same)
	keys, top := g.alias("q"), g.alias("q")
	shown := right.sortable()
	if len(shown) > 4 {
		shown = shown[:4]
	}
	r := relation{rows: left.rows, random: true, cols: []column{{keys + ".k", a.kind}}}
	list := make([]string, len(shown))
	for i, c := range shown {
		as := fmt.Sprintf("x%d", i)
		list[i] = c.ref + " AS " + as
		r.cols = append(r.cols, column{top + "." + as, c.kind})
	}
	r.from = "(SELECT DISTINCT " + a.ref + " AS k FROM " + left.from + ") AS " + keys + ", LATERAL (SELECT " + strings.Join(list, ", ") +
		" FROM " + right.from + " WHERE " + b.ref + " = " + keys + ".k ORDER BY " + g.total(shown) + fmt.Sprintf(" LIMIT %d) AS ", 1+g.n(3)) + top
	return r
}

// unnestMap makes rows of a map's entries.
func (g *generator) unnestMap(depth int) relation {
	if !g.dependent() {
		return g.from(depth - 1)
	}
	in := g.source(g.tableNamed("products"))
	name := g.alias("u")
	r := relation{rows: in.rows * 2, grows: true, random: true}
	r.cols = append(append(r.cols, in.cols...), column{name + ".mk", text}, column{name + ".mv", text})
	join, on := " CROSS JOIN ", ""
	if g.chance(40) {
		join, on = " LEFT JOIN ", " ON TRUE"
	}
	r.from = in.from + join + "UNNEST(" + g.expr(textMap, in.cols, g.n(2)) + ") AS " + name + "(mk, mv)" + on
	return r
}

// changelog makes the changes of a table to rows; over a table that only grows they are certain.
func (g *generator) changelog(int) relation {
	in := g.source(g.anyTable(func(t *table) bool { return !t.late && t.view == "" }))
	name := g.alias("t")
	r := relation{rows: in.rows, grows: true, cols: []column{{name + ".op", text}}}
	for _, c := range in.cols {
		r.cols = append(r.cols, column{name + c.ref[strings.IndexByte(c.ref, '.'):], c.kind})
	}
	r.from = "TO_CHANGELOG(TABLE " + in.table.name + ") AS " + name
	return r
}
