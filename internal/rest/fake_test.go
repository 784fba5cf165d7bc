package rest

import (
	"context"
	"errors"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rpc"
)

// The IDs of the recorded job.
const (
	jobID    = "e10bf75ce829045f95673f75c3e72313"
	sourceID = "cbc357ccb763df2852fee8c4fc7d55f2"
	windowID = "f6dc7f4d2283f4605b127b9364e21148"
)

// fakeJob is a job like the recorded one, in a state that a test chooses.
type fakeJob struct {
	status     checkpoint.JobStatus
	started    time.Time
	dir        string // of savepoints
	graph      *jobgraph.Graph
	executions []jobmanager.ExecutionReport
	failures   []jobmanager.Exception
	history    *checkpoint.History
	job, tasks *metrics.Group
	canceled   bool
	block      chan struct{} // nil: savepoints are taken at once
	asked      []string      // what was triggered
	refuse     error         // the outcome of savepoints and checkpoints
}

func newFakeJob(status checkpoint.JobStatus) *fakeJob {
	op := func(id int, name string) *jobgraph.Operator {
		return &jobgraph.Operator{ID: id, UID: "op" + strconv.Itoa(id), Name: name, Description: "[" + strconv.Itoa(id) + "]:" + name + "(select=[a < b])", SlotSharingGroup: "default"}
	}
	edge := jobgraph.Edge{From: 0, To: 1, FromNode: 1, Dist: jobgraph.Hash}
	j := &fakeJob{
		status: status, started: time.Now().Add(-time.Minute).Truncate(time.Millisecond), job: metrics.NewGroup(nil), tasks: metrics.NewGroup(map[string]string{"tm_id": "local"}),
		graph: &jobgraph.Graph{Name: "rest-shape", Vertices: []*jobgraph.Vertex{
			{ID: 0, UID: sourceID, Name: "Source: g[1] -> Calc[2]", Parallelism: 2, MaxParallelism: 128, Outputs: []jobgraph.Edge{edge},
				Chain: []jobgraph.ChainNode{{Op: op(1, "Source: g[1]"), Input: -1}, {Op: op(2, "Calc[2]"), Input: 0}}},
			{ID: 1, UID: windowID, Name: "GlobalWindowAggregate[6] -> b[8]: Writer", Parallelism: 2, MaxParallelism: 128, Inputs: []jobgraph.Edge{edge},
				Chain: []jobgraph.ChainNode{{Op: op(6, "GlobalWindowAggregate[6]"), Input: -1}, {Op: op(8, "b[8]: Writer"), Input: 0}}},
		}},
	}
	j.job.Gauge("numRestarts").Set(0)
	for _, v := range j.graph.Vertices {
		for subtask := range v.Parallelism {
			j.addSubtask(v, subtask)
		}
	}
	j.addCheckpoints()
	return j
}

func (j *fakeJob) addSubtask(v *jobgraph.Vertex, subtask int) {
	e := jobmanager.ExecutionReport{Vertex: v.ID, Subtask: subtask, ID: "attempt"}
	at := j.started.UnixMilli()
	for i, s := range []rpc.State{rpc.Created, rpc.Deploying, rpc.Initializing, rpc.Running} {
		e.Enter(s, at+int64(i)*10)
	}
	switch j.status {
	case checkpoint.JobFinished:
		e.Enter(rpc.Finished, at+30_000)
	case checkpoint.JobCanceled:
		e.Enter(rpc.Canceled, at+30_000)
	case checkpoint.JobFailed:
		e.Enter(rpc.Failed, at+30_000)
	}
	j.executions = append(j.executions, e)
	for attempt := range 2 { // the figures of attempt 1 belong to nobody
		g := j.tasks.Child(map[string]string{
			"job_id": jobID, "job_name": "rest-shape", "task_id": v.UID, "task_name": v.Name, "subtask_index": strconv.Itoa(subtask), "task_attempt_num": strconv.Itoa(attempt),
		})
		g.Counter("numBytesIn").Add(1000 + int64(attempt)*1e6)
		g.Counter("numBytesOut").Add(2000)
		g.Func("idleTimeNs", func() float64 { return 30e9 })
		g.Func("softBackPressuredTimeNs", func() float64 { return 15e9 })
		g.Func("hardBackPressuredTimeNs", func() float64 { return 9e9 })
		g.Func("isBackPressured", func() float64 { return 1 })
		g.Func("inPoolUsage", func() float64 { return 0.25 })
		for i, n := range v.Chain {
			o := g.Child(map[string]string{"operator_id": n.Op.UID, "operator_name": n.Op.Name})
			o.Counter("numRecordsIn").Add(int64(100 * (i + 1)))
			o.Counter("numRecordsOut").Add(int64(100 * (i + 1)))
			o.Gauge("currentInputWatermark").Set(1795253475172)
		}
	}
}

func (j *fakeJob) addCheckpoints() {
	o := checkpoint.Default()
	o.Interval = 2 * time.Second
	h := checkpoint.NewHistory(o)
	parts := []checkpoint.Part{{UID: sourceID, Subtasks: 2}, {UID: windowID, Subtasks: 2}}
	trigger := func(id int64, kind checkpoint.Kind, format checkpoint.Format) {
		h.Apply(checkpoint.Update{Event: checkpoint.Triggered, ID: id, Time: 1000 * id, Kind: kind, Format: format, Vertices: parts})
	}
	acknowledge := func(id int64) {
		for _, p := range parts {
			for n := range p.Subtasks {
				h.Apply(checkpoint.Update{Event: checkpoint.Acknowledged, ID: id, Time: 1000*id + 20, Vertex: p.UID, Subtask: n, Metrics: checkpoint.Metrics{Bytes: 10, FullBytes: 10, Alignment: time.Millisecond}})
			}
		}
		h.Apply(checkpoint.Update{Event: checkpoint.Completed, ID: id, Time: 1000*id + 30, Path: "file:/flink/x/chk", Latest: 1000*id + 20})
	}
	trigger(23, checkpoint.Savepoint, checkpoint.Canonical)
	acknowledge(23)
	trigger(22, checkpoint.Checkpoint, "")
	h.Apply(checkpoint.Update{Event: checkpoint.Failed, ID: 22, Time: 23_000, Reason: checkpoint.Expired, Message: "Checkpoint expired before completing."})
	trigger(24, checkpoint.Checkpoint, "")
	acknowledge(24)
	j.history = h
}

func (j *fakeJob) Info() Info {
	return Info{ID: jobID, Name: "rest-shape", Streaming: true, Started: j.started, Parallelism: 2, SavepointDir: j.dir,
		Restart: "Restart with fixed delay (PT1S). #3 restart attempts.", Config: [][2]string{{"pipeline.name", "rest-shape"}}}
}
func (j *fakeJob) Graph() *jobgraph.Graph { return j.graph }
func (j *fakeJob) Status() checkpoint.JobStatus {
	if j.canceled {
		return checkpoint.JobCanceled
	}
	return j.status
}
func (j *fakeJob) Entered() map[checkpoint.JobStatus]int64 {
	at := j.started.UnixMilli()
	return map[checkpoint.JobStatus]int64{checkpoint.JobCreated: at, checkpoint.JobRunning: at + 10, j.Status(): at + 30_000}
}
func (j *fakeJob) Executions() []jobmanager.ExecutionReport { return j.executions }
func (j *fakeJob) Exceptions() []jobmanager.Exception       { return j.failures }
func (j *fakeJob) History(f func(*checkpoint.History)) {
	if j.history != nil {
		f(j.history)
	}
}
func (j *fakeJob) Metrics() *metrics.Group     { return j.job }
func (j *fakeJob) TaskMetrics() *metrics.Group { return j.tasks }
func (j *fakeJob) Cancel()                     { j.canceled = true }

func (j *fakeJob) ask(what string) error {
	j.asked = append(j.asked, what)
	if j.block != nil {
		<-j.block
	}
	return j.refuse
}

func (j *fakeJob) TriggerSavepoint(_ context.Context, dir string, f checkpoint.Format) (string, error) {
	return dir + "/savepoint-1", j.ask("savepoint " + dir + " " + string(f))
}

func (j *fakeJob) StopWithSavepoint(_ context.Context, dir string, f checkpoint.Format, drain bool) (string, error) {
	return dir + "/savepoint-1", j.ask("stop " + dir + " " + string(f) + " " + strconv.FormatBool(drain))
}

func (j *fakeJob) TriggerCheckpoint(_ context.Context, full bool) (int64, error) {
	return 30, j.ask("checkpoint " + strconv.FormatBool(full))
}

// fakeCluster is what the tests serve.
type fakeCluster struct {
	jobs    []Job
	dispose error
}

func (c *fakeCluster) Jobs() []Job                           { return c.jobs }
func (c *fakeCluster) Config() [][2]string                   { return [][2]string{{"s3.secret-key", "******"}} }
func (c *fakeCluster) Dispose(context.Context, string) error { return c.dispose }

func serveFake(t testing.TB, jobs ...Job) *Handler {
	h := New(&fakeCluster{jobs: jobs}, Options{Version: "test", TaskManager: "local", Slots: 2})
	t.Cleanup(h.Close)
	return h
}

// ask sends a request and returns the answer.
func ask(h *Handler, method, path, body string) (int, string) {
	r := httptest.NewRequest(method, "http://127.0.0.1:8081"+path, strings.NewReader(body))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

var errFake = errors.New("the storage is full")
