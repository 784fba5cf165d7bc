package embedded

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/sql/session"
)

// planOnly is a host whose jobs are planned and then taken for done.
type planOnly struct{ *Host }

type done struct{}

func (done) Wait() error { return nil }

// Start plans the job down to the graph that would run.
func (h planOnly) Start(_ context.Context, r *session.Result) (session.Execution, error) {
	cfg := h.Config.Clone()
	p, err := h.Engine.Plan(r.Job.Roots, cfg)
	if err == nil && r.Job.IsQuery() {
		_, err = h.shown(r.Statement, r.Job, p, cfg)
	}
	return done{}, err
}

// tables stand before every fuzzed script, so that it has something to read.
const tables = `
CREATE TABLE t (id BIGINT, name STRING, price DECIMAL(10, 2), tags ARRAY<STRING>, r ROW<a INT, b STRING>, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'datagen');
CREATE TABLE f (id BIGINT, name STRING, n INT, PRIMARY KEY (id) NOT ENFORCED) WITH ('connector' = 'filesystem', 'path' = 'f', 'format' = 'json');
CREATE TABLE p (id BIGINT, name STRING) WITH ('connector' = 'print');
`

// Whatever a script says, it is carried out or refused with a message for
// people: nothing panics between its text and the graph of its jobs.
func FuzzScript(f *testing.F) {
	for _, seed := range []string{
		`SELECT id, COUNT(*) AS n FROM t WHERE price > 1.5 GROUP BY id HAVING COUNT(*) > 2`,
		`SELECT window_start, SUM(price), COUNT(DISTINCT name) FROM HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND) GROUP BY window_start, window_end`,
		`INSERT INTO p SELECT a.id, UPPER(b.name) FROM t a LEFT JOIN f b ON a.id = b.id AND a.r.a < b.n`,
		`SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC) AS n FROM t) WHERE n <= 3`,
		`SET 'execution.runtime-mode' = 'batch'; SELECT DISTINCT name FROM f ORDER BY name LIMIT 3; EXPLAIN CHANGELOG_MODE SELECT MAX(n) FROM f`,
		`CREATE VIEW v AS SELECT id, CASE WHEN id IN (1, 2) THEN CAST(name AS INT) ELSE NULL END AS x FROM t; SHOW CREATE VIEW v; DESCRIBE v; SELECT * FROM v WHERE x IS NOT NULL`,
		`EXECUTE STATEMENT SET BEGIN INSERT INTO p SELECT id, name FROM t; INSERT INTO p (id) SELECT n FROM f UNION ALL SELECT id FROM t; END;`,
		`WITH q AS (SELECT id, x FROM t, UNNEST(tags) AS u(x)) SELECT q.id FROM q WHERE EXISTS (SELECT 1 FROM f WHERE f.id = q.id) EXCEPT SELECT id FROM f`,
		`SELECT SUM(price) OVER (PARTITION BY name ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t`,
		`SELECT name, GROUPING(name), AVG(id) FILTER (WHERE id > 0) FROM t GROUP BY GROUPING SETS ((name), ())`,
	} {
		f.Add(seed)
	}
	raw := regexp.MustCompile(`%!|runtime error|strconv\.|\*(plan|ast|expr)\.`)
	engine := New(io.Discard, io.Discard, slog.New(slog.DiscardHandler))
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 2000 {
			t.Skip("longer than what finds more")
		}
		h := planOnly{&Host{Engine: engine, Config: config.New(), Out: io.Discard, Style: "json"}}
		err := h.NewSession().Run(t.Context(), tables+script, h)
		if err == nil {
			return
		}
		if m := raw.FindString(err.Error()); m != "" && !strings.Contains(script, m) {
			t.Errorf("%q is refused with %q", script, err)
		}
	})
}
