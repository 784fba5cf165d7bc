package rest

import (
	"encoding/json"

	"github.com/flottstream/flott/internal/checkpoint"
)

// ask calls f with the checkpoints of the job the path names: those of a job that
// takes none are empty.
func (r *request) ask(f func(h *checkpoint.History) error) error {
	j, err := r.job()
	if err != nil {
		return err
	}
	asked := false
	j.History(func(h *checkpoint.History) {
		asked = true
		err = f(h)
	})
	if !asked {
		err = f(checkpoint.NewHistory(checkpoint.Default()))
	}
	return err
}

// encoded is what f makes of the checkpoints, as JSON: f must not keep them.
func (r *request) encoded(f func(h *checkpoint.History) (any, error)) (any, error) {
	var out json.RawMessage
	err := r.ask(func(h *checkpoint.History) error {
		body, err := f(h)
		if err == nil {
			out, err = json.Marshal(body)
		}
		return err
	})
	return out, err
}

func checkpoints(r *request) (any, error) {
	return r.encoded(func(h *checkpoint.History) (any, error) { return h.Statistics(), nil })
}

func checkpointConfig(r *request) (any, error) {
	return r.encoded(func(h *checkpoint.History) (any, error) {
		c, _ := h.Config()
		return c, nil
	})
}

func checkpointDetails(r *request) (any, error) {
	id, err := r.number("checkpointid")
	if err != nil {
		return nil, err
	}
	return r.encoded(func(h *checkpoint.History) (any, error) {
		d, ok := h.Details(id)
		if !ok {
			return nil, notFound("Could not find checkpointing statistics for checkpoint %d.", id)
		}
		return d, nil
	})
}

func checkpointSubtasks(r *request) (any, error) {
	_, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	id, err := r.number("checkpointid")
	if err != nil {
		return nil, err
	}
	return r.encoded(func(h *checkpoint.History) (any, error) {
		d, ok := h.Task(id, v.UID)
		if !ok {
			return nil, notFound("Could not find checkpointing statistics for checkpoint %d.", id)
		}
		return d, nil
	})
}
