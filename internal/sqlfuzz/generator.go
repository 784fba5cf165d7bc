// Package sqlfuzz writes random queries over the tables of compat/data, and makes small queries of large ones.
//
// Contract: the same seed and mode give the same text for ever in one version of the package. A generated query has one
// answer: where Flink's answer depends on the order of rows or on the clock, the query is not written (docs/fuzz_sql.md
// has the list). Most queries are valid; a refusal is an answer, too, and is compared like one. The package knows the
// grammar only: who runs the queries is in compat/fuzz.
package sqlfuzz

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Options of a query.
type Options struct {
	Batch bool // also what only batch mode can do: LEAD, RANK of a top n, FOLLOWING, several OVER windows
	Late  bool // also tables with late rows and values that depend on the order of rows, certain at parallelism 1 only
}

// Query is a generated query.
type Query struct {
	Seed uint64
	SQL  string
	Cols int // columns c0, c1, …
	// Modal queries aggregate without keys somewhere: over no rows at all that is a row in batch mode and none in streaming
	// mode.
	Modal bool
	// Dependent queries have a part that depends on outer rows. Flink often fails to plan them together with other queries.
	Dependent bool
}

// Generate writes the query of a seed.
func Generate(seed uint64, o Options) Query {
	g := &generator{Options: o, r: rand.New(rand.NewPCG(seed, 0x5eed))}
	q := g.top()
	return Query{Seed: seed, SQL: q.text, Cols: len(q.cols), Modal: g.modal, Dependent: g.depends > 0}
}

// generator is the state of one query's making.
type generator struct {
	Options
	r       *rand.Rand
	names   int        // aliases given so far
	shared  []relation // common table expressions
	queries int        // query blocks written: it bounds the size
	modal   bool       // see Query
	depends int        // subqueries and table functions that depend on outer rows: Flink fails with two of them mostly
}

// dependent says whether one more part of the query may depend on outer rows.
func (g *generator) dependent() bool {
	if g.depends > 0 && !g.chance(8) {
		return false
	}
	g.depends++
	return true
}

// column is something that an expression may refer to.
type column struct {
	ref  string // as written: t3.name
	kind kind
}

// relation is what stands in FROM.
type relation struct {
	from   string
	cols   []column
	rows   int    // an estimate; it keeps joins small
	grows  bool   // only inserts in streaming mode
	time   string // the time attribute's ref, or ""
	table  *table // of a table as it is
	random bool   // the order of its rows is not certain
}

// output is a column of a query.
type output struct {
	name string
	kind kind
}

// query is a finished block.
type query struct {
	text  string
	cols  []output
	rows  int
	grows bool
	time  string // the output that is a time attribute, or ""
}

func (g *generator) n(n int) int             { return g.r.IntN(n) }
func (g *generator) chance(percent int) bool { return g.r.IntN(100) < percent }

func (g *generator) alias(stem string) string {
	g.names++
	return fmt.Sprintf("%s%d", stem, g.names)
}

func pick[T any](g *generator, list []T) T { return list[g.n(len(list))] }

// weighted is an alternative of the grammar.
type weighted[T any] struct {
	weight int
	make   T
}

func choose[T any](g *generator, list []weighted[T]) T {
	sum := 0
	for _, w := range list {
		sum += w.weight
	}
	at := g.n(sum)
	for _, w := range list {
		if at < w.weight {
			return w.make
		}
		at -= w.weight
	}
	panic("sqlfuzz: weights do not add up")
}

// top is a whole query: common table expressions, the body, and names c0, c1, … for its columns.
func (g *generator) top() query {
	var with []string
	if g.chance(15) {
		for range 1 + g.n(2) {
			q := g.query(1)
			name := g.alias("w")
			with = append(with, name+" AS ("+q.text+")")
			r := g.named(name, q)
			r.from = name
			g.shared = append(g.shared, r)
		}
	}
	q := g.query(choose(g, []weighted[int]{{60, 2}, {40, 3}}))
	if len(with) > 0 {
		if !strings.HasPrefix(q.text, "SELECT") { // Flink's parser wants SELECT behind WITH
			q.text = "SELECT * FROM (" + q.text + ") AS " + g.alias("q")
		}
		q.text = "WITH " + strings.Join(with, ", ") + " " + q.text
	}
	return q
}

// query is a block of at most the given depth.
func (g *generator) query(depth int) query {
	g.queries++
	if g.queries > 8 {
		depth = min(depth, 1)
	}
	if depth <= 0 {
		return g.projection(0)
	}
	list := []weighted[func(int) query]{
		{26, g.projection},
		{22, g.grouping},
		{5, g.groupingSets},
		{6, g.distinct},
		{8, g.setOperation},
		{9, g.windowAggregate},
		{3, g.windowTop},
		{4, g.groupWindow},
		{7, g.topN},
		{4, g.deduplicate},
		{6, g.over},
		{5, g.limited},
		{3, g.values},
		{3, g.windowTwice},
		{3, g.windowRanked},
		{4, g.windowSets},
	}
	return choose(g, list)(depth)
}

// named is a query as a relation whose columns are qualified with name.
func (g *generator) named(name string, q query) relation {
	r := relation{rows: q.rows, grows: q.grows, random: true}
	for _, c := range q.cols {
		r.cols = append(r.cols, column{name + "." + c.name, c.kind})
	}
	if q.time != "" {
		r.time = name + "." + q.time
	}
	return r
}

// derived is a query in FROM.
func (g *generator) derived(q query) relation {
	name := g.alias("q")
	r := g.named(name, q)
	r.from = "(" + q.text + ") AS " + name
	return r
}

// items writes a SELECT list and the columns it makes.
func items(list []column) (string, []output) {
	texts, cols := make([]string, len(list)), make([]output, len(list))
	for i, c := range list {
		cols[i] = output{fmt.Sprintf("c%d", i), c.kind}
		texts[i] = c.ref + " AS " + cols[i].name
	}
	return strings.Join(texts, ", "), cols
}

func refs(list []column) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.ref
	}
	return out
}

func comma(list []column) string { return strings.Join(refs(list), ", ") }
