package config

// former are keys of earlier versions of Flink and of its SQL client's YAML files, which
// Flink 2 has no more: what to write instead.
var former = map[string]string{
	"execution.max-parallelism":              "write 'pipeline.max-parallelism'",
	"execution.max-table-result-rows":        "write 'sql-client.execution.max-table-result.rows'",
	"execution.mode":                         "a job runs in this process, or with --target on a Flink cluster",
	"execution.parallelism":                  "write 'parallelism.default'",
	"execution.planner":                      "there is one planner: leave it out",
	"execution.result-mode":                  "write 'sql-client.execution.result-mode'",
	"execution.time-characteristic":          "time attributes are declared in CREATE TABLE: leave it out",
	"execution.type":                         "write 'execution.runtime-mode'",
	"pipeline.time-characteristic":           "time attributes are declared in CREATE TABLE: leave it out",
	"pipeline.default-kryo-serializers":      "there is no JVM: leave it out",
	"pipeline.registered-kryo-types":         "there is no JVM: leave it out",
	"pipeline.registered-pojo-types":         "there is no JVM: leave it out",
	"restart-strategy":                       "write 'restart-strategy.type'",
	"state.backend.async":                    "snapshots are always asynchronous: leave it out",
	"table.planner":                          "there is one planner: leave it out",
	"table.exec.shuffle-mode":                "write 'execution.batch-shuffle-mode'",
	"table.exec.hive.fallback-mapred-reader": "there is no Hive connector: leave it out",
}
