package fuzz

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/sqlfuzz"
)

// flink asks a real Flink through its SQL gateway, several queries in one job: planning and starting a job take half a
// second, a query's rows a few milliseconds. A session per mode keeps the tables. It is for one goroutine.
type flink struct {
	client   *flinkgateway.Client
	data     string
	sessions map[compat.Mode]*flinkSession
	trace    io.Writer // of packs that are taken apart; nil: nobody wants it
}

type flinkSession struct {
	*compat.FlinkSession
	used int // scripts so far
}

// sessionLife is how many scripts a session serves: what a gateway keeps of each adds up.
const sessionLife = 60

func newFlink(client *flinkgateway.Client, data string) *flink {
	return &flink{client: client, data: data, sessions: map[compat.Mode]*flinkSession{}}
}

// session has the tables. It begins anew after a while and when the gateway does not know it any more.
func (f *flink) session(ctx context.Context, mode compat.Mode) (*flinkSession, error) {
	if s := f.sessions[mode]; s != nil && s.used < sessionLife {
		s.used++
		return s, nil
	}
	f.drop(ctx, mode)
	s, err := compat.OpenFlink(ctx, f.client, compat.Settings(mode, 1))
	if err != nil {
		return nil, err
	}
	script := strings.Join(append(sqlfuzz.DDL(), "SHOW TABLES"), ";\n")
	if _, _, err := s.Run(ctx, strings.ReplaceAll(script, "${data}", f.data)); err != nil {
		s.Close(ctx)
		return nil, err
	}
	f.sessions[mode] = &flinkSession{s, 1}
	return f.sessions[mode], nil
}

func (f *flink) drop(ctx context.Context, mode compat.Mode) {
	if s := f.sessions[mode]; s != nil {
		s.Close(ctx)
		delete(f.sessions, mode)
	}
}

func (f *flink) close(ctx context.Context) {
	for mode := range f.sessions {
		f.drop(ctx, mode)
	}
}

// single asks one query as it is, for its rows and column types.
func (f *flink) single(ctx context.Context, sql string, mode compat.Mode) (table, error) {
	columns, changes, err := f.run(ctx, sql, mode)
	if err != nil {
		return refusedTable(err)
	}
	t := folded(changes)
	t.types = typesOf(columns)
	return t, nil
}

// folded is Flink's answer; a changelog that does not add up is a mistake of Flink's.
func folded(changes []compat.ChangeRow) table {
	t, err := fold(changes)
	if err != nil {
		t.broken = err.Error()
	}
	return t
}

func refusedTable(err error) (table, error) {
	if errors.Is(err, compat.ErrNoAnswer) {
		return table{}, err
	}
	return table{refusal: compat.Refused(err).Error}, nil
}

// run is one query. It waits for slots, and for a gateway that is started again.
func (f *flink) run(ctx context.Context, sql string, mode compat.Mode) (columns []string, rows []compat.ChangeRow, err error) {
	inner, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	for {
		var s *flinkSession
		if s, err = f.session(inner, mode); err == nil {
			columns, rows, err = s.Run(inner, sql)
		}
		if err == nil || inner.Err() != nil || !errors.Is(err, compat.ErrNoAnswer) && !forgotten(err) {
			return columns, rows, err
		}
		f.drop(inner, mode)
		select {
		case <-inner.Done():
		case <-time.After(3 * time.Second):
		}
	}
}

// forgotten says that the gateway was started again since, or that it was too busy.
func forgotten(err error) bool {
	return strings.Contains(err.Error(), "TimeoutException") || strings.Contains(err.Error(), "Session '") && strings.Contains(err.Error(), "does not exist")
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
	if f.trace != nil {
		fmt.Fprintf(f.trace, "pack of %d: %s\n", len(queries), compat.Refused(err).Error)
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
		tables[i] = folded(parts[i])
	}
	return tables, nil
}
