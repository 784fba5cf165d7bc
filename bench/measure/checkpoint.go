package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Checkpoint is what became of a checkpoint. Times of subtasks are the longest of all subtasks.
type Checkpoint struct {
	ID         int64  `json:"id"`
	Status     string `json:"status"` // IN_PROGRESS, COMPLETED, FAILED
	Triggered  int64  `json:"triggered_ms"`
	Duration   int64  `json:"duration_ms"`
	Bytes      int64  `json:"uploaded_bytes"`
	Full       int64  `json:"state_bytes"`
	Persisted  int64  `json:"persisted_bytes"` // rows in flight
	Type       string `json:"type"`            // CHECKPOINT or UNALIGNED_CHECKPOINT
	Path       string `json:"-"`
	Failure    string `json:"failure,omitempty"`
	StartDelay int64  `json:"start_delay_ms"`
	Alignment  int64  `json:"alignment_ms"`
	Sync       int64  `json:"sync_ms"`
	Async      int64  `json:"async_ms"`
}

// History is what Flink's REST API says about the checkpoints of a job; flott's answers have the same shape.
type History struct {
	Checkpoints []Checkpoint // the newest first
	Restored    int64        // ID of the checkpoint that the job was restored from, 0: none
}

// Completed returns the completed checkpoints triggered from a moment on (ms since 1970), oldest first.
func (h *History) Completed(from int64) (list []Checkpoint) {
	for i := len(h.Checkpoints) - 1; i >= 0; i-- {
		if c := h.Checkpoints[i]; c.Status == "COMPLETED" && c.Triggered >= from {
			list = append(list, c)
		}
	}
	return list
}

// statistics is the part of /jobs/:jobid/checkpoints that is of interest.
type statistics struct {
	Latest struct {
		Restored *struct {
			ID int64 `json:"id"`
		} `json:"restored"`
	} `json:"latest"`
	History []struct {
		ID        int64  `json:"id"`
		Status    string `json:"status"`
		Triggered int64  `json:"trigger_timestamp"`
		Duration  int64  `json:"end_to_end_duration"`
		Bytes     int64  `json:"checkpointed_size"`
		Full      int64  `json:"state_size"`
		Persisted int64  `json:"persisted_data"`
		Type      string `json:"checkpoint_type"`
		Path      string `json:"external_path"`
		Failure   string `json:"failure_message"`
	} `json:"history"`
}

func readHistory(ctx context.Context, url string) (*History, error) {
	var s statistics
	if err := getJSON(ctx, url, &s); err != nil {
		return nil, err
	}
	h := &History{}
	if s.Latest.Restored != nil {
		h.Restored = s.Latest.Restored.ID
	}
	for _, c := range s.History {
		h.Checkpoints = append(h.Checkpoints, Checkpoint{ID: c.ID, Status: c.Status, Triggered: c.Triggered, Duration: c.Duration,
			Bytes: c.Bytes, Full: c.Full, Persisted: c.Persisted, Type: c.Type, Path: c.Path, Failure: c.Failure})
	}
	return h, nil
}

// readTimes adds what the subtasks of a vertex say to c.
func readTimes(ctx context.Context, url string, c *Checkpoint) error {
	type longest struct {
		Max int64 `json:"max"`
	}
	var details struct {
		Summary struct {
			Checkpoint struct {
				Sync  longest `json:"sync"`
				Async longest `json:"async"`
			} `json:"checkpoint_duration"`
			Alignment struct {
				Duration longest `json:"duration"`
			} `json:"alignment"`
			StartDelay longest `json:"start_delay"`
		} `json:"summary"`
	}
	if err := getJSON(ctx, url, &details); err != nil {
		return err
	}
	s := details.Summary
	c.StartDelay, c.Alignment = max(c.StartDelay, s.StartDelay.Max), max(c.Alignment, s.Alignment.Duration.Max)
	c.Sync, c.Async = max(c.Sync, s.Checkpoint.Sync.Max), max(c.Async, s.Checkpoint.Async.Max)
	return nil
}

func getJSON(ctx context.Context, url string, answer any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}
