package rules

import (
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// Rules about stores and connectors that count their own troubles.
var storeRules = []Rule{
	{
		ID: "FLT220", Cause: "slow-state", Title: "Compaction falls behind", Level: Warning, Needs: []snapshot.Part{snapshot.Vertices, snapshot.VertexStats}, Job: compaction, Stage: 0, Explains: []string{ruleState},
		Doc: Doc{
			Symptom:   "State access gets slower by the hour, then stops for seconds: writes are stalled.",
			Cause:     "RocksDB writes new files faster than its threads merge the old ones: too few threads, a slow disk, or memtables that are too small.",
			See:       "Metrics rocksdb.estimate-pending-compaction-bytes and rocksdb.num-running-compactions (state.backend.rocksdb.metrics.estimate-pending-compaction-bytes: true).",
			Remedy:    "state.backend.rocksdb.thread.num: 4, local SSDs (state.backend.rocksdb.localdir), more managed memory; mini-batch so that hot keys are written less often.",
			Reproduce: "GROUP BY a random BIGINT at full speed on a slow disk.",
			Source:    "Runbook, scenario 1: compaction style and levels.",
		},
	},
	{
		ID: "FLT221", Cause: "records-in-error", Title: "Connectors count errors", Level: Warning, Needs: []snapshot.Part{snapshot.Vertices, snapshot.VertexStats, snapshot.Subtasks}, Job: connectorErrors, Stage: 0,
		Doc: Doc{
			Symptom:   "The job runs and rows are missing: records were skipped at a source, not accepted by a sink, or their commit failed.",
			Cause:     "Records that cannot be parsed while errors are ignored, an external system that refuses writes, or committables that fail.",
			See:       "Metrics numRecordsInErrors, numRecordsSendErrors, failedCommittables of the operators.",
			Remedy:    "Look at the records: without 'json.ignore-parse-errors' the exception names the first one; for sinks the log of the TaskManager has the answer of the external system.",
			Reproduce: "'json.ignore-parse-errors' = 'true' and a topic with some text that is no JSON.",
			Source:    "Flink documentation, Metrics: connectors (FLIP-33).",
		},
	},
}

// pendingMuch is a quarter of what makes RocksDB slow writers down (soft limit, 64 GiB).
const pendingMuch = 16 << 30

func compaction(c *Case) {
	known := false
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		most, column := 0.0, ""
		for name, m := range v.Metrics {
			if !strings.HasSuffix(name, "rocksdb.estimate-pending-compaction-bytes") {
				continue
			}
			if known = true; m.Max > most {
				most, column = m.Max, name
			}
		}
		if most < pendingMuch {
			continue
		}
		f := c.found(Warning, say("compaction of %s is %s behind", shortName(v.Name), size(int64(most)))).at(v)
		f.because("%s: %s in one subtask; writes are slowed down at 64 GiB", column, size(int64(most)))
		f.remedy("state.backend.rocksdb.thread.num: 4; state.backend.rocksdb.localdir on local SSDs; more managed memory")
		f.expect("pending bytes fall to some hundred MB; compaction tuning alone brought 30 %% in the field")
	}
	if conf := c.J.Checkpoints.Config; !known && conf != nil && strings.Contains(conf.Backend, "RocksDB") {
		c.notAssessed("RocksDB's own metrics are off: state.backend.rocksdb.metrics.estimate-pending-compaction-bytes: true")
	}
}

func connectorErrors(c *Case) {
	for i := range c.J.Vertices {
		v := &c.J.Vertices[i]
		for _, kind := range []string{"numRecordsInErrors", "numRecordsSendErrors", "failedCommittables"} {
			sum := 0.0
			for _, m := range v.Of(kind) {
				if m.Sum > 0 {
					sum += m.Sum
				}
			}
			if sum == 0 {
				continue
			}
			severity := Info
			if all := records(v); sum >= 50 && sum >= 0.001*all {
				severity = Warning
			}
			f := c.found(severity, say("%s counts %.0f errors", shortName(v.Name), sum)).at(v)
			f.because("%s %.0f", kind, sum)
			if kind == "numRecordsInErrors" {
				f.remedy("look at what cannot be read: set 'json.ignore-parse-errors' = 'false' ('csv.…', 'avro.…') in a copy of the job and read the exception")
			} else {
				f.remedy("the log of its TaskManager has the answer of the external system: quota, schema, permissions, size of a record")
			}
			f.expect("the count stops growing")
		}
	}
}

// records are all that a vertex took in and gave out.
func records(v *snapshot.Vertex) (n float64) {
	for i := range v.Subtasks {
		n += float64(max(v.Subtasks[i].ReadRecords, 0)) + float64(max(v.Subtasks[i].WriteRecords, 0))
	}
	return n
}
