package sqlfuzz

import (
	"fmt"
	"strings"
)

var sizes = []string{"'10' SECOND", "'30' SECOND", "'1' MINUTE", "'2' MINUTE", "'5' MINUTE", "'10' MINUTE"}

// windowed is a window table function over a table; ws and we are the window's ends.
func (g *generator) windowed(t *table, function string) relation {
	name := g.alias("t")
	in := g.source(t)
	at := in.time[strings.IndexByte(in.time, '.')+1:]
	hopOf := [][2]string{{"'10' SECOND", "'30' SECOND"}, {"'1' MINUTE", "'2' MINUTE"}, {"'1' MINUTE", "'5' MINUTE"}, {"'30' SECOND", "'1' MINUTE"}}
	hop := pick(g, hopOf)
	var args string
	switch function {
	case "TUMBLE":
		args = "TABLE " + t.name + ", DESCRIPTOR(" + at + "), INTERVAL " + pick(g, sizes)
		if g.chance(15) {
			args += ", INTERVAL '5' SECOND"
		}
	case "SESSION":
		args = "TABLE " + t.name
		if g.chance(60) {
			args += " PARTITION BY " + strings.TrimPrefix(g.partition(in).ref, in.prefix())
		}
		args += ", DESCRIPTOR(" + at + "), INTERVAL " + pick(g, []string{"'2' SECOND", "'5' SECOND", "'20' SECOND"})
	default:
		args = "TABLE " + t.name + ", DESCRIPTOR(" + at + "), INTERVAL " + hop[0] + ", INTERVAL " + hop[1]
	}
	r := relation{from: function + "(" + args + ") AS " + name, rows: t.rows * 2, grows: true}
	if g.chance(60) {
		r.from = "TABLE(" + function + "(" + args + ")) AS " + name
	}
	for _, c := range in.cols {
		r.cols = append(r.cols, column{name + c.ref[strings.IndexByte(c.ref, '.'):], c.kind})
	}
	return r
}

func (r relation) prefix() string { return r.cols[0].ref[:strings.IndexByte(r.cols[0].ref, '.')+1] }

// partition is a plain column to partition by.
func (g *generator) partition(r relation) column {
	for {
		if c := pick(g, r.cols); c.kind.sortable() && c.ref != r.time {
			return c
		}
	}
}

func (g *generator) windowFunction() string {
	return choose(g, []weighted[string]{{45, "TUMBLE"}, {25, "HOP"}, {20, "CUMULATE"}, {10, "SESSION"}})
}

// windowAggregate is GROUP BY window_start, window_end and keys over a window table function.
func (g *generator) windowAggregate(int) query {
	r := g.windowed(g.timed(), g.windowFunction())
	p := r.prefix()
	ends := []column{{p + "window_start", timestamp}, {p + "window_end", timestamp}}
	var keys []column
	for range g.n(3) {
		keys = append(keys, g.partition(r))
	}
	by := comma(append(append([]column(nil), ends...), keys...))
	if len(keys) > 1 && g.chance(20) {
		by = comma(ends) + ", " + pick(g, []string{"ROLLUP (", "CUBE ("}) + comma(keys) + ")"
	}
	list := append(append(ends, keys...), g.aggregates(r.cols, true)...)
	if g.chance(10) {
		list = list[1:] // the start is grouped by and not shown
	}
	text, cols := items(list)
	clause, plain := g.where(r, 0)
	return query{text: "SELECT " + text + " FROM " + r.from + clause + " GROUP BY " + by + g.having(r), cols: cols, rows: r.rows / 3, grows: plain}
}

// windowTop are the first rows of each window.
func (g *generator) windowTop(int) query {
	r := g.windowed(g.timed(), pick(g, []string{"TUMBLE", "TUMBLE", "HOP", "CUMULATE"})) // in SESSION Flink mixes up those that end together
	p := r.prefix()
	ends := []column{{p + "window_start", timestamp}, {p + "window_end", timestamp}}
	shown := append(append([]column(nil), ends...), r.sortable()...)
	by := append([]column(nil), ends...)
	if g.chance(60) {
		by = append(by, g.partition(r))
	}
	text, cols := items(shown)
	n := pick(g, []string{"<= 1", "<= 3", "< 3", "= 1"})
	name := g.alias("q")
	var names []string
	for i := range cols {
		names = append(names, cols[i].name)
	}
	if g.chance(50) && !strings.HasSuffix(n, " 1") {
		names = append(names, "rn AS "+fmt.Sprintf("c%d", len(cols)))
		cols = append(cols, output{fmt.Sprintf("c%d", len(cols)), long})
	}
	inner := "SELECT " + text + ", ROW_NUMBER() OVER (PARTITION BY " + comma(by) + " ORDER BY " + g.total(r.sortable()) + ") AS rn FROM " + r.from
	return query{text: "SELECT " + strings.Join(names, ", ") + " FROM (" + inner + ") AS " + name + " WHERE rn " + n, cols: cols, rows: r.rows / 4, grows: true}
}

// windowJoin joins two window table functions on the window and a key.
func (g *generator) windowJoin(int) relation {
	a, b := g.timedPair()
	function, size := "TUMBLE", pick(g, sizes)
	if g.chance(40) {
		function = pick(g, []string{"HOP", "CUMULATE", "SESSION", "SESSION"})
		size = pick(g, []string{"'30' SECOND, INTERVAL '1' MINUTE", "'20' SECOND, INTERVAL '1' MINUTE"})
	}
	side := func(t *table) relation {
		r := g.source(t)
		at := r.time[strings.IndexByte(r.time, '.')+1:]
		name, by := g.alias("j"), ""
		if function == "SESSION" {
			size = "'5' SECOND"
			if g.chance(60) {
				by = " PARTITION BY " + strings.TrimPrefix(g.partition(r).ref, r.prefix())
			}
		}
		out := relation{from: "(SELECT * FROM " + function + "(TABLE " + t.name + by + ", DESCRIPTOR(" + at + "), INTERVAL " + size + ")) AS " + name, rows: t.rows}
		for _, c := range r.cols {
			out.cols = append(out.cols, column{name + c.ref[strings.IndexByte(c.ref, '.'):], c.kind})
		}
		return out
	}
	left, right := side(a), side(b)
	l, r := left.prefix(), right.prefix()
	on := l + "window_start = " + r + "window_start AND " + l + "window_end = " + r + "window_end"
	if eq := g.equality(left.cols, right.cols); eq != "" {
		on += " AND " + eq
	}
	out := relation{rows: left.rows, grows: true, random: true}
	out.cols = append(append(append(out.cols, left.cols...), right.cols...), column{l + "window_start", timestamp}, column{r + "window_end", timestamp})
	if g.chance(25) {
		on += " AND " + g.predicate(append(append([]column(nil), left.cols...), right.cols...))
	}
	out.from = left.from + " " + pick(g, []string{"JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"}) + " " + right.from + " ON " + on
	return out
}

// groupWindow is the older GROUP BY TUMBLE(time, size).
func (g *generator) groupWindow(int) query {
	r := g.source(g.timed())
	function, size := "TUMBLE", "INTERVAL "+pick(g, sizes)
	switch g.n(3) {
	case 0:
		function, size = "HOP", "INTERVAL '30' SECOND, INTERVAL '1' MINUTE"
	case 1:
		function, size = "SESSION", "INTERVAL "+pick(g, []string{"'2' SECOND", "'5' SECOND", "'20' SECOND"})
	}
	call := func(suffix string) string { return function + suffix + "(" + r.time + ", " + size + ")" }
	by := []column{{call(""), timestamp}}
	if g.chance(70) {
		by = append(by, g.partition(r))
	}
	list := append([]column{{call("_START"), timestamp}, {call("_END"), timestamp}}, by[1:]...)
	text, cols := items(append(list, g.aggregates(r.cols, true)...))
	clause, plain := g.where(r, 0)
	return query{text: "SELECT " + text + " FROM " + r.from + clause + " GROUP BY " + comma(by) + g.having(r), cols: cols, rows: r.rows / 3, grows: plain}
}
