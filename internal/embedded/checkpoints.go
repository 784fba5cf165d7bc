package embedded

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/jobmanager"
	"github.com/flottstream/flott/internal/snapshot"
)

// recover fills in when and where the job takes checkpoints, what a failure leads
// to, and what the job starts from. With resume that is the newest checkpoint of a
// job of the same name, whose ID the job takes over.
//
// The storage is nil if the job takes no checkpoints (batch); the caller closes it.
func (e *Engine) recover(ctx context.Context, cfg *config.Config, streaming, resume bool, job *jobmanager.Job) (*snapshot.Storage, error) {
	options, err := cfg.Checkpoints()
	if err != nil {
		return nil, err
	}
	if job.Restart, err = cfg.Restart(); err != nil {
		return nil, err
	}
	from := cfg.Text("execution.state-recovery.path")
	if resume {
		if err := resumable(cfg, options, streaming); err != nil {
			return nil, err
		}
		if !cfg.IsSet("execution.checkpointing.externalized-checkpoint-retention") {
			options.Retention = checkpoint.RetainAlways
		}
	}
	if !streaming {
		return nil, nil
	}
	if resume {
		if err := e.findNewest(ctx, cfg, options.Dir, job); err != nil {
			return nil, err
		}
	}
	settings, err := cfg.Snapshots(job.ID, options)
	if err != nil {
		return nil, err
	}
	store, err := snapshot.OpenStorage(ctx, settings, openStore)
	if err != nil {
		return nil, err
	}
	job.Checkpointing = &jobmanager.Checkpointing{Options: options, Snapshots: settings, Storage: store}
	switch {
	case job.RestoreFrom != nil:
		return store, e.retained(ctx, store, job)
	case from != "":
		job.RestoreFrom = &jobmanager.RestoreFrom{
			Path: from, Claim: checkpoint.ClaimMode(cfg.Enum("execution.state-recovery.claim-mode")),
			AllowNonRestored: cfg.Bool("execution.state-recovery.ignore-unclaimed-state"),
		}
	}
	return store, nil
}

// resumable refuses to resume what could not be resumed.
func resumable(cfg *config.Config, o checkpoint.Options, streaming bool) error {
	switch {
	case !streaming:
		return errors.New("a job in batch mode takes no checkpoints, so it cannot be resumed; leave out --resume or --mode batch")
	case o.Dir == "":
		return errors.New("--resume looks for checkpoints under 'execution.checkpointing.dir', which is not set; set it to a path or URL")
	case o.Interval == 0:
		return errors.New("--resume needs checkpoints, but 'execution.checkpointing.interval' is not set; set it, for example to '10 s'")
	case !o.AfterTasksFinish:
		return errors.New("--resume needs 'execution.checkpointing.checkpoints-after-tasks-finish' = 'true': without it the last results of a job lie in no checkpoint, and a resumed job would repeat them")
	case cfg.IsSet("execution.state-recovery.path"):
		return errors.New("give either --resume or 'execution.state-recovery.path' (-s), not both")
	}
	return nil
}

// findNewest looks for the newest checkpoint of a job of that name.
func (e *Engine) findNewest(ctx context.Context, cfg *config.Config, root string, job *jobmanager.Job) error {
	newest, broken, err := snapshot.Latest(ctx, strings.TrimRight(root, "/"), job.Graph.Name, cfg.Storage(), openStore)
	if err != nil {
		return err
	}
	e.passedOver(broken)
	job.RestoreFrom = &jobmanager.RestoreFrom{AllowNonRestored: cfg.Bool("execution.state-recovery.ignore-unclaimed-state")}
	if newest == nil {
		for _, b := range broken {
			if strings.Contains(b.Path, resumedID(job.Graph.Name)) {
				return fmt.Errorf("no checkpoint of job %q can be read (%s: %w); starting afresh would repeat its output: remove %s/%s to do that", job.Graph.Name, b.Path, b.Err, root, resumedID(job.Graph.Name))
			}
		}
		e.log.Info(fmt.Sprintf("No checkpoint of a job named %q found under %s; it starts afresh.", job.Graph.Name, root))
		job.ID = resumedID(job.Graph.Name)
		return nil
	}
	job.ID = newest.Job
	return nil
}

// resumedID is the ID of a job that is resumed by name: the same whenever it starts
// afresh, so that what a run without a complete checkpoint left behind is found and
// swept.
func resumedID(name string) string {
	sum := sha256.Sum256([]byte("flott resumes " + name))
	return hex.EncodeToString(sum[:16])
}

// retained gives the job the checkpoints that its earlier run left behind.
func (e *Engine) retained(ctx context.Context, store *snapshot.Storage, job *jobmanager.Job) (err error) {
	var broken []snapshot.Broken
	job.RestoreFrom.Retained, broken, err = store.Retained(ctx)
	e.passedOver(broken)
	return err
}

func (e *Engine) passedOver(broken []snapshot.Broken) {
	for _, b := range broken {
		e.log.Warn(fmt.Sprintf("Checkpoint %s cannot be restored from and is passed over: %v", b.Path, b.Err))
	}
}

// openStore opens what holds checkpoints.
func openStore(url string, options map[string]string) (blob.Store, error) {
	return storage.Open(context.Background(), url, options)
}
