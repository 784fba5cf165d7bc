package flinkrest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

var now = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// cluster answers as Flink with one job of many vertices and subtasks.
type cluster struct {
	vertices, subtasks int
	odd                map[string]http.HandlerFunc // by path: answers instead
	requests, running  atomic.Int64
	most               atomic.Int64
	longest            atomic.Int64 // bytes of a request's path
}

const jobID = "0123456789abcdef0123456789abcdef"

func (c *cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.requests.Add(1)
	if n := c.running.Add(1); n > c.most.Load() {
		c.most.Store(n)
	}
	defer c.running.Add(-1)
	if n := int64(len(r.URL.String())); n > c.longest.Load() {
		c.longest.Store(n)
	}
	if odd := c.odd[r.URL.Path]; odd != nil {
		odd(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	path := strings.TrimPrefix(r.URL.Path, "/jobs/"+jobID)
	switch {
	case r.URL.Path == "/overview":
		fmt.Fprint(w, `{"taskmanagers":1,"slots-total":4,"slots-available":2,"flink-version":"2.3.0","flink-commit":"c0f8d1a"}`)
	case r.URL.Path == "/jobs/overview":
		fmt.Fprintf(w, `{"jobs":[{"jid":"%s","name":"wide","state":"RUNNING","start-time":1,"end-time":-1},{"jid":"ff","name":"old","state":"FINISHED"}]}`, jobID)
	case r.URL.Path == "/taskmanagers":
		fmt.Fprint(w, `{"taskmanagers":[{"id":"tm-1","path":"pekko.tcp://flink@host:1/user","slotsNumber":4,"freeSlots":2,"hardware":{"cpuCores":2},"memoryConfiguration":{"taskHeap":1000,"managedMemory":null}}]}`)
	case r.URL.Path == "/jobmanager/config":
		fmt.Fprint(w, `[{"key":"a.b","value":"c"}]`)
	case path == "":
		c.job(w)
	case strings.HasSuffix(path, "/backpressure"):
		c.list(w, `{"status":"ok","subtasks":[`, `{"subtask":%d,"ratio":0.25,"idleRatio":0.5,"busyRatio":"NaN"}`, `]}`)
	case strings.HasSuffix(path, "/subtasks/metrics") && r.URL.RawQuery == "":
		fmt.Fprint(w, `[{"id":"numRecordsInPerSecond"},{"id":"Calc[2].currentOutputWatermark"},{"id":"somethingElse"}]`)
	case strings.HasSuffix(path, "/subtasks/metrics"):
		fmt.Fprint(w, `[{"id":"numRecordsInPerSecond","min":1,"max":9,"avg":5,"sum":500},{"id":"Calc[2].currentOutputWatermark","min":"NaN","max":7,"avg":7,"sum":7}]`)
	case strings.HasSuffix(path, "/metrics"):
		var out []string
		for _, id := range strings.Split(r.URL.Query().Get("get"), ",") {
			if strings.HasSuffix(id, "numRecordsInPerSecond") {
				out = append(out, fmt.Sprintf(`{"id":%q,"value":"4.5"}`, id))
			}
		}
		fmt.Fprintf(w, "[%s]", strings.Join(out, ","))
	case strings.HasPrefix(path, "/vertices/") && strings.Count(path, "/") == 2:
		c.list(w, `{"subtasks":[`, `{"subtask":%d,"status":"RUNNING","attempt":0,"endpoint":"h:1","taskmanager-id":"tm-1","metrics":{"read-records":10,"read-records-complete":true,"accumulated-busy-time":"NaN"}}`, `]}`)
	case path == "/checkpoints" || path == "/checkpoints/config":
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"errors":["org.apache.flink.runtime.rest.handler.RestHandlerException: Checkpointing has not been enabled.\n\tat x"]}`)
	case path == "/exceptions":
		fmt.Fprint(w, `{"exceptionHistory":{"entries":[{"exceptionName":"java.lang.RuntimeException","stacktrace":"java.lang.RuntimeException: x","timestamp":5}],"truncated":false}}`)
	case path == "/config":
		fmt.Fprint(w, `{"execution-config":{"restart-strategy":"Cluster level default restart strategy","user-config":{}}}`)
	default:
		fmt.Fprint(w, `[]`)
	}
}

func (c *cluster) list(w http.ResponseWriter, head, each, end string) {
	items := make([]string, c.subtasks)
	for i := range items {
		items[i] = fmt.Sprintf(each, i)
	}
	fmt.Fprint(w, head+strings.Join(items, ",")+end)
}

func (c *cluster) job(w http.ResponseWriter) {
	var vertices, nodes []string
	for i := range c.vertices {
		vertices = append(vertices, fmt.Sprintf(`{"id":"v%d","name":"Task %d","parallelism":%d,"status":"RUNNING"}`, i, i, c.subtasks))
		inputs := ""
		if i > 0 {
			inputs = fmt.Sprintf(`,"inputs":[{"id":"v%d","ship_strategy":"HASH"}]`, i-1)
		}
		nodes = append([]string{fmt.Sprintf(`{"id":"v%d","description":"a &lt; b<br/>"%s}`, i, inputs)}, nodes...)
	}
	fmt.Fprintf(w, `{"jid":"%s","name":"wide","state":"RUNNING","job-type":"STREAMING","start-time":1,"duration":90000,"timestamps":{"RUNNING":5,"FAILED":0},"vertices":[%s],"plan":{"nodes":[%s]}}`,
		jobID, strings.Join(vertices, ","), strings.Join(nodes, ","))
}

func read(t *testing.T, c *cluster, o Options) (*snapshot.Snapshot, error) {
	t.Helper()
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	client, err := NewClient(Access{URL: server.URL + "/?secret=1", Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return Read(t.Context(), client, client.Target(), now, o)
}

func TestReadWide(t *testing.T) {
	c := &cluster{vertices: 50, subtasks: 100}
	start := time.Now()
	s, err := read(t, c, Options{Parallel: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d requests in %s", c.requests.Load(), time.Since(start))
	if n := c.most.Load(); n > 8 {
		t.Errorf("%d requests at once, want at most 8", n)
	}
	if n := c.requests.Load(); n > 500 {
		t.Errorf("%d requests for 50 vertices, want at most 500", n)
	}
	if n := c.longest.Load(); n > 4000 {
		t.Errorf("a request line of %d bytes; Netty takes 4096", n)
	}
	if strings.Contains(s.Target, "secret") {
		t.Errorf("target %q", s.Target)
	}
	if len(s.Jobs) != 1 || len(s.Jobs[0].Vertices) != 50 {
		t.Fatalf("%d jobs", len(s.Jobs))
	}
	j := &s.Jobs[0]
	if !j.Checkpoints.Off || len(j.Missing) != 0 {
		t.Errorf("checkpointing off: %t, missing %v", j.Checkpoints.Off, j.Missing)
	}
	v := j.Vertex("v49")
	if len(v.Subtasks) != 100 || v.Subtasks[99].Metric("numRecordsInPerSecond") != 4.5 || v.Subtasks[3].BackPressured != 0.25 || v.Subtasks[3].Busy == v.Subtasks[3].Busy {
		t.Errorf("v49: %d subtasks, the last %+v", len(v.Subtasks), v.Subtasks[len(v.Subtasks)-1])
	}
	if !j.Upstream("v0", "v49") || j.Upstream("v49", "v0") || v.Description != "a < b" {
		t.Errorf("the plan was not understood: %q", v.Description)
	}
	if got := j.Exceptions[0].Name; got != "java.lang.RuntimeException" {
		t.Errorf("exception %q", got)
	}
}

// What cannot be read is said, with its reason, and is not taken for zero.
func TestReadPartly(t *testing.T) {
	base := "/jobs/" + jobID
	c := &cluster{vertices: 2, subtasks: 2, odd: map[string]http.HandlerFunc{
		"/jobmanager/config":               text("application/json", `[{"key":"a`),
		"/taskmanagers":                    text("text/html", `<html><title>Sign in</title>`),
		base + "/exceptions":               text("application/octet-stream", "\x00\x01\x02"),
		base + "/config":                   status(http.StatusForbidden),
		base + "/checkpoints":              status(http.StatusInternalServerError),
		base + "/vertices/v1/backpressure": text("application/json", ``),
	}}
	s, err := read(t, c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[snapshot.Part]string{snapshot.Config: "JSON that is cut off", snapshot.TaskManagers: `an HTML page ("Sign in")`} {
		if got := s.Missing[part]; !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", part, got, want)
		}
	}
	for part, want := range map[snapshot.Part]string{
		snapshot.Exceptions: "not the JSON of Flink", snapshot.Config: "403 Forbidden; give --bearer", snapshot.CheckpointStats: "500", snapshot.BackPressure: "answered with nothing",
	} {
		if got := s.Jobs[0].Missing[part]; !strings.Contains(got, want) {
			t.Errorf("%s of the job: %q, want %q", part, got, want)
		}
	}
}

func text(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		overview http.HandlerFunc
		options  Options
		want     string
	}{
		"login page":  {text("text/html; charset=utf-8", "<html><TITLE>Sign in</TITLE></html>"), Options{}, `is not Flink's REST API: it answered with an HTML page ("Sign in")`},
		"other JSON":  {text("application/json", `{"status":"ok"}`), Options{}, "JSON without flink-version"},
		"binary":      {text("application/octet-stream", "\x00\xff"), Options{}, "not the JSON of Flink"},
		"cut":         {text("application/json", `{"slots-total":`), Options{}, "JSON that is cut off"},
		"password":    {status(http.StatusUnauthorized), Options{}, "401 Unauthorized; give --bearer"},
		"other job":   {nil, Options{Job: "nope"}, `there is no job "nope"; the cluster has ` + jobID + " wide (RUNNING)"},
		"huge":        {text("application/json", `"`+strings.Repeat("x", answerBytesMax)+`"`), Options{}, "larger than 8 MiB"},
		"elsewhere":   {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://login.example.com/", 302) }, Options{}, "redirected to login.example.com"},
		"old Windows": {text("application/json", "\xff\xfe{"), Options{}, "not the JSON of Flink"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &cluster{vertices: 1, subtasks: 1, odd: map[string]http.HandlerFunc{"/overview": test.overview}}
			_, err := read(t, c, test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

func TestClientRefuses(t *testing.T) {
	for _, a := range []Access{{URL: "ftp://x"}, {URL: "http://"}, {URL: "h:1", Headers: []string{"nocolon"}}, {URL: "h:1", CA: "/nonexistent"}, {URL: "h:1", Cert: "/nonexistent"}} {
		if _, err := NewClient(a); err == nil {
			t.Errorf("%+v is taken", a)
		}
	}
	c, err := NewClient(Access{URL: "https://u:p@host/flink/", Bearer: "t"})
	if err != nil || c.Target() != "https://host/flink" {
		t.Errorf("target %v, %v", c, err)
	}
}

func TestDownIsSaid(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client, _ := NewClient(Access{URL: server.URL})
	_, err := Read(context.Background(), client, "x", now, Options{})
	if err == nil || !strings.Contains(err.Error(), "cannot read from 127.0.0.1") {
		t.Errorf("%v", err)
	}
}

func TestParseStack(t *testing.T) {
	owned := parseStack("\"Map (4/4)#0\" Id=156 BLOCKED on java.lang.Object@1 owned by \"Map (3/4)#0\" Id=155\n\tat x.Y.z(Y.java:1)\n")
	if owned.State != "BLOCKED" {
		t.Errorf("a thread that waits for a lock of another is %q", owned.State)
	}
	s := parseStack("\"Sink (1/2)#0\" Id=66 TIMED_WAITING on x\n\tat java.base@17.0.15/java.lang.Thread.sleep(Native Method)\n\tat app//org.apache.flink.A.run(A.java:1)\n\t-  locked y\n\tat org.x.B$$Lambda$1/0x00.run(Unknown)\n")
	want := []string{"java.lang.Thread.sleep(Native Method)", "org.apache.flink.A.run(A.java:1)", "org.x.B$$Lambda$1/0x00.run(Unknown)"}
	if s.State != "TIMED_WAITING" || fmt.Sprint(s.Frames) != fmt.Sprint(want) {
		t.Errorf("%+v", s)
	}
}

// fixed answers every path with the same bytes.
type fixed []byte

func (f fixed) Get(_ context.Context, path string) ([]byte, error) {
	if path == "/overview" {
		return []byte(`{"flink-version":"2.3.0"}`), nil
	}
	if path == "/jobs/overview" {
		return []byte(`{"jobs":[{"jid":"a","state":"RUNNING"}]}`), nil
	}
	if len(f) == 0 {
		return nil, errors.New("nothing")
	}
	return f, nil
}

// Whatever a server answers, reading ends without a panic.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"jid":"a","vertices":[{"id":"v"},{"id":"w"}],"plan":{"nodes":[{"id":"v","inputs":[{"id":"w"}]},{"id":"w","inputs":[{"id":"v"}]}]},"subtasks":[{"subtask":0,"ratio":"NaN"}],"history":[{"id":1,"status":"FAILED"}],"tasks":{"v":{}}}`,
		`[{"id":"0.x","value":"1","min":1e400}]`, `{"interval":-1,"timeout":9e99}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = Read(t.Context(), fixed(body), "x", now, Options{Samples: 1})
	})
}

// Figures of tasks that Flink has not collected yet are asked for again, if their job
// has run a while.
func TestAskedAgain(t *testing.T) {
	for _, ran := range []time.Duration{collected - time.Second, time.Minute} {
		var asked atomic.Int64
		c := &cluster{vertices: 1, subtasks: 2, odd: map[string]http.HandlerFunc{}}
		c.odd["/jobs/"+jobID] = func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"jid":"%s","name":"new","state":"RUNNING","duration":%d,"vertices":[{"id":"v0","name":"Source: s","parallelism":2,"status":"RUNNING"}],"plan":{"nodes":[{"id":"v0"}]}}`, jobID, ran.Milliseconds())
		}
		c.odd["/jobs/"+jobID+"/vertices/v0/backpressure"] = func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) < 3 {
				fmt.Fprint(w, `{"status":"ok","subtasks":[]}`)
				return
			}
			c.list(w, `{"status":"ok","subtasks":[`, `{"subtask":%d,"ratio":0.25,"idleRatio":0.5,"busyRatio":0.25}`, `]}`)
		}
		server := httptest.NewServer(c)
		client, err := NewClient(Access{URL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		snap, err := Read(t.Context(), client, "x", now, Options{})
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		_, missing := snap.Jobs[0].Missing[snapshot.BackPressure]
		if old := ran >= collected; missing == old || old && (asked.Load() != 3 || snap.Jobs[0].Vertices[0].Subtasks[1].Busy != 0.25) {
			t.Errorf("after %s: asked %d times, missing: %t", ran, asked.Load(), missing)
		}
	}
}
