package alerts

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// scopes are the beginnings of Flink's metrics in Prometheus, longest first.
var scopes = []string{"flink_taskmanager_job_task_operator_", "flink_taskmanager_job_task_", "flink_taskmanager_job_", "flink_taskmanager_", "flink_jobmanager_job_", "flink_jobmanager_"}

var metricName = regexp.MustCompile(`\bflink_[A-Za-z0-9_]+`)

// known are the metrics of Flink 2.3 that alarms and dashboard use, as a live cluster
// shows them, by scope: what Prometheus writes with underscores has dots in Flink.
var known = map[string][]string{
	"flink_jobmanager_": {"numRegisteredTaskManagers", "numRunningJobs", "taskSlotsAvailable", "taskSlotsTotal"},
	"flink_jobmanager_job_": {"numRestarts", "lastCheckpointDuration", "lastCheckpointSize", "lastCheckpointFullSize", "lastCheckpointCompletedTimestamp",
		"numberOfFailedCheckpoints", "numberOfCompletedCheckpoints", "numberOfInProgressCheckpoints", "restartingTime", "runningTime", "uptime"},
	"flink_taskmanager_": {"Status.JVM.CPU.Load", "Status.JVM.Memory.Heap.Used", "Status.JVM.Memory.Heap.Max", "Status.JVM.GarbageCollector.All.TimeMsPerSecond",
		"Status.Shuffle.Netty.AvailableMemorySegments", "Status.Shuffle.Netty.UsedMemorySegments", "Status.Shuffle.Netty.TotalMemorySegments",
		"Status.Flink.Memory.Managed.Used", "Status.Flink.Memory.Managed.Total"},
	"flink_taskmanager_job_": {},
	"flink_taskmanager_job_task_": {"numRecordsInPerSecond", "numRecordsOutPerSecond", "busyTimeMsPerSecond", "backPressuredTimeMsPerSecond", "idleTimeMsPerSecond",
		"checkpointAlignmentTime", "checkpointStartDelayNanos", "currentInputWatermark", "Shuffle.Netty.Input.Buffers.inPoolUsage", "Shuffle.Netty.Output.Buffers.outPoolUsage"},
	"flink_taskmanager_job_task_operator_": {"pendingRecords", "numLateRecordsDropped", "currentOutputWatermark", "numRecordsIn", "numRecordsOut"},
}

// Every name in an alarm or a panel is a metric of Flink in its scope.
func TestNamesAreFlinks(t *testing.T) {
	texts := map[string]string{}
	for _, a := range Table {
		texts[a.Name] = a.Expr
	}
	for _, e := range Expressions() {
		texts[e] = e
	}
	for where, text := range texts {
		for _, name := range metricName.FindAllString(text, -1) {
			if !isFlinks(name) {
				t.Errorf("%s: Flink has no metric %s", where, name)
			}
		}
	}
}

func isFlinks(name string) bool {
	for _, scope := range scopes {
		rest, ok := strings.CutPrefix(name, scope)
		if !ok {
			continue
		}
		for _, m := range known[scope] {
			if strings.ReplaceAll(m, ".", "_") == rest {
				return true
			}
		}
		return false
	}
	return false
}

// Flott names them alike: each is written somewhere in its metrics.
func TestNamesAreFlotts(t *testing.T) {
	sources := ""
	for _, dir := range []string{"../../rest", "../../operators", "../../checkpoint", "../../embedded", "../../task", "../../exchange", "../../connector/kafka"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
				text, err := os.ReadFile(dir + "/" + f.Name())
				if err != nil {
					t.Fatal(err)
				}
				sources += string(text)
			}
		}
	}
	used := map[string]bool{}
	for _, a := range Table {
		for _, name := range metricName.FindAllString(a.Expr, -1) {
			used[name] = true
		}
	}
	for name := range used {
		for _, scope := range scopes {
			rest, ok := strings.CutPrefix(name, scope)
			if !ok {
				continue
			}
			last := rest[strings.LastIndex(rest, "_")+1:]
			if !strings.Contains(sources, strings.TrimSuffix(last, "PerSecond")) {
				t.Errorf("flott has no %s, which an alarm uses", last)
			}
			break
		}
	}
}
