package flinkrest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number is a JSON number, or the strings "NaN" and "Infinity" that Flink writes.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	switch text {
	case "null", "", "N/A", "n/a":
		*n = number(math.NaN())
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		v = math.NaN() // a gauge may be any text
	}
	*n = number(v)
	return nil
}

// millis is a time or a duration in milliseconds; -1 and 0 mean there is none.
type millis float64

func (m *millis) UnmarshalJSON(b []byte) error {
	var n number
	if err := n.UnmarshalJSON(b); err != nil {
		return err
	}
	*m = millis(n)
	return nil
}

func (m millis) time() time.Time {
	if !(m > 0) || m > 1e15 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// duration is never negative; what was not measured is 0.
func (m millis) duration() time.Duration {
	if !(m > 0) || m > 1e13 {
		return 0
	}
	return time.Duration(m) * time.Millisecond
}

// decode reads JSON, or says what came instead.
func decode(path string, body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		what := "something that is not the JSON of Flink"
		switch trimmed := bytes.TrimSpace(body); {
		case len(trimmed) == 0:
			what = "nothing"
		case trimmed[0] == '<':
			what = "an HTML page" + titleOf(body)
		case strings.Contains(err.Error(), "unexpected end"):
			what = "JSON that is cut off"
		}
		return fmt.Errorf("%s answered with %s (%v)", strings.SplitN(path, "?", 2)[0], what, err)
	}
	return nil
}

// errorText is what Flink says about a request it refuses.
func errorText(body []byte) string {
	var e struct {
		Errors []string `json:"errors"`
	}
	if json.Unmarshal(body, &e) != nil || len(e.Errors) == 0 {
		return ""
	}
	line, _, _ := strings.Cut(e.Errors[0], "\n")
	if len(line) > 200 {
		line = line[:200] + "…"
	}
	return ": " + line
}

type overviewWire struct {
	SlotsTotal     int    `json:"slots-total"`
	SlotsAvailable int    `json:"slots-available"`
	FlinkVersion   string `json:"flink-version"`
	FlinkCommit    string `json:"flink-commit"` // flott says so here
}

type keyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type jobsWire struct {
	Jobs []struct {
		ID    string `json:"jid"`
		Name  string `json:"name"`
		State string `json:"state"`
		End   millis `json:"end-time"`
		Start millis `json:"start-time"`
	} `json:"jobs"`
}

type jobWire struct {
	ID         string            `json:"jid"`
	Name       string            `json:"name"`
	State      string            `json:"state"`
	Type       string            `json:"job-type"`
	Scheduler  string            `json:"schedulerType"`
	Start      millis            `json:"start-time"`
	Duration   millis            `json:"duration"`
	Timestamps map[string]millis `json:"timestamps"`
	Vertices   []struct {
		ID             string `json:"id"`
		Name           string `json:"name"`
		Parallelism    int    `json:"parallelism"`
		MaxParallelism int    `json:"maxParallelism"`
		Status         string `json:"status"`
		SlotGroup      string `json:"slotSharingGroupId"`
	} `json:"vertices"`
	Plan planWire `json:"plan"`
}

type planWire struct {
	Type  string `json:"type"`
	Nodes []struct {
		ID          string `json:"id"`
		Description string `json:"description"`
		Inputs      []struct {
			ID       string `json:"id"`
			Ship     string `json:"ship_strategy"`
			Exchange string `json:"exchange"`
		} `json:"inputs"`
	} `json:"nodes"`
}

type vertexWire struct {
	Subtasks []struct {
		Subtask     int    `json:"subtask"`
		Status      string `json:"status"`
		Attempt     int    `json:"attempt"`
		Endpoint    string `json:"endpoint"`
		Host        string `json:"host"` // before 1.19
		TaskManager string `json:"taskmanager-id"`
		Metrics     struct {
			ReadBytes       number `json:"read-bytes"`
			ReadRecords     number `json:"read-records"`
			WriteBytes      number `json:"write-bytes"`
			WriteRecords    number `json:"write-records"`
			RecordsComplete *bool  `json:"read-records-complete"`
			WriteComplete   *bool  `json:"write-records-complete"`
			BackPressured   millis `json:"accumulated-backpressured-time"`
			Busy            millis `json:"accumulated-busy-time"`
		} `json:"metrics"`
	} `json:"subtasks"`
}

type backPressureWire struct {
	Status   string `json:"status"`
	Subtasks []struct {
		Subtask int     `json:"subtask"`
		Ratio   *number `json:"ratio"`
		Idle    *number `json:"idleRatio"`
		Busy    *number `json:"busyRatio"`
	} `json:"subtasks"`
}

type metricWire struct {
	ID    string  `json:"id"`
	Value *number `json:"value"`
	Min   *number `json:"min"`
	Max   *number `json:"max"`
	Avg   *number `json:"avg"`
	Sum   *number `json:"sum"`
}

type checkpointsWire struct {
	Counts struct {
		Restored   int `json:"restored"`
		Total      int `json:"total"`
		InProgress int `json:"in_progress"`
		Completed  int `json:"completed"`
		Failed     int `json:"failed"`
	} `json:"counts"`
	Latest struct {
		Completed *checkpointWire `json:"completed"`
		Savepoint *checkpointWire `json:"savepoint"`
		Failed    *checkpointWire `json:"failed"`
		Restored  *struct {
			ID        int64  `json:"id"`
			Time      millis `json:"restore_timestamp"`
			Savepoint bool   `json:"is_savepoint"`
			Path      string `json:"external_path"`
		} `json:"restored"`
	} `json:"latest"`
	History []checkpointWire `json:"history"`
}

type checkpointWire struct {
	ID           int64                         `json:"id"`
	Status       string                        `json:"status"`
	Savepoint    bool                          `json:"is_savepoint"`
	Format       string                        `json:"savepointFormat"`
	Triggered    millis                        `json:"trigger_timestamp"`
	LatestAck    millis                        `json:"latest_ack_timestamp"`
	Bytes        number                        `json:"checkpointed_size"`
	StateBytes   number                        `json:"state_size"`
	Duration     millis                        `json:"end_to_end_duration"`
	Processed    number                        `json:"processed_data"`
	Persisted    number                        `json:"persisted_data"`
	Subtasks     int                           `json:"num_subtasks"`
	Acknowledged int                           `json:"num_acknowledged_subtasks"`
	Type         string                        `json:"checkpoint_type"`
	Path         string                        `json:"external_path"`
	Failed       millis                        `json:"failure_timestamp"`
	Failure      string                        `json:"failure_message"`
	Tasks        map[string]checkpointTaskWire `json:"tasks"`
}

type checkpointTaskWire struct {
	Duration     millis `json:"end_to_end_duration"`
	Bytes        number `json:"checkpointed_size"`
	StateBytes   number `json:"state_size"`
	Subtasks     int    `json:"num_subtasks"`
	Acknowledged int    `json:"num_acknowledged_subtasks"`
}

type checkpointPartsWire struct {
	Subtasks []struct {
		Class      string `json:"className"`
		Index      int    `json:"index"`
		Status     string `json:"status"`
		Duration   millis `json:"end_to_end_duration"`
		Bytes      number `json:"checkpointed_size"`
		StateBytes number `json:"state_size"`
		Checkpoint struct {
			Sync  millis `json:"sync"`
			Async millis `json:"async"`
		} `json:"checkpoint"`
		Alignment struct {
			Duration  millis `json:"duration"`
			Processed number `json:"processed"`
			Persisted number `json:"persisted"`
		} `json:"alignment"`
		StartDelay millis `json:"start_delay"`
		Unaligned  bool   `json:"unaligned_checkpoint"`
		Aborted    bool   `json:"aborted"`
	} `json:"subtasks"`
}

type checkpointConfigWire struct {
	Mode            string `json:"mode"`
	Interval        millis `json:"interval"`
	Timeout         millis `json:"timeout"`
	MinPause        millis `json:"min_pause"`
	MaxConcurrent   int    `json:"max_concurrent"`
	Externalization struct {
		Enabled bool `json:"enabled"`
		Drop    bool `json:"delete_on_cancellation"`
	} `json:"externalization"`
	Backend        string `json:"state_backend"`
	Storage        string `json:"checkpoint_storage"`
	Unaligned      bool   `json:"unaligned_checkpoints"`
	Tolerable      int    `json:"tolerable_failed_checkpoints"`
	AlignedTimeout millis `json:"aligned_checkpoint_timeout"`
	Changelog      bool   `json:"state_changelog_enabled"`
}

type jobConfigWire struct {
	Execution struct {
		RestartStrategy string            `json:"restart-strategy"`
		User            map[string]string `json:"user-config"`
	} `json:"execution-config"`
}

type exceptionsWire struct {
	History struct {
		Entries []exceptionWire `json:"entries"`
	} `json:"exceptionHistory"`
	// Before 2.0 also at the first level; used when the history is empty.
	Root string `json:"root-exception"`
	Time millis `json:"timestamp"`
}

type exceptionWire struct {
	Name        string `json:"exceptionName"`
	Stack       string `json:"stacktrace"`
	Time        millis `json:"timestamp"`
	Task        string `json:"taskName"`
	Endpoint    string `json:"endpoint"`
	Location    string `json:"location"` // before 1.19
	TaskManager string `json:"taskManagerId"`
}

type taskManagersWire struct {
	TaskManagers []struct {
		ID        string `json:"id"`
		Path      string `json:"path"`
		Heartbeat millis `json:"timeSinceLastHeartbeat"`
		Slots     int    `json:"slotsNumber"`
		Free      int    `json:"freeSlots"`
		Hardware  struct {
			Cores int `json:"cpuCores"`
		} `json:"hardware"`
		Memory map[string]number `json:"memoryConfiguration"`
	} `json:"taskmanagers"`
}

type threadDumpWire struct {
	Threads []struct {
		Name string `json:"threadName"`
		Info string `json:"stringifiedThreadInfo"`
	} `json:"threadInfos"`
}
