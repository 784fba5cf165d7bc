package jobmanager

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
)

// Stories of whole jobs: a real master, whose TaskManager, sources and checkpoint
// storage do what the lines say, in time that passes only when a line waits.
//
// `new tasks=(a:2,b:1) edges=(hash) splits=(x,y@1) [discover=10s] [unbounded]
// [interval=10s …] [none] [verbose]` starts a job; keys of
// checkpointing and restart strategies are given by their last part. `again` starts
// it once more on the same storage, with resume, or from=PATH and claim=MODE.
// The lines of `step` are in (*story).do. After each line comes what the master did.
func TestJobStories(t *testing.T) {
	datadriven.Walk(t, "testdata/jobs", func(t *testing.T, path string) {
		synctest.Test(t, func(t *testing.T) {
			var s *story
			datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
				switch d.Cmd {
				case "new":
					s.end()
					s = newStory(t, d)
					return s.start()
				case "again":
					manifests := s.storage.copy()
					s.end() // as if killed: what it still did does not count
					s.storage.manifests = manifests
					s.again(d)
					return s.start()
				}
				var out strings.Builder
				for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
					fmt.Fprintf(&out, "> %s\n", line)
					if err := s.do(strings.Fields(line)); err != nil {
						d.Fatalf(t, "%q: %v", line, err)
					}
					synctest.Wait()
					out.WriteString(s.took())
				}
				return out.String()
			})
			s.end()
		})
	})
}

// story is a running job and its surroundings.
type story struct {
	job     Job
	splits  []connector.Split
	every   time.Duration // between discoveries
	bounded bool
	verbose bool
	storage *fakeStorage
	tm      *fakeTaskManager

	master *JobMaster
	cancel context.CancelFunc
	done   chan struct{}

	mu      sync.Mutex
	lines   []string // what the loop did, in order
	aside   []string // what goroutines beside it did
	found   [][]connector.Split
	refuses error // of the enumerator
}

func newStory(t *testing.T, d *datadriven.TestData) *story {
	s := &story{storage: &fakeStorage{manifests: map[string]*checkpoint.Manifest{}}, bounded: true}
	s.storage.story = s
	o, r := checkpoint.Default(), schedule.Default()
	o.Interval, o.GraphID, o.Dir = 10*time.Second, "g", "file:/c"
	r.JitterFactor = 0
	tasks, edges := []string{"src:1"}, []string{"hash"}
	none := false
	settings := snapshot.Settings{AfterFinish: true}
	for _, a := range d.CmdArgs {
		var err error
		switch a.Key {
		case "tasks":
			tasks = a.Vals
		case "edges":
			edges = a.Vals
		case "splits":
			for _, id := range a.Vals {
				s.splits = append(s.splits, connector.Split{ID: id})
			}
		case "discover":
			s.every, err = time.ParseDuration(a.Vals[0])
		case "verbose":
			s.verbose = true
		case "unbounded":
			s.bounded = false
		case "none":
			none = true
		default:
			err = setKey(&o, &r, a.Key, a.Vals[0])
		}
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
	}
	if err := errors.Join(o.Validate(), r.Validate()); err != nil {
		d.Fatalf(t, "%v", err)
	}
	s.job = Job{ID: "j", Graph: line(edges, tasks), Restart: r}
	if !none {
		s.job.Checkpointing = &Checkpointing{Options: o, Snapshots: settings, Storage: s.storage}
	}
	return s
}

// setKey sets an option of checkpointing or restarting by the end of its key.
func setKey(o *checkpoint.Options, r *schedule.Options, key, text string) error {
	var field any
	for _, k := range checkpoint.Keys {
		if strings.HasSuffix(k.Name, "."+key) {
			field = k.Field(o)
		}
	}
	for _, k := range schedule.Keys {
		if k.Name == key || strings.HasSuffix(k.Name, "."+key) {
			field = k.Field(r)
		}
	}
	var err error
	switch f := field.(type) {
	case *time.Duration:
		*f, err = time.ParseDuration(text)
	case *int64:
		*f, err = strconv.ParseInt(text, 10, 64)
	case *float64:
		*f, err = strconv.ParseFloat(text, 64)
	case *bool:
		*f, err = strconv.ParseBool(text)
	case *string:
		*f = strings.ToUpper(text)
	case *checkpoint.Retention:
		*f = checkpoint.Retention(strings.ToUpper(text))
	default:
		err = fmt.Errorf("no key %q", key)
	}
	return err
}

// line makes a graph of vertices "name:parallelism" joined one to the next; "-"
// joins them not. Vertices without input read a table.
func line(edges, tasks []string) *jobgraph.Graph {
	g := &jobgraph.Graph{Name: "job"}
	for i, t := range tasks {
		name, n, _ := strings.Cut(t, ":")
		parallelism, _ := strconv.Atoi(n)
		op := &jobgraph.Operator{ID: i, UID: name, Name: name, Spec: &jobgraph.Scan{}}
		v := &jobgraph.Vertex{ID: i, UID: name, Name: name, Parallelism: parallelism, MaxParallelism: 128, Chain: []jobgraph.ChainNode{{Op: op, Input: -1}}}
		if edge := edges[max(0, i-1)%len(edges)]; i > 0 && edge != "-" {
			op.Spec = &jobgraph.Values{}
			for dist := jobgraph.Forward; dist <= jobgraph.Global; dist++ {
				if dist.String() == edge {
					e := jobgraph.Edge{ID: i, From: i - 1, To: i, Dist: dist}
					v.Inputs = []jobgraph.Edge{e}
					g.Vertices[i-1].Outputs = append(g.Vertices[i-1].Outputs, e)
				}
			}
		}
		g.Vertices = append(g.Vertices, v)
	}
	return g
}

// start runs the job and returns what it does at first.
func (s *story) start() string {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.done = cancel, make(chan struct{})
	s.tm = &fakeTaskManager{story: s, running: map[rpc.Attempt]*rpc.Deployment{}, reading: map[rpc.Attempt][]connector.Split{}}
	s.master = NewJobMaster(s.job, s.tm, func(*jobgraph.Scan) (connector.Source, error) { return fakeSource{s}, nil }, slog.New(&logLines{story: s}))
	s.master.graphID = "g"
	go func() {
		err := s.master.Run(ctx)
		s.note(&s.aside, "outcome: %v", err)
		close(s.done)
	}()
	synctest.Wait()
	return s.took()
}

// again is a new process on the same storage.
func (s *story) again(d *datadriven.TestData) {
	s.job.RestoreFrom = nil
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "resume":
			s.job.RestoreFrom = &RestoreFrom{Retained: s.storage.retained()}
		case "from":
			s.job.RestoreFrom = &RestoreFrom{Path: a.Vals[0]}
		case "claim":
			s.job.RestoreFrom.Claim = checkpoint.ClaimMode(a.Vals[0])
		case "tasks":
			edges := []string{"hash"}
			s.job.Graph = line(edges, a.Vals)
		case "splits":
			s.splits = nil
			for _, id := range a.Vals {
				s.splits = append(s.splits, connector.Split{ID: id})
			}
		}
	}
}

// end lets the job end, whatever it does.
func (s *story) end() {
	if s == nil {
		return
	}
	s.tm.obey()
	s.cancel()
	<-s.done
	s.took()
}

func (s *story) note(to *[]string, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*to = append(*to, fmt.Sprintf(format, args...))
}

var randomPart = regexp.MustCompile(`savepoint-j-[0-9a-f]+`)

// took returns what has happened since it was called last.
func (s *story) took() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.aside)
	var out strings.Builder
	for _, l := range append(s.lines, s.aside...) {
		fmt.Fprintf(&out, "  %s\n", randomPart.ReplaceAllString(l, "savepoint-j-…"))
	}
	s.lines, s.aside = nil, nil
	return out.String()
}

// ordinary are lines that stories leave out unless they are verbose: what subtasks
// go through, and who restarts how.
var ordinary = regexp.MustCompile(`switched from [A-Z]+ to [A-Z]+\.$|^INFO Using restart back off`)

// logLines is a log handler.
type logLines struct{ story *story }

func (l *logLines) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }
func (l *logLines) WithAttrs([]slog.Attr) slog.Handler               { return l }
func (l *logLines) WithGroup(string) slog.Handler                    { return l }
func (l *logLines) Handle(_ context.Context, r slog.Record) error {
	line := fmt.Sprintf("%s %s", r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool {
		line += fmt.Sprintf(" %s=%s", a.Key, strings.ReplaceAll(a.Value.String(), "\n", " / "))
		return true
	})
	if l.story.verbose || !ordinary.MatchString(line) {
		l.story.note(&l.story.lines, "%s", line)
	}
	return nil
}

// do carries out a line:
//
//	wait DURATION
//	ack ID TASK|all [POSITION=…]   decline ID TASK REASON
//	fail TASK TEXT | corrupt TASK TEXT   finish TASK|all   ended TASK|all   ask TASK
//	hold | obey       tasks that are cancelled go on | end
//	found SPLIT…      the next discovery finds; lost TEXT: it fails
//	write ok|fail|unsure|lost|slow      what becomes of manifests written; wrote: the slow one is done
//	savepoint DIR | checkpoint [full] | stop DIR [drain]
//	cancel | end      the user cancels the job | stops its sources
//	exceptions | metrics | counts (of the REST answer) | files
//	refuse TASK TEXT  the TaskManager does not start it, once
func (s *story) do(words []string) error {
	args := words[1:]
	switch words[0] {
	case "wait":
		d, err := time.ParseDuration(args[0])
		time.Sleep(d)
		return err
	case "ack", "decline":
		return s.answer(words[0], args)
	case "fail", "corrupt", "finish", "ended", "ask", "refuse":
		return s.report(words[0], args)
	case "hold":
		s.tm.hold()
	case "obey":
		s.tm.obey()
	case "found":
		var splits []connector.Split
		for _, id := range args {
			splits = append(splits, connector.Split{ID: id})
		}
		s.mu.Lock()
		s.found = append(s.found, splits)
		s.mu.Unlock()
	case "lost":
		s.mu.Lock()
		s.refuses = errors.New(strings.Join(args, " "))
		s.mu.Unlock()
	case "write":
		s.storage.set(args[0])
	case "wrote":
		close(s.storage.slow)
	case "savepoint", "checkpoint", "stop":
		go s.request(words[0], args)
	case "cancel":
		s.cancel()
	case "end":
		s.master.Stop()
	case "exceptions", "metrics", "files", "counts":
		s.show(words[0])
	default:
		return errors.New("unknown line")
	}
	return nil
}

func (s *story) request(verb string, args []string) {
	var answer string
	var err error
	switch verb {
	case "savepoint":
		answer, err = s.master.TriggerSavepoint(context.Background(), strings.Join(args, ""), checkpoint.Canonical)
	case "checkpoint":
		var id int64
		id, err = s.master.TriggerCheckpoint(context.Background(), len(args) > 0)
		answer = fmt.Sprint(id)
	case "stop":
		answer, err = s.master.StopWithSavepoint(context.Background(), args[0], checkpoint.Canonical, len(args) > 1)
	}
	if err != nil {
		answer = "error: " + err.Error()
	}
	s.note(&s.aside, "answer to %s: %s", verb, answer)
}

func (s *story) show(what string) {
	switch what {
	case "exceptions":
		for _, x := range s.master.Exceptions() {
			s.note(&s.lines, "%s #%d: %v", x.Task, x.Attempt, x.Cause)
		}
	case "metrics":
		for _, g := range s.master.Metrics().Read(nil) {
			s.note(&s.lines, "%s %v", g.Name, g.Value)
		}
		s.note(&s.lines, "lastCheckpointExternalPath %s", s.master.LastCheckpointPath())
	case "counts":
		s.note(&s.lines, "%s", regexp.MustCompile(`"counts":\{[^}]*\}`).Find(s.master.Checkpoints()))
		s.note(&s.lines, "%s", regexp.MustCompile(`"restored":\{[^}]*\}`).Find(s.master.Checkpoints()))
	case "files":
		for _, m := range s.storage.retained() {
			s.note(&s.lines, "%s", m.Path)
		}
	}
}

// tasks are the running attempts that text names: "a/0", "a" or "all".
func (s *story) tasks(text string) (out []*rpc.Deployment) {
	name, index, single := strings.Cut(text, "/")
	s.tm.mu.Lock()
	defer s.tm.mu.Unlock()
	for _, d := range s.tm.running {
		if (text == "all" || d.Vertex.Name == name) && (!single || index == strconv.Itoa(d.Attempt.Subtask)) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *rpc.Deployment) int {
		return 100*(a.Attempt.Vertex-b.Attempt.Vertex) + a.Attempt.Subtask - b.Attempt.Subtask
	})
	return out
}

// answer is a subtask's part in a checkpoint. A source's state are the splits it was
// given; POSITION=… names those it still reads, and where it is.
func (s *story) answer(verb string, args []string) error {
	id, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return err
	}
	for _, d := range s.tasks(args[1]) {
		if verb == "decline" {
			for r := checkpoint.NoReason; r < 30; r++ {
				if r.String() == args[2] {
					s.master.DeclineCheckpoint(d.Attempt, rpc.Decline{Checkpoint: id, Reason: r, Cause: "cannot"})
					return nil
				}
			}
			return fmt.Errorf("no reason %s", args[2])
		}
		op := snapshot.Operator{UID: d.Vertex.UID, Name: d.Vertex.Name}
		for _, split := range s.tm.splitsOf(d.Attempt) {
			for _, position := range args[2:] {
				if name, at, _ := strings.Cut(position, "="); name == split.ID {
					split.State = []byte(at)
				}
			}
			if string(split.State) != "end" {
				op.Splits = append(op.Splits, split)
			}
		}
		st := snapshot.Encode(&snapshot.Subtask{Operators: []snapshot.Operator{op}}, "")
		s.master.AckCheckpoint(d.Attempt, rpc.Ack{Checkpoint: id, State: st, Metrics: checkpoint.Metrics{Bytes: 10, FullBytes: 100}})
	}
	return nil
}

func (s *story) report(verb string, args []string) error {
	ds := s.tasks(args[0])
	if len(ds) == 0 && verb != "refuse" {
		return errors.New("no such subtask runs")
	}
	text := strings.Join(args[1:], " ")
	if verb == "refuse" {
		s.tm.refuse(args[0], text)
	}
	for _, d := range ds {
		switch verb {
		case "fail":
			s.tm.ends(d.Attempt, rpc.Failed, errors.New(text))
		case "corrupt":
			s.tm.ends(d.Attempt, rpc.Failed, fmt.Errorf("%w: %s", state.ErrCorrupt, text))
		case "finish":
			s.tm.ends(d.Attempt, rpc.Finished, nil)
		case "ended":
			s.master.EndOfData(d.Attempt)
		case "ask":
			s.master.RequestSplit(d.Attempt)
		}
	}
	return nil
}
