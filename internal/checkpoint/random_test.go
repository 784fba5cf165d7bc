package checkpoint

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/jobgraph"
)

// TestRandom drives coordinators through random lives in a world that keeps files,
// delivers messages late, twice and from the dead, and fails. Whatever happens:
//
//   - nothing is committed before its manifest is durable;
//   - never more than max-concurrent checkpoints are in progress;
//   - every checkpoint that was triggered ends in exactly one outcome, and every
//     request is answered exactly once;
//   - no file is deleted that a durable manifest, a base or a savepoint needs;
//   - not more manifests are kept than num-retained and bases in use;
//   - after the end nothing is left that nobody owns;
//   - the same events give the same work: no time, chance or order of maps inside.
func TestRandom(t *testing.T) {
	seeds := 1000
	if testing.Short() {
		seeds = 50
	}
	var seen Counts
	for seed := range seeds {
		w := newWorld(uint64(seed))
		for range 400 {
			w.step()
			if w.err != nil {
				break
			}
		}
		w.finish()
		if w.err != nil {
			t.Fatalf("seed %d: %v\nlast events:\n%s", seed, w.err, strings.Join(w.trail[max(0, len(w.trail)-40):], "\n"))
		}
		c := w.history.Counts()
		seen.Completed += c.Completed
		seen.Declined += c.Declined
		seen.Expired += c.Expired
		seen.Subsumed += c.Subsumed
		seen.Aborted += c.Aborted
	}
	if testing.Short() {
		return
	}
	// A world in which nothing happens would prove nothing.
	if seen.Completed < 1000 || seen.Declined < 200 || seen.Expired < 200 || seen.Subsumed < 30 || seen.Aborted < 1000 {
		t.Errorf("too little happened: %+v", seen)
	}
}

// world is everything around a coordinator.
type world struct {
	r       *rand.Rand
	o       Options
	graph   *jobgraph.Graph
	c, twin *Coordinator // the twin gets the same events
	history *History
	now     int64
	err     error
	trail   []string

	attempts map[[2]int]int
	states   map[[2]int]TaskState
	status   JobStatus
	names    int
	requests map[string]int // replies by request

	files    map[string]int64 // in storage; the checkpoint that made it
	users    map[string]bool  // files of savepoints and foreign snapshots
	unsure   map[int64]bool
	durable  map[int64]*Manifest // manifests in storage
	own      map[int64]bool      // ids whose manifests are ours to delete
	open     map[int64]*Trigger  // in progress
	outcomes map[int64]int
	writing  []*Manifest
	acks     []Event // not delivered yet
	sent     []Event // delivered; may come again
}

func newWorld(seed uint64) *world {
	w := &world{
		r: rand.New(rand.NewPCG(seed, 7)), now: 1000, status: JobCreated,
		attempts: map[[2]int]int{}, states: map[[2]int]TaskState{}, requests: map[string]int{},
		files: map[string]int64{}, users: map[string]bool{}, unsure: map[int64]bool{}, durable: map[int64]*Manifest{}, own: map[int64]bool{},
		open: map[int64]*Trigger{}, outcomes: map[int64]int{},
	}
	o := Default()
	o.JobID, o.GraphID = "job", "graph"
	pick := func(ds ...time.Duration) time.Duration { return ds[w.r.IntN(len(ds))] }
	o.Interval = pick(0, time.Second, 5*time.Second)
	o.IntervalDuringBacklog = pick(-1, 0, 20*time.Second)
	o.Timeout = pick(3*time.Second, 30*time.Second)
	o.MinPause = pick(0, 0, 2*time.Second)
	o.MaxConcurrent = int64(1 + w.r.IntN(3))
	o.TolerableFailures = int64(w.r.IntN(4))
	o.NumRetained = int64(1 + w.r.IntN(3))
	o.AfterTasksFinish = w.r.IntN(4) > 0
	if w.r.IntN(3) == 0 {
		o.Unaligned, o.MaxConcurrent = true, 1
	}
	w.o = o
	w.graph = line(jobgraph.Hash, w.r.IntN(2) == 0, "src:2", "agg:2", "sink:1")
	w.c, w.twin, w.history = New(o, w.graph), New(o, w.graph), NewHistory(o)
	if err := o.Validate(); err != nil {
		w.fail("%v", err)
	}
	if w.r.IntN(2) == 0 {
		w.restoreForeign()
	}
	return w
}

func (w *world) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// restoreForeign starts from a snapshot of somebody else.
func (w *world) restoreForeign() {
	claim := []ClaimMode{Claim, NoClaim, Legacy}[w.r.IntN(3)]
	m := &Manifest{ID: 3, Kind: Kind(w.r.IntN(2)), Vertices: []VertexState{{UID: "src", Subtasks: make([]SubtaskState, 2)}}}
	for i := range 2 {
		name := fmt.Sprintf("foreign-%d", i)
		m.Vertices[0].Subtasks[i].Handles = []Handle{{Name: name}}
		w.files[name] = 3
		w.users[name] = claim != Claim
	}
	w.durable[3], w.own[3] = m, claim == Claim
	w.event(Restored{Manifest: m, Claim: claim})
}

// event steps both coordinators at the current time and carries out the work.
func (w *world) event(ev Event) {
	w.trail = append(w.trail, fmt.Sprintf("%d %T%+v", w.now, ev, ev))
	for _, c := range []*Coordinator{w.c, w.twin} {
		c.Step(Tick{w.now})
		c.Step(ev)
	}
	if _, tick := ev.(Tick); tick && w.c.Deadline() <= w.now {
		w.fail("deadline %d is not after now, %d", w.c.Deadline(), w.now)
	}
	rd, ok := w.c.Ready()
	if again, same := w.twin.Ready(); same != ok || !reflect.DeepEqual(rd, again) {
		w.fail("the same events led to different work:\n%+v\n%+v", rd, again)
	}
	if !ok {
		return
	}
	w.carryOut(rd)
	w.c.Advance(rd)
	w.twin.Advance(rd)
	if _, more := w.c.Ready(); more {
		w.fail("work is left after Advance")
	}
	w.check()
}

func (w *world) carryOut(rd Ready) {
	for _, u := range rd.History {
		w.history.Apply(u)
		if u.Event == Completed || u.Event == Failed {
			w.outcomes[u.ID]++
			delete(w.open, u.ID)
		}
	}
	for i := range rd.Trigger {
		t := &rd.Trigger[i]
		if _, again := w.outcomes[t.ID]; again {
			w.fail("checkpoint %d triggered twice", t.ID)
		}
		w.outcomes[t.ID] += 0
		if w.outcomes[t.ID] == 0 {
			w.open[t.ID] = t
		}
		w.answer(t)
	}
	w.writing = append(w.writing, rd.Persist...)
	for _, k := range rd.Commit {
		if w.durable[k.ID] == nil {
			w.fail("checkpoint %d committed before its manifest is durable", k.ID)
		}
		if w.durable[k.ID].Kind == Savepoint {
			w.fail("savepoint %d committed", k.ID)
		}
	}
	for _, d := range rd.Discard {
		if d.Manifest != nil {
			if w.durable[d.ID] == nil || !w.own[d.ID] {
				w.fail("manifest %d deleted: there %v, ours %v", d.ID, w.durable[d.ID] != nil, w.own[d.ID])
			}
			delete(w.durable, d.ID)
		}
		for _, h := range d.Handles {
			delete(w.files, h.Name)
			if w.users[h.Name] {
				w.fail("file %s of the user deleted", h.Name)
			}
		}
	}
	for _, p := range rd.Reply {
		w.requests[p.Request]++
	}
	for range rd.FailJob {
		w.acks = append(w.acks, JobStatusChanged{JobRestarting})
	}
}

// answer makes the acknowledgements of a checkpoint, as tasks would: new files and,
// for incremental ones, some of those of the base.
func (w *world) answer(t *Trigger) {
	for _, p := range w.c.pending {
		if p.manifest.ID != t.ID {
			continue
		}
		for _, k := range p.wait {
			w.acks = append(w.acks, Ack{ID: t.ID, Task: k, State: w.state(t, k), Metrics: Metrics{FullBytes: 10, Bytes: 3}})
		}
		for _, v := range t.Coordinators {
			w.acks = append(w.acks, CoordinatorAck{t.ID, v, State{Handles: []Handle{w.file(t, "enum")}}})
		}
	}
}

func (w *world) state(t *Trigger, k Task) (s State) {
	s.Handles = []Handle{w.file(t, "new")}
	base := w.durable[t.Base]
	if t.Base != 0 && base == nil {
		w.fail("checkpoint %d builds on %d, which is not durable", t.ID, t.Base)
		return s
	}
	if base == nil || k.Vertex >= len(base.Vertices) {
		return s
	}
	for _, h := range base.Vertices[k.Vertex].Subtasks[k.Subtask].Handles {
		if w.r.IntN(3) > 0 {
			s.Handles = append(s.Handles, h)
		}
	}
	return s
}

func (w *world) file(t *Trigger, what string) Handle {
	w.names++
	return Handle{Name: fmt.Sprintf("%s-%d-%d", what, t.ID, w.names)}
}

// check looks at the world after every event.
func (w *world) check() {
	checkpoints, bases := 0, map[int64]bool{}
	for _, t := range w.open {
		if t.Kind == Checkpoint {
			checkpoints++
		}
		if t.Base != 0 {
			bases[t.Base] = true
		}
	}
	limit := w.o.effective().MaxConcurrent
	if int64(checkpoints) > limit {
		w.fail("%d checkpoints in progress, allowed are %d", checkpoints, limit)
	}
	kept := int64(0)
	for id, m := range w.durable {
		if w.own[id] && !bases[id] && !w.unsure[id] {
			kept++
		}
		m.each(func(hs []Handle) {
			for _, h := range hs {
				if _, there := w.files[h.Name]; !there {
					w.fail("file %s of durable checkpoint %d is gone", h.Name, id)
				}
			}
		})
	}
	// One more is durable between its write and Persisted.
	if kept > w.o.NumRetained+1 {
		w.fail("%d checkpoints are kept, asked for are %d", kept, w.o.NumRetained)
	}
}

// step does one random thing.
func (w *world) step() {
	if w.r.IntN(3) == 0 {
		w.now += int64(w.r.IntN(1500))
		w.event(Tick{w.now})
		return
	}
	switch n := w.r.IntN(40); {
	case n < 20:
		w.deliver()
	case n < 26:
		w.write()
	case n == 26:
		w.event(SavepointRequested{w.request(), "sp", Canonical})
	case n == 27:
		w.event(CheckpointRequested{Request: w.request(), Full: w.r.IntN(2) == 0})
	case n == 28 && w.r.IntN(4) == 0:
		w.event(StopRequested{w.request(), "sp", Native, w.r.IntN(2) == 0})
	case n == 29:
		w.event(Backlog{0, w.r.IntN(2) == 0})
	case n == 30:
		w.decline()
	case n == 31 && len(w.sent) > 0:
		w.event(w.sent[w.r.IntN(len(w.sent))]) // once more
	case n == 32 && w.r.IntN(3) == 0:
		k := w.anyTask()
		w.setTask(k, TaskFinished)
	case n == 33 && w.r.IntN(3) == 0:
		w.setTask(w.anyTask(), TaskFailed)
	case n == 34 && w.r.IntN(2) == 0:
		w.setStatus(JobRestarting)
	default:
		w.recover()
	}
}

func (w *world) request() string {
	w.names++
	name := fmt.Sprintf("r%d", w.names)
	w.requests[name] = 0
	return name
}

func (w *world) anyTask() Task {
	v := w.r.IntN(len(w.graph.Vertices))
	s := w.r.IntN(w.graph.Vertices[v].Parallelism)
	return Task{v, s, w.attempts[[2]int{v, s}]}
}

func (w *world) setTask(k Task, s TaskState) {
	at := [2]int{k.Vertex, k.Subtask}
	if w.states[at] == TaskFailed || w.states[at] == TaskFinished {
		return
	}
	w.states[at] = s
	w.event(TaskStateChanged{k, s})
}

func (w *world) setStatus(s JobStatus) {
	w.status = s
	w.event(JobStatusChanged{s})
}

// deliver hands over one of the messages under way, in any order. Its files are in
// storage from now on.
func (w *world) deliver() {
	if len(w.acks) == 0 {
		return
	}
	i := w.r.IntN(len(w.acks))
	ev := w.acks[i]
	w.acks = slices.Delete(w.acks, i, i+1)
	if s, ok := ev.(JobStatusChanged); ok {
		w.setStatus(s.Status)
		return
	}
	w.store(ev)
	w.sent = append(w.sent, ev)
	w.event(ev)
}

// store puts the new files of an acknowledgement into the storage.
func (w *world) store(ev Event) {
	var s State
	var id int64
	switch ev := ev.(type) {
	case Ack:
		s, id = ev.State, ev.ID
	case CoordinatorAck:
		s, id = ev.State, ev.ID
	}
	for _, h := range s.Handles {
		if strings.Contains(h.Name, fmt.Sprintf("-%d-", id)) {
			w.files[h.Name] = id
		}
	}
}

func (w *world) decline() {
	for _, id := range slices.Sorted(maps.Keys(w.open)) {
		if w.r.IntN(2) == 0 {
			w.event(Decline{ID: id, Task: w.anyTask(), Reason: []Reason{Declined, TaskNotReady, AsyncException}[w.r.IntN(3)]})
			return
		}
	}
}

// write ends one of the manifest writes under way.
func (w *world) write() {
	if len(w.writing) == 0 {
		return
	}
	i := w.r.IntN(len(w.writing))
	m := w.writing[i]
	w.writing = slices.Delete(w.writing, i, i+1)
	unsure := false
	switch w.r.IntN(12) {
	case 0:
		w.event(PersistFailed{ID: m.ID, Cause: "no"})
		return
	case 1:
		unsure = true
	}
	if unsure {
		w.unsure[m.ID] = true
	}
	if m.Kind.IsSavepoint() || unsure {
		m.each(func(hs []Handle) {
			for _, h := range hs {
				if w.files[h.Name] == m.ID { // those it shares are kept for others only
					w.users[h.Name] = true
				}
			}
		})
	}
	if unsure {
		w.event(PersistFailed{ID: m.ID, Cause: "who knows", Unsure: true})
		return
	}
	w.durable[m.ID], w.own[m.ID] = m, m.Kind == Checkpoint
	w.event(Persisted{m.ID, 5})
}

// recover does the next step toward a running job.
func (w *world) recover() {
	if w.status == JobCreated || w.status == JobRestarting {
		m, settled := w.c.Restorable()
		switch {
		case !settled:
			w.write()
			return
		case w.status == JobRestarting && m != nil:
			w.event(Restored{ID: m.ID})
		}
		for at := range w.allTasks() {
			if w.status == JobRestarting {
				w.attempts[at]++
			}
			w.states[at] = TaskDeploying
			w.event(TaskStateChanged{Task{at[0], at[1], w.attempts[at]}, TaskDeploying})
		}
		w.setStatus(JobRunning)
	}
	for at := range w.allTasks() {
		switch w.states[at] {
		case TaskDeploying:
			w.states[at] = TaskRunning
			w.event(TaskStateChanged{Task{at[0], at[1], w.attempts[at]}, TaskRunning})
		case TaskFailed:
			w.setStatus(JobRestarting)
			return
		}
	}
}

// allTasks yields every subtask in order.
func (w *world) allTasks() func(func([2]int) bool) {
	return func(yield func([2]int) bool) {
		for _, v := range w.graph.Vertices {
			for i := range v.Parallelism {
				if !yield([2]int{v.ID, i}) {
					return
				}
			}
		}
	}
}

// finish cancels the job, delivers all that is under way and looks for leftovers.
func (w *world) finish() {
	if w.err != nil {
		return
	}
	w.event(Shutdown{JobCanceled})
	for len(w.writing) > 0 {
		w.write()
	}
	for len(w.acks) > 0 && w.err == nil {
		ev := w.acks[0]
		w.acks = w.acks[1:]
		w.store(ev)
		w.event(ev)
	}
	for id, n := range w.outcomes {
		if n != 1 {
			w.fail("checkpoint %d had %d outcomes", id, n)
		}
	}
	for name, n := range w.requests {
		if n != 1 {
			w.fail("request %s was answered %d times", name, n)
		}
	}
	for name := range w.files {
		if !w.users[name] {
			w.fail("file %s is left", name)
		}
	}
	for id := range w.durable {
		if w.own[id] {
			w.fail("manifest %d is left", id)
		}
	}
	c := w.history.Counts()
	if c.InProgress != 0 || c.Total != c.Completed+c.Failed {
		w.fail("counts do not add up: %+v", c)
	}
	if c.Failed < c.Declined+c.Expired+c.Subsumed+c.Aborted {
		w.fail("more sorts of failures than failures: %+v", c)
	}
}
