package checkpoint

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Retention says what becomes of retained checkpoints when the job ends.
type Retention string

// The retentions, in the words of externalized-checkpoint-retention. Those delete
// when the job finishes.
const (
	NoExternalized       Retention = "NO_EXTERNALIZED_CHECKPOINTS" // delete always
	DeleteOnCancellation Retention = "DELETE_ON_CANCELLATION"      // keep if the job fails
	RetainOnCancellation Retention = "RETAIN_ON_CANCELLATION"      // keep if it fails or is cancelled
	// RetainAlways keeps them even if the job finishes: what resumes it must see
	// that it has. No configuration key gives it.
	RetainAlways Retention = "RETAIN_ALWAYS"
)

// Discards reports whether checkpoints are deleted when the job ends in status s.
// A job that is merely suspended goes on elsewhere and keeps them.
func (r Retention) Discards(s JobStatus) bool {
	switch s {
	case JobFinished:
		return r != RetainAlways
	case JobCanceled:
		return r != RetainOnCancellation && r != RetainAlways
	case JobFailed:
		return r == NoExternalized
	}
	return false
}

// The words of execution.checkpointing.mode.
const (
	ExactlyOnce = "EXACTLY_ONCE"
	AtLeastOnce = "AT_LEAST_ONCE"
)

// Options are those of execution.checkpointing.* that the coordinator acts on,
// and what it needs to know of the job. Durations are used in whole milliseconds.
type Options struct {
	JobID   string // 32 hex digits
	JobName string // pipeline.name; manifests carry it
	GraphID string // 32 hex digits, new for every run of a jobmaster; part of attempt ids

	Interval time.Duration // between periodic triggers; 0: no periodic checkpoints
	// IntervalDuringBacklog is used while a source has a backlog: 0 triggers none
	// then, negative means Interval.
	IntervalDuringBacklog time.Duration
	Timeout               time.Duration // a checkpoint older than this expires
	MinPause              time.Duration // from the end of one to the start of the next periodic one
	MaxConcurrent         int64
	TolerableFailures     int64 // consecutive failures that do not fail the job
	NumRetained           int64
	Retention             Retention
	AfterTasksFinish      bool // go on when some tasks have finished
	Mode                  string
	Unaligned             bool
	AlignedTimeout        time.Duration // with Unaligned: start aligned, switch after this; 0 is unaligned at once
	Dir                   string        // root of checkpoints
	CreateSubdir          bool          // put <job>/ under Dir

	HistorySize int64 // web.checkpoints.history
	// Names shown by REST: HashMapStateBackend, FileSystemCheckpointStorage …
	StateBackend, Storage string
	// Random spreads the first trigger over [min-pause, interval]: it returns a
	// number in [0, 1). Nil: the first trigger comes after one interval.
	Random func() float64
}

// Default returns Flink's defaults.
func Default() Options {
	return Options{
		IntervalDuringBacklog: -1, Timeout: 10 * time.Minute, MaxConcurrent: 1, NumRetained: 1, Retention: NoExternalized,
		AfterTasksFinish: true, Mode: ExactlyOnce, CreateSubdir: true, HistorySize: 10,
		StateBackend: "HashMapStateBackend", Storage: "JobManagerCheckpointStorage",
	}
}

// Key ties a configuration key to a field of Options.
type Key struct {
	Name, Type, Default, Doc string   // Default "": leave the field of Default() alone
	Values                   []string // of an Enum
	// Field returns the place of the option in o: *bool, *int64, *string (enums,
	// upper case), *Retention or *time.Duration.
	Field func(o *Options) any
}

// Keys are the configuration keys, by name.
var Keys = []Key{
	{"execution.checkpointing.aligned-checkpoint-timeout", "Duration", "0 ms", "With unaligned.enabled: barriers start aligned and overtake rows after this long; 0 overtakes at once.", nil,
		func(o *Options) any { return &o.AlignedTimeout }},
	{"execution.checkpointing.checkpoints-after-tasks-finish", "Boolean", "true", "Whether checkpoints go on when some tasks have finished.", nil,
		func(o *Options) any { return &o.AfterTasksFinish }},
	{"execution.checkpointing.create-subdir", "Boolean", "true", "Put a directory named by the job id under execution.checkpointing.dir.", nil,
		func(o *Options) any { return &o.CreateSubdir }},
	{"execution.checkpointing.dir", "String", "", "Root directory of checkpoints.", nil,
		func(o *Options) any { return &o.Dir }},
	{"execution.checkpointing.externalized-checkpoint-retention", "Enum", "NO_EXTERNALIZED_CHECKPOINTS", "What becomes of retained checkpoints when the job is cancelled or fails.",
		[]string{"NO_EXTERNALIZED_CHECKPOINTS", "DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION"},
		func(o *Options) any { return &o.Retention }},
	{"execution.checkpointing.interval", "Duration", "0 ms", "Time between checkpoints; 0 triggers none.", nil,
		func(o *Options) any { return &o.Interval }},
	{"execution.checkpointing.interval-during-backlog", "Duration", "", "Time between checkpoints while a source has a backlog; 0 triggers none then, unset means execution.checkpointing.interval.", nil,
		func(o *Options) any { return &o.IntervalDuringBacklog }},
	{"execution.checkpointing.max-concurrent-checkpoints", "Integer", "1", "How many checkpoints may be in progress; 1 if min-pause is set.", nil,
		func(o *Options) any { return &o.MaxConcurrent }},
	{"execution.checkpointing.min-pause", "Duration", "0 ms", "Shortest time from the end of a checkpoint to the start of the next.", nil,
		func(o *Options) any { return &o.MinPause }},
	{"execution.checkpointing.mode", "Enum", ExactlyOnce, "Whether tasks align barriers (EXACTLY_ONCE) or not.", []string{ExactlyOnce, AtLeastOnce},
		func(o *Options) any { return &o.Mode }},
	{"execution.checkpointing.num-retained", "Integer", "1", "How many completed checkpoints are kept.", nil,
		func(o *Options) any { return &o.NumRetained }},
	{"execution.checkpointing.timeout", "Duration", "10 min", "A checkpoint that takes longer expires.", nil,
		func(o *Options) any { return &o.Timeout }},
	{"execution.checkpointing.tolerable-failed-checkpoints", "Integer", "0", "How many checkpoints in a row may fail without failing the job.", nil,
		func(o *Options) any { return &o.TolerableFailures }},
	{"execution.checkpointing.unaligned.enabled", "Boolean", "false", "Barriers overtake rows in flight, which become part of the checkpoint; exactly-once only.", nil,
		func(o *Options) any { return &o.Unaligned }},
	{"web.checkpoints.history", "Integer", "10", "How many checkpoints the history shows.", nil,
		func(o *Options) any { return &o.HistorySize }},
}

const minimalTime = 10 * time.Millisecond

// Validate reports what cannot be, alone or together, in a sentence that names
// the keys.
func (o Options) Validate() error {
	const p = "execution.checkpointing."
	switch {
	case o.Interval != 0 && o.Interval < minimalTime:
		return fmt.Errorf("'%sinterval' is %s, but must be at least %s (or 0 for no checkpoints)", p, o.Interval, minimalTime)
	case o.IntervalDuringBacklog > 0 && o.IntervalDuringBacklog < o.Interval:
		return fmt.Errorf("'%sinterval-during-backlog' is %s, shorter than '%[1]sinterval' (%[3]s); it must be as long or longer, or 0 for no checkpoints during backlog", p, o.IntervalDuringBacklog, o.Interval)
	case o.IntervalDuringBacklog >= 0 && o.IntervalDuringBacklog != 0 && o.IntervalDuringBacklog < minimalTime:
		return fmt.Errorf("'%sinterval-during-backlog' is %s, but must be 0 or at least %s", p, o.IntervalDuringBacklog, minimalTime)
	case o.Timeout < minimalTime:
		return fmt.Errorf("'%stimeout' is %s, but must be at least %s", p, o.Timeout, minimalTime)
	case o.MinPause < 0:
		return fmt.Errorf("'%smin-pause' is %s, but must not be negative", p, o.MinPause)
	case o.MaxConcurrent < 1:
		return fmt.Errorf("'%smax-concurrent-checkpoints' is %d, but must be at least 1", p, o.MaxConcurrent)
	case o.TolerableFailures < 0 || o.TolerableFailures > math.MaxInt32:
		return fmt.Errorf("'%stolerable-failed-checkpoints' is %d, but must be a number from 0 to %d", p, o.TolerableFailures, math.MaxInt32)
	case o.NumRetained < 1:
		return fmt.Errorf("'%snum-retained' is %d, but must be at least 1", p, o.NumRetained)
	case o.AlignedTimeout < 0:
		return fmt.Errorf("'%saligned-checkpoint-timeout' is %s, but must not be negative", p, o.AlignedTimeout)
	case o.Mode != ExactlyOnce && o.Mode != AtLeastOnce:
		return fmt.Errorf("'%smode' is %q, but must be %s or %s", p, o.Mode, ExactlyOnce, AtLeastOnce)
	case o.Retention != NoExternalized && o.Retention != DeleteOnCancellation && o.Retention != RetainOnCancellation && o.Retention != RetainAlways:
		return fmt.Errorf("'%sexternalized-checkpoint-retention' is %q, but must be %s, %s or %s", p, o.Retention, NoExternalized, DeleteOnCancellation, RetainOnCancellation)
	case o.Unaligned && o.Mode == ExactlyOnce && o.MaxConcurrent > 1 && o.MinPause == 0:
		return fmt.Errorf("'%smax-concurrent-checkpoints' is %d, but must be 1 with '%[1]sunaligned.enabled' = 'true'", p, o.MaxConcurrent)
	case o.HistorySize < 0:
		return fmt.Errorf("'web.checkpoints.history' is %d, but must not be negative", o.HistorySize)
	}
	return nil
}

// effective resolves how options act on each other: at-least-once knows no
// unaligned barriers, a pause means one checkpoint at a time, and checkpoints do
// not come more often than the pause allows.
func (o Options) effective() Options {
	if o.Mode == AtLeastOnce {
		o.Unaligned = false
	}
	if o.MinPause > 0 {
		o.MaxConcurrent = 1
	}
	if o.IntervalDuringBacklog < 0 {
		o.IntervalDuringBacklog = o.Interval
	}
	if o.Interval > 0 {
		o.Interval = max(o.Interval, o.MinPause)
	}
	if o.IntervalDuringBacklog > 0 {
		o.IntervalDuringBacklog = max(o.IntervalDuringBacklog, o.MinPause)
	}
	return o
}

// path returns where checkpoint id is stored, as users see it.
func (o Options) path(id int64) string {
	if o.Dir == "" {
		return "<checkpoint-not-externally-addressable>"
	}
	dir := strings.TrimRight(o.Dir, "/")
	if o.CreateSubdir {
		dir += "/" + o.JobID
	}
	return fmt.Sprintf("%s/chk-%d", dir, id)
}
