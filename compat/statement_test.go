package compat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
)

// TestStatements tells the stories of statements/: each file is one session, in
// which every statement is judged, not only the last one as in cases/. Below a
// statement stands what Flink answered and, where flott's words are its own, what flott
// says:
//
//	sql
//	SHOW TABLES
//	----
//	table name STRING
//	[t]
//
// Flink's refusals count as such and their words do not; flott's are written in full. A
// statement whose answers may differ begins with a comment `-- differs: why`, and the
// test fails once they agree.
//
// `-rewrite` writes flott's half anew. With FLOTT_GATEWAY=host:port and
// `-rewrite` Flink is asked, and its half is written instead.
func TestStatements(t *testing.T) {
	gateway := os.Getenv("FLOTT_GATEWAY")
	data, err := filepath.Abs("data")
	if err != nil {
		t.Fatal(err)
	}
	statements, err := filepath.Abs("statements")
	if err != nil {
		t.Fatal(err)
	}
	datadriven.Walk(t, statements, func(t *testing.T, path string) {
		s := &story{t: t, data: data, out: t.TempDir()}
		if gateway == "" {
			s.nearFolders()
		}
		s.folders = strings.NewReplacer(s.data, "${data}", s.out, "${out}")
		s.ask = s.askFlott()
		if gateway != "" {
			s.ask = s.askFlink(gateway)
		}
		defer s.report()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd != "sql" {
				d.Fatalf(t, "unknown command %s", d.Cmd)
			}
			halves := splitHalves(d.Expected)
			sql := strings.NewReplacer("${data}", s.data, "${out}", s.out).Replace(d.Input)
			got := madeUp.ReplaceAllString(s.folders.Replace(s.ask(t.Context(), sql)), "$${random}")
			if gateway != "" {
				halves.flink = got
				return halves.text()
			}
			halves.flott = got
			if w := halves.wrong(d.Input); w != "" {
				s.wrong = append(s.wrong, fmt.Sprintf("%s: %s\n%s", d.Pos, d.Input, w))
			}
			return halves.text()
		})
	})
}

// madeUp is a string of datagen.
var madeUp = regexp.MustCompile(`[0-9a-f]{100}`)

// story is one session.
type story struct {
	t         *testing.T
	folders   *strings.Replacer
	data, out string
	ask       func(ctx context.Context, sql string) string
	wrong     []string // told at the end, so that a rewrite writes all answers
}

// nearFolders goes to the output folder and names both folders relative to it: flott's
// messages give columns and cut long lines, and the length of a machine's paths must not
// show in them.
func (s *story) nearFolders() {
	s.t.Chdir(s.out)
	if err := os.Symlink(s.data, "story-data"); err != nil {
		s.t.Fatal(err)
	}
	s.data, s.out = "story-data", "story-out"
	if err := os.Mkdir(s.out, 0o755); err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) report() {
	for _, w := range s.wrong {
		s.t.Error(w)
	}
}

// halves are what the two engines say.
type halves struct{ flink, flott string }

const (
	flottSays   = "flott:\n"
	refusedMark = "refused: "
)

func splitHalves(expected string) halves {
	if flink, flott, ok := strings.Cut(expected, flottSays); ok {
		return halves{strings.TrimRight(flink, "\n"), strings.TrimRight(flott, "\n")}
	}
	return halves{flink: strings.TrimRight(expected, "\n")}
}

func (h halves) text() string {
	if h.flott == "" || h.flott == h.flink {
		return h.flink
	}
	return h.flink + "\n" + flottSays + h.flott
}

func refusedBy(half string) bool { return strings.HasPrefix(half, refusedMark) }

// wrong says what is not as it should be.
func (h halves) wrong(sql string) string {
	agree := sameAnswer(h.flink, h.flott, isExplain(sql)) || refusedBy(h.flink) && refusedBy(h.flott)
	differs := strings.HasPrefix(sql, "-- differs: ")
	switch {
	case h.flink == "":
		return "Flink's answer is not recorded: run with FLOTT_GATEWAY=host:port and -rewrite"
	case agree && differs:
		return "both answer the same now: take the '-- differs:' away"
	case !agree && !differs:
		return fmt.Sprintf("Flink:\n%s\nflott:\n%s", h.flink, h.flott)
	}
	if m := raw(h.flott); refusedBy(h.flott) && m != "" {
		return fmt.Sprintf("the message shows %q:\n%s", m, h.flott)
	}
	return ""
}

func isExplain(sql string) bool {
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			return strings.HasPrefix(line, "EXPLAIN")
		}
	}
	return false
}

// sameAnswer compares plans by their sections only: they are flott's own.
func sameAnswer(flink, flott string, plan bool) bool {
	if !plan {
		return flink == flott
	}
	return slices.Equal(planSection.FindAllString(flink, -1), planSection.FindAllString(flott, -1)) && refusedBy(flink) == refusedBy(flott)
}

var planSection = regexp.MustCompile(`(?m)^== .* ==$`)

// raw finds what must never reach a user: Go's words.
func raw(message string) string {
	for _, w := range []string{"panic", "goroutine", "runtime error", "strconv.", "%!", ".go:", "interface {", "map["} {
		if strings.Contains(message, w) {
			return w
		}
	}
	return ""
}

// answerText writes an answer as a story shows it.
func answerText(columns []string, rows []ChangeRow, sorted bool) string {
	for i, c := range columns {
		columns[i] = strings.ReplaceAll(c, " NOT NULL", "")
	}
	if len(columns) == 0 || columns[0] == "job id STRING" || len(rows) == 1 && len(columns) == 1 && rows[0].Fields[0] == "OK" {
		return "OK"
	}
	if len(columns) == 1 && len(rows) == 1 && strings.Contains(rows[0].Fields[0], "\n") {
		return columns[0] + "\n" + strings.TrimRight(rows[0].Fields[0], "\n")
	}
	lines := make([]string, 0, len(rows))
	for _, r := range rows {
		kind := ""
		if r.Kind != Insert {
			kind = string(r.Kind)
		}
		lines = append(lines, kind+"["+escapes.Replace(strings.Join(r.Fields, ", "))+"]")
	}
	if sorted {
		slices.Sort(lines)
	}
	return strings.TrimRight(strings.Join(columns, " | ")+"\n"+strings.Join(lines, "\n"), "\n")
}

// A cluster without free slots says nothing about a statement: it is asked again.
const (
	noSlots   = "Could not acquire the minimum required resources"
	slotTries = 20
)

// askFlink opens a session of the gateway.
func (s *story) askFlink(address string) func(context.Context, string) string {
	ctx := s.t.Context()
	client, err := flinkgateway.Dial(ctx, address)
	if err != nil {
		s.t.Fatal(err)
	}
	open, err := client.Open(ctx, "statements", map[string]string{"table.local-time-zone": "UTC", "table.dml-sync": "true", "parallelism.default": "1"})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = open.Close(context.Background()) })
	return func(ctx context.Context, sql string) string {
		columns, rows, query, err := askGateway(ctx, open, sql)
		for try := 0; err != nil && strings.Contains(flinkWords(err), noSlots); try++ {
			if try == slotTries {
				s.t.Fatalf("the cluster has no free slots for: %s", sql)
			}
			columns, rows, query, err = askGateway(ctx, open, sql)
		}
		if err != nil {
			return refusedMark + flinkWords(err)
		}
		return answerText(columns, rows, query)
	}
}

func askGateway(ctx context.Context, open *flinkgateway.Session, sql string) (columns []string, rows []ChangeRow, query bool, err error) {
	op, err := open.Submit(ctx, sql, nil)
	if err != nil {
		return nil, nil, false, err
	}
	for page, err := range op.Pages(ctx) {
		if err != nil {
			return nil, nil, false, err
		}
		query = page.IsQuery
		columns = columns[:0]
		for _, c := range page.Columns {
			columns = append(columns, c.Name+" "+c.Type.String())
		}
		for _, r := range page.Rows {
			rows = append(rows, ChangeRow{Kind: Kind(r.Kind.Short()), Fields: fieldTexts(r.Fields)})
		}
	}
	return columns, rows, query, op.Close(ctx)
}

// flinkWords are the chain of causes, without what the gateway adds.
func flinkWords(err error) string {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) {
		return err.Error()
	}
	var parts []string
	for _, c := range f.Causes {
		m := strings.TrimSpace(c.Message)
		m = javaClass.ReplaceAllString(firstSentence(m), "")
		if m == "" || strings.HasPrefix(m, "Failed to fetchResults") || strings.HasPrefix(m, "Failed to execute the operation") {
			continue
		}
		if !slices.Contains(parts, m) {
			parts = append(parts, m)
		}
	}
	return strings.Join(parts, "\n  because: ")
}

var javaClass = regexp.MustCompile(`(?:\b(?:java|org)\.[\w.$]*\.)?(\w*Exception: )+`)

// askFlott opens a session in this process.
func (s *story) askFlott() func(context.Context, string) string {
	cfg := config.New()
	cfg.Warn = func(string) {}
	if err := cfg.Set("table.local-time-zone", "UTC"); err != nil {
		s.t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	engine := embedded.New(&out, &errOut, rpc.Discard)
	host := &embedded.Host{Engine: engine, Config: cfg}
	open := host.NewSession()
	return func(ctx context.Context, sql string) string {
		statement, err := parser.ParseStatement(sql)
		if err != nil {
			return refusedMark + diag.Render(sql, err)
		}
		statements := []ast.Statement{statement}
		var columns []string
		var rows []ChangeRow
		sorted := false
		for _, statement := range statements {
			r, err := open.Execute(sql, statement)
			if err != nil {
				return refusedMark + diag.Render(sql, err)
			}
			columns, rows, sorted = answerOf(r)
			if r.Job == nil {
				continue
			}
			if columns, rows, err = runJob(ctx, engine, r.Job, cfg.Clone()); err != nil {
				return refusedMark + err.Error()
			}
			if r.Then != nil {
				if err := r.Then(fieldsOf(rows)); err != nil {
					return refusedMark + err.Error()
				}
				columns, rows = nil, nil
			}
		}
		return answerText(columns, rows, sorted)
	}
}

// fieldsOf are rows as a statement takes them.
func fieldsOf(rows []ChangeRow) [][]*string {
	out := make([][]*string, len(rows))
	for i, r := range rows {
		for k := range r.Fields {
			f := &r.Fields[k]
			if *f == Null {
				f = nil
			}
			out[i] = append(out[i], f)
		}
	}
	return out
}

// answerOf is the result of a statement that is no job.
func answerOf(r *session.Result) ([]string, []ChangeRow, bool) {
	_, query := r.Statement.(*ast.QueryStatement)
	columns, rows := tableOf(r)
	return columns, rows, query
}

func fieldTexts(fields []*string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = Null
		if f != nil {
			out[i] = *f
		}
	}
	return out
}
