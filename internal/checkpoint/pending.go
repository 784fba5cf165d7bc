package checkpoint

import (
	"fmt"
	"log/slog"
	"slices"
)

// phase is how far a checkpoint in progress is.
type phase uint8

const (
	collecting phase = iota // acknowledgements are missing
	complete                // all are there; the manifest waits for an older one
	persisting              // the manifest is being written: cannot be aborted
)

// pending is a checkpoint in progress.
type pending struct {
	request
	plan
	manifest  *Manifest // being filled
	phase     phase
	acked     []bool       // by index of the subtask in the topology
	expected  map[int]Task // by the same index: who must acknowledge
	missing   int          // acknowledgements of subtasks
	awaited   map[int]bool // vertices of source coordinators that have not answered
	base      *completed   // nil: full snapshots
	fullSince int64        // ms, when the last acknowledgement came
}

// chained reports a checkpoint that recovery may start from, so that the order in
// which such checkpoints complete matters.
func (p *pending) chained() bool { return p.kind != Savepoint }

// awaits reports whether the acknowledgement of k is missing.
func (p *pending) awaits(t *topology, k Task) bool {
	v, _ := t.find(k)
	if v == nil {
		return false
	}
	i := v.first + k.Subtask
	want, ok := p.expected[i]
	return ok && want == k && !p.acked[i]
}

// trigger starts a checkpoint, or refuses the request.
func (c *Coordinator) trigger(r request) {
	pl, refusal := c.topo.plan(c.o.JobID, c.o.AfterTasksFinish)
	if refusal != "" {
		c.refuse(r, refusal)
		return
	}
	p := &pending{request: r, plan: pl, missing: len(pl.wait), acked: make([]bool, c.topo.size), expected: map[int]Task{}, awaited: map[int]bool{}}
	p.manifest = &Manifest{Job: c.o.JobID, Name: c.o.JobName, ID: c.nextID, Timestamp: c.now, Kind: r.kind, Format: r.format, Path: r.path}
	if r.kind == Checkpoint {
		p.manifest.Path = c.o.path(c.nextID)
	}
	c.nextID++
	if base := c.latest(); base != nil && !r.full && !c.full && base.Kind == Checkpoint {
		p.base = base
		base.pins++
	}
	c.expect(p)
	c.pending = append(c.pending, p)
	if c.stop != nil && r.kind == SyncSavepoint {
		c.stop.id = p.manifest.ID
	}
	c.logTriggering(p)
	c.out.History = append(c.out.History, Update{
		Event: Triggered, ID: p.manifest.ID, Time: c.now, Kind: r.kind, Format: r.format, Path: p.manifest.Path, Vertices: c.topo.parts(),
	})
	for _, k := range pl.done {
		c.out.History = append(c.out.History, Update{Event: Acknowledged, ID: p.manifest.ID, Time: c.now, Vertex: c.topo.byID[k.Vertex].graph.UID, Subtask: k.Subtask})
	}
	c.out.Trigger = append(c.out.Trigger, Trigger{Barrier: c.barrier(p), Coordinators: pl.coords, Tasks: pl.trigger})
}

// expect lays out the manifest and notes who must fill it.
func (c *Coordinator) expect(p *pending) {
	for _, v := range c.topo.vertices {
		p.manifest.Vertices = append(p.manifest.Vertices, VertexState{
			UID: v.graph.UID, Name: v.graph.Name, MaxParallelism: v.graph.MaxParallelism, Operators: v.operators(), Subtasks: make([]SubtaskState, len(v.subtasks)),
		})
	}
	for _, k := range p.wait {
		p.expected[c.topo.byID[k.Vertex].first+k.Subtask] = k
	}
	for _, k := range p.done {
		c.slot(p, k).Finished = true
	}
	for _, v := range p.coords {
		p.awaited[v] = true
	}
}

// slot is the place of a task in the manifest.
func (c *Coordinator) slot(p *pending, k Task) *SubtaskState {
	return &p.manifest.Vertices[slices.Index(c.topo.vertices, c.topo.byID[k.Vertex])].Subtasks[k.Subtask]
}

func (c *Coordinator) barrier(p *pending) Barrier {
	b := Barrier{ID: p.manifest.ID, Timestamp: p.manifest.Timestamp, Kind: p.kind, Format: p.format, Drain: p.drain, Path: p.manifest.Path}
	if p.base != nil {
		b.Base = p.base.ID
	}
	switch {
	case c.o.Mode == AtLeastOnce && p.kind != SyncSavepoint:
	case !c.o.Unaligned || p.kind.IsSavepoint():
		b.Aligned = true
	case c.o.AlignedTimeout > 0:
		b.Aligned, b.AlignedTimeout = true, c.o.AlignedTimeout
	default:
		b.Unaligned = true
	}
	return b
}

// find returns the checkpoint in progress with that id, nil if there is none.
func (c *Coordinator) find(id int64) *pending {
	for _, p := range c.pending {
		if p.manifest.ID == id {
			return p
		}
	}
	return nil
}

func (c *Coordinator) ack(ev Ack) {
	p := c.find(ev.ID)
	if p == nil {
		c.lateAck(ev)
		return
	}
	v, _ := c.topo.find(ev.Task)
	known := false
	if v != nil {
		want, ok := p.expected[v.first+ev.Task.Subtask]
		known = ok && want == ev.Task
	}
	switch {
	case !known:
		c.logAck(slog.LevelWarn, "Could not acknowledge the checkpoint %d for task %s of job %s at %s, because the task's execution attempt id was unknown. Discarding the state handle to avoid lingering state.", ev)
		c.discardLate(ev.ID, ev.State)
		return
	case p.acked[v.first+ev.Task.Subtask]:
		c.logAck(slog.LevelDebug, "Received a duplicate acknowledge message for checkpoint %d, task %s, job %s, location %s.", ev)
		return
	}
	c.logAck(slog.LevelDebug, "Received acknowledge message for checkpoint %d from task %s of job %s at %s.", ev)
	p.acked[v.first+ev.Task.Subtask] = true
	p.missing--
	c.slot(p, ev.Task).State = ev.State
	c.files.acquire(ev.State.Handles)
	p.manifest.Size += ev.Metrics.FullBytes
	p.manifest.Increment += ev.Metrics.Bytes
	p.manifest.Unaligned = p.manifest.Unaligned || ev.Metrics.Unaligned
	c.out.History = append(c.out.History, Update{Event: Acknowledged, ID: ev.ID, Time: c.now, Vertex: v.graph.UID, Subtask: ev.Task.Subtask, Metrics: ev.Metrics})
	c.checkComplete(p)
}

// lateAck is a part of a checkpoint that is over: its files would lie around.
func (c *Coordinator) lateAck(ev Ack) {
	if slices.Contains(c.recent, ev.ID) {
		c.logAck(slog.LevelWarn, "Received late message for now expired checkpoint attempt %d from task %s of job %s at %s.", ev)
	} else {
		c.logAck(slog.LevelDebug, "Received message for an unknown checkpoint %d from task %s of job %s at %s.", ev)
	}
	c.discardLate(ev.ID, ev.State)
}

// discardLate discards files that came for nothing. A message that was merely
// delivered twice must not cost the user files of a savepoint.
func (c *Coordinator) discardLate(id int64, s State) {
	if c.kept[id] {
		return
	}
	if free := c.files.unneeded(s.Handles); len(free) > 0 {
		c.out.Discard = append(c.out.Discard, Discard{ID: id, Handles: free})
	}
}

func (c *Coordinator) coordinatorAck(ev CoordinatorAck) {
	p := c.find(ev.ID)
	if p == nil || !p.awaited[ev.Vertex] {
		c.discardLate(ev.ID, ev.State)
		return
	}
	delete(p.awaited, ev.Vertex)
	s := ev.State
	p.manifest.Vertices[slices.Index(c.topo.vertices, c.topo.byID[ev.Vertex])].Coordinator = &s
	c.files.acquire(s.Handles)
	c.checkComplete(p)
}

func (c *Coordinator) checkComplete(p *pending) {
	if p.phase == collecting && p.missing == 0 && len(p.awaited) == 0 {
		p.phase, p.fullSince = complete, c.now
	}
}

// persist hands out the manifests of complete checkpoints: of those that recovery
// may start from one at a time, so that they complete in the order of their ids.
func (c *Coordinator) persist() {
	for _, p := range c.pending {
		if p.chained() && p.phase == persisting {
			c.persistSavepoints()
			return
		}
	}
	for _, p := range c.pending {
		if p.chained() && p.phase == complete {
			p.phase = persisting
			c.out.Persist = append(c.out.Persist, p.manifest)
			break
		}
	}
	c.persistSavepoints()
}

func (c *Coordinator) persistSavepoints() {
	for _, p := range c.pending {
		if !p.chained() && p.phase == complete {
			p.phase = persisting
			c.out.Persist = append(c.out.Persist, p.manifest)
		}
	}
}

// persisted completes a checkpoint.
func (c *Coordinator) persisted(ev Persisted) {
	p := c.find(ev.ID)
	if p == nil || p.phase != persisting {
		return
	}
	m := p.manifest
	c.remove(p)
	c.pause()
	c.succeeded(m.ID)
	var subsumed int64
	if p.chained() {
		// A checkpoint of ours is the first that owes nothing to a snapshot of the user.
		c.full = c.full && p.kind != Checkpoint
		c.retain(&completed{Manifest: m, owned: p.kind == Checkpoint})
		if p.kind.IsSavepoint() {
			c.files.disown(m)
		}
		subsumed = c.trim()
	} else {
		m.each(func(hs []Handle) { c.files.release(hs) }) // the user's from now on
	}
	if p.kind.IsSavepoint() {
		c.kept[m.ID] = true
	}
	c.unpin(p)
	c.logCompleted(p)
	c.out.History = append(c.out.History, Update{Event: Completed, ID: m.ID, Time: c.now, Path: m.Path, MetadataBytes: ev.MetadataBytes, Latest: p.fullSince})
	if p.chained() {
		c.subsume(m.ID)
		if !c.ended {
			c.out.Commit = append(c.out.Commit, Commit{ID: m.ID, Timestamp: m.Timestamp, Subsumed: subsumed, Tasks: p.wait})
		}
	}
	switch {
	case p.kind == SyncSavepoint:
		c.stopCompleted(p)
	case p.name != "":
		c.out.Reply = append(c.out.Reply, Reply{Request: p.name, ID: m.ID, Path: m.Path})
	}
	if c.ended {
		c.dropAtEnd()
	}
}

// subsume gives up what is older than a checkpoint that has completed.
func (c *Coordinator) subsume(id int64) {
	for _, p := range slices.Clone(c.pending) {
		if p.manifest.ID < id && p.kind == Checkpoint && p.phase != persisting {
			c.abort(p, failure{reason: Subsumed})
		}
	}
}

// remove takes p out of those in progress.
func (c *Coordinator) remove(p *pending) {
	c.pending = slices.DeleteFunc(c.pending, func(q *pending) bool { return q == p })
	const remembered = 16
	c.recent = append(c.recent, p.manifest.ID)
	if len(c.recent) > remembered {
		c.recent = c.recent[1:]
	}
}

// unpin lets go of the checkpoint p was built on.
func (c *Coordinator) unpin(p *pending) {
	if p.base == nil {
		return
	}
	p.base.pins--
	c.sweep(p.base)
	p.base = nil
}

// parts lists the vertices for the history.
func (t *topology) parts() (out []Part) {
	for _, v := range t.vertices {
		out = append(out, Part{UID: v.graph.UID, Subtasks: len(v.subtasks)})
	}
	return out
}

// declinedBy is the detail of Flink's exception of a task that declines.
func declinedBy(t *topology, k Task) string {
	return fmt.Sprintf("Task name with subtask : %s#%d", t.name(k), k.Attempt)
}
