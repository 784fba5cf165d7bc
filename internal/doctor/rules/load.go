package rules

import (
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Shares of a second from which a subtask counts as back-pressured (Flink's LOW
// and HIGH) and as busy.
const (
	pressureLow  = 0.10
	pressureHigh = 0.50
	busyHigh     = 0.80
	gcHigh       = 0.10 // share of the time in garbage collection that is much
)

// Load is how busy a job is: where records pile up and why.
type Load struct {
	Vertices map[string]*VertexLoad
	Necks    []*Neck // vertices that hold others back, worst first
}

// VertexLoad is the load of a vertex. Figures that nobody knows are NaN.
type VertexLoad struct {
	V                          *snapshot.Vertex
	BusyMax, BusyAvg, BusyRest float64 // Rest: average without the busiest subtask
	PressureMax, PressureAvg   float64
	Hottest                    *snapshot.Subtask // busiest; nil if nobody knows
	Work                       Work              // what its threads were seen doing
}

// Neck is a vertex that is slower than what feeds it.
type Neck struct {
	*VertexLoad
	Held []*snapshot.Vertex // inputs that are back-pressured; empty if it is the source itself
	Rule string             // of the rule that names the reason
	Skew Skew
	TM   *snapshot.TaskManager // of the hottest subtask; nil if unknown
}

// Skew is how unevenly records arrive at the subtasks of a vertex.
type Skew struct {
	Known     bool
	Hot       *snapshot.Subtask
	Share     float64 // of all records that the hottest gets
	Ratio     float64 // hottest over the average of the others
	PerSecond bool    // measured now, not since the start
}

func measure(s *snapshot.Snapshot, j *snapshot.Job) *Load {
	l := &Load{Vertices: map[string]*VertexLoad{}}
	for i := range j.Vertices {
		l.Vertices[j.Vertices[i].ID] = measureVertex(&j.Vertices[i])
	}
	for i := range j.Vertices {
		n := l.neck(j, &j.Vertices[i])
		if n == nil && starved(s, l.Vertices[j.Vertices[i].ID]) {
			n = &Neck{VertexLoad: l.Vertices[j.Vertices[i].ID]}
		}
		if n != nil {
			n.TM = taskManager(s, n.Hottest)
			n.Skew = skewOf(n.V)
			n.Rule = reason(s, j, l, n)
			l.Necks = append(l.Necks, n)
		}
	}
	sort.SliceStable(l.Necks, func(a, b int) bool { return l.Necks[a].weight(l) > l.Necks[b].weight(l) })
	return l
}

func (n *Neck) weight(l *Load) (w float64) {
	for _, h := range n.Held {
		w = max(w, l.Vertices[h.ID].PressureMax)
	}
	return w
}

func taskManager(s *snapshot.Snapshot, t *snapshot.Subtask) *snapshot.TaskManager {
	if t == nil {
		return nil
	}
	for i := range s.TaskManagers {
		if s.TaskManagers[i].ID == t.TaskManager {
			return &s.TaskManagers[i]
		}
	}
	return nil
}

func measureVertex(v *snapshot.Vertex) *VertexLoad {
	nan := math.NaN()
	l := &VertexLoad{V: v, BusyMax: nan, BusyAvg: nan, BusyRest: nan, PressureMax: nan, PressureAvg: nan, Work: workOf(v)}
	var busy, pressure []float64
	for i := range v.Subtasks {
		s := &v.Subtasks[i]
		if !math.IsNaN(s.Busy) {
			busy = append(busy, s.Busy)
			if l.Hottest == nil || s.Busy > l.Hottest.Busy {
				l.Hottest = s
			}
		}
		if !math.IsNaN(s.BackPressured) {
			pressure = append(pressure, s.BackPressured)
		}
	}
	if len(busy) > 0 {
		l.BusyMax, l.BusyAvg = maxAvg(busy)
		if len(busy) > 1 {
			l.BusyRest = (l.BusyAvg*float64(len(busy)) - l.BusyMax) / float64(len(busy)-1)
		}
	}
	if len(pressure) > 0 {
		l.PressureMax, l.PressureAvg = maxAvg(pressure)
	}
	return l
}

func maxAvg(vs []float64) (most, avg float64) {
	for _, v := range vs {
		most = max(most, v)
		avg += v / float64(len(vs))
	}
	return most, avg
}

// neck finds out whether v holds its inputs back. The panel of Flink shows the
// sender: the neck itself looks free, so it is the vertex that is not
// back-pressured while what feeds it is.
func (l *Load) neck(j *snapshot.Job, v *snapshot.Vertex) *Neck {
	own := l.Vertices[v.ID]
	if v.Source() {
		return sourceNeck(own)
	}
	n := &Neck{VertexLoad: own}
	var worst float64
	for _, in := range v.Inputs {
		up := l.Vertices[in.From]
		if up == nil || !(up.PressureMax >= pressureLow) && !filling(own, up) {
			continue
		}
		// Of several consumers it is the busiest that holds the input back.
		if busier := l.busiest(j.Consumers(in.From)); busier != nil && busier != v && l.free(busier) {
			continue
		}
		n.Held = append(n.Held, up.V)
		worst = max(worst, up.PressureMax)
	}
	if len(n.Held) == 0 || own.PressureMax >= max(pressureLow, worst*0.6) && !(own.BusyMax >= busyHigh) {
		return nil
	}
	return n
}

// filling reports whether records pile up between two vertices although the first
// is not held back yet: the second works at its limit and the pools fill.
func filling(own, up *VertexLoad) bool {
	in := own.V.Metric("Shuffle.Netty.Input.Buffers.inPoolUsage").Max
	if own.BusyMax >= 0.95 && (in >= 0.5 || up.V.Metric("Shuffle.Netty.Output.Buffers.outPoolUsage").Max >= 0.5) {
		return true
	}
	_, waiting := inFlightOf(own.V)
	return own.BusyMax >= busyHigh && in >= fullShare && waiting >= muchInFlight
}

// muchInFlight is how much work waits in the buffers before a task that cannot keep
// up. One that keeps up has less than a buffer timeout's worth there.
const muchInFlight = 3 * time.Second

// inFlightOf is how long the worst subtask of a vertex needs for what waits in its
// input buffers, and that subtask; negative if nobody knows.
func inFlightOf(v *snapshot.Vertex) (worst *snapshot.Subtask, most time.Duration) {
	most = -1
	for i := range v.Subtasks {
		s := &v.Subtasks[i]
		ms := s.Metric("estimatedTimeToConsumeBuffersMs")
		if math.IsNaN(ms) {
			ms = 1000 * s.Metric("Shuffle.Netty.Input.Buffers.inputQueueSize") / s.Metric("numBytesInPerSecond")
		}
		if math.IsNaN(ms) || math.IsInf(ms, 0) {
			continue
		}
		if d := time.Duration(ms * float64(time.Millisecond)); d > most {
			worst, most = s, d
		}
	}
	if most >= 0 {
		return worst, most
	}
	ms := v.Metric("estimatedTimeToConsumeBuffersMs").Max // bundles of former releases have no more
	if math.IsNaN(ms) {
		ms = 1000 * v.Metric("Shuffle.Netty.Input.Buffers.inputQueueSize").Max / v.Metric("numBytesInPerSecond").Max
	}
	if math.IsNaN(ms) || math.IsInf(ms, 0) {
		return nil, -1
	}
	return nil, time.Duration(ms * float64(time.Millisecond))
}

func (l *Load) free(v *snapshot.Vertex) bool { return !(l.Vertices[v.ID].PressureMax >= pressureHigh) }

func (l *Load) busiest(vs []*snapshot.Vertex) (out *snapshot.Vertex) {
	for _, v := range vs {
		if out == nil || l.Vertices[v.ID].BusyMax > l.Vertices[out.ID].BusyMax {
			out = v
		}
	}
	return out
}

// sourceNeck looks for slow work that is chained to a source: it has no input that
// could be back-pressured, and a source of the old kind does not even say how
// busy it is. Only what the threads are seen doing tells.
func sourceNeck(l *VertexLoad) *Neck {
	if l.PressureMax >= pressureLow || l.BusyMax < busyHigh {
		return nil
	}
	w := l.Work
	// The share of samples at work stands for how busy it is.
	foreign := w.Samples >= 4 && float64(w.Samples) >= busyHigh*float64(w.Samples+w.Idle) && w.Share(WorkSink)+w.Share(WorkLookup)+w.Share(WorkUser) >= 0.6
	if !foreign && !grinding(l) {
		return nil
	}
	if l.Hottest == nil && len(l.V.Subtasks) > 0 {
		l.Hottest = &l.V.Subtasks[0]
	}
	return &Neck{VertexLoad: l}
}

// cheapPerSecond are records a second and subtask above which a source that never
// rests is simply at full speed.
const cheapPerSecond = 20_000

// grinding reports whether a source's thread computes all the time and yet gets
// little done. A thread dump shows a tight loop at its next safepoint, often
// outside of the function that is to blame, so where it was seen does not tell.
func grinding(l *VertexLoad) bool {
	w := l.Work
	if w.Samples < 6 || w.Idle > 0 || w.Waiting+w.Blocked > 0.1 {
		return false
	}
	perSecond := math.NaN()
	for _, m := range l.V.Of("numRecordsOutPerSecond") {
		if !(m.Avg <= perSecond) {
			perSecond = m.Avg
		}
	}
	return perSecond > 0 && perSecond < cheapPerSecond
}

// skewOf compares what arrives at the subtasks: now if that is known, else since
// the start.
func skewOf(v *snapshot.Vertex) Skew {
	if len(v.Subtasks) < 2 {
		return Skew{}
	}
	perSecond := true
	figure := func(s *snapshot.Subtask) float64 {
		if perSecond {
			return s.Metric("numRecordsInPerSecond")
		}
		if s.ReadRecords < 0 {
			return math.NaN()
		}
		return float64(s.ReadRecords)
	}
	var hot *snapshot.Subtask
	var sum float64
	for {
		hot, sum = nil, 0
		known := true
		for i := range v.Subtasks {
			x := figure(&v.Subtasks[i])
			known = known && !math.IsNaN(x)
			sum += x
			if hot == nil || x > figure(hot) {
				hot = &v.Subtasks[i]
			}
		}
		if known && sum > 0 {
			break
		}
		if !perSecond {
			return Skew{}
		}
		perSecond = false
	}
	most := figure(hot)
	rest := (sum - most) / float64(len(v.Subtasks)-1)
	return Skew{Known: true, Hot: hot, Share: most / sum, Ratio: most / max(rest, 1e-9), PerSecond: perSecond}
}

// Rules that name the reason of a neck; exactly one does.
const (
	ruleDataSkew    = "FLT203"
	ruleSlowSink    = "FLT204"
	ruleSlowLookup  = "FLT205"
	ruleSlowOp      = "FLT206"
	ruleCPU         = "FLT207"
	ruleGC          = "FLT208"
	ruleParallelism = "FLT209"
	ruleNetwork     = "FLT212"
	ruleState       = "FLT213"
	ruleLock        = "FLT214"
	ruleFanOut      = "FLT215"
	ruleSlowHost    = "FLT218"
)

// reason decides why a neck is slow, from the most certain sign to the least.
func reason(s *snapshot.Snapshot, j *snapshot.Job, l *Load, n *Neck) string {
	w := n.Work
	uneven := len(n.V.Subtasks) > 1 && n.BusyMax >= 0.7 && n.BusyRest <= 0.6*n.BusyMax
	switch {
	case uneven && n.Skew.Known && n.Skew.Ratio >= 1.8 || lopsided(n):
		return ruleDataSkew
	case gcShare(n.TM) >= gcHigh:
		return ruleGC
	case w.Samples >= 3 && w.Share(WorkLookup) >= 0.5:
		return ruleSlowLookup
	case w.Samples >= 3 && w.Share(WorkSink) >= 0.5:
		return ruleSlowSink
	case w.Samples >= 3 && w.Blocked >= 0.5:
		return ruleLock
	case w.Samples >= 3 && w.Share(WorkState) >= 0.5 || stalled(n.V):
		return ruleState
	case uneven && n.Skew.Known && n.Skew.Ratio < 1.3:
		return ruleSlowHost
	case n.BusyMax < 0.5 && n.PressureMax < pressureLow && len(n.Held) > 0 && remote(n):
		return ruleNetwork
	case saturated(l, n) || throttled(n.TM) >= throttledHigh:
		return ruleCPU
	case narrow(l, n):
		return ruleParallelism
	case w.Samples == 0 && strings.Contains(n.V.Name, "LookupJoin"):
		return ruleSlowLookup
	case w.Samples == 0 && n.V.Sink() && !strings.Contains(n.V.Name, " -> "):
		return ruleSlowSink
	}
	return ruleSlowOp
}

// lopsided reports whether one subtask is at its limit and gets so many more records
// than the others that it does not matter how busy those look: on a machine without
// a core to spare, waiting for one counts as busy.
func lopsided(n *Neck) bool {
	return len(n.V.Subtasks) > 1 && n.BusyMax >= 0.9 && n.BusyRest <= 0.85*n.BusyMax && n.Skew.Known && n.Skew.Ratio >= 4 && n.Skew.Hot == n.Hottest
}

func gcShare(t *snapshot.TaskManager) float64 {
	if t == nil {
		return math.NaN()
	}
	return t.Metric("Status.JVM.GarbageCollector.All.TimeMsPerSecond") / 1000
}

// stalled reports whether RocksDB holds writes back.
func stalled(v *snapshot.Vertex) bool {
	for name, m := range v.Metrics {
		if m.Max > 0 && (strings.HasSuffix(name, "rocksdb.is-write-stopped") || strings.HasSuffix(name, "rocksdb.actual-delayed-write-rate")) {
			return true
		}
	}
	return false
}

// remote reports whether the inputs of a neck come from other TaskManagers.
func remote(n *Neck) bool {
	for _, h := range n.Held {
		for _, a := range h.Subtasks {
			for _, b := range n.V.Subtasks {
				if a.TaskManager != b.TaskManager {
					return true
				}
			}
		}
	}
	return false
}

// throttledHigh is the share of CPU periods cut short from which the quota, not the
// work, is to blame.
const throttledHigh = 0.25

// starved reports whether a source never rests because its container's quota is used
// up: nothing before it can show that.
func starved(s *snapshot.Snapshot, l *VertexLoad) bool {
	return l.V.Source() && l.BusyMax >= busyHigh && !(l.PressureMax >= pressureLow) && throttled(taskManager(s, l.Hottest)) >= throttledHigh
}

// throttled is the share of the container's CPU periods in which its quota was used
// up; NaN if nobody says so.
func throttled(t *snapshot.TaskManager) float64 {
	if t == nil {
		return math.NaN()
	}
	return t.Metric("Status.Container.CPU.Throttled")
}

// saturated reports whether the neck's process has no CPU left because several
// vertices compute, not the neck alone.
func saturated(l *Load, n *Neck) bool {
	if n.TM == nil || !(n.TM.Metric("Status.JVM.CPU.Load") >= 0.9) {
		return false
	}
	others := 0.0
	for _, o := range l.Vertices {
		if o.V != n.V && o.BusyAvg > 0 {
			others += o.BusyAvg * float64(len(o.V.Subtasks))
		}
	}
	own := n.BusyAvg * float64(len(n.V.Subtasks))
	return others >= own
}

// narrow reports whether the neck has fewer subtasks than what feeds it.
func narrow(l *Load, n *Neck) bool { return n.BusyAvg >= busyHigh && l.wider(n) > n.V.Parallelism }

// wider is the highest parallelism of the tasks that a neck holds back, directly or
// through one another.
func (l *Load) wider(n *Neck) (most int) {
	seen := map[string]bool{}
	for queue := slices.Clone(n.Held); len(queue) > 0; queue = queue[1:] {
		most = max(most, queue[0].Parallelism)
		for _, in := range queue[0].Inputs {
			if up := l.Vertices[in.From]; up != nil && up.PressureMax >= pressureLow && !seen[in.From] {
				seen[in.From] = true
				queue = append(queue, up.V)
			}
		}
	}
	return most
}
