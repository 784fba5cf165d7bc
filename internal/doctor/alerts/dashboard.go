package alerts

import "encoding/json"

// panel is one graph of the dashboard.
type panel struct {
	title, unit string
	exprs       [][2]string // expression and legend
	warn, bad   float64     // thresholds; 0: none
}

// rows of the dashboard, in the order in which one looks.
var rows = []struct {
	title  string
	panels []panel
}{
	{"Is it well", []panel{
		{"Running jobs", "short", [][2]string{{"flink_jobmanager_numRunningJobs", "jobs"}}, 0, 0},
		{"Restarts in 10 minutes", "short", [][2]string{{"increase(" + job + "numRestarts{job_name=~\"$job\"}[10m])", "{{job_name}}"}}, 1, 3},
		{"TaskManagers, free slots", "short", [][2]string{{"flink_jobmanager_numRegisteredTaskManagers", "TaskManagers"}, {"flink_jobmanager_taskSlotsAvailable", "free slots"}}, 0, 0},
		{"Records out of the sources per second", "short", [][2]string{{"sum by (task_name) (" + task + "numRecordsOutPerSecond{job_name=~\"$job\",task_name=~\"Source.*\"})", "{{task_name}}"}}, 0, 0},
	}},
	{"Checkpoints", []panel{
		{"Duration", "ms", [][2]string{{job + "lastCheckpointDuration{job_name=~\"$job\"}", "{{job_name}}"}}, 60000, 300000},
		{"Share of time in checkpoints", "percentunit", [][2]string{{job + "lastCheckpointDuration{job_name=~\"$job\"} / 1000 * increase(" + job + "numberOfCompletedCheckpoints{job_name=~\"$job\"}[15m]) / 900", "{{job_name}}"}}, 0.5, 1},
		{"Failed in 15 minutes", "short", [][2]string{{"increase(" + job + "numberOfFailedCheckpoints{job_name=~\"$job\"}[15m])", "{{job_name}}"}}, 1, 2},
		{"State: full and incremental", "bytes", [][2]string{{job + "lastCheckpointFullSize{job_name=~\"$job\"}", "{{job_name}} full"}, {job + "lastCheckpointSize{job_name=~\"$job\"}", "{{job_name}} written"}}, 0, 0},
		{"Alignment", "s", [][2]string{{"max by (task_name) (" + task + "checkpointAlignmentTime{job_name=~\"$job\"}) / 1e9", "{{task_name}}"}}, 0.1, 1},
		{"Start delay", "s", [][2]string{{"max by (task_name) (" + task + "checkpointStartDelayNanos{job_name=~\"$job\"}) / 1e9", "{{task_name}}"}}, 1, 10},
	}},
	{"Back pressure", []panel{
		{"Back-pressured", "percentunit", [][2]string{{"max by (task_name) (" + task + "backPressuredTimeMsPerSecond{job_name=~\"$job\"}) / 1000", "{{task_name}}"}}, 0.1, 0.5},
		{"Busy: the busiest subtask", "percentunit", [][2]string{{"max by (task_name) (" + task + "busyTimeMsPerSecond{job_name=~\"$job\"}) / 1000", "{{task_name}}"}}, 0.8, 0.95},
		{"Skew: busiest subtask over average", "short", [][2]string{{"max by (task_name) (" + task + "numRecordsInPerSecond{job_name=~\"$job\"}) / (avg by (task_name) (" + task + "numRecordsInPerSecond{job_name=~\"$job\"}) > 1)", "{{task_name}}"}}, 2, 4},
		{"Input buffers full", "percentunit", [][2]string{{"max by (task_name) (" + task + "Shuffle_Netty_Input_Buffers_inPoolUsage{job_name=~\"$job\"})", "{{task_name}}"}}, 0.8, 1},
		{"Output buffers full", "percentunit", [][2]string{{"max by (task_name) (" + task + "Shuffle_Netty_Output_Buffers_outPoolUsage{job_name=~\"$job\"})", "{{task_name}}"}}, 0.8, 1},
		{"Records that wait (lag)", "short", [][2]string{{"sum by (task_name) (" + task + "operator_pendingRecords{job_name=~\"$job\"})", "{{task_name}}"}}, 0, 0},
	}},
	{"Time", []panel{
		{"Watermark behind the clock", "s", [][2]string{{"time() - min by (task_name) (" + task + "currentInputWatermark{job_name=~\"$job\"} > 0) / 1000", "{{task_name}}"}}, 0, 0},
		{"Late records dropped per second", "short", [][2]string{{"sum by (task_name) (rate(" + task + "operator_numLateRecordsDropped{job_name=~\"$job\"}[5m]))", "{{task_name}}"}}, 0, 1},
	}},
	{"Processes", []panel{
		{"CPU", "percentunit", [][2]string{{tm + "CPU_Load", "{{tm_id}}"}}, 0.8, 0.95},
		{"Heap", "percentunit", [][2]string{{tm + "Memory_Heap_Used / " + tm + "Memory_Heap_Max", "{{tm_id}}"}}, 0.8, 0.95},
		{"Garbage collection", "percentunit", [][2]string{{tm + "GarbageCollector_All_TimeMsPerSecond / 1000", "{{tm_id}}"}}, 0.1, 0.2},
		{"Network memory in use", "percentunit", [][2]string{{"flink_taskmanager_Status_Shuffle_Netty_UsedMemorySegments / flink_taskmanager_Status_Shuffle_Netty_TotalMemorySegments", "{{tm_id}}"}}, 0.8, 0.95},
		{"Managed memory in use", "percentunit", [][2]string{{"flink_taskmanager_Status_Flink_Memory_Managed_Used / flink_taskmanager_Status_Flink_Memory_Managed_Total", "{{tm_id}}"}}, 0, 0},
	}},
}

// Expressions lists every expression of the dashboard, with $job filled in.
func Expressions() (out []string) {
	for _, r := range rows {
		for _, p := range r.panels {
			for _, e := range p.exprs {
				out = append(out, e[0])
			}
		}
	}
	return out
}

type object map[string]any

// Dashboard is the dashboard in Grafana's JSON model.
func Dashboard() ([]byte, error) {
	var panels []object
	id, y := 1, 0
	for _, r := range rows {
		panels = append(panels, object{"id": id, "type": "row", "title": r.title, "collapsed": false, "gridPos": object{"h": 1, "w": 24, "x": 0, "y": y}, "panels": []object{}})
		id, y = id+1, y+1
		for i, p := range r.panels {
			panels = append(panels, p.json(id, i%3*8, y+i/3*7))
			id++
		}
		y += (len(r.panels) + 2) / 3 * 7
	}
	source := object{"type": "prometheus", "uid": "${datasource}"}
	return json.MarshalIndent(object{
		"uid": "flott-flink-health", "title": "Flink health", "tags": []string{"flink", "flott"}, "schemaVersion": 39, "version": 1, "editable": true,
		"refresh": "30s", "time": object{"from": "now-3h", "to": "now"}, "timezone": "browser", "panels": panels,
		"templating": object{"list": []object{
			{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"},
			{"name": "job", "type": "query", "label": "Job", "datasource": source, "query": object{"query": "label_values(" + job + "numRestarts, job_name)", "refId": "job"},
				"refresh": 2, "includeAll": true, "multi": true, "allValue": ".*", "current": object{"text": "All", "value": "$__all"}},
		}},
	}, "", "  ")
}

func (p panel) json(id, x, y int) object {
	source := object{"type": "prometheus", "uid": "${datasource}"}
	var targets []object
	for i, e := range p.exprs {
		targets = append(targets, object{"refId": string(rune('A' + i)), "expr": e[0], "legendFormat": e[1], "datasource": source})
	}
	steps := []object{{"color": "green", "value": nil}}
	if p.warn > 0 {
		steps = append(steps, object{"color": "orange", "value": p.warn})
	}
	if p.bad > 0 {
		steps = append(steps, object{"color": "red", "value": p.bad})
	}
	shown := "off"
	if len(steps) > 1 {
		shown = "line"
	}
	return object{
		"id": id, "type": "timeseries", "title": p.title, "datasource": source, "gridPos": object{"h": 7, "w": 8, "x": x, "y": y}, "targets": targets,
		"fieldConfig": object{"defaults": object{"unit": p.unit, "min": 0, "custom": object{"thresholdsStyle": object{"mode": shown}, "fillOpacity": 10}, "thresholds": object{"mode": "absolute", "steps": steps}}, "overrides": []object{}},
		"options":     object{"legend": object{"displayMode": "list", "placement": "bottom"}, "tooltip": object{"mode": "multi"}},
	}
}
