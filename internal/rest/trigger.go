package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/actor"
	"github.com/flottstream/flott/internal/checkpoint"
)

const (
	keepOutcome   = 5 * time.Minute // rest.async.store-duration
	operationsMax = 1000            // under way or kept
)

// operations are what clients have asked for and ask about.
type operations struct {
	seen chan struct{} // capacity 1: an outcome was fetched

	mu   sync.Mutex
	byID map[operationID]*operation
}

// operationID names an operation: savepoints and stops of a job share names.
type operationID struct{ kind, job, trigger string }

// operation is one that is under way or done.
type operation struct {
	done    time.Time // zero: under way
	body    any       // of the outcome
	fetched bool      // somebody has seen the outcome
}

func newOperations() *operations {
	return &operations{seen: make(chan struct{}, 1), byID: map[operationID]*operation{}}
}

// start does work in the background unless an operation of that ID is known.
func (o *operations) start(id operationID, work func(ctx context.Context) any) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, op := range o.byID {
		if !op.done.IsZero() && time.Since(op.done) > keepOutcome {
			delete(o.byID, k)
		}
	}
	if o.byID[id] != nil {
		return nil
	}
	if len(o.byID) >= operationsMax {
		return refuse(http.StatusServiceUnavailable, "There are %d operations under way or kept; ask again later.", operationsMax)
	}
	op := &operation{}
	o.byID[id] = op
	go func() {
		body := work(context.Background())
		o.mu.Lock()
		defer o.mu.Unlock()
		op.body, op.done = body, time.Now()
	}()
	return nil
}

// outcome is what became of an operation: known false if there is none of that ID.
func (o *operations) outcome(id operationID) (body outcomeBody, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	op := o.byID[id]
	switch {
	case op == nil:
		return outcomeBody{}, false
	case op.done.IsZero():
		return outcomeBody{Status: inProgress}, true
	}
	op.fetched = true
	actor.Signal(o.seen)
	return outcomeBody{completed, op.body}, true
}

// pending reports outcomes that nobody has asked for.
func (o *operations) pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, op := range o.byID {
		if !op.fetched {
			return true
		}
	}
	return false
}

type progress struct {
	ID string `json:"id"`
}

var inProgress, completed = progress{"IN_PROGRESS"}, progress{"COMPLETED"}

type outcomeBody struct {
	Status    progress `json:"status"`
	Operation any      `json:"operation"`
}

type triggerBody struct {
	ID string `json:"request-id"`
}

type locationBody struct {
	Location string        `json:"location,omitempty"`
	Cause    *failureCause `json:"failure-cause,omitempty"`
}

type checkpointBody struct {
	ID    *int64        `json:"checkpointId,omitempty"`
	Cause *failureCause `json:"failureCause,omitempty"`
}

// The kinds of operations.
const (
	savepointKind  = "savepoint"
	checkpointKind = "checkpoint"
	disposalKind   = "disposal"
)

// begin starts an operation under the name that the client chose, or a new one.
func (r *request) begin(kind, job, trigger string, code int, work func(ctx context.Context) any) (any, error) {
	switch {
	case trigger == "":
		var b [16]byte
		rand.Read(b[:])
		trigger = hex.EncodeToString(b[:])
	case !hexID.MatchString(trigger):
		return nil, refuse(http.StatusBadRequest, "triggerId %q is not 32 hexadecimal digits.", trigger)
	}
	trigger = strings.ToLower(trigger)
	if err := r.h.work.start(operationID{kind, job, trigger}, work); err != nil {
		return nil, err
	}
	return status{code, triggerBody{trigger}}, nil
}

// outcome answers for an operation.
func (r *request) outcome(kind, job, what string) (any, error) {
	id, err := r.id("triggerid")
	if err != nil {
		return nil, err
	}
	b, ok := r.h.work.outcome(operationID{kind, job, id})
	if !ok {
		return nil, notFound("There is no %s operation with triggerId=%s%s.", kind, id, what)
	}
	return b, nil
}

// format reads formatType.
func format(text string) (checkpoint.Format, error) {
	switch f := checkpoint.Format(strings.ToUpper(text)); f {
	case "":
		return checkpoint.Canonical, nil
	case checkpoint.Canonical, checkpoint.Native:
		return f, nil
	}
	return "", refuse(http.StatusBadRequest, "formatType %q is neither CANONICAL nor NATIVE.", text)
}

// target is where a savepoint goes.
func target(j Job, asked *string) (string, error) {
	if asked != nil && strings.TrimSpace(*asked) != "" {
		return *asked, nil
	}
	if dir := j.Info().SavepointDir; dir != "" {
		return dir, nil
	}
	return "", refuse(http.StatusBadRequest, "Config key [execution.checkpointing.savepoint-dir] is not set. Property [target-directory] must be provided.")
}

func located(path string, err error) any {
	if err != nil {
		return locationBody{Cause: newFailureCause(err)}
	}
	return locationBody{Location: path}
}

func triggerSavepoint(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	var in struct {
		Target  *string `json:"target-directory"`
		Cancel  bool    `json:"cancel-job"`
		Format  string  `json:"formatType"`
		Trigger string  `json:"triggerId"`
	}
	if err := r.read("SavepointTriggerRequestBody", &in); err != nil {
		return nil, err
	}
	dir, err := target(j, in.Target)
	if err != nil {
		return nil, err
	}
	f, err := format(in.Format)
	if err != nil {
		return nil, err
	}
	return r.begin(savepointKind, j.Info().ID, in.Trigger, http.StatusAccepted, func(ctx context.Context) any {
		path, err := j.TriggerSavepoint(ctx, dir, f)
		if err == nil && in.Cancel {
			j.Cancel()
		}
		return located(path, err)
	})
}

func stopWithSavepoint(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	var in struct {
		Target  *string `json:"targetDirectory"`
		Drain   bool    `json:"drain"`
		Format  string  `json:"formatType"`
		Trigger string  `json:"triggerId"`
	}
	if err := r.read("StopWithSavepointRequestBody", &in); err != nil {
		return nil, err
	}
	dir, err := target(j, in.Target)
	if err != nil {
		return nil, err
	}
	f, err := format(in.Format)
	if err != nil {
		return nil, err
	}
	return r.begin(savepointKind, j.Info().ID, in.Trigger, http.StatusAccepted, func(ctx context.Context) any {
		return located(j.StopWithSavepoint(ctx, dir, f, in.Drain))
	})
}

func savepointOutcome(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return r.outcome(savepointKind, j.Info().ID, " for job "+j.Info().ID)
}

func triggerCheckpoint(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	var in struct {
		Type    string `json:"checkpointType"`
		Trigger string `json:"triggerId"`
	}
	if err := r.read("CheckpointTriggerRequestBody", &in); err != nil {
		return nil, err
	}
	full := false
	switch strings.ToUpper(in.Type) {
	case "", "CONFIGURED":
	case "FULL":
		full = true
	case "INCREMENTAL":
		return nil, refuse(http.StatusBadRequest, "checkpointType INCREMENTAL is not supported; use CONFIGURED or FULL.")
	default:
		return nil, refuse(http.StatusBadRequest, "Request did not match expected format CheckpointTriggerRequestBody.")
	}
	return r.begin(checkpointKind, j.Info().ID, in.Trigger, http.StatusAccepted, func(ctx context.Context) any {
		id, err := j.TriggerCheckpoint(ctx, full)
		if err != nil {
			return checkpointBody{Cause: newFailureCause(err)}
		}
		return checkpointBody{ID: &id}
	})
}

func checkpointOutcome(r *request) (any, error) {
	j, err := r.job()
	if err != nil {
		return nil, err
	}
	return r.outcome(checkpointKind, j.Info().ID, " for job "+j.Info().ID)
}

func dispose(r *request) (any, error) {
	var in struct {
		Path    string `json:"savepoint-path"`
		Trigger string `json:"triggerId"`
	}
	if err := r.read("SavepointDisposalRequest", &in); err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Path) == "" {
		return nil, refuse(http.StatusBadRequest, "Field savepoint-path must not be omitted.")
	}
	return r.begin(disposalKind, "", in.Trigger, http.StatusOK, func(ctx context.Context) any {
		if err := r.h.cluster.Dispose(ctx, in.Path); err != nil {
			return locationBody{Cause: newFailureCause(err)}
		}
		return locationBody{}
	})
}

func disposeOutcome(r *request) (any, error) { return r.outcome(disposalKind, "", "") }
