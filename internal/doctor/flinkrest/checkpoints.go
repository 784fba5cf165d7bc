package flinkrest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sort"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

func (r *reader) checkpoints(ctx context.Context, j *snapshot.Job) {
	base := "/jobs/" + j.ID + "/checkpoints"
	var w checkpointsWire
	var config checkpointConfigWire
	var statsErr, configErr error
	all(
		func() { statsErr = r.json(ctx, base, &w) },
		func() { configErr = r.json(ctx, base+"/config", &config) },
	)
	var status *StatusError
	if errors.As(statsErr, &status) && status.Status == http.StatusNotFound {
		j.Checkpoints.Off = true // Flink answers 404 when checkpointing is off
		return
	}
	if statsErr != nil {
		r.missOf(j, snapshot.CheckpointStats, statsErr)
		r.missOf(j, snapshot.CheckpointDetails, statsErr)
	} else {
		setCheckpoints(&j.Checkpoints, &w)
		r.details(ctx, j)
	}
	if configErr != nil {
		r.missOf(j, snapshot.CheckpointSetting, configErr)
		return
	}
	c := convertCheckpointConfig(&config)
	j.Checkpoints.Config = &c
	j.Checkpoints.Off = c.Interval == 0 && w.Counts.Total == 0
}

func convertCheckpointConfig(w *checkpointConfigWire) snapshot.CheckpointConfig {
	return snapshot.CheckpointConfig{
		Mode: w.Mode, Interval: w.Interval.duration(), Timeout: w.Timeout.duration(), MinPause: w.MinPause.duration(),
		AlignedTimeout: w.AlignedTimeout.duration(), MaxConcurrent: w.MaxConcurrent, TolerableFailed: w.Tolerable,
		Backend: w.Backend, Storage: w.Storage, Unaligned: w.Unaligned, Externalized: w.Externalization.Enabled,
		DropAtEnd: w.Externalization.Drop, Changelog: w.Changelog,
	}
}

func setCheckpoints(c *snapshot.Checkpoints, w *checkpointsWire) {
	c.Counts = snapshot.CheckpointCounts(w.Counts)
	for i := range w.History {
		c.History = append(c.History, convertCheckpoint(&w.History[i]))
	}
	sort.SliceStable(c.History, func(a, b int) bool { return c.History[a].ID > c.History[b].ID })
	one := func(w *checkpointWire) *snapshot.Checkpoint {
		if w == nil {
			return nil
		}
		cp := convertCheckpoint(w)
		return &cp
	}
	c.LatestCompleted, c.LatestFailed, c.LatestSavepoint = one(w.Latest.Completed), one(w.Latest.Failed), one(w.Latest.Savepoint)
	if r := w.Latest.Restored; r != nil {
		c.Restored = &snapshot.Restored{ID: r.ID, Time: r.Time.time(), Savepoint: r.Savepoint, Path: r.Path}
	}
}

func convertCheckpoint(w *checkpointWire) snapshot.Checkpoint {
	return snapshot.Checkpoint{
		ID: w.ID, Status: w.Status, Savepoint: w.Savepoint, Unaligned: w.Type == "UNALIGNED_CHECKPOINT",
		Triggered: w.Triggered.time(), LatestAck: w.LatestAck.time(), Duration: w.Duration.duration(),
		Bytes: size(w.Bytes), StateBytes: size(w.StateBytes), ProcessedBytes: size(w.Processed), PersistedBytes: size(w.Persisted),
		Subtasks: w.Subtasks, Acknowledged: w.Acknowledged, Failure: clip(w.Failure, 4<<10), Failed: w.Failed.time(), Path: w.Path, SavepointFormat: w.Format,
	}
}

// size is bytes; what was not measured is 0.
func size(n number) int64 {
	if math.IsNaN(float64(n)) || n < 0 || n > math.MaxInt64/2 {
		return 0
	}
	return int64(n)
}

// details reads the parts of the checkpoints that tell most: the newest that is
// complete, failed and under way.
func (r *reader) details(ctx context.Context, j *snapshot.Job) {
	var chosen []int
	seen := map[string]bool{}
	for i, cp := range j.Checkpoints.History {
		if !seen[cp.Status] && len(chosen) < detailsMax {
			seen[cp.Status] = true
			chosen = append(chosen, i)
		}
	}
	reads := make([]func(), len(chosen))
	for k, i := range chosen {
		reads[k] = func() { r.detail(ctx, j, &j.Checkpoints.History[i]) }
	}
	all(reads...)
}

func (r *reader) detail(ctx context.Context, j *snapshot.Job, cp *snapshot.Checkpoint) {
	base := fmt.Sprintf("/jobs/%s/checkpoints/details/%d", j.ID, cp.ID)
	var w checkpointWire
	if err := r.json(ctx, base, &w); err != nil {
		r.missOf(j, snapshot.CheckpointDetails, err)
		return
	}
	for _, v := range j.Vertices {
		if t, ok := w.Tasks[v.ID]; ok {
			cp.Tasks = append(cp.Tasks, snapshot.CheckpointTask{
				Vertex: v.ID, Subtasks: t.Subtasks, Acknowledged: t.Acknowledged, Duration: t.Duration.duration(), Bytes: size(t.Bytes), StateBytes: size(t.StateBytes),
			})
		}
	}
	// The subtasks of those that took longest, have most state, or never answered.
	order := make([]*snapshot.CheckpointTask, len(cp.Tasks))
	for i := range cp.Tasks {
		order[i] = &cp.Tasks[i]
	}
	slices.SortStableFunc(order, func(a, b *snapshot.CheckpointTask) int { return -compareTasks(a, b) })
	reads := make([]func(), 0, partsMax)
	for _, t := range order[:min(len(order), partsMax)] {
		reads = append(reads, func() { r.parts(ctx, j, fmt.Sprintf("%s/subtasks/%s", base, t.Vertex), t) })
	}
	all(reads...)
}

// compareTasks says which of two has more to tell.
func compareTasks(a, b *snapshot.CheckpointTask) int {
	if x, y := a.Acknowledged < a.Subtasks, b.Acknowledged < b.Subtasks; x != y {
		if x {
			return 1
		}
		return -1
	}
	if a.Duration != b.Duration {
		return int(min(max(a.Duration-b.Duration, -1), 1))
	}
	return int(min(max(a.StateBytes-b.StateBytes, -1), 1))
}

func (r *reader) parts(ctx context.Context, j *snapshot.Job, path string, t *snapshot.CheckpointTask) {
	var w checkpointPartsWire
	if err := r.json(ctx, path, &w); err != nil {
		r.missOf(j, snapshot.CheckpointDetails, err)
		return
	}
	for _, s := range w.Subtasks {
		t.Parts = append(t.Parts, snapshot.CheckpointPart{
			Index: s.Index, Acknowledged: s.Class == "completed" || s.Status == "completed", Duration: s.Duration.duration(), StartDelay: s.StartDelay.duration(),
			Alignment: s.Alignment.Duration.duration(), Sync: s.Checkpoint.Sync.duration(), Async: s.Checkpoint.Async.duration(),
			Bytes: size(s.Bytes), StateBytes: size(s.StateBytes), PersistedBytes: size(s.Alignment.Persisted), ProcessedBytes: size(s.Alignment.Processed), Unaligned: s.Unaligned,
		})
	}
}
