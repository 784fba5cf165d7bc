package rest

import (
	"slices"
	"time"

	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/rpc"
)

// ioMetrics are a subtask's figures as the answers about vertices have them.
type ioMetrics struct {
	ReadBytes            int64  `json:"read-bytes"`
	ReadBytesComplete    bool   `json:"read-bytes-complete"`
	WriteBytes           int64  `json:"write-bytes"`
	WriteBytesComplete   bool   `json:"write-bytes-complete"`
	ReadRecords          int64  `json:"read-records"`
	ReadRecordsComplete  bool   `json:"read-records-complete"`
	WriteRecords         int64  `json:"write-records"`
	WriteRecordsComplete bool   `json:"write-records-complete"`
	BackPressured        int64  `json:"accumulated-backpressured-time"`
	Idle                 int64  `json:"accumulated-idle-time"`
	Busy                 number `json:"accumulated-busy-time"`
}

// complete says that the figures of all subtasks are in it.
func (m *ioMetrics) complete() {
	m.ReadBytesComplete, m.WriteBytesComplete, m.ReadRecordsComplete, m.WriteRecordsComplete = true, true, true, true
}

func (m *ioMetrics) add(o ioMetrics) {
	m.ReadBytes += o.ReadBytes
	m.WriteBytes += o.WriteBytes
	m.ReadRecords += o.ReadRecords
	m.WriteRecords += o.WriteRecords
	m.BackPressured += o.BackPressured
	m.Idle += o.Idle
	m.Busy += o.Busy
}

// io is the figures of one subtask.
func (v *vertexReading) io(subtask int, now time.Time) ioMetrics {
	s := &v.subtasks[subtask]
	busy, idle, pressed := s.accumulated(now)
	m := ioMetrics{
		ReadBytes: int64(s.counters[bytesIn]), WriteBytes: int64(s.counters[bytesOut]),
		ReadRecords: int64(s.recordsIn(v.vertex)), WriteRecords: int64(s.recordsOut(v.vertex)),
		BackPressured: int64(pressed), Idle: int64(idle), Busy: number(int64(busy)),
	}
	m.complete()
	return m
}

type subtaskBody struct {
	Subtask     int              `json:"subtask"`
	Status      rpc.State        `json:"status"`
	Attempt     int              `json:"attempt"`
	Endpoint    string           `json:"endpoint"`
	Start       int64            `json:"start-time"`
	End         int64            `json:"end-time"`
	Duration    int64            `json:"duration"`
	Metrics     ioMetrics        `json:"metrics"`
	TaskManager string           `json:"taskmanager-id"`
	Durations   map[string]int64 `json:"status-duration"`
	StartAgain  int64            `json:"start_time"`
}

// liveStates are the states whose length is told, in order.
var liveStates = []rpc.State{rpc.Created, "SCHEDULED", rpc.Deploying, rpc.Initializing, rpc.Running}

func (h *Handler) subtask(v *vertexReading, subtask int, at time.Time) subtaskBody {
	e := &v.subtasks[subtask].execution
	now := at.UnixMilli()
	b := subtaskBody{
		Subtask: subtask, Status: e.State, Attempt: e.Attempt, Endpoint: endpoint, Start: -1, End: -1, Duration: -1,
		Metrics: v.io(subtask, at), TaskManager: h.options.TaskManager, Durations: durations(e, now),
	}
	if start := e.Entered(rpc.Deploying); start > 0 {
		b.Start = start
		if end := ended(e); end > 0 {
			b.End = end
		}
		b.Duration = duration(start, b.End, now)
	}
	b.StartAgain = b.Start
	return b
}

// durations is how long the attempt was in each state, up to the present.
func durations(e *jobmanager.ExecutionReport, now int64) map[string]int64 {
	out := map[string]int64{}
	at := func(s rpc.State) int64 {
		if s == "SCHEDULED" { // flott deploys at once
			return e.Entered(rpc.Deploying)
		}
		return e.Entered(s)
	}
	next := func(i int) int64 { // when it left that state
		for _, s := range liveStates[i+1:] {
			if t := at(s); t > 0 {
				return t
			}
		}
		if t := ended(e); t > 0 {
			return t
		}
		if t := e.Entered(rpc.Canceling); t > 0 {
			return t
		}
		return now
	}
	for i, s := range liveStates {
		if t := at(s); t > 0 {
			out[string(s)] = max(0, next(i)-t)
		} else {
			out[string(s)] = -1
		}
	}
	return out
}

// spread is a figure over subtasks.
type spread struct {
	Min    int64 `json:"min"`
	Max    int64 `json:"max"`
	Avg    int64 `json:"avg"`
	Sum    int64 `json:"sum"`
	Median int64 `json:"median"`
	P25    int64 `json:"p25"`
	P75    int64 `json:"p75"`
	P95    int64 `json:"p95"`
}

func spreadOf(values []int64) spread {
	if len(values) == 0 {
		return spread{}
	}
	slices.Sort(values)
	s := spread{Min: values[0], Max: values[len(values)-1]}
	for _, v := range values {
		s.Sum += v
	}
	s.Avg = s.Sum / int64(len(values))
	at := func(p float64) int64 { // between the two nearest, as Flink estimates it
		pos := p * float64(len(values)+1)
		i := int(pos)
		switch {
		case i < 1:
			return values[0]
		case i >= len(values):
			return values[len(values)-1]
		}
		return values[i-1] + int64((pos-float64(i))*float64(values[i]-values[i-1]))
	}
	s.Median, s.P25, s.P75, s.P95 = at(0.5), at(0.25), at(0.75), at(0.95)
	return s
}

type aggregatedBody struct {
	Metrics   map[string]spread `json:"metrics"`
	Durations map[string]spread `json:"status-duration"`
}

func aggregatedOf(subtasks []subtaskBody) aggregatedBody {
	values, lengths := map[string][]int64{}, map[string][]int64{}
	for _, s := range subtasks {
		m := s.Metrics
		for name, v := range map[string]int64{
			"read-bytes": m.ReadBytes, "write-bytes": m.WriteBytes, "read-records": m.ReadRecords, "write-records": m.WriteRecords,
			"accumulated-backpressured-time": m.BackPressured, "accumulated-idle-time": m.Idle, "accumulated-busy-time": int64(m.Busy),
		} {
			values[name] = append(values[name], v)
		}
		for name, v := range s.Durations {
			lengths[name] = append(lengths[name], v)
		}
	}
	a := aggregatedBody{Metrics: map[string]spread{}, Durations: map[string]spread{}}
	for name, vs := range values {
		a.Metrics[name] = spreadOf(vs)
	}
	for name, vs := range lengths {
		a.Durations[name] = spreadOf(vs)
	}
	return a
}

type vertexBody struct {
	ID             string         `json:"id"`
	Name           string         `json:"name"`
	Parallelism    int            `json:"parallelism"`
	MaxParallelism int            `json:"maxParallelism"`
	Now            int64          `json:"now"`
	Subtasks       []subtaskBody  `json:"subtasks"`
	Aggregated     aggregatedBody `json:"aggregated"`
}

// subtasks returns all subtasks of the vertex the path names.
func (r *request) subtasks() (*reading, *vertexReading, []subtaskBody, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, nil, nil, err
	}
	reading := r.h.figures.of(j)
	vr := &reading.vertices[v.ID]
	var out []subtaskBody
	for n := range vr.subtasks {
		out = append(out, r.h.subtask(vr, n, reading.at))
	}
	return reading, vr, out, nil
}

func vertexDetails(r *request) (any, error) {
	reading, vr, subtasks, err := r.subtasks()
	if err != nil {
		return nil, err
	}
	v := vr.vertex
	return vertexBody{
		ID: v.UID, Name: v.Name, Parallelism: v.Parallelism, MaxParallelism: v.MaxParallelism, Now: reading.at.UnixMilli(),
		Subtasks: subtasks, Aggregated: aggregatedOf(subtasks),
	}, nil
}

func subtaskDetails(r *request) (any, error) {
	j, v, n, err := r.subtask()
	if err != nil {
		return nil, err
	}
	reading := r.h.figures.of(j)
	return r.h.subtask(&reading.vertices[v.ID], n, reading.at), nil
}

// attemptDetails knows the newest attempt only.
func attemptDetails(r *request) (any, error) {
	j, v, n, err := r.subtask()
	if err != nil {
		return nil, err
	}
	attempt, err := r.number("attempt")
	if err != nil {
		return nil, err
	}
	reading := r.h.figures.of(j)
	if int64(reading.vertices[v.ID].subtasks[n].execution.Attempt) != attempt {
		return nil, notFound("Could not find attempt %d in subtask %d of vertex %s.", attempt, n, v.UID)
	}
	return r.h.subtask(&reading.vertices[v.ID], n, reading.at), nil
}

type subtaskTimesBody struct {
	Subtask    int              `json:"subtask"`
	Endpoint   string           `json:"endpoint"`
	Duration   int64            `json:"duration"`
	Timestamps map[string]int64 `json:"timestamps"`
}

var executionStates = []rpc.State{
	rpc.Created, "SCHEDULED", rpc.Deploying, rpc.Initializing, rpc.Running, rpc.Finished, rpc.Canceling, rpc.Canceled, rpc.Failed, "RECONCILING",
}

func subtaskTimes(r *request) (any, error) {
	reading, vr, _, err := r.subtasks()
	if err != nil {
		return nil, err
	}
	now := reading.at.UnixMilli()
	b := struct {
		ID       string             `json:"id"`
		Name     string             `json:"name"`
		Now      int64              `json:"now"`
		Subtasks []subtaskTimesBody `json:"subtasks"`
	}{vr.vertex.UID, vr.vertex.Name, now, nil}
	for n := range vr.subtasks {
		e := &vr.subtasks[n].execution
		t := subtaskTimesBody{Subtask: n, Endpoint: endpoint, Duration: -1, Timestamps: map[string]int64{}}
		for _, s := range executionStates {
			t.Timestamps[string(s)] = e.Entered(s)
		}
		if start := e.Entered(rpc.Deploying); start > 0 {
			end := int64(-1)
			if at := ended(e); at > 0 {
				end = at
			}
			t.Duration = duration(start, end, now)
		}
		b.Subtasks = append(b.Subtasks, t)
	}
	return b, nil
}

type vertexTaskManager struct {
	Endpoint    string         `json:"endpoint"`
	Status      rpc.State      `json:"status"`
	Start       int64          `json:"start-time"`
	End         int64          `json:"end-time"`
	Duration    int64          `json:"duration"`
	Metrics     ioMetrics      `json:"metrics"`
	Counts      states         `json:"status-counts"`
	TaskManager string         `json:"taskmanager-id"`
	Aggregated  aggregatedBody `json:"aggregated"`
}

func vertexTaskManagers(r *request) (any, error) {
	reading, vr, subtasks, err := r.subtasks()
	if err != nil {
		return nil, err
	}
	now := reading.at.UnixMilli()
	s := reading.vertexSummary(vr.vertex.ID, now)
	return struct {
		ID           string              `json:"id"`
		Name         string              `json:"name"`
		Now          int64               `json:"now"`
		TaskManagers []vertexTaskManager `json:"taskmanagers"`
	}{vr.vertex.UID, vr.vertex.Name, now, []vertexTaskManager{{
		endpoint, s.Status, s.Start, s.End, s.Duration, s.Metrics, s.Tasks, r.h.options.TaskManager, aggregatedOf(subtasks),
	}}}, nil
}

func vertexAccumulators(r *request) (any, error) {
	_, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	return struct {
		ID   string     `json:"id"`
		User []struct{} `json:"user-accumulators"`
	}{v.UID, []struct{}{}}, nil
}

func subtasksAccumulators(r *request) (any, error) {
	_, vr, subtasks, err := r.subtasks()
	if err != nil {
		return nil, err
	}
	type accumulators struct {
		Subtask  int        `json:"subtask"`
		Attempt  int        `json:"attempt"`
		Endpoint string     `json:"endpoint"`
		User     []struct{} `json:"user-accumulators"`
	}
	var list []accumulators
	for _, s := range subtasks {
		list = append(list, accumulators{s.Subtask, s.Attempt, s.Endpoint, []struct{}{}})
	}
	return struct {
		ID          string         `json:"id"`
		Parallelism int            `json:"parallelism"`
		Subtasks    []accumulators `json:"subtasks"`
	}{vr.vertex.UID, vr.vertex.Parallelism, list}, nil
}

type backPressureBody struct {
	Status     string            `json:"status"`
	Level      string            `json:"backpressureLevel"`
	End        int64             `json:"end-timestamp"`
	Subtasks   []subtaskPressure `json:"subtasks"`
	LevelAgain string            `json:"backpressure-level"`
}

type subtaskPressure struct {
	Subtask    int    `json:"subtask"`
	Level      string `json:"backpressureLevel"`
	Ratio      number `json:"ratio"`
	Idle       number `json:"idleRatio"`
	Busy       number `json:"busyRatio"`
	LevelAgain string `json:"backpressure-level"`
}

// level is Flink's word for a share of time under back pressure.
func level(ratio float64) string {
	switch {
	case ratio <= 0.1:
		return "ok"
	case ratio <= 0.5:
		return "low"
	}
	return "high"
}

func backPressure(r *request) (any, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	reading := r.h.figures.of(j)
	b := backPressureBody{Status: "ok", End: reading.at.UnixMilli(), Subtasks: []subtaskPressure{}}
	worst := 0.0
	for n := range v.Parallelism {
		t := reading.times(v.ID, n)
		ratio := t.backPressured() / 1000
		worst = max(worst, ratio)
		word := level(ratio)
		b.Subtasks = append(b.Subtasks, subtaskPressure{n, word, number(ratio), number(t.idle / 1000), number(t.busy / 1000), word})
	}
	b.Level = level(worst)
	b.LevelAgain = b.Level
	return b, nil
}
