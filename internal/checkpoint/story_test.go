package checkpoint

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/jobgraph"
)

// Stories. `new tasks=(src:2,sink:1) KEY=VALUE…` makes a job whose vertices are a
// line joined by hash edges (edges=forward: by forward edges); keys are those of
// execution.checkpointing without the prefix; `logs` shows log lines, `coordinated`
// gives the first vertex a source coordinator, `random=0.5` the first trigger.
// `step` takes lines, each an event or a question, and prints what became ready.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var s *story
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "new" {
				var err error
				if s, err = newStory(d.CmdArgs); err != nil {
					return err.Error()
				}
				return ""
			}
			var out strings.Builder
			for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				fmt.Fprintf(&out, "> %s\n", line)
				if err := s.do(&out, strings.Fields(line)); err != nil {
					t.Fatalf("%s: %s: %v", d.Pos, line, err)
				}
			}
			return out.String()
		})
	})
}

type story struct {
	c       *Coordinator
	history *History
	graph   *jobgraph.Graph
	logs    bool
}

func newStory(args []datadriven.CmdArg) (*story, error) {
	s := &story{}
	o := Default()
	o.JobID, o.GraphID, o.Dir = "job", "graph", "file:/cp"
	dist, coordinated, tasks := jobgraph.Hash, false, []string{"src:1", "sink:1"}
	for _, a := range args {
		switch a.Key {
		case "tasks":
			tasks = a.Vals
		case "edges":
			dist = jobgraph.Forward
		case "logs":
			s.logs = true
		case "coordinated":
			coordinated = true
		case "random":
			r, _ := strconv.ParseFloat(a.Vals[0], 64)
			o.Random = func() float64 { return r }
		default:
			if err := setKey(&o, a.Key, a.Vals[0]); err != nil {
				return nil, err
			}
		}
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s.graph = line(dist, coordinated, tasks...)
	s.c, s.history = New(o, s.graph), NewHistory(o)
	return s, nil
}

// setKey sets an option by its key without prefix, or in full.
func setKey(o *Options, key, value string) error {
	for _, k := range Keys {
		if k.Name != key && k.Name != "execution.checkpointing."+key {
			continue
		}
		switch f := k.Field(o).(type) {
		case *time.Duration:
			d, err := time.ParseDuration(value)
			*f = d
			return err
		case *int64:
			n, err := strconv.ParseInt(value, 10, 64)
			*f = n
			return err
		case *bool:
			*f = value == "true"
		case *string:
			*f = value
		case *Retention:
			*f = Retention(value)
		}
		return nil
	}
	return fmt.Errorf("no key %q", key)
}

// line makes a graph of vertices "name:parallelism" in a row.
func line(dist jobgraph.Distribution, coordinated bool, tasks ...string) *jobgraph.Graph {
	g := &jobgraph.Graph{}
	for i, t := range tasks {
		name, n, _ := strings.Cut(t, ":")
		parallelism, _ := strconv.Atoi(n)
		v := &jobgraph.Vertex{ID: i, UID: name, Name: name, Parallelism: parallelism, MaxParallelism: 128}
		if i == 0 && coordinated {
			v.Chain = []jobgraph.ChainNode{{Op: &jobgraph.Operator{Spec: &jobgraph.Scan{}}, Input: -1}}
		}
		if i > 0 {
			e := jobgraph.Edge{ID: i, From: i - 1, To: i, Dist: dist}
			v.Inputs = append(v.Inputs, e)
			g.Vertices[i-1].Outputs = append(g.Vertices[i-1].Outputs, e)
		}
		g.Vertices = append(g.Vertices, v)
	}
	return g
}

// task reads "src/0" or "src/0#2".
func (s *story) task(text string) Task {
	text, attempt, _ := strings.Cut(text, "#")
	name, subtask, _ := strings.Cut(text, "/")
	k := Task{Vertex: 99}
	for _, v := range s.graph.Vertices {
		if v.Name == name {
			k.Vertex = v.ID
		}
	}
	k.Subtask, _ = strconv.Atoi(subtask)
	k.Attempt, _ = strconv.Atoi(attempt)
	return k
}

func (s *story) tasks(ks []Task) string {
	var out []string
	for _, k := range ks {
		text := fmt.Sprintf("%s/%d", s.graph.Vertices[k.Vertex].Name, k.Subtask)
		if k.Attempt > 0 {
			text += fmt.Sprintf("#%d", k.Attempt)
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

// handles reads "a,b:20"; a file without a size has 10 bytes.
func handles(text string) (hs []Handle) {
	for _, f := range strings.Split(text, ",") {
		if f == "" {
			continue
		}
		name, size, ok := strings.Cut(f, ":")
		h := Handle{Name: name, Size: 10}
		if ok {
			h.Size, _ = strconv.ParseInt(size, 10, 64)
		}
		hs = append(hs, h)
	}
	return hs
}

func names(hs []Handle) string {
	var out []string
	for _, h := range hs {
		out = append(out, h.Name)
	}
	sort.Strings(out)
	return strings.Join(out, ",")
}

var taskWords = map[string]TaskState{"deploying": TaskDeploying, "running": TaskRunning, "finished": TaskFinished, "failed": TaskFailed}

// do carries out one line of a story.
func (s *story) do(out *strings.Builder, words []string) error {
	verb, args := words[0], words[1:]
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(arg(i), 10, 64); return n }
	has := func(word string) bool { return slices.Contains(args, word) }
	switch verb {
	case "run": // all tasks of the newest attempt, or of that given, run
		for _, v := range s.c.topo.vertices {
			for i, e := range v.subtasks {
				s.c.Step(TaskStateChanged{Task{v.graph.ID, i, max(e.attempt, int(number(0)))}, TaskRunning})
			}
		}
		s.c.Step(JobStatusChanged{JobRunning})
	case "tick":
		s.c.Step(Tick{number(0)})
	case "job":
		s.c.Step(JobStatusChanged{JobStatus(arg(0))})
	case "deploying", "running", "finished", "failed":
		for _, a := range args {
			s.c.Step(TaskStateChanged{s.task(a), taskWords[verb]})
		}
	case "ack":
		s.c.Step(s.ack(number(0), s.task(arg(1)), args[2:]))
	case "ackall":
		if p := s.c.find(number(0)); p != nil {
			for _, k := range p.wait {
				if p.awaits(s.c.topo, k) {
					s.c.Step(s.ack(number(0), k, args[1:]))
				}
			}
		}
	case "coord":
		s.c.Step(CoordinatorAck{number(0), s.task(arg(1)).Vertex, State{Handles: handles(arg(2))}})
	case "decline":
		for r := range lastReason {
			if r.String() == arg(2) {
				s.c.Step(Decline{ID: number(0), Task: s.task(arg(1)), Location: "tm-1 @ host (dataPort=1)", Reason: r, Cause: arg(3)})
				s.print(out)
				return nil
			}
		}
		return fmt.Errorf("no reason %s", arg(2))
	case "trigger-failed":
		s.c.Step(TriggerFailed{number(0), TriggerFailure, "java.io.IOException: enumerator"})
	case "persisted":
		s.c.Step(Persisted{number(0), 100})
	case "persist-failed":
		s.c.Step(PersistFailed{number(0), "disk full", has("unsure")})
	case "savepoint":
		f := Canonical
		if has("NATIVE") {
			f = Native
		}
		s.c.Step(SavepointRequested{arg(0), arg(1), f})
	case "checkpoint":
		s.c.Step(CheckpointRequested{Request: arg(0), Full: has("full")})
	case "stop":
		s.c.Step(StopRequested{arg(0), arg(1), Canonical, has("drain")})
	case "backlog":
		s.c.Step(Backlog{s.task(arg(0)).Vertex, arg(1) == "on"})
	case "recovered":
		var ms []*Manifest
		for _, a := range args {
			ms = append(ms, s.manifest(a))
		}
		s.c.Step(Recovered{ms})
	case "restored":
		ev := Restored{ID: number(0)}
		if strings.Contains(arg(0), "=") {
			ev = Restored{Manifest: s.manifest(arg(0)), Claim: ClaimMode(arg(1)), AllowNonRestored: has("allow")}
		}
		s.c.Step(ev)
	case "shutdown":
		s.c.Step(Shutdown{JobStatus(arg(0))})
	default:
		return s.ask(out, verb, args)
	}
	s.print(out)
	return nil
}

// ack reads files=… and measurements of an acknowledgement. Without files= there is
// one named by checkpoint and task.
func (s *story) ack(id int64, k Task, args []string) Ack {
	a := Ack{ID: id, Task: k, Location: "tm-1 @ host (dataPort=1)"}
	files := fmt.Sprintf("%d-%s", id, s.taskName(k))
	for _, arg := range args {
		key, value, _ := strings.Cut(arg, "=")
		n, _ := strconv.ParseInt(value, 10, 64)
		m, ms := &a.Metrics, time.Duration(n)*time.Millisecond
		switch key {
		case "files":
			files = value
		case "unaligned":
			m.Unaligned = true
		case "delay":
			m.StartDelay = ms
		case "align":
			m.Alignment = ms
		case "sync":
			m.Sync = ms
		case "async":
			m.Async = ms
		case "bytes":
			m.Bytes = n
		case "full":
			m.FullBytes = n
		case "processed":
			m.Processed = n
		case "persisted":
			m.Persisted = n
		}
	}
	a.State.Handles = handles(files)
	return a
}

func (s *story) taskName(k Task) string {
	if k.Vertex >= len(s.graph.Vertices) {
		return "nobody"
	}
	return s.tasks([]Task{k})
}

// manifest reads "ID=files" ("sID=files" for a savepoint).
func (s *story) manifest(text string) *Manifest {
	id, files, _ := strings.Cut(text, "=")
	m := &Manifest{Job: "before", Timestamp: 7, Path: "file:/old/chk-" + id}
	if number, ok := strings.CutPrefix(id, "s"); ok {
		m.Kind, m.Format, m.Path, id = Savepoint, Canonical, "file:/sp/savepoint-"+number, number
	}
	m.ID, _ = strconv.ParseInt(id, 10, 64)
	m.Vertices = []VertexState{{UID: "src", Subtasks: []SubtaskState{{State: State{Handles: handles(files)}}}}}
	return m
}

// ask answers a question.
func (s *story) ask(out *strings.Builder, verb string, args []string) error {
	switch verb {
	case "deadline":
		if at := s.c.Deadline(); at == math.MaxInt64 {
			fmt.Fprintln(out, "  never")
		} else {
			fmt.Fprintln(out, " ", at)
		}
	case "restorable":
		m, settled := s.c.Restorable()
		switch {
		case !settled:
			fmt.Fprintln(out, "  not settled")
		case m == nil:
			fmt.Fprintln(out, "  nothing")
		default:
			fmt.Fprintln(out, " ", m.ID)
		}
	case "counts":
		fmt.Fprintf(out, "  %+v\n", s.history.Counts())
	case "gauges":
		for _, g := range s.history.Gauges() {
			fmt.Fprintf(out, "  %s %v\n", g.Name, g.Value)
		}
	case "percent":
		id, _ := strconv.ParseInt(args[0], 10, 64)
		fmt.Fprintf(out, "  %.0f %%\n", s.history.Find(id).PercentAcknowledged())
	case "statistics", "details", "subtasks", "config":
		return s.rest(out, verb, args)
	default:
		return fmt.Errorf("unknown verb")
	}
	return nil
}

func (s *story) rest(out *strings.Builder, verb string, args []string) error {
	var answer any = s.history.Statistics()
	id, ok := int64(0), true
	if len(args) > 0 {
		id, _ = strconv.ParseInt(args[0], 10, 64)
	}
	switch verb {
	case "details":
		answer, ok = s.history.Details(id)
	case "subtasks":
		answer, ok = s.history.Task(id, args[1])
	case "config":
		answer, ok = s.history.Config()
	}
	if !ok {
		fmt.Fprintln(out, "  not found")
		return nil
	}
	text, err := json.MarshalIndent(answer, "  ", "  ")
	// Distributions fill pages: one line each.
	fmt.Fprintf(out, "  %s\n", squeeze(string(text)))
	return err
}

// squeeze puts JSON objects that hold only scalars on one line.
func squeeze(text string) string {
	lines := strings.Split(text, "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		end := i
		if strings.HasSuffix(lines[i], "{") && strings.Contains(lines[i], "\":") {
			for end = i + 1; end < len(lines) && !strings.ContainsAny(lines[end], "{}[]"); end++ {
			}
			if end < len(lines) && strings.Contains(lines[end], "{") || strings.ContainsAny(lines[end], "[]") {
				end = i
			}
		}
		if end > i {
			joined := lines[i]
			for _, l := range lines[i+1 : end+1] {
				joined += " " + strings.TrimSpace(l)
			}
			out, i = append(out, joined), end
			continue
		}
		out = append(out, lines[i])
	}
	return strings.Join(out, "\n")
}

// print prints what is ready, carries it out as far as the history goes, and
// advances.
func (s *story) print(out *strings.Builder) {
	rd, ok := s.c.Ready()
	if !ok {
		return
	}
	for _, t := range rd.Trigger {
		fmt.Fprintf(out, "  trigger %d%s to %s\n", t.ID, barrierText(t.Barrier), s.tasks(t.Tasks))
		if len(t.Coordinators) > 0 {
			fmt.Fprintf(out, "    after coordinators %v\n", t.Coordinators)
		}
	}
	for _, m := range rd.Persist {
		fmt.Fprintf(out, "  persist %d %s%s\n", m.ID, m.Path, finishedText(m))
	}
	for _, k := range rd.Commit {
		fmt.Fprintf(out, "  commit %d to %s", k.ID, s.tasks(k.Tasks))
		if k.Subsumed > 0 {
			fmt.Fprintf(out, ", subsumed %d", k.Subsumed)
		}
		fmt.Fprintln(out)
	}
	for _, a := range rd.Abort {
		fmt.Fprintf(out, "  abort %d %s to %s, latest %d\n", a.ID, a.Reason, s.tasks(a.Tasks), a.Latest)
	}
	for _, d := range rd.Discard {
		manifest := ""
		if d.Manifest != nil {
			manifest = " manifest"
		}
		fmt.Fprintf(out, "  discard %d%s [%s]\n", d.ID, manifest, names(d.Handles))
	}
	for _, r := range rd.Reply {
		if r.Err != "" {
			fmt.Fprintf(out, "  reply %s: error: %s\n", r.Request, r.Err)
		} else {
			fmt.Fprintf(out, "  reply %s: %d %s\n", r.Request, r.ID, r.Path)
		}
	}
	for _, f := range rd.FailJob {
		who := "job"
		if f.Task != nil {
			who = s.tasks([]Task{*f.Task})
		}
		fmt.Fprintf(out, "  fail %s: %s\n", who, f.Message)
	}
	for _, l := range rd.Log {
		if s.logs {
			fmt.Fprintf(out, "  %-5s %s - %s\n", l.Level, l.Logger, l.Message)
			if l.Cause != "" {
				fmt.Fprintf(out, "        %s\n", strings.ReplaceAll(l.Cause, "\n", "\n        "))
			}
		}
	}
	for _, u := range rd.History {
		s.history.Apply(u)
	}
	s.c.Advance(rd)
	if _, more := s.c.Ready(); more {
		fmt.Fprintln(out, "  ADVANCE LEFT SOMETHING")
	}
}

func barrierText(b Barrier) string {
	text := ""
	if b.Kind != Checkpoint {
		text += " " + b.Kind.String() + " " + string(b.Format) + " " + b.Path
	}
	if b.Drain {
		text += " drain"
	}
	switch {
	case b.AlignedTimeout > 0:
		text += fmt.Sprintf(" aligned-for-%s", b.AlignedTimeout)
	case b.Unaligned:
		text += " unaligned"
	case !b.Aligned:
		text += " at-least-once"
	}
	if b.Base != 0 {
		text += fmt.Sprintf(" base=%d", b.Base)
	}
	return text
}

func finishedText(m *Manifest) string {
	var out []string
	for _, v := range m.Vertices {
		for i, s := range v.Subtasks {
			if s.Finished {
				out = append(out, fmt.Sprintf("%s/%d", v.UID, i))
			}
		}
	}
	if len(out) == 0 {
		return ""
	}
	return " finished=" + strings.Join(out, ",")
}
