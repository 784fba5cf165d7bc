package checkpoint

import (
	"math"
	"strings"
)

// The types below are Flink's REST answers, field by field and in Flink's order.

// Statistics answers /jobs/:id/checkpoints.
type Statistics struct {
	Counts  countsJSON       `json:"counts"`
	Summary summaryJSON      `json:"summary"`
	Latest  latestJSON       `json:"latest"`
	History []CheckpointJSON `json:"history"`
}

type countsJSON struct {
	Restored   int64 `json:"restored"`
	Total      int64 `json:"total"`
	InProgress int64 `json:"in_progress"`
	Completed  int64 `json:"completed"`
	Failed     int64 `json:"failed"`
}

type summaryJSON struct {
	CheckpointedSize  distribution `json:"checkpointed_size"`
	StateSize         distribution `json:"state_size"`
	Duration          distribution `json:"end_to_end_duration"`
	AlignmentBuffered distribution `json:"alignment_buffered"`
	Processed         distribution `json:"processed_data"`
	Persisted         distribution `json:"persisted_data"`
}

type latestJSON struct {
	Completed *CheckpointJSON `json:"completed"`
	Savepoint *CheckpointJSON `json:"savepoint"`
	Failed    *CheckpointJSON `json:"failed"`
	Restored  *restoredJSON   `json:"restored"`
}

type restoredJSON struct {
	ID        int64  `json:"id"`
	Time      int64  `json:"restore_timestamp"`
	Savepoint bool   `json:"is_savepoint"`
	Path      string `json:"external_path"`
}

// CheckpointJSON answers /jobs/:id/checkpoints/details/:checkpointid.
type CheckpointJSON struct {
	Class       string              `json:"className"`
	ID          int64               `json:"id"`
	Status      string              `json:"status"`
	IsSavepoint bool                `json:"is_savepoint"`
	Format      *string             `json:"savepointFormat"`
	TriggeredAt int64               `json:"trigger_timestamp"`
	LatestAck   int64               `json:"latest_ack_timestamp"`
	Bytes       int64               `json:"checkpointed_size"`
	Full        int64               `json:"state_size"`
	Duration    int64               `json:"end_to_end_duration"`
	Buffered    int64               `json:"alignment_buffered"` // always 0
	Processed   int64               `json:"processed_data"`
	Persisted   int64               `json:"persisted_data"`
	Subtasks    int                 `json:"num_subtasks"`
	Acked       int                 `json:"num_acknowledged_subtasks"`
	Type        string              `json:"checkpoint_type"`
	Tasks       map[string]TaskJSON `json:"tasks"`
	// Of a completed one.
	Path      *string `json:"external_path,omitempty"`
	Discarded *bool   `json:"discarded,omitempty"`
	// Of a failed one.
	FailedAt *int64  `json:"failure_timestamp,omitempty"`
	Message  *string `json:"failure_message,omitempty"`
}

// TaskJSON is the part of a vertex.
type TaskJSON struct {
	ID        int64  `json:"id"` // of the checkpoint
	Status    string `json:"status"`
	LatestAck int64  `json:"latest_ack_timestamp"`
	Bytes     int64  `json:"checkpointed_size"`
	Full      int64  `json:"state_size"`
	Duration  int64  `json:"end_to_end_duration"`
	Buffered  int64  `json:"alignment_buffered"`
	Processed int64  `json:"processed_data"`
	Persisted int64  `json:"persisted_data"`
	Subtasks  int    `json:"num_subtasks"`
	Acked     int    `json:"num_acknowledged_subtasks"`
}

// TaskDetails answers …/details/:checkpointid/subtasks/:vertexid.
type TaskDetails struct {
	TaskJSON
	Summary  taskSummaryJSON `json:"summary"`
	Subtasks []any           `json:"subtasks"` // completedSubtask or pendingSubtask
}

type taskSummaryJSON struct {
	CheckpointedSize distribution `json:"checkpointed_size"`
	StateSize        distribution `json:"state_size"`
	Duration         distribution `json:"end_to_end_duration"`
	Checkpoint       struct {
		Sync  distribution `json:"sync"`
		Async distribution `json:"async"`
	} `json:"checkpoint_duration"`
	Alignment struct {
		Buffered  distribution `json:"buffered"`
		Processed distribution `json:"processed"`
		Persisted distribution `json:"persisted"`
		Duration  distribution `json:"duration"`
	} `json:"alignment"`
	StartDelay distribution `json:"start_delay"`
}

type pendingSubtask struct {
	Class  string `json:"className"`
	Index  int    `json:"index"`
	Status string `json:"status"`
}

type completedSubtask struct {
	pendingSubtask
	AckedAt    int64 `json:"ack_timestamp"`
	Duration   int64 `json:"end_to_end_duration"`
	Bytes      int64 `json:"checkpointed_size"`
	Full       int64 `json:"state_size"`
	Checkpoint struct {
		Sync  int64 `json:"sync"`
		Async int64 `json:"async"`
	} `json:"checkpoint"`
	Alignment struct {
		Buffered  int64 `json:"buffered"`
		Processed int64 `json:"processed"`
		Persisted int64 `json:"persisted"`
		Duration  int64 `json:"duration"`
	} `json:"alignment"`
	StartDelay int64 `json:"start_delay"`
	Unaligned  bool  `json:"unaligned_checkpoint"`
	Aborted    bool  `json:"aborted"`
}

// ConfigJSON answers /jobs/:id/checkpoints/config.
type ConfigJSON struct {
	Mode            string          `json:"mode"`
	Interval        int64           `json:"interval"`
	Timeout         int64           `json:"timeout"`
	MinPause        int64           `json:"min_pause"`
	MaxConcurrent   int64           `json:"max_concurrent"`
	Externalization externalization `json:"externalization"`
	StateBackend    string          `json:"state_backend"`
	Storage         string          `json:"checkpoint_storage"`
	Unaligned       bool            `json:"unaligned_checkpoints"`
	Tolerable       int64           `json:"tolerable_failed_checkpoints"`
	AlignedTimeout  int64           `json:"aligned_checkpoint_timeout"`
	AfterFinish     bool            `json:"checkpoints_after_tasks_finish"`
	Changelog       bool            `json:"state_changelog_enabled"`
	Materialization int64           `json:"changelog_periodic_materialization_interval"`
	ChangelogStore  string          `json:"changelog_storage"`
}

type externalization struct {
	Enabled bool `json:"enabled"`
	Delete  bool `json:"delete_on_cancellation"`
}

// Statistics returns the answer to /jobs/:id/checkpoints.
func (h *History) Statistics() Statistics {
	s := Statistics{
		Counts: countsJSON{h.counts.Restored, h.counts.Total, h.counts.InProgress, h.counts.Completed, h.counts.Failed},
		Summary: summaryJSON{
			CheckpointedSize: h.sums.increment.distribution(), StateSize: h.sums.full.distribution(), Duration: h.sums.duration.distribution(),
			AlignmentBuffered: h.buffered(), Processed: h.sums.processed.distribution(), Persisted: h.sums.persisted.distribution(),
		},
		Latest: latestJSON{
			Completed: plain(h.latest[latestCompleted]), Savepoint: plain(h.latest[latestSavepoint]), Failed: plain(h.latest[latestFailed]),
		},
		History: []CheckpointJSON{},
	}
	if r := h.restored; r != nil {
		s.Latest.Restored = &restoredJSON{r.ID, r.Time, r.Savepoint, r.Path}
	}
	for _, r := range h.records {
		if int64(len(s.History)) < h.options.HistorySize {
			s.History = append(s.History, *plain(r))
		}
	}
	return s
}

// buffered is a field of former versions: zeros, as many as there are checkpoints.
func (h *History) buffered() distribution {
	if h.counts.Completed > 0 {
		return distribution{}
	}
	var none Summary
	return none.distribution()
}

// plain is a checkpoint without its tasks, nil for nil.
func plain(r *Record) *CheckpointJSON {
	if r == nil {
		return nil
	}
	j := r.json()
	j.Tasks = map[string]TaskJSON{}
	return &j
}

// Details returns the answer to …/details/:checkpointid.
func (h *History) Details(id int64) (CheckpointJSON, bool) {
	r := h.Find(id)
	if r == nil {
		return CheckpointJSON{}, false
	}
	return r.json(), true
}

// Task returns the answer to …/details/:checkpointid/subtasks/:vertexid.
func (h *History) Task(id int64, uid string) (TaskDetails, bool) {
	if r := h.Find(id); r != nil {
		for i := range r.Tasks {
			if r.Tasks[i].UID == uid {
				return r.Tasks[i].details(r), true
			}
		}
	}
	return TaskDetails{}, false
}

// status is Flink's word, and the name of the JSON class.
func (r *Record) status() (word, class string) {
	switch r.Outcome {
	case InProgress:
		return "IN_PROGRESS", "in_progress"
	case OutcomeCompleted:
		return "COMPLETED", "completed"
	}
	return "FAILED", "failed"
}

func (r *Record) json() CheckpointJSON {
	status, class := r.status()
	j := CheckpointJSON{
		Class: class, ID: r.ID, Status: status, IsSavepoint: r.Kind.IsSavepoint(), TriggeredAt: r.TriggeredAt, LatestAck: r.LatestAck,
		Bytes: r.Bytes, Full: r.Full, Duration: r.Duration(), Processed: r.Processed, Persisted: r.Persisted,
		Subtasks: r.Subtasks(), Acked: r.Acked, Type: r.Kind.String(), Tasks: map[string]TaskJSON{},
	}
	if r.Kind.IsSavepoint() {
		format := string(r.Format)
		j.Format = &format
	} else if r.Unaligned {
		j.Type = "UNALIGNED_CHECKPOINT"
	}
	switch r.Outcome {
	case InProgress:
	case OutcomeCompleted:
		j.Path, j.Discarded = &r.Path, &r.Discarded
	default:
		j.FailedAt, j.Message = &r.EndedAt, &r.Message
	}
	for i := range r.Tasks {
		j.Tasks[r.Tasks[i].UID] = r.Tasks[i].json(r)
	}
	return j
}

func (t *TaskRecord) json(r *Record) TaskJSON {
	status, _ := r.status()
	j := TaskJSON{ID: r.ID, Status: status, LatestAck: t.LatestAck, Duration: -1, Subtasks: len(t.Subtasks), Acked: t.Acked}
	if t.LatestAck >= 0 {
		j.Duration = max(0, t.LatestAck-r.TriggeredAt)
	}
	for _, s := range t.Subtasks {
		j.Bytes += s.Metrics.Bytes
		j.Full += s.Metrics.FullBytes
		j.Processed += s.Metrics.Processed
		j.Persisted += s.Metrics.Persisted
	}
	return j
}

func (t *TaskRecord) details(r *Record) TaskDetails {
	d := TaskDetails{TaskJSON: t.json(r), Subtasks: []any{}}
	var sizes, fulls, durations, syncs, asyncs, buffered, processed, persisted, alignments, delays Summary
	for i, s := range t.Subtasks {
		if s.AckedAt < 0 {
			d.Subtasks = append(d.Subtasks, pendingSubtask{"pending", i, "pending_or_failed"})
			continue
		}
		c := s.json(i, r)
		d.Subtasks = append(d.Subtasks, c)
		sizes.Add(c.Bytes)
		fulls.Add(c.Full)
		durations.Add(c.Duration)
		syncs.Add(c.Checkpoint.Sync)
		asyncs.Add(c.Checkpoint.Async)
		buffered.Add(0)
		processed.Add(c.Alignment.Processed)
		persisted.Add(c.Alignment.Persisted)
		alignments.Add(c.Alignment.Duration)
		delays.Add(c.StartDelay)
	}
	m := &d.Summary
	m.CheckpointedSize, m.StateSize, m.Duration = sizes.distribution(), fulls.distribution(), durations.distribution()
	m.Checkpoint.Sync, m.Checkpoint.Async = syncs.distribution(), asyncs.distribution()
	m.Alignment.Buffered, m.Alignment.Processed = buffered.distribution(), processed.distribution()
	m.Alignment.Persisted, m.Alignment.Duration = persisted.distribution(), alignments.distribution()
	m.StartDelay = delays.distribution()
	return d
}

func (s SubtaskRecord) json(i int, r *Record) completedSubtask {
	m := s.Metrics
	c := completedSubtask{
		pendingSubtask: pendingSubtask{"completed", i, "completed"},
		AckedAt:        s.AckedAt, Duration: max(0, s.AckedAt-r.TriggeredAt), Bytes: m.Bytes, Full: m.FullBytes,
		StartDelay: milliseconds(m.StartDelay), Unaligned: m.Unaligned,
	}
	c.Checkpoint.Sync, c.Checkpoint.Async = milliseconds(m.Sync), milliseconds(m.Async)
	c.Alignment.Processed, c.Alignment.Persisted = m.Processed, m.Persisted
	c.Alignment.Duration = milliseconds(m.Alignment)
	return c
}

// Config returns the answer to /jobs/:id/checkpoints/config; false if there are no
// periodic checkpoints.
func (h *History) Config() (ConfigJSON, bool) {
	o := h.options
	c := ConfigJSON{
		Mode: strings.ToLower(o.Mode), Interval: o.Interval.Milliseconds(), Timeout: o.Timeout.Milliseconds(),
		MinPause: o.MinPause.Milliseconds(), MaxConcurrent: o.MaxConcurrent,
		Externalization: externalization{o.Retention != NoExternalized, o.Retention != RetainOnCancellation},
		StateBackend:    o.StateBackend, Storage: o.Storage, Unaligned: o.Unaligned, Tolerable: o.TolerableFailures,
		AlignedTimeout: o.AlignedTimeout.Milliseconds(), AfterFinish: o.AfterTasksFinish,
		Materialization: 600_000, ChangelogStore: "memory",
	}
	if o.Interval == 0 { // in Flink's words
		c.Mode, c.Interval = strings.ToLower(AtLeastOnce), math.MaxInt64
	}
	return c, o.Interval != 0
}
