package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// query is a job that a seed may choose. Its answer does not depend on the order in
// which rows of different splits arrive.
type query struct {
	name string
	sql  string
	// owned: event time counts, so that a reader must have all its splits at once.
	owned bool
	// versions: b is read as versions of a table, of which an older one that comes
	// after a newer one is ignored; so it has one split.
	versions bool
	// stable: the state after all input does not depend on the order either.
	stable bool
}

// queries read the tables a and b, and from b the versions of a table by key.
var queries = []query{
	{"calc", `SELECT k, v * 2, UPPER(s), ts FROM a WHERE v > 10 OR v IS NULL`, false, false, false},
	{"union all", `SELECT k, v FROM a UNION ALL SELECT k + 100, v FROM b`, false, false, false},
	{"group", `SELECT k, COUNT(*), SUM(v), MIN(v), MAX(s), AVG(v) FROM a GROUP BY k`, false, false, true},
	{"distinct", `SELECT k, COUNT(DISTINCT s), SUM(DISTINCT v), COUNT(*) FILTER (WHERE v > 20) FROM a GROUP BY k`, false, false, true},
	{"group of groups", `SELECT n, COUNT(*), MAX(k), MIN(t) FROM (SELECT k, COUNT(*) AS n, SUM(v) AS t FROM a GROUP BY k) GROUP BY n`, false, false, true},
	{"global", `SELECT COUNT(*), SUM(v), COUNT(DISTINCT k), MIN(s) FROM a`, false, false, true},
	{"select distinct", `SELECT DISTINCT k, s FROM a`, false, false, true},
	{"rollup", `SELECT k, s, COUNT(*), SUM(v) FROM a GROUP BY ROLLUP (k, s)`, false, false, true},
	{"having", `SELECT k, SUM(v) FROM a GROUP BY k HAVING MOD(COUNT(*), 2) = 0`, false, false, true},
	{"union", `SELECT k, s FROM a UNION SELECT k, s FROM b`, false, false, true},
	{"intersect", `SELECT k FROM a INTERSECT SELECT k FROM b WHERE v > 10`, false, false, true},
	{"except all", `SELECT s FROM a EXCEPT ALL SELECT s FROM b`, false, false, true},
	{"join", `SELECT a.k, a.v, b.v FROM a JOIN b ON a.k = b.k AND a.v < b.v`, false, false, false},
	{"left join", `SELECT a.k, a.ts, b.ts FROM a LEFT JOIN b ON a.v = b.v`, false, false, false},
	{"full join", `SELECT x.s, x.n, y.s, y.n FROM (SELECT s, COUNT(*) AS n FROM a GROUP BY s) x FULL JOIN (SELECT s, COUNT(*) AS n FROM b GROUP BY s) y ON x.n = y.n`, false, false, false},
	{"semi join", `SELECT k, ts FROM a WHERE v IN (SELECT v FROM b WHERE k < 3)`, false, false, false},
	{"anti join", `SELECT k, ts FROM a WHERE NOT EXISTS (SELECT 1 FROM b WHERE b.v = a.v)`, false, false, false},
	{"join of groups", `SELECT x.k, x.n, y.m FROM (SELECT k, COUNT(*) AS n FROM a GROUP BY k) x JOIN (SELECT k, MAX(v) AS m FROM b GROUP BY k) y ON x.k = y.k`, false, false, false},
	{"top-n", `SELECT k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC, ts) AS rn FROM a) WHERE rn <= 3`, false, false, false},
	{"top-n with rank", `SELECT k, v, ts, rn FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v, ts DESC) AS rn FROM a) WHERE rn <= 2`, false, false, false},
	{"top-n of groups", `SELECT * FROM (SELECT k, t, ROW_NUMBER() OVER (ORDER BY t DESC, k) AS rn FROM (SELECT k, SUM(v) AS t FROM a GROUP BY k)) WHERE rn <= 2`, false, false, false},
	{"first row", `SELECT k, v, s, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM a) WHERE rn = 1`, true, false, true},
	{"last row", `SELECT k, v, s, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM a) WHERE rn = 1`, true, false, true},
	{"tumble", `SELECT window_start, k, COUNT(*), SUM(v), COUNT(DISTINCT s) FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '5' SECOND) GROUP BY window_start, window_end, k`, true, false, true},
	{"hop", `SELECT window_start, window_end, k, COUNT(*), MAX(v) FROM HOP(TABLE a, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND) GROUP BY window_start, window_end, k`, true, false, true},
	{"cumulate", `SELECT window_start, window_end, COUNT(*), SUM(v) FROM CUMULATE(TABLE a, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end`, true, false, true},
	{"session", `SELECT window_start, window_end, k, COUNT(*), SUM(v) FROM SESSION(TABLE a PARTITION BY k, DESCRIPTOR(ts), INTERVAL '3' SECOND) GROUP BY window_start, window_end, k`, true, false, true},
	{"windows of windows", `SELECT window_start, SUM(n) FROM TUMBLE(TABLE small, DESCRIPTOR(wt), INTERVAL '10' SECOND) GROUP BY window_start, window_end`, true, false, false},
	{"group window", `SELECT TUMBLE_START(ts, INTERVAL '4' SECOND), k, COUNT(*), MIN(v) FROM a GROUP BY TUMBLE(ts, INTERVAL '4' SECOND), k`, true, false, true},
	{"group session", `SELECT SESSION_START(ts, INTERVAL '2' SECOND), SESSION_END(ts, INTERVAL '2' SECOND), k, SUM(v) FROM a GROUP BY SESSION(ts, INTERVAL '2' SECOND), k`, true, false, true},
	{"window top-n", `SELECT window_start, k, v, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC, ts) AS rn FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '6' SECOND)) WHERE rn <= 2`, true, false, false},
	{"window join", `SELECT x.window_start, x.k, x.v, y.v FROM (SELECT * FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '4' SECOND)) x JOIN (SELECT * FROM TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '4' SECOND)) y ON x.k = y.k AND x.window_start = y.window_start AND x.window_end = y.window_end`, true, false, false},
	{"window left join", `SELECT x.window_start, x.k, x.ts, CAST(y.ts AS STRING) FROM (SELECT * FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '4' SECOND)) x LEFT JOIN (SELECT * FROM TUMBLE(TABLE b, DESCRIPTOR(ts), INTERVAL '4' SECOND)) y ON x.k = y.k AND x.window_start = y.window_start AND x.window_end = y.window_end`, true, false, false},
	{"interval join", `SELECT a.k, a.ts, CAST(b.ts AS STRING) FROM a JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '2' SECOND AND b.ts + INTERVAL '3' SECOND`, true, false, false},
	{"interval left join", `SELECT a.k, a.ts, CAST(b.ts AS STRING) FROM a LEFT JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts - INTERVAL '1' SECOND AND b.ts + INTERVAL '1' SECOND`, true, false, false},
	{"interval full join", `SELECT a.k, a.ts, CAST(b.ts AS STRING) FROM a FULL JOIN b ON a.k = b.k AND a.ts BETWEEN b.ts AND b.ts + INTERVAL '2' SECOND`, true, false, false},
	{"temporal join", `SELECT a.k, a.v, a.ts, f.v FROM a JOIN versions FOR SYSTEM_TIME AS OF a.ts AS f ON a.k = f.k`, true, true, false},
	{"temporal left join", `SELECT a.k, a.ts, f.s FROM a LEFT JOIN versions FOR SYSTEM_TIME AS OF a.ts AS f ON a.k = f.k`, true, true, false},
	{"over rows", `SELECT k, ts, SUM(v) OVER w, COUNT(*) OVER w FROM a WINDOW w AS (PARTITION BY k ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)`, true, false, false},
	{"over range", `SELECT k, ts, SUM(v) OVER w, MAX(v) OVER w FROM a WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '4' SECOND PRECEDING AND CURRENT ROW)`, true, false, false},
	{"over unbounded", `SELECT k, ts, COUNT(*) OVER w, MIN(v) OVER w FROM a WINDOW w AS (PARTITION BY k ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`, true, false, false},
	{"lag", `SELECT k, ts, LAG(v) OVER (PARTITION BY k ORDER BY ts), ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) FROM a`, true, false, false},
	{"sort by time", `SELECT k, v, ts FROM a ORDER BY ts`, true, false, false},
	{"unnest", `SELECT k, x, COUNT(*) FROM a CROSS JOIN UNNEST(ARRAY[s, 'x', CAST(k AS STRING)]) AS t (x) GROUP BY k, x`, false, false, true},
}

// ddl declares the tables of queries.
var ddl = func() string {
	var b strings.Builder
	for _, t := range []string{"a", "b"} {
		fmt.Fprintf(&b, "CREATE TABLE %s (%s, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'sim', 'table' = '%[1]s');\n", t, tableColumns)
	}
	b.WriteString("CREATE VIEW versions AS SELECT k, v, s, ts FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts DESC) AS rn FROM b) WHERE rn = 1;\n")
	b.WriteString("CREATE VIEW small AS SELECT window_time AS wt, COUNT(*) AS n, k FROM TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '2' SECOND) GROUP BY window_start, window_end, window_time, k;\n")
	return b.String()
}()

var texts = []string{"red", "green", "blue", "", "a longer text than the others", "grün"}

// newDataset makes the rows of both tables.
func newDataset(r *rand.Rand) *dataset {
	d := &dataset{tables: map[string][][]row{}}
	keys, most := 1+r.IntN(7), 5+r.IntN(60)
	for _, table := range []string{"a", "b"} {
		splits := make([][]row, 1+r.IntN(4))
		for i := range splits {
			splits[i] = newSplit(r, r.IntN(most), keys, i, len(splits))
		}
		d.tables[table] = splits
	}
	return d
}

// newSplit makes rows whose times are in no other split, of step ms on average.
func newSplit(r *rand.Rand, n, keys, split, splits int) []row {
	rows := make([]row, n)
	at, step := int64(r.IntN(3000)), 50+r.IntN(1500)
	for i := range rows {
		at += 1 + r.Int64N(int64(2*step))
		x := row{k: int32(r.IntN(keys)), ts: at*int64(splits) + int64(split)}
		if r.IntN(12) > 0 {
			v := int64(r.IntN(40))
			x.v = &v
		}
		if r.IntN(12) > 0 {
			x.s = &texts[r.IntN(len(texts))]
		}
		if r.IntN(5) == 0 {
			x.pause = time.Duration(r.IntN(30)) * time.Millisecond
		}
		rows[i] = x
	}
	return rows
}
