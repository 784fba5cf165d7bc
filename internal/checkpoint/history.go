package checkpoint

import (
	"slices"
	"time"
)

// UpdateEvent is what an Update tells.
type UpdateEvent uint8

// The updates.
const (
	Triggered    UpdateEvent = iota // ID, Kind, Format, Path, Vertices
	Acknowledged                    // ID, Vertex, Subtask, Metrics
	Completed                       // ID, Path, MetadataBytes, Latest
	Failed                          // ID, Reason, Message
	Refused                         // Reason, Message: never got an id
	RestoredFrom                    // ID, Kind, Path
	Discarded                       // ID
)

// Update is a change of the history.
type Update struct {
	Event         UpdateEvent
	ID            int64
	Time          int64 // ms
	Kind          Kind
	Format        Format
	Path          string
	Vertices      []Part
	Vertex        string // UID
	Subtask       int
	Metrics       Metrics
	MetadataBytes int64
	Latest        int64 // ms, when the last acknowledgement came
	Reason        Reason
	Message       string
}

// Part is a vertex that takes part in a checkpoint.
type Part struct {
	UID      string
	Subtasks int
}

// Counts are numbers of checkpoints. Failed includes the ones below it.
type Counts struct {
	Restored, Total, InProgress, Completed, Failed int64
	Declined, Expired, Subsumed, Aborted           int64
}

// Record is a checkpoint of the history.
type Record struct {
	ID            int64
	Kind          Kind
	Format        Format
	Path          string
	Outcome       Outcome
	Reason        Reason
	Message       string // of a failure
	TriggeredAt   int64  // ms
	LatestAck     int64  // ms, -1 if none
	EndedAt       int64  // ms, -1 in progress
	MetadataBytes int64
	Discarded     bool
	Unaligned     bool
	Bytes, Full   int64
	Processed     int64
	Persisted     int64
	Acked         int
	Tasks         []TaskRecord
}

// Subtasks is how many subtasks take part.
func (r *Record) Subtasks() (n int) {
	for _, t := range r.Tasks {
		n += len(t.Subtasks)
	}
	return n
}

// PercentAcknowledged is 0 to 100.
func (r *Record) PercentAcknowledged() float64 {
	if n := r.Subtasks(); n > 0 {
		return 100 * float64(r.Acked) / float64(n)
	}
	return 0
}

// Duration is from the trigger to the last acknowledgement, of a failed checkpoint
// to its failure, in ms; -1 while nobody has acknowledged.
func (r *Record) Duration() int64 {
	switch {
	case r.Outcome > OutcomeCompleted:
		return max(0, r.EndedAt-r.TriggeredAt)
	case r.LatestAck < 0:
		return -1
	}
	return max(0, r.LatestAck-r.TriggeredAt)
}

// TaskRecord is the part of a vertex.
type TaskRecord struct {
	UID       string
	LatestAck int64 // ms, -1 if none
	Acked     int
	Subtasks  []SubtaskRecord
}

// SubtaskRecord is the part of a subtask.
type SubtaskRecord struct {
	AckedAt int64 // ms, -1 if it has not acknowledged
	Metrics Metrics
}

// Restore is where the job's state came from.
type Restore struct {
	ID, Time  int64
	Savepoint bool
	Path      string
}

// History is what is known of the checkpoints of a job: the newest in detail, all
// in numbers. Not safe for concurrent use.
type History struct {
	options  Options
	counts   Counts
	records  []*Record // newest first
	latest   [3]*Record
	restored *Restore
	sums     sums // of completed checkpoints
}

// The places of History.latest.
const (
	latestCompleted = iota
	latestSavepoint
	latestFailed
)

// sums summarise the completed checkpoints.
type sums struct {
	increment, full, duration, processed, persisted Summary
}

// NewHistory returns the history of a job that runs with o.
func NewHistory(o Options) *History { return &History{options: o.effective()} }

// Counts returns the numbers.
func (h *History) Counts() Counts { return h.counts }

// Find returns a checkpoint, nil if it is not (or no longer) known.
func (h *History) Find(id int64) *Record {
	for _, r := range h.records {
		if r.ID == id {
			return r
		}
	}
	for _, r := range h.latest {
		if r != nil && r.ID == id {
			return r
		}
	}
	return nil
}

// Apply takes an update of a Ready.
func (h *History) Apply(u Update) {
	switch u.Event {
	case Triggered:
		h.triggered(u)
	case Refused:
		h.counts.Total++
		h.counts.Failed++
		h.counts.Aborted++
	case RestoredFrom:
		h.counts.Restored++
		h.restored = &Restore{ID: u.ID, Time: u.Time, Savepoint: u.Kind.IsSavepoint(), Path: u.Path}
	default:
		if r := h.Find(u.ID); r != nil {
			h.update(r, u)
		}
	}
}

func (h *History) triggered(u Update) {
	h.counts.Total++
	h.counts.InProgress++
	r := &Record{ID: u.ID, Kind: u.Kind, Format: u.Format, Path: u.Path, TriggeredAt: u.Time, LatestAck: -1, EndedAt: -1}
	for _, p := range u.Vertices {
		t := TaskRecord{UID: p.UID, LatestAck: -1, Subtasks: make([]SubtaskRecord, p.Subtasks)}
		for i := range t.Subtasks {
			t.Subtasks[i].AckedAt = -1
		}
		r.Tasks = append(r.Tasks, t)
	}
	h.records = slices.Insert(h.records, 0, r)
	h.forget()
}

// forget drops the oldest records that are over.
func (h *History) forget() {
	for i := len(h.records) - 1; i >= 0 && int64(len(h.records)) > h.options.HistorySize; i-- {
		if h.records[i].Outcome != InProgress {
			h.records = slices.Delete(h.records, i, i+1)
		}
	}
}

func (h *History) update(r *Record, u Update) {
	switch u.Event {
	case Acknowledged:
		r.acknowledged(u)
	case Discarded:
		r.Discarded = true
	case Completed:
		r.Outcome, r.EndedAt, r.Path, r.MetadataBytes = OutcomeCompleted, u.Time, u.Path, u.MetadataBytes
		h.counts.InProgress--
		h.counts.Completed++
		place := latestCompleted
		if r.Kind.IsSavepoint() {
			place = latestSavepoint
		}
		h.note(place, r)
		h.sums.add(r)
	case Failed:
		r.Outcome, r.EndedAt, r.Reason, r.Message = u.Reason.Outcome(), u.Time, u.Reason, u.Message
		h.counts.InProgress--
		h.counts.Failed++
		switch r.Outcome {
		case OutcomeDeclined:
			h.counts.Declined++
		case OutcomeExpired:
			h.counts.Expired++
		case OutcomeSubsumed:
			h.counts.Subsumed++
		case OutcomeAborted:
			h.counts.Aborted++
		}
		h.note(latestFailed, r)
	}
	h.forget()
}

// note keeps the newest of a sort.
func (h *History) note(place int, r *Record) {
	if old := h.latest[place]; old == nil || old.ID < r.ID {
		h.latest[place] = r
	}
}

func (r *Record) acknowledged(u Update) {
	i := slices.IndexFunc(r.Tasks, func(t TaskRecord) bool { return t.UID == u.Vertex })
	if i < 0 || u.Subtask >= len(r.Tasks[i].Subtasks) {
		return
	}
	t := &r.Tasks[i]
	t.Subtasks[u.Subtask] = SubtaskRecord{AckedAt: u.Time, Metrics: u.Metrics}
	t.Acked++
	t.LatestAck = max(t.LatestAck, u.Time)
	r.Acked++
	r.LatestAck = max(r.LatestAck, u.Time)
	r.Bytes += u.Metrics.Bytes
	r.Full += u.Metrics.FullBytes
	r.Processed += u.Metrics.Processed
	r.Persisted += u.Metrics.Persisted
	r.Unaligned = r.Unaligned || u.Metrics.Unaligned
}

func (s *sums) add(r *Record) {
	s.increment.Add(r.Bytes)
	s.full.Add(r.Full)
	s.duration.Add(r.Duration())
	s.processed.Add(r.Processed)
	s.persisted.Add(r.Persisted)
}

// Gauge is a metric of the job.
type Gauge struct {
	Name  string
	Value float64
}

// Gauges returns the job's checkpoint metrics under Flink's names. Values that are
// not known are -1.
func (h *History) Gauges() []Gauge {
	last, restored := h.latest[latestCompleted], int64(-1)
	if s := h.latest[latestSavepoint]; s != nil && (last == nil || s.ID > last.ID) {
		last = s
	}
	if last == nil {
		last = &Record{ID: -1, LatestAck: -1, EndedAt: -1, Bytes: -1, Full: -1, Processed: -1, Persisted: -1, MetadataBytes: -1}
	}
	if h.restored != nil {
		restored = h.restored.Time
	}
	out := []Gauge{
		{"lastCheckpointDuration", float64(last.Duration())},
		{"lastCheckpointSize", float64(last.Bytes)},
		{"lastCheckpointFullSize", float64(last.Full)},
		{"lastCheckpointMetadataSize", float64(last.MetadataBytes)},
		{"lastCheckpointProcessedData", float64(last.Processed)},
		{"lastCheckpointPersistedData", float64(last.Persisted)},
		{"lastCompletedCheckpointId", float64(last.ID)},
		{"lastCheckpointCompletedTimestamp", float64(last.EndedAt)},
		{"lastCheckpointRestoreTimestamp", float64(restored)},
		{"numberOfInProgressCheckpoints", float64(h.counts.InProgress)},
		{"numberOfCompletedCheckpoints", float64(h.counts.Completed)},
		{"numberOfFailedCheckpoints", float64(h.counts.Failed)},
		{"totalNumberOfCheckpoints", float64(h.counts.Total)},
	}
	return out
}

// LastPath is lastCheckpointExternalPath: "n/a" before the first.
func (h *History) LastPath() string {
	if r := h.latest[latestCompleted]; r != nil {
		return r.Path
	}
	return "n/a"
}

// milliseconds of d, whole.
func milliseconds(d time.Duration) int64 { return d.Milliseconds() }

// Records are the checkpoints of the history, in its order. They must not be
// changed.
func (h *History) Records() []*Record { return h.records }
