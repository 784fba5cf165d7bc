package checkpoint

import "fmt"

// stopping is a stop with savepoint under way.
type stopping struct {
	request string
	id      int64  // of the savepoint; 0 before it is triggered
	path    string // set once the savepoint is complete: then the tasks finish
}

// stopRequested stops all other checkpoints, so that only the savepoint's side
// effects are committed, and takes the savepoint.
func (c *Coordinator) stopRequested(ev StopRequested) {
	switch {
	case c.ended:
		c.out.Reply = append(c.out.Reply, Reply{Request: ev.Request, Err: exception("", CoordinatorShutdown)})
		return
	case c.stop != nil:
		c.out.Reply = append(c.out.Reply, Reply{Request: ev.Request, Err: "The job is already being stopped with a savepoint."})
		return
	}
	c.logManual("Triggering stop-with-savepoint for job %s.")
	c.suspend()
	c.stop = &stopping{request: ev.Request}
	c.enqueue(request{kind: SyncSavepoint, name: ev.Request, path: ev.Path, format: ev.Format, drain: ev.Drain, full: true})
}

// stopCompleted is the savepoint durable: tasks will finish when they are told. If
// they are gone meanwhile, they cannot.
func (c *Coordinator) stopCompleted(p *pending) {
	if c.stop == nil {
		c.stop = &stopping{request: p.name}
	}
	c.stop.id, c.stop.path = p.manifest.ID, p.manifest.Path
	c.stopFinished()
	if c.status != JobRunning {
		c.stopInterrupted()
	}
}

// stopFinished answers the request when the job is done.
func (c *Coordinator) stopFinished() {
	if c.stop == nil || c.stop.path == "" || !c.topo.finished() && c.status != JobFinished {
		return
	}
	c.out.Reply = append(c.out.Reply, Reply{Request: c.stop.request, ID: c.stop.id, Path: c.stop.path})
	if !c.ended && c.status == JobRunning {
		// Kept, so that nothing is triggered until Shutdown.
		c.stop = &stopping{}
		return
	}
	c.stop = nil
}

// stopInterrupted answers the request when the tasks could not finish after the
// savepoint had completed. Before that, abort has answered.
func (c *Coordinator) stopInterrupted() {
	if c.stop == nil || c.stop.path == "" {
		return
	}
	c.out.Reply = append(c.out.Reply, Reply{Request: c.stop.request, ID: c.stop.id, Err: fmt.Sprintf(
		"A savepoint has been created at: %s, but the corresponding job %s failed during stopping. The savepoint is consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a job from this savepoint.",
		c.stop.path, c.o.JobID)})
	c.stop = nil
}

// leave ends periodic checkpoints and those that wait. One in progress was taken
// before any source was asked to end.
func (c *Coordinator) leave() {
	if c.leaving {
		return
	}
	c.leaving = true
	if c.scheduling {
		c.logScheduler("Stopping checkpoint scheduler, the job is being stopped")
	}
	c.scheduling, c.next = false, never
	var stays []request
	for _, r := range c.queue {
		if r.silent || r.kind == SyncSavepoint {
			stays = append(stays, r)
		} else {
			c.reject(r, exception("The job is being stopped.", CoordinatorSuspend))
		}
	}
	c.queue = stays
}
