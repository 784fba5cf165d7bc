// Package connector is the contract of sources, lookup tables and sinks.
//
// A table of the catalog plus what the planner pushed down is a Scan or a Target:
// plain data that can be sent to another process. A Factory turns it into a
// Source or a Sink there. Sources follow FLIP-27's idea: an Enumerator (one per
// source, on the JobManager) finds splits, Readers (one per subtask) read the
// splits they are given, and a split's position is its state.
package connector

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
)

// ErrUser marks (by wrapping) an error that the user can mend: a missing file,
// an unreachable broker, an unknown topic. It is shown as one sentence.
var ErrUser = errors.New("")

// Table is what DDL says about a table, resolved.
type Table struct {
	Name       string            // catalog.database.table, for messages
	Columns    []Column          // physical and metadata columns, declared order; computed ones are not here
	PrimaryKey []int             // indexes into Columns
	Partition  []string          // PARTITIONED BY
	Options    map[string]string // WITH, hints merged in, without 'connector'
	TimeZone   string            // table.local-time-zone
	Streaming  bool              // execution.runtime-mode = streaming
}

// Column is a physical or metadata column of a Table.
type Column struct {
	Name     string
	Type     types.Type
	Metadata string // key, "" for a physical column
	Virtual  bool   // metadata column that sinks leave out
}

// Scan describes reading a table. Output rows have exactly the Fields.
type Scan struct {
	Table  Table
	Fields []ScanField
	// Limit stops after that many rows per reader; -1 is no limit. Advisory.
	Limit int64
	// Filter is over Table.Columns; nil is no filter. Advisory: rows that do not pass
	// are filtered behind the source.
	Filter *format.Filter
}

// Pruner is a Source that leaves out rows by Scan.Filter. It is asked which columns
// it does so by, to tell the planner what is worth handing on.
type Pruner interface {
	Prunes(column int) bool
}

// ScanField is one output column of a scan: a column of the table, or, for a
// source with NestedProjection, a field inside a ROW column.
type ScanField struct {
	Name   string // e.g. "price" or "bid.price"
	Type   types.Type
	Column int   // index into Table.Columns
	Path   []int // field indexes below the column, nil for the whole column
}

// Schema returns the output columns.
func (s *Scan) Schema() types.Schema {
	out := make(types.Schema, len(s.Fields))
	for i, f := range s.Fields {
		out[i] = types.Field{Name: f.Name, Type: f.Type}
	}
	return out
}

// Factory makes the sources and sinks of one connector. It is stateless; a
// connector that cannot be read or written returns an error saying so.
type Factory interface {
	// Name is the value of the 'connector' option.
	Name() string
	// Source validates options (all of them: an unknown one is refused in Flink's
	// words, see Unsupported) without touching the outside world.
	Source(env *Env, scan *Scan) (Source, error)
	Sink(env *Env, target *Target) (Sink, error)
}

// Metadater is a Factory whose tables have metadata columns.
type Metadater interface {
	// MetadataColumns lists the keys a table with these options can read (and,
	// if Writable, write), with their types.
	MetadataColumns(env *Env, options map[string]string) ([]MetadataColumn, error)
}

// MetadataColumn is a key a connector or format offers.
type MetadataColumn struct {
	Key      string
	Type     types.Type
	Writable bool
}

// Env is what factories may use.
type Env struct {
	Formats map[string]format.Factory
	// Stdout is where the print connector writes; standard error is Stderr.
	Stdout, Stderr interface{ Write([]byte) (int, error) }
	// Storage are the settings of durable storage (s3.endpoint …), see blob/storage.
	Storage map[string]string
}

// Abilities tells the planner what a source can do by itself.
type Abilities struct {
	Bounded bool
	// NestedProjection: ScanField.Path is honoured. Projection of whole columns
	// always is.
	NestedProjection bool
	Changelog        format.Changelog
	// WatermarkPerSplit: rows of one Read come from one split, and splits
	// progress independently in event time (partitions of a topic).
	WatermarkPerSplit bool
	// MaxParallelism caps the source's parallelism; 0 is no cap.
	MaxParallelism int
	// Parallelism is a scan.parallelism option; 0 if not given.
	Parallelism int
}

// Source is a configured, not yet running source.
type Source interface {
	Abilities() Abilities
	// Enumerator is made once per job on the JobManager, Reader once per subtask.
	Enumerator(ctx context.Context, parallelism int) (Enumerator, error)
	Reader(ctx *ReaderContext) (Reader, error)
}

// Split is a part of a source with a position in it. It is the unit of
// assignment and the state of a reader.
type Split struct {
	ID string // stable over restarts, e.g. file path, "topic-3"
	// State is the connector's encoding of what and where: it is opaque, versioned
	// by the connector and enough to resume at the next unread row.
	State []byte
	// Time is the greatest event time the watermark generator has seen in the
	// split, 0 if none: the source operator's, not the connector's.
	Time int64
}

// Enumerator finds splits. It is called by one goroutine.
type Enumerator interface {
	// Discover returns the splits that were not returned before.
	Discover(ctx context.Context) ([]Split, error)
	// Interval is how long to wait between calls of Discover; 0: call once.
	Interval() time.Duration
	// Owner is the subtask that must read the split, or -1: whoever asks first.
	Owner(s Split) int
	Close() error
}

// Resumer is an Enumerator that must be told, before its first Discover, which
// splits a restored checkpoint has: what it finds beside them is new since then,
// and begins at its beginning, whatever the source's startup mode says.
type Resumer interface {
	Resume(restored []Split) error
}

// ReaderContext is what a subtask offers to a reader.
type ReaderContext struct {
	Subtask, Parallelism int
	Metrics              *metrics.Group
	Log                  *slog.Logger
	Context              context.Context // done when the task is cancelled
}

// Reader reads splits. It is used by the subtask's goroutine alone.
type Reader interface {
	// Add gives it splits to read, possibly with a position to resume at.
	Add(splits []Split) error
	// Read appends up to max rows of one split to b (which has the Scan's schema
	// and is empty) and says what it did. It may block for local input (a disk),
	// not for input that may never come: then it returns Waiting.
	Read(b *batch.Batch, max int) (Progress, error)
	// Wait returns a channel that yields or is closed when Read is worth calling
	// again after Waiting.
	Wait() <-chan struct{}
	// Positions returns the state of every split not finished, as of the rows
	// returned so far.
	Positions() ([]Split, error)
	Close() error
}

// CommitListener is a Reader that tells the outside world (a consumer group)
// about positions that have become part of a completed checkpoint.
type CommitListener interface {
	CommitPositions(ctx context.Context, splits []Split) error
}

// Progress is the outcome of a Read.
type Progress struct {
	State ReadState
	// Split is the ID of the split the rows came from (WatermarkPerSplit).
	Split string
}

// ReadState says how a reader goes on.
type ReadState uint8

// The read states.
const (
	More     ReadState = iota // call again
	Waiting                   // nothing to read now; see Reader.Wait
	Finished                  // the split named in Progress ended; call again
	Drained                   // every split given so far is finished: more splits or the end
)

// Target describes writing a table.
type Target struct {
	Table Table
	// Schema is what the sink receives: the physical and the persisted metadata
	// columns in declared order.
	Schema types.Schema
	// Overwrite, StaticPartition come from INSERT OVERWRITE and PARTITION (…).
	Overwrite       bool
	StaticPartition map[string]string
}

// Sink is a configured, not yet running sink.
type Sink interface {
	// Changelog says what the sink takes; the planner sees to it that nothing
	// else arrives, or refuses the query.
	Changelog() format.Changelog
	// Parallelism is a sink.parallelism option; 0 if not given.
	Parallelism() int
	Writer(ctx *WriterContext) (Writer, error)
}

// WriterContext is what a subtask offers to a writer.
type WriterContext struct {
	Subtask, Parallelism int
	Job                  string // its ID: 32 hex digits, another one when the job is submitted again
	Operator             string // UID of the sink, the same when the job is submitted again
	Checkpointing        bool   // epochs end at checkpoints; else only at the end
	Metrics              *metrics.Group
	Log                  *slog.Logger
	Context              context.Context
}

// Writer writes rows. It is used by the subtask's goroutine alone.
type Writer interface {
	// Write takes the rows of b; it may block. Every column of every row is read
	// or was computed before: nothing upstream is left out because a sink ignores it.
	Write(b *batch.Batch) error
	// Flush makes everything written so far durable or visible, as far as the
	// sink's guarantee goes: called at checkpoints and, with end, after the last row.
	Flush(end bool) error
	Close() error
}

// Committer is a Writer whose rows become visible in two phases: Prepare makes an
// epoch durable, Commit makes it visible once the checkpoint that holds it is
// complete. Flush is not called on it.
//
// For every row written: it is visible exactly once if the job ends or goes on
// from its newest complete checkpoint, whatever became of the process, the broker
// or the transaction in between.
type Committer interface {
	Writer
	// Recover is called once, before the first Write, with the records of all
	// subtasks' newest Prepare that fall to this one (other parallelism: any share
	// of them; checkpoint 0: none). When it returns, every epoch up to that checkpoint is
	// visible, and nothing of a later one ever will be.
	Recover(checkpoint int64, records [][]byte) error
	// Prepare ends an epoch at a checkpoint's barrier. It returns what Recover needs:
	// epochs not known to be committed, and what is needed to find later ones.
	// The records are kept unchanged.
	Prepare(checkpoint int64) ([][]byte, error)
	// Commit makes the epochs up to a complete checkpoint visible. It may be left
	// out for a checkpoint that a later one follows, and comes again after Recover.
	Commit(checkpoint int64) error
	// Finish makes everything visible: the job has ended and takes no checkpoints.
	Finish() error
}

// WatermarkWriter is a Writer that acts on event time. Rows written before the
// call may have been late; rows after it that are not have a later time. A
// Committer hears before Recover how far event time had come, if it had.
type WatermarkWriter interface {
	Watermark(ms int64) error
}

// Lookuper is a Source that can be asked for rows by key, for lookup joins.
type Lookuper interface {
	// Lookup returns a function for looking up by equality on the fields
	// keys (indexes into the Scan's fields).
	Lookup(ctx *ReaderContext, keys []int) (Lookup, error)
}

// LookupCopy is a Lookuper that may answer from a copy of the whole table (Flink's FULL
// cache). To ask such a one again for a row that it did not find is of no use, so that
// the retry options of the LOOKUP hint do nothing where IsLookupCopy is true. A Lookuper
// without it is asked again; if it caches (Flink's PARTIAL), a miss must go past the cache.
type LookupCopy interface{ IsLookupCopy() bool }

// Lookup finds rows by key. It is used by one goroutine.
type Lookup interface {
	// Find appends to out, for each row i of keys (columns in the order asked
	// for), the matching rows, and to matches the row i of each appended row.
	Find(keys *batch.Batch, out *batch.Batch, matches []int32) ([]int32, error)
	Close() error
}
