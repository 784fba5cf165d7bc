package jobgraph

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Spec is what an operator does, as data. internal/operators builds the
// operator from it. Column numbers are positions in the input's schema (for
// joins: Left and Right fields say which; conditions see the left columns
// followed by the right ones).
type Spec interface{ spec() }

// Changes says which row kinds occur on a stream.
type Changes uint8

// Sets of row kinds. Insert-only streams have none of them.
const (
	UpdateAfters  Changes = 1 << iota // +U occurs
	UpdateBefores                     // -U occurs, before every +U
	Deletes                           // -D occurs
)

// InsertOnly reports that only +I occurs.
func (c Changes) InsertOnly() bool { return c == 0 }

// Scan reads a table, computes columns and generates watermarks.
type Scan struct {
	Connector string
	Scan      connector.Scan
	// Project computes the output columns from the scan's fields; nil passes them.
	Project   []expr.Expr
	Watermark *WatermarkStrategy
	Changes   Changes
}

// WatermarkStrategy is how a scan generates watermarks from its output columns.
type WatermarkStrategy struct {
	Rowtime int       // output column the watermark is for
	Expr    expr.Expr // over the output columns; NULL gives no watermark
	// Interval is pipeline.auto-watermark-interval; OnEvent emits at every row
	// that advances it (scan.watermark.emit.strategy = on-event).
	Interval    time.Duration
	OnEvent     bool
	IdleTimeout time.Duration // 0: splits are never idle
	// Exact: watermarks are emitted between the very rows where they fall due, also
	// where no row is late, since an operator acts by rows and time at once.
	Exact bool
}

// Values is a source of constant rows.
type Values struct{ Rows *batch.Batch }

// Calc keeps the rows where Filter is TRUE (nil: all) and computes Project (nil:
// the input columns). An update whose before and after differ in Filter
// becomes an insert or a delete by itself, since each row is judged alone.
type Calc struct {
	Filter  expr.Expr
	Project []expr.Expr
}

// AggCall is one aggregate function call.
type AggCall struct {
	Fn       string // canonical name, e.g. "SUM"
	Args     []int
	Distinct bool
	Filter   int // BOOLEAN column, -1 if none
	Type     types.Type
	Name     string // output column
	// User is the function itself if it is written by a user.
	User *expr.UserAggregate
}

// AggPhase says which part of a two-phase aggregation an operator is.
type AggPhase uint8

// The phases. Local emits one row per key and batch: the keys followed by one
// BYTES column holding all accumulators (internal/aggregate encodes them);
// Global merges them.
const (
	SinglePhase AggPhase = iota
	LocalPhase
	GlobalPhase
)

// GroupAgg is GROUP BY without windows. Output: keys, then aggregates.
type GroupAgg struct {
	Keys  []int
	Aggs  []AggCall
	Phase AggPhase
	// InputSchema is the schema before the local phase; Keys and AggCall.Args
	// refer to it also in the global phase (whose actual input is Local's output).
	InputSchema      types.Schema
	InputChanges     Changes
	EmitUpdateBefore bool
	TTL              time.Duration // 0: never forgotten
	// Done is when a group is final: it is forgotten then, and later rows of it are
	// dropped. Its column is one of the actual input. nil: never.
	Done *TimeBound
}

// WindowKind is the shape of a window.
type WindowKind uint8

// The window kinds.
const (
	Tumble WindowKind = iota
	Hop
	Cumulate
	Session
)

// Window says how rows fall into windows. Times in ms.
type Window struct {
	Kind WindowKind
	// Time is the time attribute column. Attached windows (rows that already
	// carry window_start and window_end from an upstream window function) set
	// Start and End instead and Time to -1; the window is then [Start, End) as is.
	Time       int
	Start, End int // -1 unless attached
	Proctime   bool
	Size       int64 // Tumble, Hop, Cumulate: length; Session: gap
	Slide      int64 // Hop: slide, Cumulate: step
	Offset     int64
	// LTZ: the time attribute is TIMESTAMP_LTZ; windows align to local time.
	LTZ bool
	// Partition are the keys of a SESSION function's PARTITION BY.
	Partition []int
}

// StartIsKey reports that windows which end together may begin at different times, as
// attached sessions do: rows are then kept, and so spread, by the keys and the start.
func (w Window) StartIsKey() bool { return w.Time < 0 && (w.Kind == Session || w.Size <= 0) }

// WindowProperty is a window column of the output.
type WindowProperty uint8

// The window properties. In the output they are TIMESTAMP(3), or TIMESTAMP_LTZ(3)
// for WindowTime on an LTZ attribute.
const (
	WindowStart WindowProperty = iota
	WindowEnd
	WindowTime // rowtime of the result: end - 1 ms
	WindowProctime
)

// WindowAgg aggregates per key and window and emits at the window's end.
// Output: keys, aggregates, properties. The local phase emits keys, one BYTES
// column of accumulators and the slice end (BIGINT).
type WindowAgg struct {
	Window       Window
	Keys         []int
	Aggs         []AggCall
	Properties   []WindowProperty
	Phase        AggPhase
	InputSchema  types.Schema
	InputChanges Changes
	// Emit says when a legacy group window emits besides at its end.
	Emit WindowEmit
	// EmitUpdateBefore: updates of such results come with the row before.
	EmitUpdateBefore bool
}

// WindowEmit are the table.exec.emit.* options. Delays in ms, 0: every row.
type WindowEmit struct {
	Early, Late           bool
	EarlyDelay, LateDelay int64
	Lateness              int64 // ms after its end for which a window takes rows; 0 unless Late
}

// Updates reports that results are emitted more than once.
func (e WindowEmit) Updates() bool { return e.Early || e.Late }

// WindowTVF attaches window_start, window_end and window_time to each row, one
// row per window.
type WindowTVF struct{ Window Window }

// JoinKind is the kind of a join.
type JoinKind uint8

// The join kinds.
const (
	Inner JoinKind = iota
	Left
	Right
	Full
	Semi
	Anti
)

// String names the kind as Flink's plans do.
func (k JoinKind) String() string {
	return [...]string{"InnerJoin", "LeftOuterJoin", "RightOuterJoin", "FullOuterJoin", "LeftSemiJoin", "LeftAntiJoin"}[k]
}

// JoinSide describes one input of a regular join.
type JoinSide struct {
	Keys    []int
	Changes Changes
	// Unique is a unique key of the input, nil if there is none.
	Unique []int
	// OnePerKey: the join key contains a unique key, so there is at most one row.
	OnePerKey bool
	TTL       time.Duration
	Schema    types.Schema
	// Done is when a row can meet no partner any more and is forgotten; Latest until
	// when it may come, later ones are dropped. nil: never.
	Done, Latest *TimeBound
}

// Join is a regular (unbounded) equi-join. Output: left columns, right columns
// (Semi and Anti: left only).
type Join struct {
	Kind        JoinKind
	Left, Right JoinSide
	// NullSafe[i]: key i matches NULL with NULL (IS NOT DISTINCT FROM).
	NullSafe []bool
	Cond     expr.Expr // rest of ON, over left then right columns; nil if none
	// NullAware marks the anti join of NOT IN: a NULL on the right matches all.
	NullAware bool
}

// IntervalJoin joins rows with
// left.time + Lower <= right.time <= left.time + Upper.
type IntervalJoin struct {
	Kind                    JoinKind
	LeftKeys, RightKeys     []int
	LeftTime, RightTime     int
	Lower, Upper            int64 // ms
	Proctime                bool
	Cond                    expr.Expr
	LeftSchema, RightSchema types.Schema
}

// TemporalJoin joins each left row with the version of the right row that was
// valid at the left row's time.
type TemporalJoin struct {
	Kind                    JoinKind // Inner or Left
	LeftKeys, RightKeys     []int
	LeftTime                int
	RightTime               int // -1: processing time, the newest version
	Cond                    expr.Expr
	LeftSchema, RightSchema types.Schema
	RightChanges            Changes
	TTL                     time.Duration
}

// LookupJoin asks a table for the rows with equal keys.
type LookupJoin struct {
	Kind      JoinKind // Inner or Left
	Connector string
	Scan      connector.Scan
	// LookupKeys are fields of Scan; LeftKeys the left columns (or, when < 0,
	// Constants[-1-k]) to look them up with.
	LookupKeys, LeftKeys []int
	Constants            []*expr.Literal
	Project              []expr.Expr // computed columns of the table, over scan fields
	Cond                 expr.Expr
	LeftSchema           types.Schema
	Options              *LookupOptions // nil: none
	// Distributed are the left columns whose hash says which subtask a row comes to;
	// empty: it may be any. Rows that wait are shared out by them.
	Distributed []int
}

// LookupOptions are those of a LOOKUP hint.
type LookupOptions struct {
	Async     bool
	Unordered bool          // rows may overtake those that wait
	Capacity  int           // rows that may wait; the next batches are then left in the input
	Timeout   time.Duration // with Async: of a row, from the first time it is asked for
	Retry     *LookupRetry  // nil: a row is asked for once
}

// LookupRetry says how a row that was not found is asked for again.
type LookupRetry struct {
	Delay    time.Duration
	Attempts int // after the first
}

// AsyncText is what plans show of asynchronous lookups, "" if they are not asked for.
func (o *LookupOptions) AsyncText() string {
	switch {
	case !o.Async:
		return ""
	case o.Unordered:
		return fmt.Sprintf("UNORDERED, %dms, %d", o.Timeout.Milliseconds(), o.Capacity)
	}
	return fmt.Sprintf("ORDERED, %dms, %d", o.Timeout.Milliseconds(), o.Capacity)
}

// RetryText is what plans show of retries, "" if there are none.
func (o *LookupOptions) RetryText() string {
	if o.Retry == nil {
		return ""
	}
	return fmt.Sprintf("lookup_miss, FIXED_DELAY, %dms, %d", o.Retry.Delay.Milliseconds(), o.Retry.Attempts)
}

// WindowJoin joins rows of equal windows (and keys) at the window's end.
type WindowJoin struct {
	Kind                    JoinKind
	LeftKeys, RightKeys     []int
	LeftEnd, RightEnd       int // window_end columns
	Cond                    expr.Expr
	LeftSchema, RightSchema types.Schema
}

// SortKey is a column to order by.
type SortKey struct {
	Column     int
	Descending bool
	NullsLast  bool
}

// RankFunction is the numbering of a Rank.
type RankFunction uint8

// The rank functions. Streaming plans have RowNumber only.
const (
	RowNumber RankFunction = iota
	RankNumber
	DenseRank
)

// Rank keeps the rows numbered Start..End per partition (Top-N), or, in batch
// mode with End < 0, numbers all. Output: input columns, and the number if
// EmitRank.
type Rank struct {
	Function         RankFunction
	Partition        []int
	Order            []SortKey
	Start, End       int64 // 1-based, inclusive
	EmitRank         bool
	InputChanges     Changes
	Unique           []int // unique key of the input, for updates
	EmitUpdateBefore bool
	TTL              time.Duration
	Schema           types.Schema // input
}

// Deduplicate keeps one row per key: the first or the last by time.
type Deduplicate struct {
	Keys             []int
	Time             int // time attribute column, -1: order of arrival
	Proctime         bool
	KeepLast         bool
	EmitUpdateBefore bool
	// AllChanges: every change is emitted, not the net change of a batch, because
	// the rows are the versions of a table.
	AllChanges   bool
	InputChanges Changes
	TTL          time.Duration
	Schema       types.Schema
}

// WindowRank is Rank (or Deduplicate) within a window, emitted at its end.
type WindowRank struct {
	Rank      Rank
	WindowEnd int // column
}

// OverFrame is ROWS or RANGE BETWEEN … .
type OverFrame struct {
	Rows bool
	// Preceding and Following are distances in rows, or, for RANGE, in ms (time) or
	// the order column's unit; Unbounded* ignores them; 0 is CURRENT ROW. A
	// negative Following is a frame end before the current row.
	Preceding, Following                   int64
	UnboundedPreceding, UnboundedFollowing bool
}

// OverCall is an aggregate or ranking function over a frame. For LAG and LEAD
// the Args are value, offset, default as columns, and Fn names them; ROW_NUMBER,
// RANK, DENSE_RANK, NTILE, CUME_DIST, PERCENT_RANK, FIRST_VALUE … likewise.
type OverCall struct {
	AggCall
	Frame OverFrame
}

// Over computes aggregates over ordered rows. Output: input columns, calls.
// Streaming: Time is the order column and the input is insert-only, or Order is
// a non-time order with an unbounded frame (retracting output).
type Over struct {
	Partition []int
	Order     []SortKey
	Time      int // time attribute column, -1 if the order is not a time
	Proctime  bool
	Calls     []OverCall
	Schema    types.Schema
	TTL       time.Duration
}

// Sort orders all rows (bounded input), or, if Time is set, rows by event time
// as the watermark passes.
type Sort struct {
	Order         []SortKey
	Time          int   // -1: sort at the end of input
	Limit, Offset int64 // Limit -1: all
	Schema        types.Schema
}

// Limit passes the first rows.
type Limit struct {
	Limit, Offset int64
	InputChanges  Changes
	Schema        types.Schema
}

// Expand emits each row once per projection (grouping sets).
type Expand struct{ Projections [][]expr.Expr }

// Unnest emits a row per element of an ARRAY, MULTISET or MAP. Output: input
// columns, element columns, ordinality.
type Unnest struct {
	Column     expr.Expr
	Left       bool // keep rows without elements
	Ordinality bool
	Elements   types.Schema
	Cond       expr.Expr // of a left join, over the output: which elements count; nil: all
}

// TableFunction emits, per row, the rows a table function returns.
type TableFunction struct {
	Fn   string
	User *expr.UserTable
	Args []expr.Expr
	Left bool
	Cond expr.Expr // of a left join, over the output: which rows count; nil: all
	Out  types.Schema
}

// ChangelogNormalize turns an upsert stream into a full changelog by key.
type ChangelogNormalize struct {
	Keys             []int
	EmitUpdateBefore bool
	AllChanges       bool // as in Deduplicate
	TTL              time.Duration
	Schema           types.Schema
}

// DropUpdateBefore leaves out -U rows or, with AsDelete, makes them -D: where
// the +U that follows may carry another key or have been filtered out.
type DropUpdateBefore struct{ AsDelete bool }

// SinkMaterialize brings the changes of one sink key into an order that ends in
// the right row although they arrive over different keys.
type SinkMaterialize struct {
	Keys      []int // primary key of the sink
	UpsertKey []int // key of the query, nil if none
	TTL       time.Duration
	Schema    types.Schema
}

// Replicate emits a row as often as its BIGINT column says (EXCEPT ALL,
// INTERSECT ALL). Output: input columns without it.
type Replicate struct{ Count int }

// Sink writes a table.
type Sink struct {
	Connector string
	Target    connector.Target
	// NotNull are columns that must not be NULL; Drop says what to do with a row
	// that breaks it (table.exec.sink.not-null-enforcer): false fails the job.
	NotNull []int
	Drop    bool
	// Lengths is set when CHAR/VARCHAR/BINARY lengths are to be enforced by
	// trimming and padding (table.exec.sink.type-length-enforcer = TRIM_PAD);
	// StrictLengths when a value of another length fails the job (ERROR).
	Lengths, StrictLengths bool
	// Nested extends both to the fields of rows inside of columns, NestedCollections
	// to elements of arrays and to keys and values of maps as well
	// (table.exec.sink.nested-constraint-enforcer).
	Nested, NestedCollections bool
	// Rowtime is the column of the row's timestamp, -1 if none.
	Rowtime int
}

// Collect hands rows to the client that submitted the job.
type Collect struct{ Schema types.Schema }

func (*Scan) spec()               {}
func (*Values) spec()             {}
func (*Calc) spec()               {}
func (*GroupAgg) spec()           {}
func (*WindowAgg) spec()          {}
func (*WindowTVF) spec()          {}
func (*Join) spec()               {}
func (*IntervalJoin) spec()       {}
func (*TemporalJoin) spec()       {}
func (*LookupJoin) spec()         {}
func (*WindowJoin) spec()         {}
func (*Rank) spec()               {}
func (*Deduplicate) spec()        {}
func (*WindowRank) spec()         {}
func (*Over) spec()               {}
func (*Sort) spec()               {}
func (*Limit) spec()              {}
func (*Expand) spec()             {}
func (*Unnest) spec()             {}
func (*TableFunction) spec()      {}
func (*ChangelogNormalize) spec() {}
func (*DropUpdateBefore) spec()   {}
func (*SinkMaterialize) spec()    {}
func (*Replicate) spec()          {}
func (*Sink) spec()               {}
func (*Collect) spec()            {}
