package checkpoint

import "log/slog"

// Ready is work to do, in field order.
type Ready struct {
	Trigger []Trigger   // barriers to inject
	Persist []*Manifest // must be durable BEFORE the Commit of the same id, which follows Persisted
	Commit  []Commit    // the checkpoint is final: side effects may become visible
	Abort   []Abort
	Discard []Discard // only comes AFTER the newer manifest is durable
	Reply   []Reply
	FailJob []FailJob
	Log     []Log
	History []Update
}

// empty reports whether there is nothing to do.
func (r *Ready) empty() bool {
	return len(r.Trigger)+len(r.Persist)+len(r.Commit)+len(r.Abort)+len(r.Discard)+len(r.Reply)+len(r.FailJob)+len(r.Log)+len(r.History) == 0
}

// Trigger starts a checkpoint.
type Trigger struct {
	Barrier
	Coordinators []int  // vertices whose source coordinators give their state first
	Tasks        []Task // sources, and tasks whose producers have all finished
}

// Commit tells tasks that a checkpoint is complete.
type Commit struct {
	ID        int64
	Timestamp int64
	Subsumed  int64 // newest checkpoint no longer kept; 0 if none
	Tasks     []Task
}

// Abort tells tasks that a checkpoint will not complete.
type Abort struct {
	ID     int64
	Latest int64 // newest completed checkpoint; 0 if none
	Reason Reason
	Tasks  []Task
}

// Discard is what may be deleted. The manifest goes before the files.
type Discard struct {
	ID       int64
	Manifest *Manifest // delete it; nil if none was written
	Handles  []Handle
}

// Reply answers a request. Exactly one of Path or ID, and Err, is meant.
type Reply struct {
	Request string
	ID      int64
	Path    string
	Err     string // empty if it succeeded
}

// FailJob asks to fail the job: because of Task, or as a whole if it is nil.
type FailJob struct {
	Message string
	Cause   string // error text of what failed last, may be empty
	Task    *Task
}

// Log is a line for the log.
type Log struct {
	Level   slog.Level
	Logger  string // Flink's class name without package
	Message string
	Cause   string // exception text to print below, may be empty
}
