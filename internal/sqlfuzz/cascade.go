package sqlfuzz

import "strings"

// windowTwice aggregates over windows what was aggregated over smaller windows, by window_time.
func (g *generator) windowTwice(int) query {
	t := g.anyTable(func(t *table) bool { return t.time != "" && !t.late })
	in := g.source(t)
	at := strings.TrimPrefix(in.time, in.prefix())
	key := g.partition(in)
	k := strings.TrimPrefix(key.ref, in.prefix())
	number := g.number(in)
	x := strings.TrimPrefix(number.ref, in.prefix())
	first := "TUMBLE(TABLE " + t.name + ", DESCRIPTOR(" + at + "), INTERVAL '10' SECOND)"
	if g.chance(30) {
		first = "HOP(TABLE " + t.name + ", DESCRIPTOR(" + at + "), INTERVAL '10' SECOND, INTERVAL '30' SECOND)"
	}
	inner := "SELECT window_time AS rt, " + k + " AS k, COUNT(*) AS n, SUM(" + x + ") AS s FROM TABLE(" + first + ") GROUP BY window_start, window_end, window_time, " + k
	second := pick(g, []string{"TUMBLE(TABLE w1, DESCRIPTOR(rt), INTERVAL '1' MINUTE)", "HOP(TABLE w1, DESCRIPTOR(rt), INTERVAL '30' SECOND, INTERVAL '1' MINUTE)", "CUMULATE(TABLE w1, DESCRIPTOR(rt), INTERVAL '1' MINUTE, INTERVAL '3' MINUTE)"})
	list := []column{{"window_start", timestamp}, {"window_end", timestamp}, {"SUM(n)", long}, {"MAX(s)", number.kind}, {"COUNT(DISTINCT k)", long}}
	by := "window_start, window_end"
	if g.chance(40) {
		by += ", k"
		list = append(list[:2:2], column{"k", key.kind}, column{"SUM(n)", long}, column{"MIN(s)", number.kind})
	}
	text, cols := items(list)
	return query{text: "WITH w1 AS (" + inner + ") SELECT " + text + " FROM TABLE(" + second + ") GROUP BY " + by, cols: cols, rows: 60, grows: true}
}

// number is a column to add up.
func (g *generator) number(r relation) column {
	list := append(append(g.ofKind(integer, r.cols), g.ofKind(decimal, r.cols)...), g.ofKind(long, r.cols)...)
	if len(list) == 0 {
		return column{"1", integer}
	}
	return pick(g, list)
}

// windowRanked are the first groups of each window by their aggregates.
func (g *generator) windowRanked(int) query {
	q := g.windowAggregate(0)
	if !strings.Contains(q.text, "window_start AS c0") {
		return q
	}
	r := g.derived(q)
	shown := r.sortable()
	by := shown[0].ref + ", " + shown[1].ref
	return g.numbered(r, shown, "ROW_NUMBER", by, g.total(shown), pick(g, []string{"rn <= 2", "rn <= 1", "rn < 4", "rn = 1"}), g.chance(40))
}

// windowSets are grouping sets over windows: sets of which all have the window, and sets of which some have not.
func (g *generator) windowSets(int) query {
	r := g.windowed(g.timed(), pick(g, []string{"TUMBLE", "HOP", "CUMULATE"}))
	p := r.prefix()
	ends := []column{{p + "window_start", timestamp}, {p + "window_end", timestamp}}
	a, b := g.partition(r), g.partition(r)
	both := comma(ends)
	by := pick(g, []string{
		"GROUPING SETS ((" + both + ", " + a.ref + "), (" + both + "))",
		"GROUPING SETS ((" + both + ", " + a.ref + "), (" + both + ", " + b.ref + "), (" + both + "))",
		both + ", CUBE (" + a.ref + ", " + b.ref + ")", both + ", ROLLUP (" + a.ref + ", " + b.ref + ")",
		both + ", GROUPING SETS ((" + a.ref + "), (" + b.ref + "), ())",
		"GROUPING SETS ((" + both + ", " + a.ref + "), (" + a.ref + "))", "CUBE (" + both + ")", "ROLLUP (" + a.ref + ", " + both + ")",
	})
	list := append(append([]column(nil), ends...), a)
	if strings.Contains(by, b.ref) {
		list = append(list, b)
	}
	g.modal = true
	text, cols := items(append(list, g.aggregates(r.cols, true)...))
	return query{text: "SELECT " + text + " FROM " + r.from + " GROUP BY " + by, cols: cols, rows: r.rows}
}
