package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
)

// Requests that a web page of elsewhere could make are refused.
func TestGuard(t *testing.T) {
	h := serveFake(t, newFakeJob(checkpoint.JobRunning))
	h.options.Hosts = []string{"streams.example"}
	for _, c := range []struct {
		host, origin string
		want         int
	}{
		{"127.0.0.1:8081", "", 200},
		{"localhost:8081", "", 200},
		{"[::1]:8081", "", 200},
		{"127.0.0.1", "", 200},
		{"a.localhost:8081", "", 200},
		{"10.1.2.3:8081", "", 200},
		{"Streams.Example:8081", "", 200},
		{"evil.example:8081", "", 403}, // rebound to 127.0.0.1
		{"evil.example", "", 403},
		{"localhost.evil.example:8081", "", 403},
		{"", "", 403},
		{"127.0.0.1:8081", "http://127.0.0.1:8081", 200},
		{"127.0.0.1:8081", "http://127.0.0.1:9999", 403},
		{"127.0.0.1:8081", "https://evil.example", 403},
		{"127.0.0.1:8081", "null", 403},
	} {
		r := httptest.NewRequest("GET", "/jobs/overview", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("Host %q, Origin %q: %d, want %d", c.host, c.origin, w.Code, c.want)
		}
		for name := range w.Header() {
			if strings.HasPrefix(name, "Access-Control") {
				t.Errorf("a header %s", name)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	h := serveFake(t, j)
	job := "/jobs/" + jobID
	for _, c := range []struct {
		method, path, body string
		code               int
		says               string
	}{
		{"POST", job + "/savepoints", `{}`, 400, "Config key [execution.checkpointing.savepoint-dir] is not set"},
		{"POST", job + "/stop", `{"drain":true}`, 400, "target-directory"},
		{"POST", job + "/savepoints", `{"target-directory":"/x","formatType":"OTHER"}`, 400, "neither CANONICAL nor NATIVE"},
		{"POST", job + "/savepoints", `{"target-directory":"/x","triggerId":"7"}`, 400, "32 hexadecimal digits"},
		{"POST", job + "/savepoints", `{"target-directory":`, 400, "SavepointTriggerRequestBody"},
		{"POST", job + "/savepoints", `{"target-directory":"` + strings.Repeat("x", bodyBytesMax) + `"}`, 413, "larger than"},
		{"POST", job + "/checkpoints", `{"checkpointType":"INCREMENTAL"}`, 400, "not supported"},
		{"POST", "/savepoint-disposal", `{}`, 400, "savepoint-path"},
		{"PATCH", job + "?mode=stop", "", 308, "has been removed"},
		{"GET", job + "/checkpoints/details/x", "", 400, "(checkpointid)"},
		{"GET", job + "/vertices/" + windowID + "/subtasks/x", "", 400, "(subtaskindex)"},
		{"GET", job + "/vertices/" + windowID + "/subtasks/0/attempts/1", "", 404, "attempt 1"},
		{"GET", job + "/vertices/" + windowID + "/subtasks/metrics?get=a&subtasks=3-1", "", 400, "(subtasks)"},
		{"GET", job + "/vertices/" + windowID + "/flamegraph?type=x", "", 400, "(type)"},
		{"GET", job + "/exceptions?maxExceptions=x", "", 400, "(maxExceptions)"},
		{"GET", "/jobs/metrics?jobs=zz", "", 400, "(jobs)"},
		{"GET", "/taskmanagers/other", "", 404, "other"},
		{"GET", "/../etc/passwd", "", 404, "Unable to load"},
		{"PUT", "/metrics", "", 404, "Not found"},
	} {
		code, answer := ask(h, c.method, c.path, c.body)
		var e struct{ Errors []string }
		if err := json.Unmarshal([]byte(answer), &e); err != nil || len(e.Errors) == 0 {
			t.Errorf("%s %s: %d %s", c.method, c.path, code, answer)
			continue
		}
		if code != c.code || !strings.Contains(e.Errors[0], c.says) {
			t.Errorf("%s %s: %d %q, want %d with %q", c.method, c.path, code, e.Errors[0], c.code, c.says)
		}
	}
	if len(j.asked) > 0 {
		t.Errorf("what was refused was done: %q", j.asked)
	}
}

// Both spellings of a path, and of a target, do the same thing.
func TestTriggers(t *testing.T) {
	for _, c := range []struct{ path, body, want string }{
		{"/v1/jobs/" + jobID + "/savepoints", `{"target-directory":"/a","formatType":"NATIVE"}`, "savepoint /a NATIVE"},
		{"/jobs/" + jobID + "/savepoints", `{"zzz":1}`, "savepoint /own CANONICAL"},
		{"/jobs/" + jobID + "/stop", `{"targetDirectory":"/a","drain":true}`, "stop /a CANONICAL true"},
		{"/jobs/" + jobID + "/checkpoints", `{"checkpointType":"FULL"}`, "checkpoint true"},
		{"/jobs/" + jobID + "/checkpoints", ``, "checkpoint false"},
	} {
		j := newFakeJob(checkpoint.JobRunning)
		j.dir = "/own"
		h := serveFake(t, j)
		_, answer := ask(h, "POST", c.path, c.body)
		var id triggerBody
		if err := json.Unmarshal([]byte(answer), &id); err != nil || !hexID.MatchString(id.ID) {
			t.Fatalf("%s: %s", c.path, answer)
		}
		if !h.work.pending() {
			t.Errorf("%s: nobody has seen the outcome, but nothing is pending", c.path)
		}
		outcome := strings.Replace(c.path, "/stop", "/savepoints", 1) + "/" + id.ID
		for strings.Contains(answer, "request-id") || strings.Contains(answer, "IN_PROGRESS") {
			_, answer = ask(h, "GET", outcome, "")
		}
		if len(j.asked) != 1 || j.asked[0] != c.want {
			t.Errorf("%s %s: asked for %q, want %q", c.path, c.body, j.asked, c.want)
		}
		if h.work.pending() {
			t.Errorf("%s: the outcome was seen, but is still pending", c.path)
		}
	}
}

// The same trigger ID again does not trigger again.
func TestTriggerTwice(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	j.block = make(chan struct{})
	h := serveFake(t, j)
	body := `{"target-directory":"/a","triggerId":"` + jobID + `"}`
	for range 3 {
		if code, answer := ask(h, "POST", "/jobs/"+jobID+"/savepoints", body); code != 202 || !strings.Contains(answer, jobID) {
			t.Fatal(code, answer)
		}
	}
	close(j.block)
	for answer := ""; !strings.Contains(answer, "COMPLETED"); {
		_, answer = ask(h, "GET", "/jobs/"+jobID+"/savepoints/"+jobID, "")
	}
	if len(j.asked) != 1 {
		t.Errorf("triggered %d times", len(j.asked))
	}
}

func TestSavepointThatCancels(t *testing.T) {
	for _, refuse := range []error{nil, errFake} {
		j := newFakeJob(checkpoint.JobRunning)
		j.refuse = refuse
		h := serveFake(t, j)
		ask(h, "POST", "/jobs/"+jobID+"/savepoints", `{"target-directory":"/a","cancel-job":true,"triggerId":"`+jobID+`"}`)
		answer := ""
		for !strings.Contains(answer, "COMPLETED") {
			_, answer = ask(h, "GET", "/jobs/"+jobID+"/savepoints/"+jobID, "")
		}
		if j.canceled != (refuse == nil) {
			t.Errorf("after %s: canceled %t", answer, j.canceled)
		}
	}
}

// A minute ago nothing had been counted: figures are those of the newest attempt,
// shares of time those since the start.
func TestFigures(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	r := read(j)
	r.at = j.started.Add(60*time.Second + 30*time.Millisecond) // 60 s after RUNNING
	got := map[string]string{}
	for _, f := range r.subtask(1, 0) {
		got[f.id()] = f.print()
	}
	for name, want := range map[string]string{
		"numBytesIn": "1000", "idleTimeMsPerSecond": "500.0", "softBackPressuredTimeMsPerSecond": "250.0", "hardBackPressuredTimeMsPerSecond": "150.0",
		"backPressuredTimeMsPerSecond": "400.0", "busyTimeMsPerSecond": "100.0", "isBackPressured": "true", "accumulateIdleTimeMs": "30000",
		"numRecordsIn": "100", "numRecordsOut": "0", "currentInputWatermark": "1795253475172", "b[8]__Writer.numRecordsIn": "200",
		"Shuffle.Netty.Input.Buffers.inPoolUsage": "0.25", "checkpointAlignmentTime": "1000000",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for _, f := range r.subtask(0, 0) {
		if strings.HasSuffix(f.id(), "Source__g[1].currentInputWatermark") {
			t.Error("a source has an input watermark")
		}
		if f.id() == "numRecordsOut" && f.value != 200 {
			t.Errorf("the source's task emitted %v, want what leaves the chain", f.value)
		}
	}
}

// Rates come from the counters of up to a minute ago, of the same attempt.
func TestRates(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	old := read(j).counters()
	old.at = old.at.Add(-10 * time.Second)
	j.tasks = newFakeJob(checkpoint.JobRunning).tasks
	r := read(j)
	r.at = old.at.Add(10 * time.Second)
	r.past = []*reading{old}
	r.vertices[1].subtasks[0].counters[bytesIn] += 5000
	value := func(name string) float64 {
		for _, f := range r.subtask(1, 0) {
			if f.id() == name {
				return f.value
			}
		}
		t.Fatalf("no %s", name)
		return 0
	}
	if v := value("numBytesInPerSecond"); v != 500 {
		t.Errorf("%v bytes per second, want 500", v)
	}
	old.vertices[1].subtasks[0].execution.Attempt = 7 // of another attempt
	r.at = j.started.Add(50*time.Second + 30*time.Millisecond)
	if v := value("numBytesInPerSecond"); v != 6000.0/50 {
		t.Errorf("%v bytes per second since the start, want 120", v)
	}
}

func TestPrometheus(t *testing.T) {
	h := serveFake(t, newFakeJob(checkpoint.JobRunning))
	_, text := ask(h, "GET", "/metrics", "")
	for _, want := range []string{
		"# HELP flink_taskmanager_job_task_operator_numRecordsIn numRecordsIn (scope: taskmanager_job_task_operator)\n# TYPE flink_taskmanager_job_task_operator_numRecordsIn gauge\n",
		`operator_name="GlobalWindowAggregate_6_"} 100` + "\n", `job_name="rest_shape"`, "flink_jobmanager_job_numRestarts{", "flink_taskmanager_Status_JVM_CPU_Load{",
		"flink_jobmanager_numRunningJobs{", "flink_taskmanager_job_task_isBackPressured{",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		series, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "} ")
		switch {
		case strings.HasPrefix(line, "# "):
		case !ok || value == "":
			t.Errorf("line %q", line)
		case seen[series]:
			t.Errorf("%s is there twice", series)
		}
		seen[series] = ok
	}
}

// The classes in a failure are, byte for byte, as a JVM describes them.
func TestSerializedThrowable(t *testing.T) {
	const jvm = "rO0ABXNyAClvcmcuYXBhY2hlLmZsaW5rLnV0aWwuU2VyaWFsaXplZFRocm93YWJsZWUWnfUfpxPzAgADTAAZZnVsbFN0cmluZ2lmaWVkU3RhY2tUcmFjZXQAEkxqYXZhL2xhbmcvU3RyaW5nO0wAFm9yaWdpbmFsRXJyb3JDbGFzc05hbWVxAH4AAVsAE3NlcmlhbGl6ZWRFeGNlcHRpb250AAJbQnhyABNqYXZhLmxhbmcuRXhjZXB0aW9u0P0fPho7HMQCAAB4cgATamF2YS5sYW5nLlRocm93YWJsZdXGNSc5d7jLAwAETAAFY2F1c2V0ABVMamF2YS9sYW5nL1Rocm93YWJsZTtMAA1kZXRhaWxNZXNzYWdlcQB+AAFbAApzdGFja1RyYWNldAAeW0xqYXZhL2xhbmcvU3RhY2tUcmFjZUVsZW1lbnQ7TAAUc3VwcHJlc3NlZEV4Y2VwdGlvbnN0ABBMamF2YS91dGlsL0xpc3Q7eHA="
	classes, err := base64.StdEncoding.DecodeString(jvm)
	if err != nil {
		t.Fatal(err)
	}
	got := serialize("no \x00 room\U0001F4A5" + strings.Repeat("é", 100_000))
	if !bytes.HasPrefix(got, classes) {
		t.Fatalf("got\n%q, want it to begin\n%q", got[:len(classes)], classes)
	}
	rest := got[len(classes):]
	if !bytes.HasPrefix(rest, []byte{0x70, 0x74}) || !bytes.Contains(rest[:40], []byte("no \xc0\x80 room\xed\xa0\xbd\xed\xb2\xa5\xc3\xa9")) {
		t.Errorf("the message is written as %q", rest[:40])
	}
	if n := int(rest[2])<<8 | int(rest[3]); n < javaTextMax || n > 65535 {
		t.Errorf("a long text is cut to %d bytes", n)
	}
}

func TestSpread(t *testing.T) {
	if got, want := spreadOf([]int64{47876, 47798}), (spread{Min: 47798, Max: 47876, Avg: 47837, Sum: 95674, Median: 47837, P25: 47798, P75: 47876, P95: 47876}); got != want {
		t.Errorf("got %+v, want %+v, as Flink", got, want)
	}
	a := summarise("x", []float64{818, 1218}, nil)
	if *a.Skew < 19.64 || *a.Skew > 19.65 || *a.Avg != 1018 {
		t.Errorf("avg %v, skew %v; Flink says 1018 and 19.646", *a.Avg, *a.Skew)
	}
}

func TestParseStacks(t *testing.T) {
	list, err := stacks()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	running := 0
	for _, s := range list {
		if !s.parked {
			running++
		}
		if len(s.frames) == 0 || s.frames[0].function == "" || s.frames[0].line == "" {
			t.Errorf("frames %+v", s.frames)
		}
	}
	if running == 0 || running == len(list) {
		t.Errorf("%d of %d stacks run; this test does and the runner waits for it", running, len(list))
	}
}

func TestVertexState(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	j.executions[2].Enter("FINISHED", j.started.UnixMilli()+50)
	r := read(j)
	if s := r.vertexSummary(1, r.at.UnixMilli()); s.Status != "RUNNING" || s.End != -1 {
		t.Errorf("half of the subtasks have finished: %s, end %d", s.Status, s.End)
	}
	j.executions[3].Enter("FINISHED", j.started.UnixMilli()+70)
	r = read(j)
	if s := r.vertexSummary(1, r.at.UnixMilli()); s.Status != "FINISHED" || s.End != j.started.UnixMilli()+70 || s.Duration != 60 {
		t.Errorf("all have finished: %s, end %d, duration %d", s.Status, s.End-j.started.UnixMilli(), s.Duration)
	}
}

func TestDescribe(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	if got, want := describe(j.graph.Vertices[0]), "[1]:Source: g[1](select=[a &lt; b])<br/>+- [2]:Calc[2](select=[a &lt; b])<br/>"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if p := plan(j); p.Nodes[0].ID != windowID || p.Nodes[0].Inputs[0] != (planInput{sourceID, 0, "pipelined_bounded", "HASH"}) {
		t.Errorf("nodes %+v, want the sink first", p.Nodes)
	}
	for d := jobgraph.Forward; d <= jobgraph.Global; d++ {
		if shipStrategies[d] == "" {
			t.Errorf("%s has no name in the plan", d)
		}
	}
}

func TestParsePorts(t *testing.T) {
	ports, err := ParsePorts("8081, 9000-9002")
	if err != nil || len(ports) != 4 || ports[0] != 8081 || ports[3] != 9002 {
		t.Error(ports, err)
	}
	for _, bad := range []string{"", "x", "1-", "70000", "9-8", "1,,2", "-1"} {
		if _, err := ParsePorts(bad); err == nil {
			t.Errorf("%q is taken for ports", bad)
		}
	}
}

// No request makes the handler panic, and every answer is JSON or Prometheus' text.
func FuzzRequest(f *testing.F) {
	for _, path := range []string{"/overview", "/jobs/" + jobID + "/vertices/" + windowID + "/subtasks/metrics?get=a&agg=min&subtasks=0-9", "/v1/jobs/%2e%2e/x", "/jobs//x", "/metrics", "/jobs/" + jobID + "/savepoints"} {
		f.Add("GET", path, "")
		f.Add("POST", path, `{"target-directory":"/x","triggerId":null}`)
	}
	h := serveFake(f, newFakeJob(checkpoint.JobRunning))
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r := httptest.NewRequest("GET", "http://127.0.0.1:8081/", strings.NewReader(body))
		r.Method = method
		u, err := r.URL.Parse(path)
		if err != nil || u.Host != r.URL.Host {
			t.Skip()
		}
		r.URL = u
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code == 500 {
			t.Fatalf("%s %s: %s", method, path, w.Body)
		}
	})
}

// What opening costs beside the first job, and a reading of 4 subtasks.
func BenchmarkOpen(b *testing.B) {
	for range b.N {
		l, err := Listen("127.0.0.1", []int{0})
		if err != nil {
			b.Fatal(err)
		}
		New(&fakeCluster{}, Options{}).Close()
		l.Close()
	}
}

func BenchmarkRead(b *testing.B) {
	j := newFakeJob(checkpoint.JobRunning)
	for range b.N {
		read(j)
	}
}
