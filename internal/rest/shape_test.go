package rest

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobmanager"
)

// recorded is an answer of Flink 2.3.0.
type recorded struct {
	Request string `json:"request"`
	Status  int    `json:"status"`
	Body    any    `json:"body"`
}

func recordings(t *testing.T) map[string]recorded {
	data, err := os.ReadFile("testdata/flink-2.3.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]recorded
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// situation is a job in the state that it had when the answer was recorded.
func situation(name string) *fakeJob {
	switch {
	case strings.HasSuffix(name, "-failed") && !strings.Contains(name, "savepoint"):
		j := newFakeJob(checkpoint.JobFailed)
		j.failures = []jobmanager.Exception{{Time: 1, Task: "Source: g[1] (1/2)", Cause: errFake}, {Time: 2, Cause: errFake}}
		return j
	case strings.HasSuffix(name, "-finished"):
		return newFakeJob(checkpoint.JobFinished)
	case strings.HasSuffix(name, "-canceled") || name == "cancel-again":
		return newFakeJob(checkpoint.JobCanceled)
	case strings.HasSuffix(name, "-off"):
		j := newFakeJob(checkpoint.JobRunning)
		j.history = checkpoint.NewHistory(checkpoint.Default())
		return j
	}
	return newFakeJob(checkpoint.JobRunning)
}

// wire is the recorded request for the fake job; the request before it, if it needs
// one, has been made.
func wire(t *testing.T, h *Handler, j *fakeJob, name, request string) (method, path, body string) {
	method, path, _ = strings.Cut(request, " ")
	vertex, checkpointID := windowID, "24"
	if strings.HasSuffix(name, "-source") {
		vertex = sourceID
	}
	trigger := "0123456789abcdef0123456789abcdef"
	replace := strings.NewReplacer(":jobid", jobID, ":vertexid", vertex, ":checkpointid", checkpointID, ":taskmanagerid", "local", ":triggerid", trigger)
	path = replace.Replace(path)
	switch {
	case name == "error-body":
		body = `"zzz"`
	case method == "POST":
		body = `{"target-directory":"/sp","targetDirectory":"/sp","savepoint-path":"/sp","triggerId":"` + trigger + `"}`
	}
	if strings.Contains(request, ":triggerid") {
		before, _, _ := strings.Cut(path, "/"+trigger)
		if strings.HasSuffix(name, "-first") {
			j.block = make(chan struct{})
			t.Cleanup(func() { close(j.block) })
		}
		if strings.HasSuffix(name, "-failed") {
			j.refuse = errFake
			h.cluster.(*fakeCluster).dispose = errFake
		}
		if code, answer := ask(h, "POST", before, `{"target-directory":"/sp","savepoint-path":"/sp","triggerId":"`+trigger+`"}`); code/100 != 2 {
			t.Fatalf("triggering: %d %s", code, answer)
		}
		for !strings.HasSuffix(name, "-first") { // until it is done
			if _, answer := ask(h, "GET", path, ""); strings.Contains(answer, "COMPLETED") {
				break
			}
		}
	}
	return method, path, body
}

// Every answer has the keys and types of Flink's, neither more nor less.
func TestShapes(t *testing.T) {
	for name, want := range recordings(t) {
		t.Run(name, func(t *testing.T) {
			j := situation(name)
			h := serveFake(t, j)
			method, path, body := wire(t, h, j, name, want.Request)
			if strings.Contains(path, "flamegraph") {
				h.flames.newest = []stack{{count: 1, labels: map[string]string{"job": jobID, "vertex": windowID, "task": "x (1/2)#0"}, frames: []frame{{"a", "f.go", "1"}, {"b", "f.go", "2"}}}}
				h.flames.end = h.process.started
			}
			code, answer := ask(h, method, path, body)
			if code != want.Status {
				t.Fatalf("%s %s: status %d, Flink's is %d: %s", method, path, code, want.Status, answer)
			}
			var got any
			if err := json.Unmarshal([]byte(answer), &got); err != nil {
				t.Fatalf("%v in %s", err, answer)
			}
			if strings.HasSuffix(path, "metrics") { // the names are another test's
				for _, list := range []any{got, want.Body} {
					if list := list.([]any); len(list) > 0 {
						list[0] = map[string]any{"id": "x"}
					}
				}
			}
			for _, d := range differences("", want.Body, got) {
				t.Errorf("%s %s: %s", method, path, d)
			}
		})
	}
}

// open are objects whose keys are data.
var open = []string{".execution-config.user-config", ".data.children[0]"}

func differences(at string, want, got any) (out []string) {
	if slices.Contains(open, at) {
		return nil
	}
	last := at[strings.LastIndexByte(at, '.')+1:]
	if nullable := []string{"completed", "savepoint", "failed", "restored", "savepointFormat"}; (want == nil || got == nil) && slices.Contains(nullable, last) {
		return nil
	}
	if a, b := sort(want), sort(got); a != b && !(want == "NaN" && last == "value") {
		return []string{fmt.Sprintf("%s is %s, Flink's is %s", at, b, a)}
	}
	switch w := want.(type) {
	case map[string]any:
		g := got.(map[string]any)
		for k := range w {
			if _, ok := g[k]; !ok {
				out = append(out, at+"."+k+" is missing")
				continue
			}
			out = append(out, differences(at+"."+k, w[k], g[k])...)
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				out = append(out, at+"."+k+" is not Flink's")
			}
		}
	case []any:
		g := got.([]any)
		if len(w) > 0 && len(g) > 0 {
			return differences(at+"[0]", w[0], g[0])
		}
		if len(w) == 0 && len(g) > 0 && strings.Contains(at, "exceptionHistory") {
			return []string{at + " is not empty"}
		}
	}
	return out
}

func sort(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		if v == "NaN" {
			return "a number"
		}
		return "a text"
	case []any:
		return "a list"
	}
	return "an object"
}

// The names that tools ask for are there, as Flink spells them.
func TestMetricNames(t *testing.T) {
	j := newFakeJob(checkpoint.JobRunning)
	h := serveFake(t, j)
	all := recordings(t)
	for _, c := range []struct {
		recorded, path string
		without        []string // beginnings of names that flott has not
	}{
		{"job-metrics", "/jobs/" + jobID + "/metrics", []string{"deployingTime", "allSubTasksRunningOrFinishedTime"}},
		{"taskmanager-metrics", "/taskmanagers/local/metrics", []string{
			"Status.JVM.ClassLoader", "Status.JVM.Memory.Direct", "Status.JVM.Memory.Mapped", "Status.JVM.Memory.Metaspace",
			"Status.JVM.GarbageCollector.G1", "Status.Flink.Memory", "Status.Shuffle"}},
		{"vertex-subtasks-metrics-window", "/jobs/" + jobID + "/vertices/" + windowID + "/subtasks/metrics", []string{
			"GlobalWindowAggregate[6].", "Calc[7].", "b[8]__Writer.", "mailboxLatencyMs", "mailboxMails", "numFiredTimers", "changelogBusy", "numBuffersIn",
			"Shuffle.Netty.Input.numBuffersIn", "maxHardBackPressure", "maxSoftBackPressure"}},
	} {
		code, answer := ask(h, "GET", c.path, "")
		if code != 200 {
			t.Fatalf("%s: %d %s", c.path, code, answer)
		}
		for _, m := range all[c.recorded].Body.([]any) {
			name := m.(map[string]any)["id"].(string)
			if slices.ContainsFunc(c.without, func(p string) bool { return strings.HasPrefix(name, p) }) {
				continue
			}
			if !strings.Contains(answer, `"`+name+`"`) {
				t.Errorf("%s: %s is not there", c.path, name)
			}
		}
	}
}
