// Package alerts writes Prometheus alarm rules and a Grafana dashboard on Flink's
// metric names. Both are made from the tables here; deploy/ holds what they give.
package alerts

import (
	"fmt"
	"strings"
	"time"
)

// Alert is one alarm.
type Alert struct {
	Name     string
	Expr     string
	For      time.Duration
	Severity string // warning, critical
	Summary  string // one line; {{ $labels.x }} and {{ $value }} as in Prometheus
	Finding  string // page that explains it
}

const (
	job  = "flink_jobmanager_job_"
	task = "flink_taskmanager_job_task_"
	tm   = "flink_taskmanager_Status_JVM_"
)

// Table are the alarms. A gauge of Flink that only grows is taken as a counter:
// increase() then sees a restart of the job as a reset, not as a fall.
var Table = []Alert{
	{"FlinkCheckpointsFailing", "increase(" + job + "numberOfFailedCheckpoints[15m]) > 1.5\nunless increase(" + job + "numberOfCompletedCheckpoints[15m]) > 0", 0, "critical",
		"{{ $labels.job_name }}: two or more checkpoints failed in a row", "FLT104"},
	{"FlinkNoCheckpoint", "time() - " + job + "lastCheckpointCompletedTimestamp / 1000 > 1800\nand " + job + "lastCheckpointCompletedTimestamp > 0", 0, "critical",
		"{{ $labels.job_name }}: the last good checkpoint is {{ $value | humanizeDuration }} old", "FLT104"},
	{"FlinkCheckpointsTakeHalfTheirInterval", job + "lastCheckpointDuration / 1000 * increase(" + job + "numberOfCompletedCheckpoints[15m]) > 450", 5 * time.Minute, "warning",
		"{{ $labels.job_name }}: more than half of the time goes into checkpoints", "FLT115"},
	{"FlinkCheckpointSlow", job + "lastCheckpointDuration > 60000", 10 * time.Minute, "warning",
		"{{ $labels.job_name }}: checkpoints take {{ $value }} ms, more than a minute", "FLT113"},
	{"FlinkAlignmentSlow", "max by (job_name, task_name) (" + task + "checkpointAlignmentTime) / 1e9 > 1", 5 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: aligning barriers takes {{ $value }} s; healthy is below 0.1 s", "FLT108"},
	{"FlinkBarriersLate", "max by (job_name, task_name) (" + task + "checkpointStartDelayNanos) / 1e9 > 10", 5 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: barriers arrive {{ $value }} s after the trigger", "FLT107"},
	{"FlinkBackPressure", "max by (job_name, task_name) (" + task + "backPressuredTimeMsPerSecond) / 1000 > 0.5", 5 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: back-pressured for more than 5 minutes", "FLT201"},
	{"FlinkTaskSaturated", "max by (job_name, task_name) (" + task + "busyTimeMsPerSecond) / 1000 > 0.95", 15 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: a subtask is busy all the time", "FLT206"},
	{"FlinkLagGrowing", "sum by (job_name, task_name) (" + task + "operator_pendingRecords) > 1000\nand sum by (job_name, task_name) (deriv(" + task + "operator_pendingRecords[15m])) > 0", 10 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: {{ $value }} records wait, and the number grows", "FLT501"},
	{"FlinkRestarting", "increase(" + job + "numRestarts[10m]) > 2.5", 0, "critical",
		"{{ $labels.job_name }}: restarts again and again", "FLT403"},
	{"FlinkJobNotRunning", job + "restartingTime > 120000", time.Minute, "critical",
		"{{ $labels.job_name }}: has been restarting for {{ $value }} ms", "FLT415"},
	{"FlinkTaskManagerLost", "flink_jobmanager_numRegisteredTaskManagers < max_over_time(flink_jobmanager_numRegisteredTaskManagers[1h])", 2 * time.Minute, "warning",
		"{{ $value }} TaskManagers are registered, fewer than an hour ago", "FLT402"},
	{"FlinkGarbageCollection", tm + "GarbageCollector_All_TimeMsPerSecond > 200", 5 * time.Minute, "warning",
		"{{ $labels.tm_id }}: {{ $value }} ms of every second go into garbage collection", "FLT414"},
	{"FlinkHeapNearlyFull", "min_over_time(" + tm + "Memory_Heap_Used[15m]) / " + tm + "Memory_Heap_Max > 0.9", 0, "warning",
		"{{ $labels.tm_id }}: the heap has not been below 90 % for 15 minutes", "FLT410"},
	{"FlinkNetworkBuffersGone", "flink_taskmanager_Status_Shuffle_Netty_AvailableMemorySegments == 0", 5 * time.Minute, "warning",
		"{{ $labels.tm_id }}: no network buffers left", "FLT411"},
	{"FlinkStateGrowing", job + "lastCheckpointFullSize > 2 * (" + job + "lastCheckpointFullSize offset 1d)\nand " + job + "lastCheckpointFullSize > 1e9", time.Hour, "warning",
		"{{ $labels.job_name }}: state has doubled within a day", "FLT118"},
	{"FlinkWatermarkStalled", "(max by (job_name, task_name) (changes(" + task + "currentInputWatermark[10m])) == 0)\nand on (job_name, task_name) max by (job_name, task_name) (" + task + "numRecordsInPerSecond) > 0\nand on (job_name, task_name) min by (job_name, task_name) (" + task + "currentInputWatermark) > -9e18", 5 * time.Minute, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: records arrive, but the watermark stands still", "FLT301"},
	{"FlinkLateRecords", "sum by (job_name, task_name) (increase(" + task + "operator_numLateRecordsDropped[10m])) > 100", 0, "warning",
		"{{ $labels.job_name }}, {{ $labels.task_name }}: {{ $value }} late records were dropped in 10 minutes", "FLT304"},
}

// Rules is the file of alarm rules for Prometheus.
func Rules() string {
	var b strings.Builder
	b.WriteString("# Written by `flott doctor alerts`.\ngroups:\n  - name: flink\n    rules:\n")
	for _, a := range Table {
		fmt.Fprintf(&b, "      - alert: %s\n        expr: |\n", a.Name)
		for line := range strings.Lines(a.Expr) {
			fmt.Fprintf(&b, "          %s\n", strings.TrimRight(line, "\n"))
		}
		if a.For > 0 {
			fmt.Fprintf(&b, "        for: %dm\n", int(a.For.Minutes()))
		}
		fmt.Fprintf(&b, "        labels:\n          severity: %s\n          finding: %s\n", a.Severity, a.Finding)
		fmt.Fprintf(&b, "        annotations:\n          summary: %q\n          description: \"flott doctor --explain %s\"\n", a.Summary, a.Finding)
	}
	return b.String()
}
