package alerts

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write the files of deploy/ anew")

// deploy/ holds what the tables give.
func TestDeployIsCurrent(t *testing.T) {
	dashboard, err := Dashboard()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"prometheus/flink-alerts.yml": Rules(), "grafana/flink-health.json": string(dashboard) + "\n"} {
		path = filepath.Join("../../../deploy", path)
		if *rewrite {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what the table says (%v); go test ./internal/doctor/alerts -rewrite", path, err)
		}
	}
}

// Panels do not overlap, and every page that an alert names is there.
func TestTables(t *testing.T) {
	raw, _ := Dashboard()
	var d struct {
		Panels []struct {
			ID      int `json:"id"`
			GridPos struct{ H, W, X, Y int }
		}
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	taken := map[[2]int]int{}
	for _, p := range d.Panels {
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other, ok := taken[at]; ok {
					t.Fatalf("panels %d and %d overlap at %v", other, p.ID, at)
				}
				taken[at] = p.ID
			}
		}
	}
	for _, a := range Table {
		if _, err := os.Stat("../../../docs/doctor/" + a.Finding + ".md"); err != nil {
			t.Errorf("%s: %v", a.Name, err)
		}
	}
}

// at is when the samples below are looked at, in steps; a sample a step, a minute.
const at = 60

// cases are, for every alert, a course of the metrics in which it fires and one in
// which it nearly does.
var cases = map[string]struct{ fires, silent map[string]string }{
	"FlinkCheckpointsFailing": {
		map[string]string{job + `numberOfFailedCheckpoints{job_name="a"}`: "0x50 1 2 3 3x20", job + `numberOfCompletedCheckpoints{job_name="a"}`: "5x80"},
		// As many failures, but good ones in between.
		map[string]string{job + `numberOfFailedCheckpoints{job_name="a"}`: "0x50 1 2 3 3x20", job + `numberOfCompletedCheckpoints{job_name="a"}`: "0+1x80"},
	},
	"FlinkNoCheckpoint": {
		map[string]string{job + `lastCheckpointCompletedTimestamp{job_name="a"}`: "60000x80"},
		map[string]string{job + `lastCheckpointCompletedTimestamp{job_name="a"}`: "0+60000x80"},
	},
	"FlinkCheckpointsTakeHalfTheirInterval": {
		map[string]string{job + `lastCheckpointDuration{job_name="a"}`: "40000x80", job + `numberOfCompletedCheckpoints{job_name="a"}`: "0+1x80"},
		map[string]string{job + `lastCheckpointDuration{job_name="a"}`: "20000x80", job + `numberOfCompletedCheckpoints{job_name="a"}`: "0+1x80"},
	},
	"FlinkCheckpointSlow": {
		map[string]string{job + `lastCheckpointDuration{job_name="a"}`: "61000x80"},
		map[string]string{job + `lastCheckpointDuration{job_name="a"}`: "59000x80"},
	},
	"FlinkAlignmentSlow": {
		map[string]string{task + `checkpointAlignmentTime{job_name="a",task_name="t",subtask_index="0"}`: "2000000000x80"},
		map[string]string{task + `checkpointAlignmentTime{job_name="a",task_name="t",subtask_index="0"}`: "90000000x80"},
	},
	"FlinkBarriersLate": {
		map[string]string{task + `checkpointStartDelayNanos{job_name="a",task_name="t"}`: "20000000000x80"},
		map[string]string{task + `checkpointStartDelayNanos{job_name="a",task_name="t"}`: "900000000x80"},
	},
	"FlinkBackPressure": {
		map[string]string{task + `backPressuredTimeMsPerSecond{job_name="a",task_name="t",subtask_index="1"}`: "900x80"},
		// High, but for three minutes only.
		map[string]string{task + `backPressuredTimeMsPerSecond{job_name="a",task_name="t",subtask_index="1"}`: "0x56 900x3 900"},
	},
	"FlinkTaskSaturated": {
		map[string]string{task + `busyTimeMsPerSecond{job_name="a",task_name="t"}`: "1000x80"},
		map[string]string{task + `busyTimeMsPerSecond{job_name="a",task_name="t"}`: "900x80"},
	},
	"FlinkLagGrowing": {
		map[string]string{task + `operator_pendingRecords{job_name="a",task_name="t"}`: "0+100x80"},
		map[string]string{task + `operator_pendingRecords{job_name="a",task_name="t"}`: "9000-10x80"},
	},
	"FlinkRestarting": {
		map[string]string{job + `numRestarts{job_name="a"}`: "0x52 1 2 3 4x20"},
		map[string]string{job + `numRestarts{job_name="a"}`: "0x52 1x20"},
	},
	"FlinkJobNotRunning": {
		map[string]string{job + `restartingTime{job_name="a"}`: "0x50 130000+60000x20"},
		map[string]string{job + `restartingTime{job_name="a"}`: "0x80"},
	},
	"FlinkTaskManagerLost": {
		map[string]string{`flink_jobmanager_numRegisteredTaskManagers`: "4x50 3x30"},
		map[string]string{`flink_jobmanager_numRegisteredTaskManagers`: "3x50 4x30"},
	},
	"FlinkGarbageCollection": {
		map[string]string{tm + `GarbageCollector_All_TimeMsPerSecond{tm_id="x"}`: "300x80"},
		map[string]string{tm + `GarbageCollector_All_TimeMsPerSecond{tm_id="x"}`: "150x80"},
	},
	"FlinkHeapNearlyFull": {
		map[string]string{tm + `Memory_Heap_Used{tm_id="x"}`: "95x80", tm + `Memory_Heap_Max{tm_id="x"}`: "100x80"},
		// Full again and again, but empty after each collection.
		map[string]string{tm + `Memory_Heap_Used{tm_id="x"}`: "95x55 40 95x20", tm + `Memory_Heap_Max{tm_id="x"}`: "100x80"},
	},
	"FlinkNetworkBuffersGone": {
		map[string]string{`flink_taskmanager_Status_Shuffle_Netty_AvailableMemorySegments{tm_id="x"}`: "0x80"},
		map[string]string{`flink_taskmanager_Status_Shuffle_Netty_AvailableMemorySegments{tm_id="x"}`: "1x80"},
	},
	"FlinkStateGrowing": {
		map[string]string{job + `lastCheckpointFullSize{job_name="a"}`: "1000000000+1000000000x40"},
		map[string]string{job + `lastCheckpointFullSize{job_name="a"}`: "2000000000+1000000x40"},
	},
	"FlinkWatermarkStalled": {
		map[string]string{task + `currentInputWatermark{job_name="a",task_name="t"}`: "5000x80", task + `numRecordsInPerSecond{job_name="a",task_name="t"}`: "10x80"},
		map[string]string{task + `currentInputWatermark{job_name="a",task_name="t"}`: "5000+60000x80", task + `numRecordsInPerSecond{job_name="a",task_name="t"}`: "10x80"},
	},
	"FlinkLateRecords": {
		map[string]string{task + `operator_numLateRecordsDropped{job_name="a",task_name="t"}`: "0+50x80"},
		map[string]string{task + `operator_numLateRecordsDropped{job_name="a",task_name="t"}`: "0+1x80"},
	},
}

// Prometheus itself, by promtool, loads the rules and the dashboard's expressions,
// and shows each alert to fire and to stay silent.
func TestAlertsInPrometheus(t *testing.T) {
	tool := os.Getenv("FLOTT_PROMTOOL")
	if tool == "" {
		var err error
		if tool, err = exec.LookPath("promtool"); err != nil {
			t.Skip("no promtool; set FLOTT_PROMTOOL to run this")
		}
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("rules.yml", Rules())
	var records strings.Builder
	records.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for i, e := range Expressions() {
		fmt.Fprintf(&records, "      - record: x:%d\n        expr: %q\n", i, strings.ReplaceAll(e, "$job", ".*"))
	}
	run(t, tool, "check", "rules", filepath.Join(dir, "rules.yml"), write("dashboard.yml", records.String()))
	for _, a := range Table {
		c, ok := cases[a.Name]
		if !ok {
			t.Errorf("%s has no case", a.Name)
			continue
		}
		step := "1m"
		if a.Name == "FlinkStateGrowing" { // it compares days
			step = "1h"
		}
		var tests strings.Builder
		fmt.Fprintf(&tests, "rule_files: [rules.yml]\nevaluation_interval: %s\ntests:\n", step)
		one(&tests, a, c.fires, step, true)
		one(&tests, a, c.silent, step, false)
		run(t, tool, "test", "rules", write(a.Name+".yml", tests.String()))
	}
}

func one(b *strings.Builder, a Alert, series map[string]string, step string, fires bool) {
	fmt.Fprintf(b, "  - interval: %s\n    input_series:\n", step)
	for name, values := range series {
		fmt.Fprintf(b, "      - series: '%s'\n        values: '%s'\n", name, values)
	}
	// promql_expr_test on ALERTS needs no copy of labels and annotations.
	fmt.Fprintf(b, "    promql_expr_test:\n      - expr: count(ALERTS{alertname=\"%s\",alertstate=\"firing\"})\n        eval_time: %d%s\n        exp_samples:", a.Name, map[string]int{"1m": at, "1h": at / 2}[step], step[1:])
	if fires {
		b.WriteString("\n          - {labels: '{}', value: 1}\n")
	} else {
		b.WriteString(" []\n")
	}
}

func run(t *testing.T, tool string, args ...string) {
	t.Helper()
	if out, err := exec.Command(tool, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args[:2], " "), err, out)
	}
}
