package sqlfuzz

import (
	"fmt"
	"strings"
)

// from is a relation for FROM with joins of at most the given depth.
func (g *generator) from(depth int) relation {
	list := []weighted[func(int) relation]{
		{44, func(int) relation { return g.source(g.anyTable(nil)) }},
		{20, g.join},
		{16, func(d int) relation { return g.derived(g.query(d - 1)) }},
		{5, g.unnest},
		{4, g.intervalJoin},
		{4, g.windowJoin},
		{3, g.temporalJoin},
		{4, g.sharedTable},
		{3, g.pattern},
		{2, g.lateralTop},
		{2, g.unnestMap},
		{1, g.changelog},
	}
	if depth <= 0 {
		return g.source(g.anyTable(nil))
	}
	return choose(g, list)(depth)
}

// sharedTable is a common table expression, if there is one.
func (g *generator) sharedTable(depth int) relation {
	if len(g.shared) == 0 {
		return g.from(depth - 1)
	}
	w := pick(g, g.shared)
	old, name := w.from, g.alias("t")
	r := relation{from: old + " AS " + name, rows: w.rows, grows: w.grows, random: true}
	for _, c := range w.cols {
		r.cols = append(r.cols, column{name + strings.TrimPrefix(c.ref, old), c.kind})
	}
	if w.time != "" {
		r.time = name + strings.TrimPrefix(w.time, old)
	}
	return r
}

// equality is a condition on two sides that have a kind in common, or "".
func (g *generator) equality(left, right []column) string {
	for range 12 {
		a := pick(g, left)
		if a.kind == timestamp || a.kind == instant { // an equality with a time attribute makes an interval join in Flink, which drops late rows
			if g.chance(60) {
				continue
			}
			if same := g.ofKind(a.kind, right); len(same) > 0 {
				return "FLOOR(" + a.ref + " TO SECOND) = FLOOR(" + pick(g, same).ref + " TO SECOND)"
			}
			continue
		}
		if !a.kind.sortable() || a.kind == boolean && g.chance(80) {
			continue
		}
		same := g.ofKind(a.kind, right)
		if len(same) == 0 {
			if a.kind == integer {
				same = g.ofKind(long, right)
			}
			if len(same) == 0 {
				continue
			}
		}
		b := pick(g, same)
		switch {
		case a.kind == integer && g.chance(10):
			return a.ref + " = " + b.ref + " + " + pick(g, []string{"1", "2"})
		case g.chance(4) && a.kind == b.kind && a.kind != decimal: // Flink takes no two types here
			return a.ref + " IS NOT DISTINCT FROM " + b.ref
		}
		return a.ref + " = " + b.ref
	}
	return ""
}

// bound is the size that joins may have; estimates are rough.
const bound = 4000

// single is a relation that may stand on the right of a join.
func (g *generator) single(depth int) relation {
	switch {
	case depth > 0 && g.chance(40):
		return g.derived(g.query(depth - 1))
	case len(g.shared) > 0 && g.chance(20):
		return g.sharedTable(0)
	}
	return g.source(g.anyTable(nil))
}

func (g *generator) join(depth int) relation {
	left, right := g.from(depth-1), g.single(depth-1-g.n(2))
	on := g.equality(left.cols, right.cols)
	size := left.rows * right.rows
	if on == "" {
		if size > bound {
			return left
		}
		on = "TRUE"
	} else {
		size /= 12
	}
	if size > 4*bound {
		return left
	}
	if g.chance(25) {
		if more := g.equality(left.cols, right.cols); more != "" {
			on += " AND " + more
		}
	}
	both := append(append([]column(nil), left.cols...), right.cols...)
	if g.chance(30) {
		on += " AND " + g.predicate(both)
	}
	if g.chance(8) {
		on += " AND " + g.predicate(right.cols)
	}
	kind := pick(g, []string{"JOIN", "JOIN", "INNER JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT OUTER JOIN"})
	r := relation{cols: both, rows: max(size, left.rows/4, 1), grows: left.grows && right.grows && strings.HasSuffix(kind, "JOIN") && (kind == "JOIN" || kind == "INNER JOIN"), random: true}
	if on == "TRUE" {
		r.from = left.from + " CROSS JOIN " + right.from
		if g.chance(30) {
			r.from = left.from + " " + kind + " " + right.from + " ON TRUE"
		}
		r.grows = false
		return r
	}
	r.from = left.from + " " + kind + " " + right.from + " ON " + on
	return r
}

func (g *generator) unnest(depth int) relation {
	if !g.dependent() {
		return g.from(depth - 1)
	}
	in := g.source(&tables[g.indexOf(pick(g, []string{"nested", "products"}))])
	arrays := append(g.ofKind(ints, in.cols), g.ofKind(texts, in.cols)...)
	k, x := ints, ""
	if len(arrays) > 0 && g.chance(70) {
		c := pick(g, arrays)
		k, x = c.kind, c.ref
	} else {
		k = pick(g, []kind{ints, texts})
		x = g.expr(k, in.cols, 1)
	}
	name := g.alias("u")
	element := integer
	if k == texts {
		element = text
	}
	r := relation{rows: in.rows * 3, grows: in.grows, random: true}
	columns := []column{{name + ".e", element}}
	list := "(e)"
	ordinality := ""
	if g.chance(30) {
		ordinality, list = " WITH ORDINALITY", "(e, o)"
		columns = append(columns, column{name + ".o", integer})
	}
	join, on := " CROSS JOIN ", ""
	if g.chance(30) {
		join, on = " LEFT JOIN ", " ON TRUE"
	}
	r.from = in.from + join + "UNNEST(" + x + ")" + ordinality + " AS " + name + list + on
	r.cols = append(append(r.cols, in.cols...), columns...)
	return r
}

func (g *generator) indexOf(name string) int {
	for i := range tables {
		if tables[i].name == name {
			return i
		}
	}
	panic("sqlfuzz: no table " + name)
}

func (g *generator) tableNamed(name string) *table { return &tables[g.indexOf(name)] }

// intervalJoin joins two tables with watermarks on a bounded difference of their times.
func (g *generator) intervalJoin(int) relation {
	a, b := g.timedPair()
	left, right := g.source(a), g.source(b)
	on := g.equality(left.cols, right.cols)
	if on == "" {
		on = "TRUE"
	}
	lower := fmt.Sprintf("INTERVAL '%d' SECOND", pick(g, []int{0, 5, 10, 30, 60}))
	upper := fmt.Sprintf("INTERVAL '%d' SECOND", pick(g, []int{0, 5, 20, 60}))
	switch g.n(3) {
	case 0:
		on += fmt.Sprintf(" AND %s BETWEEN %s - %s AND %s + %s", left.time, right.time, lower, right.time, upper)
	case 1:
		on += fmt.Sprintf(" AND %s >= %s - %s AND %s < %s + %s", left.time, right.time, lower, left.time, right.time, upper)
	default:
		on += fmt.Sprintf(" AND %s > %s AND %s <= %s + INTERVAL '1' MINUTE", right.time, left.time, right.time, left.time)
	}
	kind := pick(g, []string{"JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"})
	r := relation{rows: left.rows * 2, grows: true, random: true}
	r.cols = append(append(r.cols, left.cols...), right.cols...)
	if g.chance(25) {
		on += " AND " + g.predicate(r.cols)
	}
	r.from = left.from + " " + kind + " " + right.from + " ON " + on
	return r
}

// timedPair are two tables with times of one type and no late rows: which rows come late to a join depends on both sides.
func (g *generator) timedPair() (a, b *table) {
	a = g.anyTable(func(t *table) bool { return t.time != "" && !t.late })
	b = g.anyTable(func(t *table) bool {
		return t.time != "" && !t.late && (t.name == "sensors") == (a.name == "sensors")
	})
	return a, b
}

// temporalJoin looks up the rate that was valid at an order's time. It keeps no versions in batch mode.
func (g *generator) temporalJoin(depth int) relation {
	if g.Batch || !g.dependent() {
		return g.from(depth - 1)
	}
	g.modal = true // batch mode has no versioned tables
	left := g.source(g.tableNamed("orders"))
	name := g.alias("v")
	r := relation{rows: left.rows, grows: true, random: true, time: left.time}
	r.cols = append(append(r.cols, left.cols...), column{name + ".currency", text}, column{name + ".rate", decimal}, column{name + ".valid_from", timestamp})
	on := left.cols[5].ref + " = " + name + ".currency"
	r.from = left.from + pick(g, []string{" JOIN ", " LEFT JOIN "}) + "versioned FOR SYSTEM_TIME AS OF " + left.time + " AS " + name + " ON " + on
	return r
}
