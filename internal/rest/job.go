package rest

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/rpc"
)

type jobIDBody struct {
	ID     string               `json:"id"`
	Status checkpoint.JobStatus `json:"status"`
}

func jobs(r *request) (any, error) {
	list := []jobIDBody{}
	for _, j := range r.h.cluster.Jobs() {
		list = append(list, jobIDBody{j.Info().ID, j.Status()})
	}
	return struct {
		Jobs []jobIDBody `json:"jobs"`
	}{list}, nil
}

// states counts executions by state, with Flink's words for all there are.
type states struct {
	Created      int `json:"CREATED"`
	Scheduled    int `json:"SCHEDULED"`
	Deploying    int `json:"DEPLOYING"`
	Running      int `json:"RUNNING"`
	Finished     int `json:"FINISHED"`
	Canceling    int `json:"CANCELING"`
	Canceled     int `json:"CANCELED"`
	Failed       int `json:"FAILED"`
	Reconciling  int `json:"RECONCILING"`
	Initializing int `json:"INITIALIZING"`
}

func (s *states) add(state rpc.State) {
	switch state {
	case rpc.Created:
		s.Created++
	case rpc.Deploying:
		s.Deploying++
	case rpc.Initializing:
		s.Initializing++
	case rpc.Running:
		s.Running++
	case rpc.Finished:
		s.Finished++
	case rpc.Canceling:
		s.Canceling++
	case rpc.Canceled:
		s.Canceled++
	case rpc.Failed:
		s.Failed++
	}
}

// of is the state of a vertex whose subtasks are in these states.
func (s *states) of(parallelism int) rpc.State {
	switch {
	case s.Failed > 0:
		return rpc.Failed
	case s.Canceling > 0:
		return rpc.Canceling
	case s.Canceled > 0:
		return rpc.Canceled
	case s.Initializing > 0:
		return rpc.Initializing
	case s.Running > 0:
		return rpc.Running
	case s.Finished == parallelism:
		return rpc.Finished
	case s.Finished > 0:
		return rpc.Running
	case s.Deploying > 0:
		return rpc.Deploying
	}
	return rpc.Created
}

type jobSummary struct {
	ID       string               `json:"jid"`
	Name     string               `json:"name"`
	Type     string               `json:"jobType"`
	Schedule string               `json:"schedulerType"`
	Start    int64                `json:"start-time"`
	End      int64                `json:"end-time"`
	Duration int64                `json:"duration"`
	State    checkpoint.JobStatus `json:"state"`
	Changed  int64                `json:"last-modification"`
	Tasks    taskCounts           `json:"tasks"`
	Pending  int                  `json:"pending-operators"`
}

type taskCounts struct {
	Total        int `json:"total"`
	Created      int `json:"created"`
	Scheduled    int `json:"scheduled"`
	Deploying    int `json:"deploying"`
	Running      int `json:"running"`
	Finished     int `json:"finished"`
	Canceling    int `json:"canceling"`
	Canceled     int `json:"canceled"`
	Failed       int `json:"failed"`
	Reconciling  int `json:"reconciling"`
	Initializing int `json:"initializing"`
}

const scheduler = "Default"

func jobType(i Info) string {
	if i.Streaming {
		return "STREAMING"
	}
	return "BATCH"
}

// span is when a job began and ended (-1: it has not), in ms since 1970.
func span(j Job) (start, end int64) {
	end = -1
	if s := j.Status(); terminal(s) {
		end = j.Entered()[s]
	}
	return j.Info().Started.UnixMilli(), end
}

// duration is from start to end or, if that is -1, to now.
func duration(start, end, now int64) int64 {
	if end < 0 {
		end = now
	}
	return max(0, end-start)
}

func jobsOverview(r *request) (any, error) {
	list := []jobSummary{}
	now := r.h.now()
	for _, j := range r.h.cluster.Jobs() {
		list = append(list, summary(j, now))
	}
	return struct {
		Jobs []jobSummary `json:"jobs"`
	}{list}, nil
}

func summary(j Job, now int64) jobSummary {
	info := j.Info()
	start, end := span(j)
	s := jobSummary{
		ID: info.ID, Name: info.Name, Type: jobType(info), Schedule: scheduler, Start: start, End: end,
		Duration: duration(start, end, now), State: j.Status(), Changed: start,
	}
	for _, at := range j.Entered() {
		s.Changed = max(s.Changed, at)
	}
	var count states
	executions := j.Executions()
	for i := range executions {
		e := &executions[i]
		count.add(e.State)
		s.Changed = max(s.Changed, e.Entered(e.State))
	}
	s.Tasks = taskCounts{
		Total: len(executions), Created: count.Created, Deploying: count.Deploying, Running: count.Running, Finished: count.Finished,
		Canceling: count.Canceling, Canceled: count.Canceled, Failed: count.Failed, Initializing: count.Initializing,
	}
	return s
}

type jobBody struct {
	ID             string               `json:"jid"`
	Application    string               `json:"application-id"`
	Name           string               `json:"name"`
	Stoppable      bool                 `json:"isStoppable"`
	State          checkpoint.JobStatus `json:"state"`
	Type           string               `json:"job-type"`
	Schedule       string               `json:"schedulerType"`
	Start          int64                `json:"start-time"`
	End            int64                `json:"end-time"`
	Duration       int64                `json:"duration"`
	MaxParallelism int                  `json:"maxParallelism"`
	Now            int64                `json:"now"`
	Timestamps     map[string]int64     `json:"timestamps"`
	Vertices       []vertexSummary      `json:"vertices"`
	Counts         states               `json:"status-counts"`
	Plan           planBody             `json:"plan"`
	Pending        int                  `json:"pending-operators"`
}

type vertexSummary struct {
	ID             string    `json:"id"`
	Group          string    `json:"slotSharingGroupId"`
	Name           string    `json:"name"`
	MaxParallelism int       `json:"maxParallelism"`
	Parallelism    int       `json:"parallelism"`
	Status         rpc.State `json:"status"`
	Start          int64     `json:"start-time"`
	End            int64     `json:"end-time"`
	Duration       int64     `json:"duration"`
	Tasks          states    `json:"tasks"`
	Metrics        ioMetrics `json:"metrics"`
}

// jobStatuses are all words of Flink.
var jobStatuses = []string{"INITIALIZING", "CREATED", "RUNNING", "FAILING", "FAILED", "CANCELLING", "CANCELED", "FINISHED", "RESTARTING", "SUSPENDED", "RECONCILING"}

func jobDetails(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	info, now, entered := j.Info(), r.h.now(), j.Entered()
	start, end := span(j)
	b := jobBody{
		ID: info.ID, Application: info.ID, Name: info.Name, State: j.Status(), Type: jobType(info), Schedule: scheduler,
		Start: start, End: end, Duration: duration(start, end, now), MaxParallelism: -1, Now: now, Timestamps: map[string]int64{},
		Vertices: []vertexSummary{}, Plan: plan(j),
	}
	for _, s := range jobStatuses {
		b.Timestamps[s] = entered[checkpoint.JobStatus(s)]
	}
	b.Timestamps["INITIALIZING"] = start
	reading := r.h.figures.of(j)
	for i := range reading.vertices {
		v := reading.vertexSummary(i, now)
		b.Counts.add(v.Status)
		b.Vertices = append(b.Vertices, v)
	}
	return b, nil
}

// vertexSummary sums up the subtasks of a vertex.
func (r *reading) vertexSummary(vertex int, now int64) vertexSummary {
	vr := &r.vertices[vertex]
	v := vr.vertex
	s := vertexSummary{
		ID: v.UID, Group: groupID(v), Name: v.Name, MaxParallelism: v.MaxParallelism, Parallelism: v.Parallelism, Start: -1, Duration: -1,
	}
	for i := range vr.subtasks {
		e := &vr.subtasks[i].execution
		s.Tasks.add(e.State)
		if at := e.Entered(rpc.Deploying); at > 0 && (s.Start < 0 || at < s.Start) {
			s.Start = at
		}
		at := ended(e)
		if at == 0 {
			s.End = -1
		} else if s.End >= 0 {
			s.End = max(s.End, at)
		}
		s.Metrics.add(vr.io(i, r.at))
	}
	s.Metrics.complete()
	s.Status = s.Tasks.of(v.Parallelism)
	if s.Start >= 0 {
		s.Duration = duration(s.Start, s.End, now)
	}
	return s
}

// groupID stands for a slot sharing group, which Flink gives an ID.
func groupID(v *jobgraph.Vertex) string {
	sum := md5.Sum([]byte("slot sharing group " + v.Chain[0].Op.SlotSharingGroup))
	return hex.EncodeToString(sum[:])
}

type planBody struct {
	ID    string     `json:"jid"`
	Name  string     `json:"name"`
	Type  string     `json:"type"`
	Nodes []planNode `json:"nodes"`
}

type planNode struct {
	ID          string      `json:"id"`
	Operator    string      `json:"operator"`
	Parallelism int         `json:"parallelism"`
	Strategy    string      `json:"operator_strategy"`
	Description string      `json:"description"`
	Properties  struct{}    `json:"optimizer_properties"`
	Inputs      []planInput `json:"inputs,omitempty"`
}

type planInput struct {
	ID       string `json:"id"`
	Num      int    `json:"num"`
	Exchange string `json:"exchange"`
	Ship     string `json:"ship_strategy"`
}

func jobPlan(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return struct {
		Plan planBody `json:"plan"`
	}{plan(j)}, nil
}

// plan lists the vertices, sinks first.
func plan(j Job) planBody {
	info, g := j.Info(), j.Graph()
	p := planBody{ID: info.ID, Name: info.Name, Type: jobType(info), Nodes: []planNode{}}
	for _, v := range slices.Backward(g.Vertices) {
		n := planNode{ID: v.UID, Parallelism: v.Parallelism, Description: describe(v)}
		for i, e := range v.Inputs {
			n.Inputs = append(n.Inputs, planInput{g.Vertices[e.From].UID, i, "pipelined_bounded", shipStrategies[e.Dist]})
		}
		p.Nodes = append(p.Nodes, n)
	}
	return p
}

var shipStrategies = map[jobgraph.Distribution]string{
	jobgraph.Forward: "FORWARD", jobgraph.Hash: "HASH", jobgraph.Rebalance: "REBALANCE", jobgraph.Rescale: "RESCALE",
	jobgraph.Broadcast: "BROADCAST", jobgraph.Global: "GLOBAL",
}

// describe is the chain as a tree, in HTML.
func describe(v *jobgraph.Vertex) string {
	var sb strings.Builder
	var write func(place, depth int)
	write = func(place, depth int) {
		if depth > 0 {
			sb.WriteString(strings.Repeat("   ", depth-1) + "+- ")
		}
		sb.WriteString(html.EscapeString(v.Chain[place].Op.Description) + "<br/>")
		for i, n := range v.Chain {
			if n.Input == place {
				write(i, depth+1)
			}
		}
	}
	write(0, 0)
	return sb.String()
}

func jobStatus(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return struct {
		Status checkpoint.JobStatus `json:"status"`
	}{j.Status()}, nil
}

type resultBody struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Status       string        `json:"application-status"`
	Accumulators struct{}      `json:"accumulator-results"`
	Runtime      int64         `json:"net-runtime"`
	Cause        *failureCause `json:"failure-cause,omitempty"`
	Application  string        `json:"application-id"`
	Start        int64         `json:"start-time"`
	End          int64         `json:"end-time"`
}

type executionResultBody struct {
	Status progress    `json:"status"`
	Result *resultBody `json:"job-execution-result,omitempty"`
}

func executionResult(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	status := j.Status()
	if !terminal(status) {
		return executionResultBody{Status: inProgress}, nil
	}
	info := j.Info()
	start, end := span(j)
	b := &resultBody{ID: info.ID, Name: info.Name, Status: "UNKNOWN", Runtime: max(0, end-start), Application: info.ID, Start: start, End: end}
	switch status {
	case checkpoint.JobFinished:
		b.Status = "SUCCEEDED"
	case checkpoint.JobCanceled:
		b.Status = "CANCELED"
	case checkpoint.JobFailed:
		b.Status = "FAILED"
		cause := errors.New("the job failed")
		if list := j.Exceptions(); len(list) > 0 {
			cause = list[len(list)-1].Cause
		}
		b.Cause = newFailureCause(cause)
	}
	return executionResultBody{completed, b}, nil
}

type accumulatorsBody struct {
	Job        []struct{} `json:"job-accumulators"`
	User       []struct{} `json:"user-task-accumulators"`
	Serialized struct{}   `json:"serialized-user-task-accumulators"`
}

// jobAccumulators: SQL has no accumulators.
func jobAccumulators(r *request) (any, error) {
	if _, err := r.job(); err != nil {
		return nil, err
	}
	return accumulatorsBody{Job: []struct{}{}, User: []struct{}{}}, nil
}

type jobConfigBody struct {
	ID        string `json:"jid"`
	Name      string `json:"name"`
	Execution struct {
		Restart     string            `json:"restart-strategy"`
		Parallelism int               `json:"job-parallelism"`
		Reuse       bool              `json:"object-reuse-mode"`
		User        map[string]string `json:"user-config"`
	} `json:"execution-config"`
}

func jobConfig(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	info := j.Info()
	b := jobConfigBody{ID: info.ID, Name: info.Name}
	e := &b.Execution
	e.Restart, e.Parallelism, e.Reuse, e.User = info.Restart, info.Parallelism, true, map[string]string{}
	for _, kv := range info.Config {
		e.User[kv[0]] = kv[1]
	}
	return b, nil
}

func jobConfiguration(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return keyValues(j.Info().Config), nil
}

type exceptionsBody struct {
	History struct {
		Entries   []exceptionBody `json:"entries"`
		Truncated bool            `json:"truncated"`
	} `json:"exceptionHistory"`
}

type exceptionBody struct {
	Name        string           `json:"exceptionName"`
	Stack       string           `json:"stacktrace"`
	Time        int64            `json:"timestamp"`
	Labels      struct{}         `json:"failureLabels"`
	Task        string           `json:"taskName,omitempty"`
	Endpoint    string           `json:"endpoint,omitempty"`
	TaskManager string           `json:"taskManagerId,omitempty"`
	Concurrent  *[]exceptionBody `json:"concurrentExceptions,omitempty"`
}

func exceptions(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	most := 16
	if text := r.query.Get("maxExceptions"); text != "" {
		if most, err = strconv.Atoi(text); err != nil || most < 0 {
			return nil, badQuery("maxExceptions", text)
		}
	}
	var b exceptionsBody
	b.History.Entries = []exceptionBody{}
	for _, x := range slices.Backward(j.Exceptions()) {
		if len(b.History.Entries) == most {
			b.History.Truncated = true
			break
		}
		b.History.Entries = append(b.History.Entries, r.h.exception(x))
	}
	return b, nil
}

func (h *Handler) exception(x jobmanager.Exception) exceptionBody {
	b := exceptionBody{Name: exceptionName(x.Cause), Stack: trace(x.Cause), Time: x.Time, Concurrent: &[]exceptionBody{}}
	if x.Task != "" {
		b.Task = fmt.Sprintf("%s - execution #%d", x.Task, x.Attempt)
		b.Endpoint, b.TaskManager = endpoint, h.options.TaskManager
	}
	return b
}

// endpoint is where subtasks are: in this process, without a port for data.
const endpoint = "localhost:-1"

func cancelJob(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	switch mode := r.query.Get("mode"); mode {
	case "", "cancel":
	case "stop":
		return nil, refuse(http.StatusPermanentRedirect, "The termination mode \"stop\" has been removed. For an ungraceful shutdown, please use \"cancel\" instead. For a graceful shutdown, please use \"jobs/:jobid/stop\" instead.")
	default:
		return nil, badQuery("mode", mode)
	}
	switch s := j.Status(); s {
	case checkpoint.JobCanceled:
	case checkpoint.JobFinished, checkpoint.JobFailed, checkpoint.JobSuspended:
		return nil, refuse(http.StatusConflict, "Job cancellation failed because the job has already reached another terminal state (%s).", s)
	default:
		j.Cancel()
		r.await(j)
	}
	return status{http.StatusAccepted, nil}, nil
}

// await waits a little for a job to notice that it is cancelled, so that the next
// question of the same client is not answered RUNNING.
func (r *request) await(j Job) {
	deadline := time.After(time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !terminal(j.Status()) {
		select {
		case <-tick.C:
		case <-deadline:
			return
		case <-r.Context().Done():
			return
		}
	}
}
