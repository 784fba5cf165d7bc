package optimize

import (
	"time"

	"github.com/flottstream/flott/internal/sql/plan"
)

// Settings are the table.* options the planner honours. Keys describes them.
type Settings struct {
	StateTTL             time.Duration
	MiniBatch            bool
	MiniBatchLatency     time.Duration
	MiniBatchSize        int64
	AggPhaseStrategy     string // AUTO, ONE_PHASE, TWO_PHASE
	LocalAgg             bool
	SplitDistinct        bool
	SplitDistinctBuckets int64
	ReuseSource          bool
	ReuseSubPlan         bool
	UnusedWatermarks     string // DROP, KEEP
	IdleTimeout          time.Duration
	WatermarkInterval    time.Duration
	NotNullEnforcer      string // ERROR, DROP
	TypeLengthEnforcer   string // IGNORE, TRIM_PAD, ERROR
	NestedEnforcer       string // IGNORE, ROWS, ROWS_AND_COLLECTIONS
	UpsertMaterialize    string // NONE, AUTO, FORCE
	KeyedShuffle         string // NONE, AUTO, FORCE
	RowtimeInserter      string // ENABLED, DISABLED
	RequireOnConflict    bool
	CDCDuplicates        bool
	SortDefaultLimit     int64
	DedupUpdateAfter     bool
	AllowLateness        time.Duration
	EarlyFire            bool
	EarlyFireDelay       time.Duration
	LateFire             bool
	LateFireDelay        time.Duration
	JoinReorder          bool
	BushyThreshold       int64
	MultiJoin            bool
	BoundedState         string // AUTO, FORCE, NONE
	DeltaJoin            string // AUTO, FORCE, NONE

	check func(plan.Node) error // tests: what must hold between phases
}

// Key is an option the planner honours.
type Key struct {
	Name, Type, Default, Doc string
	// Values lists the values of an enum.
	Values []string
	// Field returns the place of the option in s: *bool, *int64, *string (enums,
	// upper case) or *time.Duration.
	Field func(s *Settings) any
}

// Keys are the options in the order of Settings.
var Keys = []Key{
	{"table.exec.state.ttl", "Duration", "0 ms", "How long the state of operators without windows is kept after its last update; 0 keeps it for ever.", nil,
		func(s *Settings) any { return &s.StateTTL }},
	{"table.exec.mini-batch.enabled", "Boolean", "false", "Whether operators bundle rows before they touch state.", nil,
		func(s *Settings) any { return &s.MiniBatch }},
	{"table.exec.mini-batch.allow-latency", "Duration", "0 ms", "How long a bundle may wait for more rows; must be above 0 when mini-batch is enabled.", nil,
		func(s *Settings) any { return &s.MiniBatchLatency }},
	{"table.exec.mini-batch.size", "Long", "-1", "How many rows a bundle may hold; must be above 0 when mini-batch is enabled.", nil,
		func(s *Settings) any { return &s.MiniBatchSize }},
	{"table.optimizer.agg-phase-strategy", "Enum", "AUTO", "Whether aggregates run in one phase, or locally before the shuffle and globally after it.", []string{"AUTO", "ONE_PHASE", "TWO_PHASE"},
		func(s *Settings) any { return &s.AggPhaseStrategy }},
	{"flott.table.optimizer.local-agg", "Boolean", "false", "Aggregate locally before the shuffle also without mini-batch: each batch is a bundle.", nil,
		func(s *Settings) any { return &s.LocalAgg }},
	{"table.optimizer.distinct-agg.split.enabled", "Boolean", "false", "Whether distinct aggregates are split into buckets to spread skewed keys.", nil,
		func(s *Settings) any { return &s.SplitDistinct }},
	{"table.optimizer.distinct-agg.split.bucket-num", "Integer", "1024", "The number of buckets of a split distinct aggregate.", nil,
		func(s *Settings) any { return &s.SplitDistinctBuckets }},
	{"table.optimizer.reuse-source-enabled", "Boolean", "true", "Whether scans of the same table in one job become one source.", nil,
		func(s *Settings) any { return &s.ReuseSource }},
	{"table.optimizer.reuse-sub-plan-enabled", "Boolean", "true", "Whether equal parts of a job's queries run once.", nil,
		func(s *Settings) any { return &s.ReuseSubPlan }},
	{"flott.table.optimizer.unused-watermarks", "Enum", "DROP", "Whether a source of a job without event-time operators still generates watermarks.", []string{"DROP", "KEEP"},
		func(s *Settings) any { return &s.UnusedWatermarks }},
	{"table.exec.source.idle-timeout", "Duration", "0 ms", "After how long without rows a source no longer holds back the watermark; 0 is never.", nil,
		func(s *Settings) any { return &s.IdleTimeout }},
	{"pipeline.auto-watermark-interval", "Duration", "200 ms", "How often watermarks are generated.", nil,
		func(s *Settings) any { return &s.WatermarkInterval }},
	{"table.exec.sink.not-null-enforcer", "Enum", "ERROR", "What happens to a row with NULL in a NOT NULL column of a sink.", []string{"ERROR", "DROP"},
		func(s *Settings) any { return &s.NotNullEnforcer }},
	{"table.exec.sink.type-length-enforcer", "Enum", "IGNORE", "Whether values are trimmed and padded to the length of the sink's column.", []string{"IGNORE", "TRIM_PAD", "ERROR"},
		func(s *Settings) any { return &s.TypeLengthEnforcer }},
	{"table.exec.sink.nested-constraint-enforcer", "Enum", "IGNORE", "Whether NOT NULL and lengths are enforced inside of rows, or of rows, arrays and maps, too.", []string{"IGNORE", "ROWS", "ROWS_AND_COLLECTIONS"},
		func(s *Settings) any { return &s.NestedEnforcer }},
	{"table.exec.sink.upsert-materialize", "Enum", "AUTO", "Whether changes are brought into order by the sink's primary key before they are written.", []string{"NONE", "AUTO", "FORCE"},
		func(s *Settings) any { return &s.UpsertMaterialize }},
	{"table.exec.sink.keyed-shuffle", "Enum", "AUTO", "Whether rows are distributed by the sink's primary key.", []string{"NONE", "AUTO", "FORCE"},
		func(s *Settings) any { return &s.KeyedShuffle }},
	{"table.exec.sink.rowtime-inserter", "Enum", "ENABLED", "Whether the rowtime becomes the timestamp of written rows.", []string{"ENABLED", "DISABLED"},
		func(s *Settings) any { return &s.RowtimeInserter }},
	{"table.exec.sink.require-on-conflict", "Boolean", "true", "Whether ON CONFLICT must be given when the query's upsert key differs from the sink's primary key.", nil,
		func(s *Settings) any { return &s.RequireOnConflict }},
	{"table.exec.source.cdc-events-duplicate", "Boolean", "false", "Whether a changelog source may repeat events, which are then removed by primary key.", nil,
		func(s *Settings) any { return &s.CDCDuplicates }},
	{"table.exec.sort.default-limit", "Long", "-1", "LIMIT of an ORDER BY without one in batch mode; -1 is none.", nil,
		func(s *Settings) any { return &s.SortDefaultLimit }},
	{"table.exec.deduplicate.insert-update-after-sensitive-enabled", "Boolean", "true", "Whether the first row of a key is always an insert, never an update.", nil,
		func(s *Settings) any { return &s.DedupUpdateAfter }},
	{"table.exec.emit.allow-lateness", "Duration", "0 ms", "How long legacy group windows with late-fire take late rows; 0 is table.exec.state.ttl.", nil,
		func(s *Settings) any { return &s.AllowLateness }},
	{"table.exec.emit.early-fire.enabled", "Boolean", "false", "Whether legacy group windows emit before their end.", nil,
		func(s *Settings) any { return &s.EarlyFire }},
	{"table.exec.emit.early-fire.delay", "Duration", "", "How long early results wait for more rows; 0 emits at every row.", nil,
		func(s *Settings) any { return &s.EarlyFireDelay }},
	{"table.exec.emit.late-fire.enabled", "Boolean", "false", "Whether legacy group windows emit after their end.", nil,
		func(s *Settings) any { return &s.LateFire }},
	{"table.exec.emit.late-fire.delay", "Duration", "", "How long late results wait for more rows; 0 emits at every row.", nil,
		func(s *Settings) any { return &s.LateFireDelay }},
	{"table.optimizer.join-reorder-enabled", "Boolean", "false", "Whether inner joins that follow each other are done in the order that makes the fewest rows, by the statistics of ANALYZE TABLE.", nil,
		func(s *Settings) any { return &s.JoinReorder }},
	{"table.optimizer.bushy-join-reorder-threshold", "Integer", "12", "Up to how many tables all orders of joins are tried, at most 14; above, joins are chosen one by one.", nil,
		func(s *Settings) any { return &s.BushyThreshold }},
	{"table.optimizer.multi-join.enabled", "Boolean", "false", "Whether a chain of inner and left joins by a common key runs as one operator that keeps its inputs only (streaming).", nil,
		func(s *Settings) any { return &s.MultiJoin }},
	{"flott.table.exec.bounded-state", "Enum", "AUTO", "Whether regular joins and aggregates forget what watermarks make final: AUTO where no late row can come, FORCE also where late rows are dropped by it, NONE never.", []string{"AUTO", "FORCE", "NONE"},
		func(s *Settings) any { return &s.BoundedState }},
	{"table.optimizer.delta-join.strategy", "Enum", "AUTO", "Whether joins look both tables up by index instead of keeping them. No connector has such indexes: AUTO and NONE join as always, FORCE is refused.", []string{"AUTO", "FORCE", "NONE"},
		func(s *Settings) any { return &s.DeltaJoin }},
}

// DefaultSettings has every option at its default.
func DefaultSettings() Settings {
	return Settings{
		MiniBatchSize: -1, AggPhaseStrategy: "AUTO", SplitDistinctBuckets: 1024,
		ReuseSource: true, ReuseSubPlan: true, UnusedWatermarks: "DROP",
		WatermarkInterval: 200 * time.Millisecond, NotNullEnforcer: "ERROR", TypeLengthEnforcer: "IGNORE", NestedEnforcer: "IGNORE",
		UpsertMaterialize: "AUTO", KeyedShuffle: "AUTO", RowtimeInserter: "ENABLED",
		RequireOnConflict: true, SortDefaultLimit: -1, DedupUpdateAfter: true,
		EarlyFireDelay: unsetDelay, LateFireDelay: unsetDelay, BushyThreshold: 12, BoundedState: "AUTO", DeltaJoin: "AUTO",
	}
}
