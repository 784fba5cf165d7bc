package flott_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott"
)

// program has a function of each kind.
func program() *flott.Program {
	p := flott.New()
	flott.RegisterScalar(p, "shout", func(s string) (string, error) { return strings.ToUpper(s) + "!", nil })
	flott.RegisterScalar2(p, "div", func(a, b int64) (int64, error) {
		if b == 0 {
			return 0, errors.New("nothing can be divided by zero")
		}
		return a / b, nil
	})
	flott.RegisterScalar(p, "present", func(s sql.Null[string]) (bool, error) { return s.Valid, nil })
	flott.RegisterScalar(p, "half", func(x int32) (sql.Null[int32], error) { return sql.Null[int32]{V: x / 2, Valid: x%2 == 0}, nil })
	flott.RegisterScalar(p, "next_day", func(t time.Time) (time.Time, error) { return t.AddDate(0, 0, 1), nil })
	flott.RegisterScalarColumns(p, "plus", flott.Columns{Arguments: []string{"BIGINT", "BIGINT"}, Result: "BIGINT",
		Call: func(args []flott.Column, rows []int32, out *flott.Result) error {
			a, b := args[0].Int64s(), args[1].Int64s()
			for _, i := range rows {
				if args[0].IsNull(i) || args[1].IsNull(i) {
					out.Null()
				} else {
					out.Int64(a[i] + b[i])
				}
			}
			return nil
		}})
	type word struct {
		Word   string
		Length int `sql:"size"`
	}
	flott.RegisterTable(p, "words", func(text string, emit func(word)) error {
		for _, w := range strings.Fields(text) {
			emit(word{w, len(w)})
		}
		return nil
	})
	flott.RegisterTable2(p, "upto", func(from, to int32, emit func(int32)) error {
		for i := from; i <= to; i++ {
			emit(i)
		}
		return nil
	})
	type mean struct{ Sum, Count int64 }
	flott.RegisterAggregate(p, "mean", flott.Aggregate[int64, mean, sql.Null[float64]]{
		Add:     func(m *mean, x int64) { m.Sum += x; m.Count++ },
		Retract: func(m *mean, x int64) { m.Sum -= x; m.Count-- },
		Merge:   func(m, o *mean) { m.Sum += o.Sum; m.Count += o.Count },
		Result: func(m *mean) sql.Null[float64] {
			return sql.Null[float64]{V: float64(m.Sum) / float64(max(m.Count, 1)), Valid: m.Count > 0}
		},
	})
	flott.RegisterAggregate(p, "longest", flott.Aggregate[string, string, string]{
		Add: func(s *string, x string) {
			if len(x) > len(*s) || len(x) == len(*s) && x > *s {
				*s = x
			}
		},
		Merge: func(s, o *string) {
			if len(*o) > len(*s) || len(*o) == len(*s) && *o > *s {
				*s = *o
			}
		},
		Result: func(s *string) string { return *s },
	})
	return p
}

const people = `WITH people (id, name, age) AS (VALUES (1, 'ann', 30), (2, 'bob', 40), (3, 'cecilia', 50), (4, CAST(NULL AS STRING), 7)) `

// fold is the table that a changelog ends in, as text.
func fold(rows []flott.Row) []string {
	count := map[string]int{}
	for _, r := range rows {
		n := 1
		if r.Kind == "-U" || r.Kind == "-D" {
			n = -1
		}
		count[strings.TrimSpace(fmt.Sprintln(r.Values...))] += n
	}
	var out []string
	for row, n := range count {
		for range n {
			out = append(out, row)
		}
	}
	slices.Sort(out)
	return out
}

func TestFunctions(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"SELECT shout(name) FROM people", "<nil>; ANN!; BOB!; CECILIA!"},
		{"SELECT SHOUT(name) FROM people WHERE id < 2", "ANN!"},
		{"SELECT id FROM people WHERE present(name)", "1; 2; 3"},
		{"SELECT half(age) FROM people", "15; 20; 25; <nil>"},
		{"SELECT div(age, 7) + 1 FROM people", "2; 5; 6; 8"},
		{"SELECT CASE WHEN id > 2 THEN plus(id, age) END FROM people", "11; 53; <nil>; <nil>"},
		{"SELECT next_day(TIMESTAMP '2024-02-28 10:00:00') FROM people WHERE id = 1", "2024-02-29 10:00:00 +0000 UTC"},
		{"SELECT id, w, size FROM people, LATERAL TABLE(words(name || ' x')) AS t(w, size) WHERE id < 3", "1 ann 3; 1 x 1; 2 bob 3; 2 x 1"},
		{"SELECT id, word FROM people LEFT JOIN LATERAL TABLE(words(name)) ON TRUE", "1 ann; 2 bob; 3 cecilia; 4 <nil>"},
		{"SELECT id, w FROM people LEFT JOIN LATERAL TABLE(words(name || ' x')) AS t(w, size) ON size > 1", "1 ann; 2 bob; 3 cecilia; 4 <nil>"},
		{"SELECT id, w FROM people LEFT JOIN LATERAL TABLE(words(name || ' x')) AS t(w, size) ON size < id", "1 <nil>; 2 x; 3 x; 4 <nil>"},
		{"SELECT id, w FROM people JOIN LATERAL TABLE(words(name || ' x')) AS t(w, size) ON size < id", "2 x; 3 x"},
		{"SELECT w FROM people LEFT JOIN LATERAL TABLE(words(name)) AS t(w, size) ON FALSE", "<nil>; <nil>; <nil>; <nil>"},
		{"SELECT id, x, o FROM people LEFT JOIN UNNEST(ARRAY[age, id, 35]) WITH ORDINALITY AS u(x, o) ON x > age AND o > 1", "1 35 3; 2 <nil> <nil>; 3 <nil> <nil>; 4 35 3"},
		{"SELECT id, k FROM people LEFT JOIN UNNEST(MAP['a', id, 'b', 2]) AS u(k, v) ON v = id AND name IS NOT NULL", "1 a; 2 a; 2 b; 3 a; 4 <nil>"},
		{"SELECT id, x FROM people LEFT JOIN UNNEST(ARRAY[1, id]) AS u(x) ON id > 3", "1 <nil>; 2 <nil>; 3 <nil>; 4 1; 4 4"},
		{"SELECT COUNT(*), COUNT(x) FROM people LEFT JOIN UNNEST(ARRAY[age]) AS u(x) ON x = id + 28 OR x IS NULL WHERE id < 3", "2 0"},
		{"SELECT n FROM TABLE(upto(1, 3)) AS t(n)", "1; 2; 3"},
		{"SELECT mean(age) FROM people", "31.75"},
		{"SELECT id > 2, mean(age), longest(name) FROM people GROUP BY id > 2", "false 35 bob; true 28.5 cecilia"},
		{"SELECT mean(m) FROM (SELECT id > 1 AS g, MAX(age) AS m FROM people GROUP BY id > 1)", "40"},
		{"SELECT mean(DISTINCT age / 20) FROM people", "1"},
	} {
		for _, mode := range []string{"streaming", "batch"} {
			p := program()
			for k, v := range map[string]string{"execution.runtime-mode": mode, "parallelism.default": "2"} {
				if err := p.Set(k, v); err != nil {
					t.Fatal(err)
				}
			}
			_, rows, err := p.Query(context.Background(), people+c.query)
			if err != nil {
				t.Errorf("%s: %s: %v", mode, c.query, err)
				continue
			}
			want := strings.Split(c.want, "; ")
			slices.Sort(want)
			got := fold(rows)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s: %s gives %v, want %v", mode, c.query, got, want)
			}
		}
	}
}

func TestFunctionMistakes(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"SELECT div(id, 0) FROM people", "function div: nothing can be divided by zero"},
		{"SELECT div(id) FROM people", "Cannot apply 'div'"},
		{"SELECT shout(MAP['a', 1]) FROM people", "Cannot apply 'shout'"},
		{"SELECT words(name) FROM people", "words is a table function and can only be called in FROM"},
		{"SELECT * FROM people, LATERAL TABLE(shout(name)) AS t(x)", "shout is a scalar function and cannot be called in FROM"},
		{"SELECT id FROM people WHERE mean(age) > 1", "Aggregate expression is illegal in WHERE clause"},
		{"SELECT mean(age) OVER (ORDER BY id) FROM people", "OVER with a user-defined aggregate function"},
		{"SELECT longest(n) FROM (SELECT MAX(name) AS n FROM people GROUP BY id)", "longest cannot aggregate an input with updates or deletes"},
		{"SELECT id, w FROM people RIGHT JOIN LATERAL TABLE(words(name)) AS t(w, s) ON id = s", "RIGHT JOIN with UNNEST or a table function is not possible"},
		{"SELECT id, w FROM people LEFT JOIN LATERAL TABLE(words(name)) AS t(w, s) ON s", "ON clause"},
	} {
		_, _, err := program().Query(context.Background(), people+c.query)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.query, err, c.want)
		}
	}
}

// CREATE FUNCTION gives a registered function another name.
func TestCreateFunctionGo(t *testing.T) {
	var out strings.Builder
	err := program().Run(context.Background(), `CREATE TEMPORARY FUNCTION loud AS 'shout' LANGUAGE GO;
SELECT loud('x') AS x;
CREATE FUNCTION average AS 'mean' LANGUAGE GO;
SELECT average(v) AS a FROM (VALUES 1, 2) AS t(v);`, &out)
	if err != nil || !strings.Contains(out.String(), "| X! |") || !strings.Contains(out.String(), "1.5") {
		t.Errorf("%v\n%s", err, &out)
	}
	err = program().Run(context.Background(), `CREATE FUNCTION f AS 'nothing' LANGUAGE GO`, &out)
	if err == nil || !strings.Contains(err.Error(), "No Go function is registered under the class name 'nothing'") {
		t.Error(err)
	}
}
