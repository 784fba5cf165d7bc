package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/diag"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// TestChecks shows what is refused before anything is sent.
func TestChecks(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			statements, err := engine.Parse(d.Input)
			if err != nil {
				return err.Error() + "\n"
			}
			var b strings.Builder
			for _, e := range Check(d.Input, statements) {
				b.WriteString(diag.Render(d.Input, e) + "\n")
			}
			if b.Len() == 0 {
				return "nothing\n"
			}
			return b.String()
		})
	})
}

// fake is a gateway and the JobManager behind it. A statement is answered by what begins like it.
type fake struct {
	t       *testing.T
	server  *httptest.Server
	answers map[string]string // results, or '!' and a stack trace

	mu       sync.Mutex
	asked    []string // statements and what else matters
	state    string   // of job j1
	canceled chan struct{}
	current  string // the statement of the operation
}

func newFake(t *testing.T, answers map[string]string) (*fake, *Engine) {
	f := &fake{t: t, answers: answers, state: "RUNNING", canceled: make(chan struct{})}
	f.server = httptest.NewServer(f)
	t.Cleanup(f.server.Close)
	client, err := flinkgateway.Dial(t.Context(), f.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), client, Options{REST: f.server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(context.Background()) })
	return f, e
}

const column = `"columns":[{"name":"n","logicalType":{"type":"BIGINT","nullable":false}}]`

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch path := r.URL.Path; {
	case path == "/api_versions":
		fmt.Fprint(w, `{"versions":["V3"]}`)
	case path == "/config":
		fmt.Fprint(w, `{"flink-version":"2.3.0"}`)
	case strings.HasSuffix(path, "/statements"):
		var body struct{ Statement string }
		json.NewDecoder(r.Body).Decode(&body)
		f.asked = append(f.asked, body.Statement)
		f.current = body.Statement
		fmt.Fprint(w, `{"operationHandle":"o"}`)
	case strings.Contains(path, "/result/"):
		f.result(w)
	case r.Method == http.MethodPatch:
		f.asked = append(f.asked, "cancel "+path)
		f.state = "CANCELED"
		w.WriteHeader(http.StatusAccepted)
	case path == "/jobs/j1/exceptions":
		fmt.Fprint(w, `{"exceptionHistory":{"entries":[{"stacktrace":"org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat a.B.c(B.java:1)\nCaused by: java.lang.ArithmeticException: / by zero\n\tat d.E.f(E.java:2)"}]}}`)
	case path == "/jobs/j1":
		fmt.Fprintf(w, `{"name":"insert","state":"%s","vertices":[{"id":"a","metrics":{"write-records":7}},{"id":"b","metrics":{"read-records":5}}],"plan":{"nodes":[{"id":"a"},{"id":"b","inputs":[{"id":"a"}]}]}}`, f.state)
	default:
		fmt.Fprint(w, `{"sessionHandle":"s","status":"CLOSED","properties":{}}`)
	}
}

func (f *fake) result(w http.ResponseWriter) {
	for begin, answer := range f.answers {
		if !strings.HasPrefix(f.current, begin) {
			continue
		}
		if trace, failed := strings.CutPrefix(answer, "!"); failed {
			w.WriteHeader(http.StatusInternalServerError)
			text, _ := json.Marshal(trace)
			fmt.Fprintf(w, `{"errors":[%s]}`, text)
			return
		}
		fmt.Fprint(w, answer)
		return
	}
	fmt.Fprint(w, `{"resultType":"EOS","results":{"columns":[{"name":"result","logicalType":{"type":"VARCHAR","length":2147483647}}],"data":[{"kind":"INSERT","fields":["OK"]}]}}`)
}

// seen is a Display that keeps what it is shown.
type seen struct {
	answers, rows []string
	query         engine.Query
	ended         bool
}

func (s *seen) Answer(_ engine.Statement, columns types.Schema, rows [][]*string) error {
	s.answers = append(s.answers, fmt.Sprint(len(columns), len(rows)))
	return nil
}

func (s *seen) Rows(q engine.Query) (tableau.Writer, error) { s.query = q; return s, nil }

func (s *seen) Row(kind batch.RowKind, r *tableau.Row) error {
	text, ok := r.Field(0)
	s.rows = append(s.rows, fmt.Sprint(kind, string(text), ok))
	return nil
}

func (s *seen) Flush() error { return nil }
func (s *seen) End() error   { s.ended = true; return nil }

func run(t *testing.T, e *Engine, script string, more func(*engine.Script)) (*seen, error) {
	t.Helper()
	s := &seen{}
	x := &engine.Script{Engine: e, Display: s}
	if more != nil {
		more(x)
	}
	return s, x.Run(t.Context(), script, engine.ParseKnown(script))
}

const insertAnswer = `{"resultType":"EOS","jobID":"j1","results":{"columns":[{"name":"job id","logicalType":{"type":"VARCHAR","length":2147483647}}],"data":[{"kind":"INSERT","fields":["j1"]}]}}`

func TestQuery(t *testing.T) {
	_, e := newFake(t, map[string]string{"SELECT": `{"resultType":"EOS","isQueryResult":true,"jobID":"j1","results":{` + column + `,"data":[{"kind":"INSERT","fields":["1"]},{"kind":"UPDATE_AFTER","fields":[null]}]}}`})
	s, err := run(t, e, "CREATE DATABASE d; SELECT 1 AS n;", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(s.answers, s.rows, s.ended, s.query.Types, s.query.Bounded, s.query.JobID); got != "[0 0] [+I1true +Ufalse] true [BIGINT NOT NULL] truej1" {
		t.Errorf("seen: %s", got)
	}
}

func TestInsertIsWaitedFor(t *testing.T) {
	f, e := newFake(t, map[string]string{"INSERT": insertAnswer})
	f.state = "FINISHED"
	var summary string
	_, err := run(t, e, "CREATE TABLE b (x INT) WITH ('connector' = 'blackhole'); INSERT INTO b VALUES (1);", func(s *engine.Script) {
		s.Ended = func(j engine.Job, _ error) { summary = j.Name() + " " + j.Summary() }
	})
	if err != nil || !strings.HasPrefix(summary, "insert-into_b 7 rows in, 5 rows out") {
		t.Errorf("%v, %q", err, summary)
	}
}

func TestDetachedJobsAreLeft(t *testing.T) {
	_, e := newFake(t, map[string]string{"INSERT": insertAnswer}) // it runs for ever
	started := 0
	_, err := run(t, e, "INSERT INTO b VALUES (1)", func(s *engine.Script) {
		s.Detached, s.Started = true, func(engine.Job) { started++ }
	})
	if err != nil || started != 1 {
		t.Errorf("%v, %d jobs", err, started)
	}
}

func TestWhatBreaksAJobIsTold(t *testing.T) {
	f, e := newFake(t, map[string]string{"INSERT": insertAnswer})
	f.state = "FAILED"
	_, err := run(t, e, "INSERT INTO b VALUES (1)", nil)
	var failed *engine.JobError
	if !errors.As(err, &failed) || failed.Err.Error() != "/ by zero" {
		t.Errorf("got %v", err)
	}
}

func TestStopCancelsTheJob(t *testing.T) {
	f, e := newFake(t, map[string]string{"INSERT": insertAnswer})
	ctx, cancel := context.WithCancelCause(t.Context())
	x := &engine.Script{Engine: e, Display: &seen{}, Started: func(engine.Job) { cancel(engine.ErrStopped) }}
	script := "CREATE TABLE g (x INT) WITH ('connector' = 'datagen'); CREATE TABLE b (x INT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT x FROM g"
	if err := x.Run(ctx, script, engine.ParseKnown(script)); err != nil {
		t.Errorf("a job without end that was stopped ended with %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if last := f.asked[len(f.asked)-1]; last != "cancel /jobs/j1" {
		t.Errorf("last asked: %s", last)
	}
}

const validation = "!<Exception on server side:\norg.apache.flink.table.api.ValidationException: SQL validation failed. From line 1, column 43 to line 1, column 45: Column 'bad' not found\nCaused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'bad' not found in any table\n\tat a.b(C.java)\n"

// A place that Flink names is one in the user's text, also where another text was sent.
func TestPlaces(t *testing.T) {
	for script, want := range map[string]string{
		"SELECT 1;\nINSERT INTO ü SELECT 'a', '𝄞', 1111111, bad FROM t": "2:42: Column 'bad' not found in any table\n  2 | INSERT INTO ü SELECT 'a', '𝄞', 1111111, bad FROM t\n    |                                          ^^^",
		"BEGIN STATEMENT SET;\nINSERT INTO t SELECT bad;\nEND;":         "2:15: Column 'bad' not found in any table\n  2 | INSERT INTO t SELECT bad;\n    |               ^^^",
	} {
		_, e := newFake(t, map[string]string{"INSERT": validation, "EXECUTE STATEMENT SET BEGIN INSERT": validation, "SELECT": `{"resultType":"EOS","results":{"columns":[],"data":[]}}`})
		_, err := run(t, e, script, nil)
		if err == nil {
			t.Fatal("no error")
		}
		if got := diag.Render(script, err); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

func TestMissingFactory(t *testing.T) {
	trace := "!org.apache.flink.table.api.ValidationException: Could not find any factory for identifier 'hbase-9' that implements 'x.Y' in the classpath.\n\nAvailable factory identifiers are:\n\nblackhole\nprint\n\tat a.b(C.java)\n"
	_, e := newFake(t, map[string]string{"SELECT": trace})
	_, err := run(t, e, "SELECT * FROM t", nil)
	var d *diag.Error
	if !errors.As(err, &d) || d.Hint != "this cluster has no 'hbase-9': put its jar into Flink's lib folder, or ADD JAR '…'; it has blackhole, print" {
		t.Errorf("got %v, hint %q", err, d.Hint)
	}
}
