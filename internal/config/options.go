package config

import (
	"slices"
	"sort"

	"github.com/flottstream/flott/internal/sql/optimize"
)

// Options is the table of keys flott acts on, by key: those below and the
// tables of the packages that act on them. Docs and completion are made from it.
var Options = merge(runtime, state, checkpointOptions(), optimize.Keys)

// runtime are the keys of everything but the planner.
var runtime = []Option{
	{"execution.buffer-timeout.enabled", Bool, "true", nil, "Hand rows over at least every execution.buffer-timeout.interval; false waits for full buffers."},
	{"execution.buffer-timeout.interval", Duration, "100 ms", nil, "Longest time rows wait in an output buffer that is not full."},
	{"execution.runtime-mode", Enum, "STREAMING", []string{"STREAMING", "BATCH"}, "Streaming emits changes as they happen; batch emits final rows at the end of bounded input."},
	{"flott.batch.rows", Count, "4096", nil, "Rows per batch that sources and operators aim at."},
	{"flott.table.exec.changelog", Enum, "net", []string{"net", "per-record"}, "net: an updating operator emits the net change of a batch per key; per-record: Flink's record-by-record changes, which a job with TO_CHANGELOG has in any case."},
	{"flott.table.catalog.path", Text, "", nil, "Directory in which default_catalog keeps its databases, tables, views and functions from run to run; empty: for the session only."},
	{"parallelism.default", Count, "1", nil, "Subtasks per operator unless it says otherwise."},
	{"pipeline.max-parallelism", Count, "-1", nil, "Number of key groups; -1 is 128."},
	{"pipeline.name", Text, "", nil, "Name of the next job."},
	{"pipeline.operator-chaining.enabled", Bool, "true", nil, "Run operators joined by forward edges in one task."},
	{"rest.address", Text, "127.0.0.1", nil, "Host that REST of flott run listens on unless rest.bind-address is set; loopback only, --rest takes others."},
	{"rest.bind-address", Text, "", nil, "Address that REST of flott run binds to; loopback only, --rest takes others."},
	{"rest.bind-port", Text, "", nil, "Port, or ports such as 8081,9000-9010, of which the first free one is used."},
	{"rest.port", Int, "8081", nil, "Port of REST; 0 is any free one. If it is not set and taken, the next free one."},
	{"sql-client.execution.result-mode", Enum, "TABLE", []string{"TABLE", "CHANGELOG", "TABLEAU"}, "How a SELECT shows its rows."},
	{"table.catalog-store.file.path", Text, "", nil, "Directory of the catalog store of kind 'file': one CATALOG.yaml each."},
	{"table.catalog-store.kind", Enum, "generic_in_memory", []string{"generic_in_memory", "file"}, "Where CREATE CATALOG is remembered: for the session, or in files."},
	{"table.exec.legacy-cast-behaviour", Enum, "DISABLED", []string{"ENABLED", "DISABLED"}, "ENABLED makes a CAST that fails give NULL instead of failing the job."},
	{"table.exec.resource.default-parallelism", Int, "-1", nil, "Parallelism of SQL operators; -1 takes parallelism.default."},
	{"table.plan.force-recompile", Bool, "false", nil, "COMPILE PLAN overwrites a plan file that is there."},
	{"table.sql-dialect", Enum, "DEFAULT", []string{"DEFAULT"}, "The dialect of SQL: Flink's own; there is no Hive."},
	{"table.local-time-zone", Zone, "default", nil, "Session time zone of TIMESTAMP_LTZ and CURRENT_TIMESTAMP."},
}

// kinds are the kinds of Flink's type names.
var kinds = map[string]Kind{"Duration": Duration, "Boolean": Bool, "Long": Int, "Integer": Int, "Double": Float, "Enum": Enum, "String": Text, "MemorySize": Bytes}

// merge returns all tables as one, in order of the key.
func merge(own, state, checkpoints []Option, planner []optimize.Key) []Option {
	all := slices.Concat(own, state, checkpoints)
	for _, k := range planner {
		all = append(all, Option{k.Name, kinds[k.Type], k.Default, k.Values, k.Doc})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Key < all[j].Key })
	return all
}

// Planner returns the planner's options.
func (c *Config) Planner() optimize.Settings {
	s := optimize.DefaultSettings()
	for _, k := range optimize.Keys {
		c.fill(k.Name, k.Field(&s))
	}
	return s
}
