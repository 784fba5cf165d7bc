package checkpoint

import (
	"math"
	"slices"

	"github.com/flottstream/flott/internal/jobgraph"
)

// never is a time that does not come.
const never = int64(math.MaxInt64)

// Coordinator is the machine. It does no I/O and is not safe for concurrent use;
// the jobmaster's loop owns it.
//
// Invariants: pending is in order of id, and so is retained; a file in
// files.refs is needed by exactly as many pending and completed checkpoints as it
// counts; stop is set from StopRequested until its reply.
type Coordinator struct {
	o    Options // effective
	topo *topology
	out  Ready

	now    int64
	status JobStatus
	ended  bool // Shutdown was stepped
	// leaving: see the event
	leaving bool

	scheduling bool  // the periodic scheduler runs
	next       int64 // ms of the next periodic trigger
	paused     int64 // min-pause holds periodic triggers until then
	backlog    map[int]bool
	queue      []request

	nextID   int64
	pending  []*pending
	recent   []int64 // ids of checkpoints that ended lately: a late message is no surprise
	retained []*completed
	files    files
	kept     map[int64]bool // savepoints and the like that are over: none of their files is ours to delete
	// full asks for full snapshots until a checkpoint completes: what was restored
	// belongs to the user.
	full bool

	failures    int64 // consecutive
	lastSuccess int64

	stop *stopping
}

// New returns a coordinator of a job. o must be valid.
func New(o Options, g *jobgraph.Graph) *Coordinator {
	return &Coordinator{
		o: o.effective(), topo: newTopology(g), status: JobCreated, next: never, nextID: 1,
		backlog: map[int]bool{}, kept: map[int64]bool{},
		files: files{refs: map[string]int{}, foreign: map[string]bool{}},
	}
}

// Step takes an event.
func (c *Coordinator) Step(ev Event) {
	switch ev := ev.(type) {
	case Tick:
		c.tick(ev.Now)
	case JobStatusChanged:
		c.jobStatus(ev.Status)
	case TaskStateChanged:
		c.taskState(ev.Task, ev.State)
	case Ack:
		c.ack(ev)
	case CoordinatorAck:
		c.coordinatorAck(ev)
	case Decline:
		c.decline(ev)
	case TriggerFailed:
		c.triggerFailed(ev)
	case Persisted:
		c.persisted(ev)
	case PersistFailed:
		c.persistFailed(ev)
	case SavepointRequested:
		c.savepointRequested(ev)
	case CheckpointRequested:
		c.checkpointRequested(ev)
	case StopRequested:
		c.stopRequested(ev)
	case Leaving:
		c.leave()
	case Backlog:
		c.setBacklog(ev)
	case Recovered:
		c.recovered(ev)
	case Restored:
		c.restored(ev)
	case Shutdown:
		c.shutdown(ev.Status)
	}
	c.startScheduler()
	c.serve()
	c.persist()
}

// Ready returns what is to be done, and whether there is anything. It stays the
// same until Advance, except that events stepped in between add to it.
func (c *Coordinator) Ready() (Ready, bool) { return c.out, !c.out.empty() }

// Advance says that rd, which Ready returned, has been carried out.
func (c *Coordinator) Advance(rd Ready) {
	c.out = Ready{
		Trigger: c.out.Trigger[len(rd.Trigger):], Persist: c.out.Persist[len(rd.Persist):],
		Commit: c.out.Commit[len(rd.Commit):], Abort: c.out.Abort[len(rd.Abort):],
		Discard: c.out.Discard[len(rd.Discard):], Reply: c.out.Reply[len(rd.Reply):],
		FailJob: c.out.FailJob[len(rd.FailJob):], Log: c.out.Log[len(rd.Log):], History: c.out.History[len(rd.History):],
	}
	if c.out.empty() {
		c.out = Ready{}
	}
}

// Deadline returns the time, in ms, at which a Tick is needed; math.MaxInt64 if
// nothing waits for time.
func (c *Coordinator) Deadline() int64 {
	at := never
	if c.scheduling {
		at = c.next
	}
	if len(c.queue) > 0 {
		if w := c.wait(c.queue[0]); w < never {
			at = min(at, c.now+w)
		}
	}
	for _, p := range c.pending {
		if p.phase != persisting {
			at = min(at, p.manifest.Timestamp+c.o.Timeout.Milliseconds())
		}
	}
	return at
}

// Restorable returns the newest checkpoint a restart may recover from, nil if
// there is none. Not settled means that a manifest is being written whose fate
// decides it: wait for Persisted or PersistFailed.
func (c *Coordinator) Restorable() (m *Manifest, settled bool) {
	for _, p := range c.pending {
		if p.phase == persisting && p.chained() {
			return nil, false
		}
	}
	if k := c.latest(); k != nil {
		return k.Manifest, true
	}
	return nil, true
}

// Retained returns the checkpoints that may be restored from, oldest first.
func (c *Coordinator) Retained() []*Manifest {
	out := make([]*Manifest, len(c.retained))
	for i, k := range c.retained {
		out[i] = k.Manifest
	}
	return out
}

func (c *Coordinator) tick(now int64) {
	c.now = max(c.now, now)
	for _, p := range slices.Clone(c.pending) {
		if p.phase != persisting && c.now-p.manifest.Timestamp >= c.o.Timeout.Milliseconds() {
			c.logExpired(p.manifest.ID)
			c.abort(p, failure{reason: Expired})
		}
	}
	if c.scheduling && c.now >= c.next {
		interval := c.interval()
		missed := int64(0)
		if interval < never {
			missed = (c.now - c.next) / interval
			c.next += (missed + 1) * interval
		} else {
			c.next = never
		}
		c.enqueue(request{kind: Checkpoint, periodic: true})
	}
}

// interval returns the time between periodic triggers now, in ms.
func (c *Coordinator) interval() int64 {
	d := c.o.Interval
	if len(c.backlog) > 0 {
		d = c.o.IntervalDuringBacklog
	}
	if d <= 0 {
		return never
	}
	return d.Milliseconds()
}

// after returns the time d ms from now.
func (c *Coordinator) after(d int64) int64 {
	if d >= never-c.now {
		return never
	}
	return c.now + d
}

// startScheduler starts periodic triggers once the job and all its tasks run.
func (c *Coordinator) startScheduler() {
	if c.scheduling || c.ended || c.leaving || c.stop != nil || c.o.Interval == 0 || c.status != JobRunning || !c.topo.running() {
		return
	}
	c.scheduling = true
	c.next = c.after(c.firstDelay())
	c.logScheduler("Starting checkpoint scheduler")
}

// firstDelay spreads first triggers between the pause and one interval, so that
// the jobs of a cluster do not checkpoint in step.
func (c *Coordinator) firstDelay() int64 {
	interval := c.interval()
	if c.o.Random == nil || interval == never {
		return interval
	}
	pause := c.o.MinPause.Milliseconds()
	return pause + int64(c.o.Random()*float64(interval+1-pause))
}

// suspend stops periodic triggers, and all checkpoints that can still be stopped.
func (c *Coordinator) suspend() {
	c.scheduling, c.next = false, never
	c.abortAll(failure{reason: CoordinatorSuspend})
	c.paused = 0
	c.rejectAll(CoordinatorSuspend)
}

func (c *Coordinator) jobStatus(s JobStatus) {
	if c.status == s || c.ended {
		return
	}
	c.status = s
	if s == JobRunning {
		return
	}
	if c.scheduling {
		c.logScheduler("Stopping checkpoint scheduler, current job status: " + string(s))
	}
	c.suspend()
	c.stopInterrupted()
	if c.stop != nil && c.stop.request == "" {
		c.stop = nil
	}
}

func (c *Coordinator) taskState(k Task, s TaskState) {
	v, e := c.topo.find(k)
	if v == nil || k.Attempt < e.attempt || c.ended {
		return
	}
	renewed := k.Attempt > e.attempt
	e.attempt, e.state = k.Attempt, s
	switch {
	case s == TaskFailed || renewed:
		// Also checkpoints it has acknowledged: what it was told of them is lost.
		c.abortAll(failure{reason: TaskFailure, task: &k})
		c.stopInterrupted()
	case s == TaskFinished:
		for _, p := range slices.Clone(c.pending) {
			if p.phase == collecting && p.awaits(c.topo, k) {
				c.abort(p, failure{reason: TaskClosing, task: &k, detail: declinedBy(c.topo, k)})
			}
		}
		c.stopFinished()
	}
}

func (c *Coordinator) setBacklog(ev Backlog) {
	if ev.On {
		c.backlog[ev.Vertex] = true
	} else {
		delete(c.backlog, ev.Vertex)
	}
	if at := c.after(c.interval()); c.scheduling && at < c.next {
		c.next = at
	}
}

func (c *Coordinator) recovered(ev Recovered) {
	for _, m := range ev.Completed {
		c.adopt(m, !m.Kind.IsSavepoint())
	}
}

func (c *Coordinator) restored(ev Restored) {
	m := ev.Manifest
	switch {
	case m != nil:
		c.logFromSavepoint(m, ev.AllowNonRestored)
		c.adopt(m, ev.Claim == Claim)
		c.logNextID()
		c.full = ev.Claim == NoClaim
	case ev.ID != 0:
		m = c.backTo(ev.ID)
	}
	c.logRestored(m)
	if m != nil {
		c.out.History = append(c.out.History, Update{Event: RestoredFrom, ID: m.ID, Time: c.now, Kind: m.Kind, Path: m.Path})
	}
}

// backTo returns the retained checkpoint the job was restored from. Newer ones were
// of no use; from now on the job takes another course, so nobody may recover from
// them any more.
func (c *Coordinator) backTo(id int64) (m *Manifest) {
	for i := len(c.retained) - 1; i >= 0; i-- {
		k := c.retained[i]
		if k.ID == id {
			m = k.Manifest
		}
		if k.ID > id {
			c.retained = c.retained[:i]
			k.gone = true
			c.sweep(k)
		}
	}
	return m
}

// shutdown ends everything that can be ended; a manifest being written is waited
// for, and its checkpoint then treated like the others.
func (c *Coordinator) shutdown(s JobStatus) {
	if c.ended {
		return
	}
	c.status, c.ended = s, true
	c.scheduling, c.next = false, never
	c.logShutdown()
	c.abortAll(failure{reason: CoordinatorShutdown})
	c.rejectAll(CoordinatorShutdown)
	c.stopFinished()
	c.stopInterrupted()
	c.dropAtEnd()
}

// dropAtEnd applies externalized-checkpoint-retention after the job has ended.
func (c *Coordinator) dropAtEnd() {
	if !c.o.Retention.Discards(c.status) {
		return
	}
	for _, k := range c.retained {
		k.gone = true
		c.sweep(k)
	}
	c.retained = nil
}

// savepointRequested and checkpointRequested are requests of users.
func (c *Coordinator) savepointRequested(ev SavepointRequested) {
	c.logManual("Triggering savepoint for job %s.")
	c.request(request{kind: Savepoint, name: ev.Request, path: ev.Path, format: ev.Format, full: true})
}

func (c *Coordinator) checkpointRequested(ev CheckpointRequested) {
	if !ev.Silent {
		c.logManual("Triggering a manual checkpoint for job %s.")
	}
	c.request(request{kind: Checkpoint, name: ev.Request, full: ev.Full, silent: ev.Silent})
}

func (c *Coordinator) request(r request) {
	switch {
	case c.ended:
		c.reject(r, exception("", CoordinatorShutdown))
	case c.stop != nil:
		// Nothing may come between the savepoint and the end of the job.
		c.out.Reply = append(c.out.Reply, Reply{Request: r.name, Err: exception("The job is being stopped with a savepoint.", CoordinatorSuspend)})
	case c.leaving && !r.silent:
		c.reject(r, exception("The job is being stopped.", CoordinatorSuspend))
	default:
		c.enqueue(r)
	}
}

func (c *Coordinator) pause() {
	c.paused = c.now + c.o.MinPause.Milliseconds()
}
