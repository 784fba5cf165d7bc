package bind

import (
	"testing"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
)

const fuzzTables = `
CREATE TABLE t (a INT, b STRING NOT NULL, ts TIMESTAMP(3), p AS PROCTIME(), r ROW<x INT, y ROW<z STRING>>, arr ARRAY<INT>, m MAP<STRING, INT>,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'in');
CREATE TABLE s (k INT, v BIGINT NOT NULL, ts TIMESTAMP(3)) WITH ('connector' = 'in');
`

// FuzzBind binds any script: whatever it says, it is bound or refused, never a panic.
func FuzzBind(f *testing.F) {
	for _, seed := range []string{
		"SELECT a, COUNT(*) FROM t WHERE a IN (SELECT k FROM s WHERE s.v = t.a) GROUP BY a HAVING SUM(a) > (SELECT MAX(v) FROM s)",
		"SELECT *, ROW_NUMBER() OVER (PARTITION BY b ORDER BY ts) AS rn FROM t QUALIFY rn = 1 ORDER BY 1 LIMIT 2",
		"SELECT window_start, GROUPING(a) FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '5' SECOND) GROUP BY window_start, window_end, CUBE(a, b)",
		"SELECT k, x.k FROM s AS x FULL JOIN s AS y USING (k), LATERAL (SELECT COUNT(*) AS n FROM t WHERE t.a = x.k) AS l, UNNEST(ARRAY[1]) AS u(q)",
		"INSERT INTO s (k, v) VALUES (1, 2), (NULL, 3) ; CREATE TABLE e (c AS a) LIKE t (OVERWRITING ALL)",
		"CREATE VIEW v AS SELECT TUMBLE_START(ts, INTERVAL '1' DAY) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' DAY); SELECT * FROM v UNION ALL VALUES (NULL)",
		"SELECT CASE WHEN a > ALL (SELECT v FROM s) THEN CAST(r.y.z AS INT) ELSE m['x'] + arr[1] END, (SELECT a FROM t AS q WHERE q.b = t.b) FROM t",
		"WITH x(i) AS (VALUES (1)) SELECT EXTRACT(DAY FROM ts), INTERVAL '1' DAY * i FROM x, t EXCEPT SELECT 1, NULL",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		stmts, err := parser.ParseScript(src)
		if err != nil || len(stmts) > 20 {
			return
		}
		b := newBinder()
		if _, err := run(b, fuzzTables); err != nil {
			t.Fatal(err)
		}
		for _, s := range stmts {
			if c, ok := s.(*ast.CreateFunction); ok && c.Body.Class == nil {
				continue
			}
			_, _ = statement(b, src, s)
		}
	})
}
