package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/rest"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/tableau"
)

// flottCommand runs a command in this process.
func flottCommand(args ...string) (out string, err error) {
	var b bytes.Buffer
	cmd := root()
	cmd.SetArgs(flinkArgs(args))
	cmd.SetOut(&b)
	cmd.SetErr(&b)
	err = cmd.Execute()
	return b.String(), err
}

// served is a script that runs in this process with REST beside it.
type served struct {
	address string
	out     bytes.Buffer
	done    chan error
	server  *rest.Server
}

func serveScript(t *testing.T, script string, settings ...string) *served {
	cfg := config.New()
	for i := 0; i < len(settings); i += 2 {
		if err := cfg.Set(settings[i], settings[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	l, err := rest.Listen("127.0.0.1", []int{0})
	if err != nil {
		t.Fatal(err)
	}
	board := &embedded.Board{}
	s := &served{address: l.Addr().String(), done: make(chan error, 1)}
	s.server = rest.Serve(l, rest.New(board, rest.Options{Version: "test", Slots: 2}), rpc.Discard)
	t.Cleanup(s.server.Close)
	host := &embedded.Host{
		Engine: embedded.New(&s.out, io.Discard, slog.New(slog.DiscardHandler)), Config: cfg, Out: &s.out, Style: tableau.JSON, Started: board.Add,
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	go func() { s.done <- host.NewSession().Run(ctx, script, host) }()
	return s
}

// get reads an answer into a value; false: not found.
func (s *served) get(t *testing.T, path string, into any) bool {
	resp, err := http.Get("http://" + s.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return true
}

// awaitRows returns the ID of the script's job once its source has emitted so many
// rows.
func (s *served) awaitRows(t *testing.T, rows int64) string {
	for {
		select {
		case err := <-s.done:
			t.Fatalf("the script has ended: %v", err)
		default:
		}
		var jobs struct{ Jobs []struct{ ID string } }
		s.get(t, "/jobs", &jobs)
		if len(jobs.Jobs) == 0 {
			continue
		}
		var job struct {
			Vertices []struct {
				Metrics struct {
					Written int64 `json:"write-records"`
				}
			}
		}
		if id := jobs.Jobs[0].ID; s.get(t, "/jobs/"+id, &job) && job.Vertices[0].Metrics.Written >= rows {
			return id
		}
	}
}

const countedRows = 6000

var countScript = fmt.Sprintf(`
CREATE TABLE ids (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '4000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '%d');
SELECT COUNT(*) AS n, SUM(id) AS total FROM ids`, countedRows)

// A savepoint that was taken over REST while the job ran is a point to go on from:
// nothing is lost, nothing is there twice.
func TestSavepointOverREST(t *testing.T) {
	dir := t.TempDir()
	first := serveScript(t, countScript, "pipeline.name", "counted", "table.exec.mini-batch.enabled", "false")
	id := first.awaitRows(t, 400)

	list, err := flottCommand("list", "-m", first.address)
	if err != nil || !regexp.MustCompile(`(?m)^\d\d\.\d\d\.\d{4} [\d:]{8} : `+id+` : counted \(RUNNING\)$`).MatchString(list) {
		t.Fatalf("list: %v\n%s", err, list)
	}
	out, err := flottCommand("savepoint", "-m", first.address, "counted", dir, "-type", "canonical")
	_, path, ok := strings.Cut(strings.TrimSpace(out), "Savepoint completed. Path: ")
	if err != nil || !ok {
		t.Fatalf("savepoint: %v\n%s", err, out)
	}
	if out, err := flottCommand("checkpoint", "-m", first.address, "-full", id[:8]); err != nil || !regexp.MustCompile(`Checkpoint\(FULL\) \d+ for job `+id+` completed\.`).MatchString(out) {
		t.Errorf("checkpoint: %v\n%s", err, out)
	}
	out, err = flottCommand("stop", "-m", first.address, "-p", dir, id)
	_, stopped, ok := strings.Cut(strings.TrimSpace(out), "Savepoint completed. Path: ")
	if err != nil || !ok {
		t.Fatalf("stop: %v\n%s", err, out)
	}
	if err := <-first.done; err != nil {
		t.Fatal(err)
	}
	if list, _ := flottCommand("list", "-a", "-m", first.address); !strings.Contains(list, id+" : counted (FINISHED)") {
		t.Errorf("after the stop:\n%s", list)
	}

	for _, from := range []string{path, stopped} {
		second := serveScript(t, countScript, "execution.state-recovery.path", from)
		if err := <-second.done; err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf(`{"n":%d,"total":%d}`, countedRows, countedRows*(countedRows+1)/2); !strings.Contains(second.out.String(), want) {
			t.Errorf("started from %s it counted\n%s, want %s", from, second.out.String(), want)
		}
	}

	out, err = flottCommand("savepoint", "-m", first.address, "-d", path)
	if err != nil || !strings.Contains(out, "disposed.") {
		t.Errorf("dispose: %v\n%s", err, out)
	}
	if left, _ := os.ReadDir(strings.TrimPrefix(strings.TrimPrefix(path, "file:"), "//")); len(left) > 0 {
		t.Errorf("%d files of the savepoint are left", len(left))
	}
}

func TestCancelOverREST(t *testing.T) {
	s := serveScript(t, strings.ReplaceAll(countScript, "'4000'", "'10'"), "pipeline.name", "slow")
	id := s.awaitRows(t, 1)
	if out, err := flottCommand("cancel", "-m", s.address, "slow"); err != nil || !strings.Contains(out, "Cancelled job "+id) {
		t.Errorf("%v\n%s", err, out)
	}
	if err := <-s.done; err == nil {
		t.Error("the script of a job that was cancelled succeeded")
	}
	if _, err := flottCommand("cancel", "-m", s.address, "slow"); err == nil || !strings.Contains(err.Error(), `no job "slow" runs`) {
		t.Errorf("cancelling what does not run: %v", err)
	}
	if out, err := flottCommand("cancel", "-m", s.address, id); err != nil {
		t.Errorf("cancelling a second time: %v\n%s", err, out)
	}
}

// What Flink answers is understood: its two spellings, its stack traces, its errors.
func TestVerbsAgainstFlink(t *testing.T) {
	const id = "e10bf75ce829045f95673f75c3e72313"
	answers := map[string]string{
		"POST /v1/jobs/" + id + "/savepoints":   `{"request-id":"1"}`,
		"GET /v1/jobs/" + id + "/savepoints/1":  `{"status":{"id":"COMPLETED"},"operation":{"failure-cause":{"class":"x","stack-trace":"java.util.concurrent.CompletionException: org.apache.flink.Failed: outer\n\tat a.B(C.java:1)\nCaused by: org.apache.flink.runtime.checkpoint.CheckpointException: IO-problem detected.\n\tat x\n\t... 4 more\n","serialized-throwable":""}}}`,
		"POST /v1/jobs/" + id + "/checkpoints":  `{"request-id":"2"}`,
		"GET /v1/jobs/" + id + "/checkpoints/2": `{"status":{"id":"COMPLETED"},"operation":{"failureCause":{"stack-trace":"a.b.CheckpointException: Checkpointing is off"}}}`,
		"POST /v1/jobs/" + id + "/stop":         `!400 {"errors":["org.apache.flink.runtime.rest.handler.RestHandlerException: Config key [execution.checkpointing.savepoint-dir] is not set. Property [target-directory] must be provided.\n\tat x"]}`,
		"PATCH /v1/jobs/" + id:                  `!404 {"errors":["org.apache.flink.runtime.rest.NotFoundException: Job ` + id + ` not found\n\tat x"]}`,
		"GET /v1/jobs/overview":                 `{"jobs":[{"jid":"` + id + `","name":"a","state":"CREATED","start-time":129600000},{"jid":"f10bf75ce829045f95673f75c3e72313","name":"b","state":"RESTARTING","start-time":1000},{"jid":"010bf75ce829045f95673f75c3e72313","name":"b","state":"RUNNING","start-time":0}]}`,
		"POST /v1/savepoint-disposal":           `!500 {"errors":["Internal server error.","<Exception on server side:\norg.apache.flink.util.FlinkException: no disk\n\tat x\nEnd of exception on server side>"]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			t.Errorf("unexpected: %s %s", r.Method, r.URL)
		}
		if rest, ok := strings.CutPrefix(a, "!"); ok {
			var code int
			fmt.Sscan(rest, &code)
			w.WriteHeader(code)
			a = rest[4:]
		}
		io.WriteString(w, a)
	}))
	defer server.Close()
	at := strings.TrimPrefix(server.URL, "http://")
	for _, c := range []struct {
		args []string
		want string // of the error, or of the output
	}{
		{[]string{"savepoint", id, "/x"}, "no savepoint of job " + id + " was taken: IO-problem detected."},
		{[]string{"savepoint", "--detached", id}, "Triggering savepoint for job " + id + ".\nRequest ID: 1\n"},
		{[]string{"checkpoint", id}, "no checkpoint of job " + id + " was taken: Checkpointing is off"},
		{[]string{"stop", id}, "job " + id + " was not stopped: there is no directory for the savepoint: give -p TARGET, or set 'execution.checkpointing.savepoint-dir' for the job"},
		{[]string{"cancel", id}, "job " + id + " was not cancelled: Job " + id + " not found"},
		{[]string{"cancel", "b"}, "2 jobs that run are called \"b\"; name one by its ID: `flott list` shows them"},
		{[]string{"savepoint", "-d", "/x"}, "savepoint /x was not disposed of: no disk"},
		{[]string{"savepoint", "-type", "odd", id}, "--type odd: use canonical or native"},
		{[]string{"stop"}, "`flott stop` needs the job's ID; `flott list` shows it"},
		{[]string{"list", "-s"}, "----------------------- Scheduled Jobs -----------------------\n02.01.1970"},
	} {
		out, err := flottCommand(append(c.args, "-m", at)...)
		if err != nil {
			out = err.Error()
		}
		if out != c.want && !(strings.HasPrefix(c.args[0], "list") && strings.HasPrefix(out, c.want)) {
			t.Errorf("flott %s:\n%s\nwant\n%s", strings.Join(c.args, " "), out, c.want)
		}
	}
}

// One sentence says what is at the address.
func TestNotAnEndpoint(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "<html><title>login</title></html>")
	}))
	at := strings.TrimPrefix(page.URL, "http://")
	if _, err := flottCommand("list", "-m", at); err == nil || !strings.Contains(err.Error(), "is no REST endpoint of flott or Flink") {
		t.Errorf("a page: %v", err)
	}
	page.Close()
	if _, err := flottCommand("list", "-m", at); err == nil || !strings.Contains(err.Error(), "nothing answers at "+at+" (connection refused)") {
		t.Errorf("nobody: %v", err)
	}
	if _, err := flottCommand("list", "-m", "http://"); err == nil || !strings.Contains(err.Error(), "expected HOST:PORT") {
		t.Errorf("no address: %v", err)
	}
}
