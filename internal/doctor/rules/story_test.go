package rules

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// The stories of testdata say, for each rule, when it fires, when it nearly fires
// and does not, and when it is not assessed. `-rewrite` writes the answers anew.
//
//	rule FLT203       asks one rule about a cluster and shows what it found
//	diagnose          asks all of them and shows chains and score
//
// Every story starts from a healthy job: Source: orders -> GroupAggregate -> sink,
// two subtasks each on one TaskManager, ten good checkpoints. The lines of the
// input change it:
//
//	job KEY=VALUE…                    state, duration, type, restart, name
//	vertex ID KEY=VALUE…              a new one or a change: name, p, in=ID:SHIP, status, description
//	subtask ID INDEX KEY=VALUE…       busy, bp, read, out, tm, status (INDEX * for all)
//	metric ID NAME MIN [MAX]          over the subtasks; value ID INDEX NAME VALUE for one
//	stack ID INDEX STATE FRAME…       a sample of the thread (six are added)
//	checkpoints KEY=VALUE…            interval, timeout, min-pause, backend, storage, unaligned, …; off; none
//	checkpoint ID KEY=VALUE…          status, age, duration, state, bytes, acked, of, failure, format
//	part CHECKPOINT ID INDEX K=V…     start, align, sync, async, state, bytes, acked
//	exception KEY=VALUE…              age, name, stack, task, tm
//	tm ID [NAME=VALUE…]               a metric of a TaskManager; tm ID free=N endpoint=H heard=AGE: of itself
//	worker ID KEY=VALUE…              another TaskManager: endpoint, free, cpu
//	jm [NAME=VALUE…]                  a metric of the JobManager; none: it has none
//	nojobs why                        the jobs could not be read
//	version VERSION                   of Flink
//	config KEY VALUE                  log KIND KEY=VALUE…   series METRIC [vertex=ID] V V V …
//	missing PART why                  node KEY=VALUE…       pod NAME KEY=VALUE…
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		if strings.HasSuffix(path, "fuzz") {
			return
		}
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			b := newStory()
			for i, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
					continue
				}
				if err := b.line(words(line)); err != nil {
					d.Fatalf(t, "line %d, %s: %v", i+1, line, err)
				}
			}
			if d.Cmd == "diagnose" {
				return showChains(Diagnose(b.s))
			}
			for _, r := range Table() {
				if r.ID == d.CmdArgs[0].Key {
					return showRule(DiagnoseWith(b.s, []*Rule{r}))
				}
			}
			d.Fatalf(t, "no rule %s", d.CmdArgs[0].Key)
			return ""
		})
	})
}

func showRule(d *Diagnosis) string {
	var b strings.Builder
	for _, f := range d.Findings {
		at := ""
		if f.VertexName != "" {
			at += " " + f.VertexName
		}
		if f.Subtask >= 0 {
			at += fmt.Sprintf(" #%d", f.Subtask)
		}
		fmt.Fprintf(&b, "%s %s%s: %s\n", f.Severity, f.Cause, at, f.Summary)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s\n", e)
		}
		if len(f.Remedy) == 0 && !f.Rule.Symptom {
			b.WriteString("  NO REMEDY\n")
		}
	}
	for _, n := range d.NotAssessed {
		fmt.Fprintf(&b, "not assessed: %s\n", n.Reason)
	}
	if b.Len() == 0 {
		return "ok\n"
	}
	return b.String()
}

func showChains(d *Diagnosis) string {
	var b strings.Builder
	for i, c := range d.Chains {
		fmt.Fprintf(&b, "%d. %s %s %s\n", i+1, c.Root.Severity, c.Root.Cause, c.Root.Rule.ID)
		for _, l := range c.Links {
			fmt.Fprintf(&b, "   %s %s\n", l.Rule.ID, l.Summary)
		}
	}
	if len(d.Chains) == 0 {
		b.WriteString("no causes\n")
	}
	fmt.Fprintf(&b, "%s\n", d.Health.Arithmetic(func(w string) string { return w }))
	return b.String()
}

var wordPattern = regexp.MustCompile(`(?:[^\s"]|"(?:[^"\\]|\\.)*")+`)

// words splits at blanks; quotes hold words together.
func words(line string) []string {
	ws := wordPattern.FindAllString(line, -1)
	for i, w := range ws {
		key, value, ok := strings.Cut(w, "=\"")
		switch {
		case ok:
			v, err := strconv.Unquote("\"" + value)
			if err == nil {
				ws[i] = key + "=" + v
			}
		case strings.HasPrefix(w, "\""):
			if v, err := strconv.Unquote(w); err == nil {
				ws[i] = v
			}
		}
	}
	return ws
}

type story struct {
	s *snapshot.Snapshot
	j *snapshot.Job
}

var storyTime = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func newStory() *story {
	s := &snapshot.Snapshot{
		Taken: storyTime, Target: "http://test", Product: "Flink", Version: "2.3.0", SlotsTotal: 4, SlotsFree: 2,
		Config: map[string]string{"execution.checkpointing.incremental": "true", "metrics.reporter.prom.port": "9249", "high-availability.type": "kubernetes", "high-availability.storageDir": "s3://b/ha",
			"table.exec.state.ttl": "1 d", "env.java.opts.all": "-Xlog:gc*:file=gc.log"},
		JobManager: map[string]float64{"Status.JVM.Memory.Heap.Used": 100 << 20, "Status.JVM.Memory.Heap.Max": 1 << 30, "Status.JVM.GarbageCollector.All.TimeMsPerSecond": 5},
		TaskManagers: []snapshot.TaskManager{{ID: "tm1", Slots: 4, Free: 2, CPUCores: 4, LastHeartbeat: storyTime.Add(-3 * time.Second), Metrics: map[string]float64{
			"Status.JVM.CPU.Load": 0.3, "Status.JVM.GarbageCollector.All.TimeMsPerSecond": 5, "Status.JVM.Memory.Heap.Used": 100 << 20, "Status.JVM.Memory.Heap.Max": 1 << 30,
			"Status.JVM.Memory.Metaspace.Used": 50 << 20, "Status.JVM.Memory.Metaspace.Max": 256 << 20, "Status.Shuffle.Netty.RequestedMemoryUsage": 10, "Status.Shuffle.Netty.AvailableMemorySegments": 1000,
			"Status.Flink.Memory.Managed.Used": 512 << 20, "Status.Flink.Memory.Managed.Total": 512 << 20,
			"Status.JVM.FileDescriptor.Open": 100, "Status.JVM.FileDescriptor.Max": 65536,
		}}},
	}
	s.Jobs = []snapshot.Job{{
		ID: "j1", Name: "orders", State: "RUNNING", Type: "STREAMING", Start: storyTime.Add(-time.Hour), Duration: time.Hour, RestartStrategy: "Cluster level default restart strategy",
		Metrics: map[string]float64{"numRestarts": 0}, UserConfig: map[string]string{}, Entered: map[string]time.Time{},
	}}
	b := &story{s: s, j: &s.Jobs[0]}
	b.vertex("src", "Source: orders")
	b.vertex("agg", "GroupAggregate[4]", snapshot.Edge{From: "src", Ship: "HASH"})
	b.vertex("sink", "out[5]: Writer", snapshot.Edge{From: "agg", Ship: "FORWARD"})
	k := &b.j.Checkpoints
	k.Config = &snapshot.CheckpointConfig{Mode: "exactly_once", Interval: time.Minute, Timeout: 10 * time.Minute, MinPause: 10 * time.Second, MaxConcurrent: 1, TolerableFailed: 3,
		Backend: "EmbeddedRocksDBStateBackend", Storage: "FileSystemCheckpointStorage", Externalized: true}
	for i := int64(0); i < 10; i++ {
		b.checkpoint(10-i, time.Duration(i)*time.Minute)
	}
	k.Counts = snapshot.CheckpointCounts{Total: 10, Completed: 10}
	k.LatestCompleted = &k.History[0]
	b.details(&k.History[0])
	return b
}

func (b *story) vertex(id, name string, in ...snapshot.Edge) *snapshot.Vertex {
	v := snapshot.Vertex{ID: id, Name: name, Parallelism: 2, Status: "RUNNING", Inputs: in, Metrics: map[string]snapshot.Spread{}, Coordinator: map[string]float64{}}
	for i := range 2 {
		v.Subtasks = append(v.Subtasks, newSubtask(i))
	}
	b.j.Vertices = append(b.j.Vertices, v)
	return &b.j.Vertices[len(b.j.Vertices)-1]
}

func newSubtask(i int) snapshot.Subtask {
	return snapshot.Subtask{Index: i, Status: "RUNNING", TaskManager: "tm1", Busy: 0.3, Idle: 0.7, ReadRecords: 100_000, WriteRecords: 100_000, Metrics: map[string]float64{"numRecordsInPerSecond": 100, "numRecordsOutPerSecond": 100}}
}

func (b *story) checkpoint(id int64, age time.Duration) *snapshot.Checkpoint {
	at := storyTime.Add(-age - time.Second)
	b.j.Checkpoints.History = append(b.j.Checkpoints.History, snapshot.Checkpoint{ID: id, Status: "COMPLETED", Triggered: at, LatestAck: at.Add(300 * time.Millisecond),
		Duration: 300 * time.Millisecond, Bytes: 1 << 20, StateBytes: 10 << 20, Subtasks: 6, Acknowledged: 6})
	return &b.j.Checkpoints.History[len(b.j.Checkpoints.History)-1]
}

func (b *story) details(cp *snapshot.Checkpoint) {
	for _, v := range b.j.Vertices {
		t := snapshot.CheckpointTask{Vertex: v.ID, Subtasks: 2, Acknowledged: 2, StateBytes: 2 << 20}
		for i := range 2 {
			t.Parts = append(t.Parts, snapshot.CheckpointPart{Index: i, Acknowledged: true, Duration: 200 * time.Millisecond, StartDelay: 5 * time.Millisecond, Alignment: 3 * time.Millisecond, Sync: 4 * time.Millisecond, Async: 50 * time.Millisecond, StateBytes: 1 << 20, Bytes: 100 << 10})
		}
		cp.Tasks = append(cp.Tasks, t)
	}
}

// line applies one line of a story.
func (b *story) line(w []string) error {
	args := map[string]string{}
	for _, x := range w[1:] {
		if key, value, ok := strings.Cut(x, "="); ok {
			args[key] = value
		}
	}
	switch w[0] {
	case "job":
		return b.lineJob(args)
	case "vertex":
		return b.lineVertex(w[1], args)
	case "subtask", "value", "stack":
		return b.lineSubtask(w, args)
	case "metric":
		v := b.j.Vertex(w[1])
		low := number(w[3])
		high := number(w[len(w)-1])
		v.Metrics[w[2]] = snapshot.Spread{Min: low, Max: high, Avg: (low + high) / 2, Sum: (low + high) / 2 * float64(len(v.Subtasks))}
	case "checkpoints":
		return b.lineCheckpoints(w, args)
	case "checkpoint":
		return b.lineCheckpoint(w[1], args)
	case "part":
		return b.linePart(w, args)
	case "exception":
		b.j.Exceptions = append(b.j.Exceptions, snapshot.Exception{Name: args["name"], Stack: args["stack"], Task: args["task"], TaskManager: args["tm"], Time: storyTime.Add(-duration(args["age"]))})
	case "tm":
		for key, value := range args {
			switch t := &b.s.TaskManagers[0]; key {
			case "free":
				t.Free = atoi(value)
			case "endpoint":
				t.Endpoint = value
			case "heard":
				t.LastHeartbeat = time.Time{}
				if value != "never" {
					t.LastHeartbeat = storyTime.Add(-duration(value))
				}
			default:
				t.Metrics[key] = number(value)
			}
		}
		if len(args) == 0 {
			b.s.TaskManagers[0].Metrics = map[string]float64{}
		}
	case "worker":
		b.s.TaskManagers = append(b.s.TaskManagers, snapshot.TaskManager{ID: w[1], Endpoint: args["endpoint"], Slots: 4, Free: atoi(args["free"]), CPUCores: 4, Metrics: map[string]float64{"Status.JVM.CPU.Load": number(args["cpu"])}})
	case "jm":
		for key, value := range args {
			b.s.JobManager[key] = number(value)
		}
		if len(args) == 0 {
			b.s.JobManager = map[string]float64{}
		}
	case "nojobs":
		b.s.Jobs, b.j = nil, nil
		b.s.Miss(snapshot.Jobs, strings.Join(w[1:], " "))
	case "config":
		b.s.Config[w[1]] = strings.Join(w[2:], " ")
	case "version":
		b.s.Version = w[1]
	case "unset":
		delete(b.s.Config, w[1])
	case "log":
		b.s.Logs = append(b.s.Logs, snapshot.LogEvent{Kind: w[1], Time: storyTime.Add(-time.Minute), File: "jm.log:7", Text: args["text"], Fields: args, Count: max(1, atoi(args["count"]))})
	case "series":
		b.lineSeries(w, args)
	case "missing":
		part := snapshot.Part(w[1])
		b.s.Miss(part, strings.Join(w[2:], " "))
	case "node":
		b.s.Node = &snapshot.Node{Throttled: number(args["throttled"]), Retransmits: number(args["retransmits"]), OOMKills: int64(number(args["oom"])), CPULimit: 2,
			Pressure: map[string]float64{"io": number(args["io"]), "memory": number(args["memory"])}, Peers: map[string]float64{"10.0.0.2": number(args["retransmits"])}, Missing: map[string]string{}}
		if args["peer"] != "" {
			b.s.Node.Peers["10.0.0.7"] = number(args["peer"])
		}
		if args["missing"] != "" {
			b.s.Node.Missing[args["missing"]] = "no such file"
		}
	case "pod":
		b.s.Pods = append(b.s.Pods, snapshot.Pod{Name: w[1], Component: args["component"], LastReason: args["reason"], ExitCode: atoi(args["exit"]), MemoryLimit: 1 << 30, CPULimit: number(args["cpu"]), Restarts: 2, UnscheduledWhy: args["unscheduled"]})
	default:
		return fmt.Errorf("unknown line %s", w[0])
	}
	return nil
}

func (b *story) lineJob(args map[string]string) error {
	for key, value := range args {
		switch key {
		case "state":
			b.j.State = value
		case "duration":
			b.j.Duration = duration(value)
			b.j.Start = storyTime.Add(-b.j.Duration)
		case "type":
			b.j.Type = value
		case "restart":
			b.j.RestartStrategy = value
		case "free":
			b.s.SlotsFree = atoi(value)
		default:
			b.j.Metrics[key] = number(value)
		}
	}
	return nil
}

func (b *story) lineVertex(id string, args map[string]string) error {
	v := b.j.Vertex(id)
	if v == nil {
		v = b.vertex(id, id)
	}
	for key, value := range args {
		switch key {
		case "name":
			v.Name = value
		case "description":
			v.Description = value
		case "status":
			v.Status = value
		case "p":
			v.Parallelism = atoi(value)
			v.Subtasks = v.Subtasks[:min(len(v.Subtasks), v.Parallelism)]
			for len(v.Subtasks) < v.Parallelism {
				v.Subtasks = append(v.Subtasks, newSubtask(len(v.Subtasks)))
			}
		case "maxp":
			v.MaxParallelism = atoi(value)
		case "in":
			v.Inputs = nil
			for _, in := range strings.Split(value, ",") {
				from, ship, _ := strings.Cut(in, ":")
				v.Inputs = append(v.Inputs, snapshot.Edge{From: from, Ship: ship})
			}
		default:
			return fmt.Errorf("unknown key %s", key)
		}
	}
	return nil
}

func (b *story) lineSubtask(w []string, args map[string]string) error {
	v := b.j.Vertex(w[1])
	if v == nil {
		return fmt.Errorf("no vertex %s", w[1])
	}
	for i := range v.Subtasks {
		s := &v.Subtasks[i]
		if w[2] != "*" && w[2] != strconv.Itoa(i) {
			continue
		}
		if w[0] == "value" {
			s.Metrics[w[3]] = number(w[4])
			if _, ok := v.Metrics[w[3]]; !ok {
				v.Metrics[w[3]] = snapshot.Spread{Min: number(w[4]), Max: number(w[4])}
			}
			m := v.Metrics[w[3]]
			m.Min, m.Max = min(m.Min, number(w[4])), max(m.Max, number(w[4]))
			v.Metrics[w[3]] = m
			continue
		}
		if w[0] == "stack" {
			for range 6 {
				s.Stacks = append(s.Stacks, snapshot.Stack{State: w[3], Frames: w[4:]})
			}
			continue
		}
		for key, value := range args {
			switch key {
			case "busy":
				s.Busy = number(value)
			case "bp":
				s.BackPressured = number(value)
			case "read":
				s.ReadRecords = int64(number(value))
			case "written":
				s.WriteRecords = int64(number(value))
			case "in":
				s.Metrics["numRecordsInPerSecond"] = number(value)
			case "out":
				s.Metrics["numRecordsOutPerSecond"] = number(value)
			case "tm":
				s.TaskManager = value
			case "status":
				s.Status = value
			default:
				return fmt.Errorf("unknown key %s", key)
			}
		}
	}
	return nil
}

func (b *story) lineCheckpoints(w []string, args map[string]string) error {
	k := &b.j.Checkpoints
	if slices.Contains(w, "off") {
		*k = snapshot.Checkpoints{Off: true}
		return nil
	}
	if slices.Contains(w, "none") {
		*k = snapshot.Checkpoints{Config: k.Config}
		return nil
	}
	for key, value := range args {
		c := k.Config
		switch key {
		case "interval":
			c.Interval = duration(value)
		case "timeout":
			c.Timeout = duration(value)
		case "min-pause":
			c.MinPause = duration(value)
		case "aligned-timeout":
			c.AlignedTimeout = duration(value)
		case "tolerable":
			c.TolerableFailed = atoi(value)
		case "backend":
			c.Backend = value
		case "storage":
			c.Storage = value
		case "unaligned":
			c.Unaligned = value == "true"
		case "externalized":
			c.Externalized = value == "true"
		case "completed":
			k.Counts.Completed = atoi(value)
		case "failed":
			k.Counts.Failed = atoi(value)
		default:
			return fmt.Errorf("unknown key %s", key)
		}
	}
	return nil
}

func (b *story) lineCheckpoint(id string, args map[string]string) error {
	k := &b.j.Checkpoints
	var all []*snapshot.Checkpoint
	for i := range k.History {
		if id == "*" || strconv.FormatInt(k.History[i].ID, 10) == id {
			all = append(all, &k.History[i])
		}
	}
	if len(all) == 0 {
		n, _ := strconv.ParseInt(id, 10, 64)
		b.checkpoint(n, 0)
		slices.SortFunc(k.History, func(a, b snapshot.Checkpoint) int { return int(b.ID - a.ID) })
		return b.lineCheckpoint(id, args)
	}
	for i, cp := range all {
		for key, value := range args {
			switch key {
			case "status":
				cp.Status = value
			case "age":
				cp.Triggered = storyTime.Add(-duration(value))
			case "duration":
				cp.Duration = duration(value)
			case "state":
				cp.StateBytes = int64(number(value))
			case "grow": // older ones are smaller
				cp.StateBytes = int64(number(value) * float64(len(all)-i))
			case "bytes":
				cp.Bytes = int64(number(value))
			case "acked":
				cp.Acknowledged = atoi(value)
			case "of":
				cp.Subtasks = atoi(value)
			case "failure":
				cp.Failure = value
			case "format":
				cp.SavepointFormat, cp.Savepoint, cp.Path = value, true, "s3://b/savepoint-1"
				k.LatestSavepoint = cp
			default:
				return fmt.Errorf("unknown key %s", key)
			}
		}
	}
	return nil
}

func (b *story) linePart(w []string, args map[string]string) error {
	for i := range b.j.Checkpoints.History {
		cp := &b.j.Checkpoints.History[i]
		if strconv.FormatInt(cp.ID, 10) != w[1] {
			continue
		}
		if len(cp.Tasks) == 0 {
			b.details(cp)
		}
		t := cp.Task(w[2])
		for len(t.Parts) < b.j.Vertex(w[2]).Parallelism {
			p := t.Parts[0]
			p.Index = len(t.Parts)
			t.Parts = append(t.Parts, p)
			t.Subtasks++
			t.Acknowledged++
		}
		for n := range t.Parts {
			p := &t.Parts[n]
			if w[3] != "*" && w[3] != strconv.Itoa(n) {
				continue
			}
			for key, value := range args {
				switch key {
				case "start":
					p.StartDelay = duration(value)
				case "align":
					p.Alignment = duration(value)
				case "sync":
					p.Sync = duration(value)
				case "async":
					p.Async = duration(value)
				case "duration":
					p.Duration = duration(value)
				case "state":
					p.StateBytes = int64(number(value))
				case "bytes":
					p.Bytes = int64(number(value))
				case "clock":
				case "acked":
					p.Acknowledged = value == "true"
					if !p.Acknowledged {
						t.Acknowledged--
					}
				default:
					return fmt.Errorf("unknown key %s", key)
				}
			}
			if args["clock"] == "" { // of another machine: the start delay is no time that passed
				p.Duration = max(p.Duration, p.StartDelay+p.Alignment+p.Sync+p.Async)
			}
			t.Duration = max(t.Duration, p.Duration)
		}
	}
	return nil
}

func (b *story) lineSeries(w []string, args map[string]string) {
	s := snapshot.Series{Metric: w[1], Labels: map[string]string{"job_id": "j1"}}
	if v := args["vertex"]; v != "" {
		s.Labels["task_id"] = v
	}
	var values []string
	for _, x := range w[2:] {
		if !strings.Contains(x, "=") {
			values = append(values, x)
		}
	}
	for i, x := range values {
		s.Points = append(s.Points, snapshot.Point{Time: storyTime.Add(-time.Duration(len(values)-1-i) * time.Minute), Value: number(x)})
	}
	b.s.Series = append(b.s.Series, s)
}

// number reads a figure; K, M and G are powers of 1024; none is NaN; now±5m is a
// time in epoch milliseconds; min is Flink's "no watermark".
func number(s string) float64 {
	switch {
	case s == "":
		return 0
	case s == "none":
		return math.NaN()
	case s == "min":
		return math.MinInt64
	case strings.HasPrefix(s, "now"):
		at := storyTime
		if len(s) > 3 {
			d, _ := time.ParseDuration(s[3:])
			at = at.Add(d)
		}
		return float64(at.UnixMilli())
	}
	unit := map[byte]float64{'K': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}[s[len(s)-1]]
	if unit == 0 {
		v, _ := strconv.ParseFloat(s, 64)
		return v
	}
	v, _ := strconv.ParseFloat(s[:len(s)-1], 64)
	return v * unit
}

func duration(s string) time.Duration { d, _ := time.ParseDuration(s); return d }

// Every rule has a story in which it fires, one in which it is silent, and one in
// which it is not assessed.
func TestEveryRuleHasItsStories(t *testing.T) {
	paths, _ := filepath.Glob("testdata/*.txt")
	all := ""
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	for _, r := range Table() {
		var fires, silent, blind bool
		for _, part := range strings.Split(all, "rule "+r.ID+"\n")[1:] {
			_, after, _ := strings.Cut(part, "----\n")
			answer, _, _ := strings.Cut(after, "\n\n")
			fires = fires || strings.HasPrefix(answer, "info ") || strings.HasPrefix(answer, "warning ") || strings.HasPrefix(answer, "critical ")
			silent = silent || strings.HasPrefix(answer, "ok")
			blind = blind || strings.HasPrefix(answer, "not assessed")
		}
		if !fires || !silent || !blind {
			t.Errorf("%s (%s): fires %t, silent %t, not assessed %t", r.ID, r.Title, fires, silent, blind)
		}
	}
}

// The table is whole: ids are unique, words are there, links lead somewhere and
// never in a circle.
func TestTable(t *testing.T) {
	byID := map[string]*Rule{}
	for _, r := range Table() {
		if byID[r.ID] != nil {
			t.Errorf("%s is there twice", r.ID)
		}
		byID[r.ID] = r
		if r.Title == "" || r.Cause == "" || r.Doc.Symptom == "" || r.Doc.Cause == "" || r.Doc.See == "" || r.Doc.Remedy == "" || r.Doc.Reproduce == "" || r.Doc.Source == "" {
			t.Errorf("%s: title, cause or a part of its page is missing", r.ID)
		}
		if (r.Job == nil) == (r.Cluster == nil) {
			t.Errorf("%s: needs exactly one of Job and Cluster", r.ID)
		}
	}
	var visit func(id string, path []string)
	visit = func(id string, path []string) {
		if slices.Contains(path, id) {
			t.Errorf("explains itself: %v %s", path, id)
			return
		}
		r := byID[id]
		if r == nil {
			t.Errorf("%v explains %s, which does not exist", path, id)
			return
		}
		for _, next := range r.Explains {
			visit(next, append(path, id))
		}
	}
	for id := range byID {
		visit(id, nil)
	}
}
