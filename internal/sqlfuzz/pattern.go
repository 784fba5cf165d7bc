package sqlfuzz

import "strings"

// pattern is MATCH_RECOGNIZE over a table whose times do not repeat: which rows make a match depends on their order.
func (g *generator) pattern(int) relation {
	t := g.tableNamed(pick(g, []string{"sensors", "sensors", "ledger", "auctions", "rates"}))
	in := g.source(t)
	bare := make([]column, len(in.cols)) // without the table's alias, which a pattern has not
	for i, c := range in.cols {
		bare[i] = column{strings.TrimPrefix(c.ref, in.prefix()), c.kind}
	}
	numbers := g.ofKind(integer, bare)
	numbers = append(append(numbers, g.ofKind(decimal, bare)...), g.ofKind(long, bare)...)
	x, y := pick(g, numbers), pick(g, bare)
	name := g.alias("m")
	r := relation{rows: t.rows / 3, grows: true, random: true}
	var clauses []string
	if g.chance(75) {
		by := g.patternKey(t)
		clauses = append(clauses, "PARTITION BY "+by.ref)
		r.cols = append(r.cols, column{name + "." + by.ref, by.kind})
	}
	clauses = append(clauses, "ORDER BY "+quote(t.time))
	p := pick(g, patterns)
	measures := []column{{"A." + y.ref, y.kind}, {"LAST(" + p.last + "." + y.ref + ")", y.kind}, {"FIRST(A." + x.ref + ")", x.kind}}
	for range g.n(3) {
		v := pick(g, []string{"A", p.last})
		measures = append(measures, pick(g, []column{
			{"SUM(" + v + "." + x.ref + ")", x.kind}, {"COUNT(" + v + "." + x.ref + ")", long}, {"MAX(" + v + "." + x.ref + ")", x.kind},
			{"MIN(" + x.ref + ")", x.kind}, {"COUNT(*)", long}, {"LAST(" + v + "." + x.ref + ", 1)", x.kind}, {p.last + "." + x.ref + " - A." + x.ref, x.kind},
		}))
	}
	list := make([]string, len(measures))
	for i, m := range measures {
		as := "m" + string(rune('0'+i))
		list[i] = m.ref + " AS " + as
		r.cols = append(r.cols, column{name + "." + as, m.kind})
	}
	clauses = append(clauses, "MEASURES "+strings.Join(list, ", "), "ONE ROW PER MATCH")
	clauses = append(clauses, pick(g, []string{"AFTER MATCH SKIP PAST LAST ROW", "AFTER MATCH SKIP PAST LAST ROW", "AFTER MATCH SKIP TO NEXT ROW", "AFTER MATCH SKIP TO LAST " + p.last, "AFTER MATCH SKIP TO FIRST " + p.last}))
	within := ""
	if g.chance(30) {
		within = " WITHIN INTERVAL " + pick(g, sizes)
	}
	clauses = append(clauses, "PATTERN ("+p.text+")"+within, "DEFINE "+g.definitions(p, x))
	r.from = t.name + " MATCH_RECOGNIZE (" + strings.Join(clauses, " ") + ") AS " + name
	return r
}

// patternKey is a column with few values.
func (g *generator) patternKey(t *table) column {
	switch t.name {
	case "sensors":
		return pick(g, []column{{"sensor", text}, {"sensor", text}, {"status", text}})
	case "ledger":
		return pick(g, []column{{"account", text}, {"`kind`", text}})
	case "auctions":
		return pick(g, []column{{"seller", long}, {"category", long}})
	}
	return column{"currency", text}
}

// rowPattern is a pattern of the variables A, B, C of which last stands at the end.
type rowPattern struct {
	text, last string
	middle     bool // B stands between
}

var patterns = []rowPattern{
	{"A B", "B", false}, {"A B", "B", false}, {"A+ B", "B", false}, {"A{2} B", "B", false}, {"A B+ C", "C", true}, {"A B* C", "C", true},
	{"A B? C", "C", true}, {"A B{1,3} C", "C", true}, {"A B{2,} C", "C", true}, {"A B+? C", "C", true}, {"A B*? C", "C", true}, {"A B C", "C", true}, {"A{1,2} B C", "C", true},
}

// definitions are conditions for the variables, those of later ones on earlier ones.
func (g *generator) definitions(p rowPattern, x column) string {
	condition := func(v, before string) string {
		own := v + "." + x.ref
		return pick(g, []string{
			own + " > " + before + "." + x.ref, own + " < " + before + "." + x.ref, own + " >= LAST(" + before + "." + x.ref + ", 1)",
			own + " > " + pick(g, []string{"0", "5", "50", "100"}), own + " IS NOT NULL", own + " <> " + before + "." + x.ref, own + " BETWEEN 1 AND 60",
			own + " > AVG(" + before + "." + x.ref + ")", own + " + 1 > FIRST(" + before + "." + x.ref + ")",
		})
	}
	var list []string
	if g.chance(35) {
		list = append(list, "A AS "+pick(g, []string{"A." + x.ref + " > 10", "A." + x.ref + " < 60", "A." + x.ref + " IS NOT NULL"}))
	}
	if p.middle && g.chance(85) {
		list = append(list, "B AS "+condition("B", "A"))
	}
	list = append(list, p.last+" AS "+condition(p.last, pick(g, []string{"A", "A", "B"})))
	if p.last == "B" {
		list[len(list)-1] = "B AS " + condition("B", "A")
	}
	return strings.Join(list, ", ")
}
