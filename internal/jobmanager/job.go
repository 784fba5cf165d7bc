package jobmanager

import (
	"context"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
)

// Job is a graph and how to run it.
type Job struct {
	ID         string // 32 hex digits
	Graph      *jobgraph.Graph
	Settings   operator.Settings
	FlushEvery time.Duration // execution.buffer-timeout
	// Checkpointing is nil if the job takes neither checkpoints nor savepoints.
	Checkpointing *Checkpointing
	Restart       schedule.Options // Type "" and no periodic checkpoints: the first failure is the job's
	RestoreFrom   *RestoreFrom     // nil: the job starts afresh
	World         actor.World      // what its loops run in; nil: threads
	Random        func() float64   // in [0, 1); nil: of math/rand
}

// Checkpointing says when checkpoints are taken and where they go.
type Checkpointing struct {
	// Options decide when. Interval 0: savepoints and manual checkpoints only.
	// JobID, JobName and GraphID may be empty: the master knows them, or makes them up.
	Options   checkpoint.Options
	Snapshots snapshot.Settings // handed to every subtask
	Storage   Storage
}

var _ Storage = (*snapshot.Storage)(nil)

// Storage is what a master needs of checkpoint storage; *snapshot.Storage is one.
type Storage interface {
	// WriteManifest makes a checkpoint complete: its manifest is durable when it
	// returns nil.
	WriteManifest(ctx context.Context, m *checkpoint.Manifest) (bytes int64, err error)
	// ReadManifest returns an error that wraps blob.ErrNotExist if there is none.
	ReadManifest(ctx context.Context, path string) (*checkpoint.Manifest, error)
	Discard(ctx context.Context, d checkpoint.Discard) error
	// Sweep deletes files of the job that none of keep refers to; returns how many.
	Sweep(ctx context.Context, keep []*checkpoint.Manifest) (int, error)
}

// RestoreFrom names the state a job starts from: Retained, else Manifest, else
// what lies at Path; if there is none of them the job starts afresh, after files of
// its ID that no checkpoint refers to have been swept. It needs Job.Checkpointing.
type RestoreFrom struct {
	// Path is a savepoint or retained checkpoint.
	Path string
	// Manifest is the same, read already.
	Manifest *checkpoint.Manifest
	// Claim says who owns it; empty: NoClaim.
	Claim checkpoint.ClaimMode
	// AllowNonRestored: state of operators that the job lacks is left out.
	AllowNonRestored bool
	// Retained are checkpoints of the same job that an earlier process left behind,
	// oldest first. They become the job's own; the newest that can be read is used,
	// and files that none of them refers to are swept.
	Retained []*checkpoint.Manifest
}
