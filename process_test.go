package flott_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott"
)

// processTables declares what the queries of testdata/process read.
func processTables(t testing.TB) string {
	dir, err := filepath.Abs("testdata/process")
	if err != nil {
		t.Fatal(err)
	}
	script := "CREATE TEMPORARY VIEW t AS SELECT * FROM (VALUES ('Bob', 12), ('Alice', 42), ('Bob', 14)) AS x(name, score);\n"
	for _, x := range []struct{ name, file, time, delay string }{
		{"ev", "ev", "TO_TIMESTAMP_LTZ(ms, 3)", "1"},
		{"ev2", "ev2", "TO_TIMESTAMP_LTZ(ms, 3)", "1"},
		{"late", "late", "TO_TIMESTAMP_LTZ(ms, 3)", "0.001"},
		{"evl", "ev", "CAST(TO_TIMESTAMP_LTZ(ms, 3) AS TIMESTAMP(3))", "1"},
	} {
		script += fmt.Sprintf("CREATE TEMPORARY TABLE %s (name STRING, score INT, ms BIGINT, ts AS %s, WATERMARK FOR ts AS ts - INTERVAL '%s' SECOND) "+
			"WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv');\n", x.name, x.time, x.delay, filepath.Join(dir, x.file+".csv"))
	}
	return script
}

// shown are the rows of a result as testdata/process has them.
func shown(rows []flott.Row) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		values := make([]string, len(r.Values))
		for c, v := range r.Values {
			switch v := v.(type) {
			case nil:
				values[c] = "None"
			case time.Time:
				values[c] = strings.TrimSuffix(v.Format(time.RFC3339Nano), "Z")
			default:
				values[c] = fmt.Sprint(v)
			}
		}
		out[i] = r.Kind + " " + strings.Join(values, " | ")
	}
	return out
}

// recorded is a query with the answer of Flink.
type recorded struct {
	sql, columns, refusal, own string
	rows                       []string
}

func readRecorded(t *testing.T) (list []recorded) {
	text, err := os.ReadFile("testdata/process/answers.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(text), "\n\n") {
		var r recorded
		for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
			head, rest, _ := strings.Cut(line, " ")
			switch head {
			case "#":
			case "=":
				r.columns = rest
			case "!":
				r.refusal = rest
			case "~":
				r.own = rest
			case "+I", "-U", "+U", "-D":
				r.rows = append(r.rows, line)
			default:
				r.sql = line
			}
		}
		if r.sql != "" {
			list = append(list, r)
		}
	}
	return list
}

// interleaves are queries that are about the order of rows and watermarks.
var interleaves = regexp.MustCompile(`on_time|ORDER BY|BadTimer|SUM\(n\)`)

// TestProcessAnswers compares with Flink, at parallelism 1 and 3.
func TestProcessAnswers(t *testing.T) {
	for _, parallelism := range []string{"1", "3"} {
		p := processes()
		for k, v := range map[string]string{"parallelism.default": parallelism, "flott.table.exec.changelog": "per-record", "table.local-time-zone": "UTC"} {
			if err := p.Set(k, v); err != nil {
				t.Fatal(err)
			}
		}
		for _, q := range readRecorded(t) {
			columns, rows, err := p.Query(t.Context(), processTables(t)+q.sql)
			want := q.refusal
			if q.own != "" {
				want = q.own
			}
			if want == "accepted" {
				if err != nil {
					t.Errorf("%s: %v", q.sql, err)
				}
				continue
			}
			if want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("%s\n got %v\nwant %s", q.sql, err, want)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", q.sql, err)
				continue
			}
			got := shown(rows)
			slices.Sort(got)
			slices.Sort(q.rows)
			if parallelism != "1" && interleaves.MatchString(q.sql) {
				continue // how rows and watermarks of several subtasks interleave is not said
			}
			if strings.Join(columns, ", ") != q.columns || !slices.Equal(got, q.rows) {
				t.Errorf("%s\n got %v\n%s\nwant %v\n%s", q.sql, columns, strings.Join(got, "\n"), q.columns, strings.Join(q.rows, "\n"))
			}
		}
	}
}
