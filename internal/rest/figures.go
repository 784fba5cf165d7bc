package rest

import (
	"strconv"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/rpc"
)

const (
	sampleEvery = 5 * time.Second // as Flink's meters
	window      = 60 * time.Second
	readAgain   = 200 * time.Millisecond // a reading serves all requests of that time
)

// figures reads the metrics of jobs and keeps a minute of those that rates are
// made of. It is safe for concurrent use.
type figures struct {
	cluster Cluster
	process *process
	done    chan struct{}
	once    sync.Once

	mu      sync.Mutex
	past    map[string][]*reading // by job, oldest first; only counters
	present map[string]*reading   // by job
}

func newFigures(c Cluster, p *process) *figures {
	f := &figures{cluster: c, process: p, done: make(chan struct{}), past: map[string][]*reading{}, present: map[string]*reading{}}
	go f.sample()
	return f
}

func (f *figures) close() { f.once.Do(func() { close(f.done) }) }

// sample keeps the past until close.
func (f *figures) sample() {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	for {
		select {
		case <-f.done:
			return
		case <-tick.C:
			f.keep()
		}
	}
}

// keep adds the present of all running jobs to the past.
func (f *figures) keep() {
	f.process.keep()
	known := map[string]bool{}
	for _, j := range f.cluster.Jobs() {
		id := j.Info().ID
		known[id] = true
		if terminal(j.Status()) {
			continue
		}
		now := read(j)
		f.mu.Lock()
		past := append(f.past[id], now.counters())
		if n := int(window / sampleEvery); len(past) > n {
			past = append(past[:0], past[len(past)-n:]...)
		}
		f.past[id] = past
		f.mu.Unlock()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.past {
		if !known[id] {
			delete(f.past, id)
			delete(f.present, id)
		}
	}
}

// of returns the figures of a job now.
func (f *figures) of(j Job) *reading {
	id := j.Info().ID
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.present[id]; r != nil && time.Since(r.at) < readAgain {
		return r
	}
	r := read(j)
	r.past = append([]*reading(nil), f.past[id]...)
	f.present[id] = r
	return r
}

// reading is what the metrics of a job said at one moment.
type reading struct {
	at       time.Time
	vertices []vertexReading // by vertex
	past     []*reading      // oldest first
}

// vertexReading is the figures of the subtasks of a vertex.
type vertexReading struct {
	vertex   *jobgraph.Vertex
	subtasks []subtaskReading
}

// The counters of a subtask that rates are made of.
const (
	bytesIn = iota
	bytesOut
	buffersOut
	idleNs
	softNs
	hardNs
	counters
)

// counterNames are the names task.Task gives them.
var counterNames = map[string]int{
	"numBytesIn": bytesIn, "numBytesOut": bytesOut, "numBuffersOut": buffersOut, "idleTimeNs": idleNs,
	"softBackPressuredTimeNs": softNs, "hardBackPressuredTimeNs": hardNs,
}

// subtaskReading is the figures of the newest attempt of a subtask.
type subtaskReading struct {
	execution jobmanager.ExecutionReport
	counters  [counters]float64
	records   [][2]float64 // in and out, by place in the chain
	gauges    map[string]float64
	operators []map[string]float64 // what else operators say, by place in the chain
	snapshot  *checkpoint.Metrics  // its part of the newest checkpoint; nil: none yet
}

// read reads the metrics of a job.
func read(j Job) *reading {
	g := j.Graph()
	r := &reading{at: time.Now(), vertices: make([]vertexReading, len(g.Vertices))}
	byUID := make(map[string]*vertexReading, len(g.Vertices))
	places := make(map[string]map[string]int, len(g.Vertices)) // of operators, by vertex
	for i, v := range g.Vertices {
		vr := &r.vertices[i]
		vr.vertex, vr.subtasks = v, make([]subtaskReading, v.Parallelism)
		byUID[v.UID], places[v.UID] = vr, make(map[string]int, len(v.Chain))
		for place, n := range v.Chain {
			places[v.UID][n.Op.UID] = place
		}
	}
	for _, e := range j.Executions() {
		r.vertices[e.Vertex].subtasks[e.Subtask].begin(e, len(g.Vertices[e.Vertex].Chain))
	}
	id := j.Info().ID
	for _, s := range j.TaskMetrics().Read(nil) {
		vr := byUID[s.Vars["task_id"]]
		if vr == nil || s.Vars["job_id"] != id {
			continue
		}
		n, err := strconv.Atoi(s.Vars["subtask_index"])
		if err != nil || n < 0 || n >= len(vr.subtasks) {
			continue
		}
		sub := &vr.subtasks[n]
		if s.Vars["task_attempt_num"] != strconv.Itoa(sub.execution.Attempt) {
			continue
		}
		if uid := s.Vars["operator_id"]; uid == "" {
			sub.add(s)
		} else if place, ok := places[s.Vars["task_id"]][uid]; ok {
			sub.addOperator(place, s)
		}
	}
	j.History(func(h *checkpoint.History) { r.addSnapshots(h) })
	return r
}

func (s *subtaskReading) begin(e jobmanager.ExecutionReport, chain int) {
	s.execution, s.gauges = e, map[string]float64{}
	s.records, s.operators = make([][2]float64, chain), make([]map[string]float64, chain)
	for i := range s.operators {
		s.operators[i] = map[string]float64{}
	}
}

func (s *subtaskReading) add(m metrics.Sample) {
	if i, ok := counterNames[m.Name]; ok {
		s.counters[i] = m.Value
	} else {
		s.gauges[m.Name] = m.Value
	}
}

func (s *subtaskReading) addOperator(place int, m metrics.Sample) {
	switch m.Name {
	case "numRecordsIn":
		s.records[place][0] = m.Value
	case "numRecordsOut":
		s.records[place][1] = m.Value
	default:
		s.operators[place][m.Name] = m.Value
	}
}

// addSnapshots notes every subtask's part of the newest checkpoint it took part in.
func (r *reading) addSnapshots(h *checkpoint.History) {
	for _, c := range h.Statistics().History {
		record := h.Find(c.ID)
		if record == nil {
			continue
		}
		for _, t := range record.Tasks {
			for i := range r.vertices {
				if r.vertices[i].vertex.UID == t.UID {
					r.vertices[i].addSnapshots(t.Subtasks)
				}
			}
		}
	}
}

func (v *vertexReading) addSnapshots(parts []checkpoint.SubtaskRecord) {
	for i := range min(len(parts), len(v.subtasks)) {
		if s := &v.subtasks[i]; s.snapshot == nil && parts[i].AckedAt >= 0 {
			m := parts[i].Metrics
			s.snapshot = &m
		}
	}
}

// counters is the reading without what no rate is made of.
func (r *reading) counters() *reading {
	out := &reading{at: r.at, vertices: make([]vertexReading, len(r.vertices))}
	for i, v := range r.vertices {
		out.vertices[i].subtasks = make([]subtaskReading, len(v.subtasks))
		for k, s := range v.subtasks {
			out.vertices[i].subtasks[k] = subtaskReading{execution: s.execution, counters: s.counters, records: s.records, operators: s.operators}
		}
	}
	return out
}

// before returns the oldest figures of the same attempt within the window, and how
// long ago that was in seconds; without any, those of its start.
func (r *reading) before(vertex, subtask int) (*subtaskReading, float64) {
	now := &r.vertices[vertex].subtasks[subtask]
	for _, p := range r.past {
		old := &p.vertices[vertex].subtasks[subtask]
		ago := r.at.Sub(p.at)
		if ago <= window && ago >= time.Second/2 && old.execution.Attempt == now.execution.Attempt && old.execution.Entered(rpc.Running) != 0 {
			return old, ago.Seconds()
		}
	}
	zero := &subtaskReading{records: make([][2]float64, len(now.records))}
	start := now.execution.Entered(rpc.Running)
	if start == 0 {
		return zero, 0
	}
	return zero, max(0, r.at.Sub(time.UnixMilli(start)).Seconds())
}

// rate is the change per second.
func rate(now, then, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return max(0, (now-then)/seconds)
}

// times are the shares of a subtask's time, in ms per second.
type times struct{ busy, idle, soft, hard float64 }

func (t times) backPressured() float64 { return t.soft + t.hard }

// times returns how the subtask spent the last minute.
func (r *reading) times(vertex, subtask int) times {
	s := &r.vertices[vertex].subtasks[subtask]
	if s.execution.State != rpc.Running {
		return times{}
	}
	old, seconds := r.before(vertex, subtask)
	if seconds == 0 {
		return times{}
	}
	share := func(c int) float64 { return min(1000, rate(s.counters[c], old.counters[c], seconds)/1e6) }
	t := times{idle: share(idleNs), soft: share(softNs), hard: share(hardNs)}
	t.busy = max(0, 1000-t.idle-t.soft-t.hard)
	return t
}

// accumulated returns the ms since the subtask runs: busy, idle, back-pressured.
func (s *subtaskReading) accumulated(now time.Time) (busy, idle, backPressured float64) {
	idle = s.counters[idleNs] / 1e6
	backPressured = (s.counters[softNs] + s.counters[hardNs]) / 1e6
	start := s.execution.Entered(rpc.Running)
	if start == 0 {
		return 0, idle, backPressured
	}
	end := now.UnixMilli()
	if at := ended(&s.execution); at > 0 {
		end = at
	}
	return max(0, float64(end-start)-idle-backPressured), idle, backPressured
}

// ended is when an attempt ended, in ms since 1970; 0: it has not.
func ended(e *jobmanager.ExecutionReport) int64 {
	if !e.State.Terminal() {
		return 0
	}
	return e.Entered(e.State)
}

// recordsIn and recordsOut are those of the task: what its head gets, unless that
// is a source, and what leaves the chain.
func (s *subtaskReading) recordsIn(v *jobgraph.Vertex) float64 {
	if len(v.Inputs) == 0 || len(s.records) == 0 {
		return 0
	}
	return s.records[0][0]
}

func (s *subtaskReading) recordsOut(v *jobgraph.Vertex) (sum float64) {
	for place := range s.records {
		for _, e := range v.Outputs {
			if e.FromNode == place {
				sum += s.records[place][1]
				break
			}
		}
	}
	return sum
}
