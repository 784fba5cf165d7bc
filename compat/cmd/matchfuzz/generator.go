package main

import (
	"fmt"
	"math/rand"
	"strings"
	"time"
)

// table is what the patterns are looked for in. Rows come out of order by less than the watermark allows, so that
// none is late.
const table = `CREATE TABLE rows_in_time (
  id INT,
  k STRING,
  c STRING,
  v INT,
  at_time TIMESTAMP(3),
  WATERMARK FOR at_time AS at_time - INTERVAL '3' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${file}', 'format' = 'csv', 'csv.null-literal' = 'NA');
`

// generator makes rows and patterns.
type generator struct{ *rand.Rand }

func (g *generator) rows(partitions int) []string {
	var rows []string
	id := 0
	clock := make([]int, partitions)
	for range partitions * 14 {
		p := g.Intn(partitions)
		clock[p] += g.Intn(3)
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(clock[p]) * time.Second)
		v := fmt.Sprint(g.Intn(10))
		if g.Intn(25) == 0 {
			v = "NA"
		}
		id++
		rows = append(rows, fmt.Sprintf("%d,p%02d,%c,%s,%s", id, p, 'a'+g.Intn(3), v, at.Format("2006-01-02 15:04:05")))
	}
	// Within a partition times only grow, so order the file by time and stir it a little.
	sortByTime(rows)
	for i := 0; i+1 < len(rows); i++ {
		j := i + g.Intn(min(4, len(rows)-i))
		if timeOf(rows[j]).Sub(timeOf(rows[i])) < 2*time.Second {
			rows[i], rows[j] = rows[j], rows[i]
		}
	}
	return rows
}

func timeOf(row string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", row[strings.LastIndexByte(row, ',')+1:])
	if err != nil {
		panic(err)
	}
	return t
}

// variable is one of the pattern's.
type variable struct {
	name string
	must bool // has at least one row
}

func (g *generator) query() string {
	vars := g.variables()
	var pattern []string
	for i := range vars {
		pattern = append(pattern, vars[i].name+g.quantifier(&vars[i], i == len(vars)-1))
	}
	var define []string
	for i, v := range vars {
		if c := g.condition(vars, i); c != "" {
			define = append(define, v.name+" AS "+c)
		}
	}
	if define == nil {
		define = []string{vars[0].name + " AS " + vars[0].name + ".v IS NOT NULL"}
	}
	within := ""
	if g.Intn(3) == 0 {
		within = fmt.Sprintf("\n  WITHIN INTERVAL '%d' SECOND", 1+g.Intn(6))
	}
	order := "at_time"
	if g.Intn(4) == 0 {
		order = "at_time, v DESC, id"
	}
	return fmt.Sprintf("SELECT * FROM rows_in_time MATCH_RECOGNIZE (\n  PARTITION BY k ORDER BY %s\n  MEASURES %s\n  %s\n  PATTERN (%s)%s\n  DEFINE %s\n) AS m;\n",
		order, strings.Join(g.measures(vars), ", "), g.after(vars), strings.Join(pattern, " "), within, strings.Join(define, ", "))
}

func (g *generator) variables() []variable {
	names := []string{"A", "B", "C", "D"}
	vars := make([]variable, 1+g.Intn(4))
	for i := range vars {
		vars[i] = variable{name: names[i], must: true}
	}
	return vars
}

func (g *generator) quantifier(v *variable, last bool) string {
	switch g.Intn(12) {
	case 0, 1:
		if last {
			return "+?"
		}
		return "+"
	case 2:
		return "+?"
	case 3:
		v.must = false
		if last {
			return "*?"
		}
		return "*"
	case 4:
		v.must = false
		return "*?"
	case 5:
		v.must = false
		return "?"
	case 6:
		return fmt.Sprintf("{%d}", 1+g.Intn(3))
	case 7:
		reluctant := ""
		if last || g.Intn(2) == 0 {
			reluctant = "?"
		}
		return fmt.Sprintf("{%d,}%s", 1+g.Intn(3), reluctant)
	case 8:
		n := 1 + g.Intn(2)
		reluctant := ""
		if last || g.Intn(2) == 0 {
			reluctant = "?"
		}
		return fmt.Sprintf("{%d,%d}%s", n, n+1+g.Intn(2), reluctant)
	case 9:
		v.must = false
		if last || g.Intn(2) == 0 {
			return fmt.Sprintf("{0,%d}?", 2+g.Intn(2))
		}
		return fmt.Sprintf("{0,%d}", 2+g.Intn(2))
	}
	return ""
}

func (g *generator) condition(vars []variable, i int) string {
	v, other := vars[i].name, vars[g.Intn(i+1)].name
	n := g.Intn(10)
	switch g.Intn(14) {
	case 0, 1:
		return fmt.Sprintf("%s.c = '%c'", v, 'a'+g.Intn(3))
	case 2:
		return fmt.Sprintf("%s.v > %d", v, n)
	case 3:
		return fmt.Sprintf("c <> '%c' AND v < %d", 'a'+g.Intn(3), n+2)
	case 4:
		return fmt.Sprintf("%s.v > LAST(%s.v, 1) OR LAST(%s.v, 1) IS NULL", v, v, v)
	case 5:
		return fmt.Sprintf("%s.v < LAST(%s.v)", v, other)
	case 6:
		return fmt.Sprintf("%s.v >= FIRST(%s.v)", v, other)
	case 7:
		return fmt.Sprintf("SUM(%s.v) < %d", v, 5+2*n)
	case 8:
		return fmt.Sprintf("COUNT(%s.id) < %d", v, 1+g.Intn(4))
	case 9:
		return fmt.Sprintf("v <> LAST(v, 1) OR %s.c = 'a'", v)
	case 10:
		return fmt.Sprintf("AVG(v) < %d AND COUNT(*) < 6", n)
	case 11:
		return fmt.Sprintf("%s.v + FIRST(%s.v, 1) > %d OR %s.c = 'b'", v, other, n, v)
	}
	return ""
}

func (g *generator) measures(vars []variable) []string {
	m := []string{"MATCH_ROWTIME() AS rt", "FIRST(id) AS fi", "COUNT(*) AS n", "SUM(v) AS s", "LAST(id, 1) AS l1"}
	for _, v := range vars {
		m = append(m, fmt.Sprintf("FIRST(%s.id) AS f%s, %s.id AS l%s, COUNT(%s.id) AS n%s, MAX(%s.v + 1) AS x%s", v.name, v.name, v.name, v.name, v.name, v.name, v.name, v.name))
	}
	return m
}

func (g *generator) after(vars []variable) string {
	switch g.Intn(5) {
	case 0, 1:
		return "AFTER MATCH SKIP PAST LAST ROW"
	case 2:
		return "AFTER MATCH SKIP TO NEXT ROW"
	case 3:
		// Only what is behind a row of the match can be skipped to.
		for i := len(vars) - 1; i > 0; i-- {
			if vars[i].must && vars[0].must {
				return "AFTER MATCH SKIP TO " + []string{"FIRST ", "LAST "}[g.Intn(2)] + vars[i].name
			}
		}
	}
	return "ONE ROW PER MATCH"
}
