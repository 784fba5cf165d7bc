package fuzz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

// flink asks a real Flink through its SQL gateway, several queries in one job: planning and starting a job take half a
// second, a query's rows a few milliseconds. Its methods may be called from several goroutines.
type flink struct {
	client *flinkgateway.Client
	data   string
}

// single asks one query as it is, for its rows and column types.
func (f *flink) single(ctx context.Context, sql string, mode compat.Mode) (table, error) {
	columns, changes, err := f.run(ctx, sql, mode)
	if err != nil {
		return refusedTable(err)
	}
	t, err := fold(changes)
	t.types = typesOf(columns)
	return t, err
}

func refusedTable(err error) (table, error) {
	if errors.Is(err, compat.ErrNoAnswer) {
		return table{}, err
	}
	return table{refusal: compat.Refused(err).Error}, nil
}

// run is one query after the tables. A gateway's session holds tables for as long as it lives; it costs little to make
// one, and a query that leaves its session in a bad state then harms no other.
func (f *flink) run(ctx context.Context, sql string, mode compat.Mode) ([]string, []compat.ChangeRow, error) {
	inner, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	script := strings.Join(append(sqlfuzz.DDLOf(sql), sql), ";\n")
	for {
		columns, rows, err := compat.Flink{Client: f.client}.Run(inner, strings.ReplaceAll(script, "${data}", f.data), compat.Settings(mode, 1))
		if !errors.Is(err, compat.ErrNoAnswer) || inner.Err() != nil {
			return columns, rows, err
		}
		select { // all slots are taken
		case <-inner.Done():
		case <-time.After(3 * time.Second):
		}
	}
}

// pack asks several queries at once: each becomes a branch of a UNION ALL, with its number and its columns as text. A
// pack that fails is taken apart, so a refusal names its query.
func (f *flink) pack(ctx context.Context, queries []sqlfuzz.Query, mode compat.Mode) ([]table, error) {
	if len(queries) == 1 {
		t, err := f.single(ctx, queries[0].SQL, mode)
		return []table{t}, err
	}
	width := 0
	for _, q := range queries {
		width = max(width, q.Cols)
	}
	branches := make([]string, len(queries))
	for i, q := range queries {
		branches[i] = branch(i, q, width)
	}
	_, changes, err := f.run(ctx, strings.Join(branches, " UNION ALL "), mode)
	if err == nil {
		return unpack(queries, changes)
	}
	if errors.Is(err, compat.ErrNoAnswer) && ctx.Err() != nil {
		return nil, err
	}
	half := len(queries) / 2
	first, err := f.pack(ctx, queries[:half], mode)
	if err != nil {
		return nil, err
	}
	second, err := f.pack(ctx, queries[half:], mode)
	return append(first, second...), err
}

func branch(i int, q sqlfuzz.Query, width int) string {
	items := []string{fmt.Sprintf("%d AS p", i)}
	for c := range width {
		if c < q.Cols {
			items = append(items, fmt.Sprintf("CAST(c%d AS STRING) AS c%d", c, c))
		} else {
			items = append(items, fmt.Sprintf("CAST(NULL AS STRING) AS c%d", c))
		}
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + q.SQL + ")"
}

func unpack(queries []sqlfuzz.Query, changes []compat.ChangeRow) ([]table, error) {
	parts := make([][]compat.ChangeRow, len(queries))
	for _, c := range changes {
		var i int
		if _, err := fmt.Sscan(c.Fields[0], &i); err != nil {
			return nil, fmt.Errorf("a row of a pack begins with '%s'", c.Fields[0])
		}
		parts[i] = append(parts[i], compat.ChangeRow{Kind: c.Kind, Fields: c.Fields[1 : 1+queries[i].Cols]})
	}
	tables := make([]table, len(queries))
	for i := range parts {
		t, err := fold(parts[i])
		if err != nil {
			return nil, fmt.Errorf("%s: Flink: %w", queries[i].SQL, err)
		}
		tables[i] = t
	}
	return tables, nil
}
