package snapshot

import "time"

// Checkpoints is what a job's coordinator knows of them.
type Checkpoints struct {
	Config  *CheckpointConfig // nil: not read, or checkpointing is off
	Off     bool              // the job has no checkpointing
	Counts  CheckpointCounts
	History []Checkpoint // newest first
	// Latest of a kind may be older than the history.
	LatestCompleted, LatestFailed, LatestSavepoint *Checkpoint
	Restored                                       *Restored
}

// CheckpointCounts counts checkpoints since the JobMaster started.
type CheckpointCounts struct{ Restored, Total, InProgress, Completed, Failed int }

// Restored is the checkpoint a job was restored from.
type Restored struct {
	ID        int64
	Time      time.Time
	Savepoint bool
	Path      string
}

// CheckpointConfig is a job's configuration of checkpoints.
type CheckpointConfig struct {
	Mode                               string // exactly_once or at_least_once
	Interval, Timeout, MinPause        time.Duration
	AlignedTimeout                     time.Duration
	MaxConcurrent, TolerableFailed     int
	Backend, Storage                   string // class names without package
	Unaligned, Externalized, DropAtEnd bool
	Changelog                          bool
}

// Checkpoint is one checkpoint or savepoint.
type Checkpoint struct {
	ID                     int64
	Status                 string // IN_PROGRESS, COMPLETED, FAILED
	Savepoint, Unaligned   bool
	Triggered, LatestAck   time.Time
	Duration               time.Duration
	Bytes                  int64 // written by this checkpoint
	StateBytes             int64 // full state
	ProcessedBytes         int64 // during alignment
	PersistedBytes         int64 // in-flight data of an unaligned checkpoint
	Subtasks, Acknowledged int
	Failure                string // message; "" if it did not fail
	SavepointFormat        string // "canonical format", "native format"; "" for checkpoints
	Failed                 time.Time
	Path                   string
	Tasks                  []CheckpointTask // empty: details were not read
}

// CheckpointTask is the part of a vertex in a checkpoint.
type CheckpointTask struct {
	Vertex                 string // id
	Subtasks, Acknowledged int
	Duration               time.Duration
	Bytes, StateBytes      int64
	Parts                  []CheckpointPart // empty: not read
}

// CheckpointPart is the part of one subtask in a checkpoint.
type CheckpointPart struct {
	Index             int
	Acknowledged      bool
	Duration          time.Duration // trigger to acknowledgement
	StartDelay        time.Duration // trigger to the first barrier
	Alignment         time.Duration // first barrier to the last
	Sync, Async       time.Duration
	Bytes, StateBytes int64
	PersistedBytes    int64
	ProcessedBytes    int64
	Unaligned         bool
}

// Before is the time that no phase accounts for: it goes into
// prepareSnapshotPreBarrier, where sinks flush, while the task processes nothing.
func (p *CheckpointPart) Before() time.Duration {
	return max(p.Duration-p.StartDelay-p.Alignment-p.Sync-p.Async, 0)
}

// Task returns the part of a vertex, nil if there is none.
func (c *Checkpoint) Task(vertex string) *CheckpointTask {
	for i := range c.Tasks {
		if c.Tasks[i].Vertex == vertex {
			return &c.Tasks[i]
		}
	}
	return nil
}

// Completed returns the completed checkpoints of the history, newest first;
// savepoints are left out.
func (c *Checkpoints) Completed() (out []Checkpoint) {
	for _, cp := range c.History {
		if cp.Status == "COMPLETED" && !cp.Savepoint {
			out = append(out, cp)
		}
	}
	return out
}
