// Package cluster carries out statements on a real Flink cluster, through its SQL gateway. It implements engine.Engine.
//
// The contract:
//
//   - Flink is the judge: a statement goes to the gateway as the user wrote it, also one that flott's parser does not
//     know. What only flott has is found by Check before anything is sent.
//   - What Flink refuses is a *diag.Error at the place in the user's text that Flink names.
//   - INSERTs are always submitted without waiting, so that their job can be watched and cancelled;
//     'table.dml-sync' is for the caller to act on.
//   - Jobs of INSERTs belong to the cluster: they go on when the engine is closed.
package cluster

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// Options say how a session is opened.
type Options struct {
	Properties map[string]string // Flink's keys
	REST       string            // of the JobManager; empty: where the cluster's configuration says
	Log        *slog.Logger
}

// Engine is a session on a gateway.
type Engine struct {
	session *flinkgateway.Session
	options Options
	shadow  *shadow
	beat    context.CancelFunc // ends the heartbeat

	jobsOnce sync.Once
	jobs     *flinkgateway.Jobs
	jobsErr  error
}

// heartbeatEvery keeps a session that the gateway would drop after ten idle minutes.
const heartbeatEvery = time.Minute

// Open opens a session.
func Open(ctx context.Context, client *flinkgateway.Client, o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := client.Open(ctx, "flott", o.Properties)
	if err != nil {
		return nil, plain(err)
	}
	e := &Engine{session: s, options: o, shadow: newShadow(o.Properties)}
	beats, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.beat = stop
	go e.heartbeat(beats)
	return e, nil
}

func (e *Engine) heartbeat(ctx context.Context) {
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := e.session.Heartbeat(ctx); err != nil && ctx.Err() == nil {
				e.options.Log.Warn("the SQL gateway did not take a heartbeat", "err", err)
			}
		}
	}
}

// closeTimeout bounds what is said to a gateway on leaving.
const closeTimeout = 30 * time.Second

// Close implements engine.Engine.
func (e *Engine) Close(ctx context.Context) error {
	e.beat()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return e.session.Close(ctx)
}

// Session is the one on the gateway.
func (e *Engine) Session() *flinkgateway.Session { return e.session }

// watcher finds out, at first use, who knows how jobs go.
func (e *Engine) watcher(ctx context.Context) (*flinkgateway.Jobs, error) {
	e.jobsOnce.Do(func() { e.jobs, e.jobsErr = e.session.Jobs(context.WithoutCancel(ctx), e.options.REST) })
	return e.jobs, e.jobsErr
}

// asynchronous has the gateway answer an INSERT when its job has been submitted.
var asynchronous = map[string]string{"table.dml-sync": "false"}

// Execute implements engine.Engine.
func (e *Engine) Execute(ctx context.Context, script string, s engine.Statement, d engine.Display) (engine.Job, error) {
	sent, began := statementText(script, s), time.Now()
	op, err := e.session.Submit(ctx, sent.text, asynchronous)
	if err != nil {
		return nil, sent.failed(script, err)
	}
	r := newResult(op)
	first, err := r.next(ctx)
	if err != nil {
		r.abandon(ctx)
		return nil, sent.failed(script, err)
	}
	known := e.shadow.execute(script, s)
	switch {
	case first.IsQuery:
		return e.query(ctx, script, s, sent, r, first, known, began, d)
	case first.JobID != "" && len(first.Columns) == 1 && first.Columns[0].Name == "job id":
		r.abandon(ctx)
		return e.insert(s, first.JobID, known, began), nil
	}
	columns, rows, err := r.rest(ctx, first)
	if err != nil {
		r.abandon(ctx)
		return nil, sent.failed(script, err)
	}
	r.abandon(ctx)
	if done(columns, rows) {
		columns, rows = nil, nil
	}
	return nil, d.Answer(s, columns, rows)
}

// done reports the answer of a statement that has none: OK.
func done(columns types.Schema, rows [][]*string) bool {
	return len(columns) == 1 && columns[0].Name == "result" && len(rows) == 1 && rows[0][0] != nil && *rows[0][0] == "OK"
}

// sentText is a statement as it is sent.
type sentText struct {
	text  string
	pos   int // of the statement in the script
	extra int // bytes that text has more at its beginning than the script
}

const (
	clientSet  = "BEGIN STATEMENT SET;"
	gatewaySet = "EXECUTE STATEMENT SET BEGIN"
)

// statementText is what to send. A statement set in the form of the SQL client becomes the form of one statement.
func statementText(script string, s engine.Statement) sentText {
	t := sentText{text: script[s.Pos:s.End], pos: s.Pos}
	set, ok := s.Node.(*ast.StatementSet)
	if !ok || len(set.Inserts) == 0 || !strings.EqualFold(firstWord(t.text), "BEGIN") {
		return t
	}
	inserts := script[set.Inserts[0].Pos:s.End]
	return sentText{text: gatewaySet + " " + inserts, pos: set.Inserts[0].Pos, extra: len(gatewaySet) + 1}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return strings.TrimSpace(word)
}

// plain makes a sentence of what Flink refused where there is no statement to point to.
func plain(err error) error {
	var f *flinkgateway.Failure
	if !errors.As(err, &f) {
		return err
	}
	sentence, more := f.Sentence()
	if more != "" {
		sentence += "\n" + more
	}
	return &refusal{sentence, f}
}

// refusal is a Failure in words.
type refusal struct {
	text    string
	failure *flinkgateway.Failure
}

// Error is what Flink said.
func (r *refusal) Error() string { return r.text }

// Unwrap returns the failure.
func (r *refusal) Unwrap() error { return r.failure }
