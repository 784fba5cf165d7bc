package flinkgateway

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/url"
)

// Status is the state of an operation on the gateway. For INSERT it is about the submission, not about the job.
type Status string

const (
	Initialized Status = "INITIALIZED"
	Pending     Status = "PENDING"
	Running     Status = "RUNNING"
	Finished    Status = "FINISHED"
	Canceled    Status = "CANCELED"
	Closed      Status = "CLOSED"
	Errored     Status = "ERROR"
	TimedOut    Status = "TIMEOUT"
)

// Terminal says that the status will not change any more.
func (s Status) Terminal() bool {
	return s != Initialized && s != Pending && s != Running
}

// RowKind is Flink's word for the kind of a changelog row.
type RowKind string

const (
	Insert       RowKind = "INSERT"
	UpdateBefore RowKind = "UPDATE_BEFORE"
	UpdateAfter  RowKind = "UPDATE_AFTER"
	Delete       RowKind = "DELETE"
)

// Short is the kind as Flink prints it: +I, -U, +U, -D.
func (k RowKind) Short() string {
	switch k {
	case Insert:
		return "+I"
	case UpdateBefore:
		return "-U"
	case UpdateAfter:
		return "+U"
	case Delete:
		return "-D"
	}
	return string(k)
}

// Row is one changelog row. A field is the value's CAST to STRING; nil is NULL.
type Row struct {
	Kind   RowKind   `json:"kind"`
	Fields []*string `json:"fields"`
}

// Column of a result.
type Column struct {
	Name string      `json:"name"`
	Type LogicalType `json:"logicalType"`
}

// Page is one piece of a result. Every page repeats the columns; JobID is empty when no job runs.
type Page struct {
	Columns []Column
	Rows    []Row
	JobID   string
	IsQuery bool // rows of a SELECT, and not the single row that answers a statement
}

// Operation is one submitted statement.
type Operation struct {
	session *Session
	handle  string
}

// Handle is the gateway's name of the operation.
func (o *Operation) Handle() string { return o.handle }

func (o *Operation) path(route string) string {
	return o.session.path("/operations/" + url.PathEscape(o.handle) + route)
}

// Status asks once.
func (o *Operation) Status(ctx context.Context) (Status, error) {
	return o.ask(ctx, http.MethodGet, "/status")
}

// Cancel stops the operation; a SELECT's job is cancelled with it.
func (o *Operation) Cancel(ctx context.Context) (Status, error) {
	return o.ask(ctx, http.MethodPost, "/cancel")
}

// Close frees what the gateway keeps for the operation.
func (o *Operation) Close(ctx context.Context) error {
	_, err := o.ask(ctx, http.MethodDelete, "/close")
	return err
}

func (o *Operation) ask(ctx context.Context, method, route string) (Status, error) {
	var answer struct {
		Status Status `json:"status"`
	}
	err := o.session.client.call(ctx, method, o.path(route), nil, &answer)
	return answer.Status, err
}

// Wait polls until the status is terminal. It does not tell why an operation failed: Pages does.
func (o *Operation) Wait(ctx context.Context) (Status, error) {
	var delay backoff
	for {
		status, err := o.Status(ctx)
		if err != nil || status.Terminal() {
			return status, err
		}
		if err := delay.pause(ctx, o.session.client); err != nil {
			return status, err
		}
	}
}

// fetched is the body of a result request.
type fetched struct {
	Results struct {
		Columns []Column `json:"columns"`
		Data    []Row    `json:"data"`
	} `json:"results"`
	ResultType string `json:"resultType"` // NOT_READY, PAYLOAD or EOS
	IsQuery    bool   `json:"isQueryResult"`
	JobID      string `json:"jobID"`
	Next       string `json:"nextResultUri"` // empty after EOS
}

// Pages reads the result from its beginning to its end, waiting for rows as they come; an endless query gives endless
// pages. A page may be empty of rows: the first one tells the columns. After an error there is no further page. The
// result can be read once.
func (o *Operation) Pages(ctx context.Context) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		var delay backoff
		client := o.session.client
		for next := o.path("/result/0?rowFormat=PLAIN_TEXT"); next != ""; {
			var answer fetched
			if err := client.call(ctx, http.MethodGet, next, nil, &answer); err != nil {
				yield(Page{}, err)
				return
			}
			if answer.Next == "" && answer.ResultType != "EOS" {
				yield(Page{}, fmt.Errorf("the SQL gateway ended the result of operation %s without saying so", o.handle))
				return
			}
			next = answer.Next
			if answer.ResultType != "NOT_READY" && !yield(answer.page(), nil) {
				return
			}
			if len(answer.Results.Data) > 0 {
				delay.reset()
			} else if next != "" {
				if err := delay.pause(ctx, client); err != nil {
					yield(Page{}, err)
					return
				}
			}
		}
	}
}

func (f *fetched) page() Page {
	return Page{Columns: f.Results.Columns, Rows: f.Results.Data, JobID: f.JobID, IsQuery: f.IsQuery}
}
