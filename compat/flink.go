package compat

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/flinkgateway"
	"github.com/flottstream/flott/internal/shell/cluster"
	"github.com/flottstream/flott/internal/shell/engine"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// Flink is the judge: a real Flink behind its SQL gateway.
type Flink struct {
	Client *flinkgateway.Client
	Stdout string // the file of the TaskManager's standard output; empty when it is not to be had
}

// printing lets one script at a time write to the TaskManager's standard output.
var printing sync.Mutex

// RunPrinting implements Printing.
func (f Flink) RunPrinting(ctx context.Context, script string, settings map[string]string) ([]string, error) {
	if f.Stdout == "" {
		return nil, fmt.Errorf("the file of the TaskManager's standard output is not known")
	}
	printing.Lock()
	defer printing.Unlock()
	before, err := os.ReadFile(f.Stdout)
	if err != nil {
		return nil, err
	}
	if _, _, err := f.Run(ctx, script, settings); err != nil {
		return nil, err
	}
	after, err := os.ReadFile(f.Stdout)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(after[len(before):]), "\n"), "\n"), nil
}

// Run implements Engine: a session of its own for each script, by the way that `flott run --target` takes.
func (f Flink) Run(ctx context.Context, script string, settings map[string]string) ([]string, []ChangeRow, error) {
	s, err := OpenFlink(ctx, f.Client, settings)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close(ctx)
	return s.Run(ctx, script)
}

// FlinkSession is a session of a Flink's SQL gateway, in which scripts run one after the other. It is for one goroutine.
type FlinkSession struct{ engine *cluster.Engine }

// OpenFlink begins a session under settings.
func OpenFlink(ctx context.Context, client *flinkgateway.Client, settings map[string]string) (*FlinkSession, error) {
	e, err := cluster.Open(ctx, client, cluster.Options{Properties: settings})
	if err != nil {
		return nil, sayable(err)
	}
	return &FlinkSession{e}, nil
}

// Close gives the session back.
func (s *FlinkSession) Close(ctx context.Context) { _ = s.engine.Close(ctx) }

// Run executes statements; what it gives is of the last one.
func (s *FlinkSession) Run(ctx context.Context, script string) ([]string, []ChangeRow, error) {
	statements := engine.ParseKnown(script) // what flott's parser does not know is Flink's to judge
	if len(statements) == 0 {
		return nil, nil, fmt.Errorf("the script has no statement")
	}
	final := &finalAnswer{}
	run := engine.Script{Engine: s.engine, Display: final, InTurn: true, Started: final.started}
	if err := run.Run(ctx, script, statements); err != nil {
		return nil, nil, sayable(err)
	}
	return final.columns, final.rows, nil
}

// finalAnswer keeps the changelog of the last statement, if that is a query.
type finalAnswer struct {
	columns []string
	rows    []ChangeRow
}

// started forgets what an INSERT comes after.
func (f *finalAnswer) started(j engine.Job) {
	if !j.IsQuery() {
		f.columns, f.rows = nil, nil
	}
}

// Answer implements engine.Display: a statement that is no query gives nothing.
func (f *finalAnswer) Answer(engine.Statement, types.Schema, [][]*string) error {
	f.columns, f.rows = nil, nil
	return nil
}

// Rows implements engine.Display.
func (f *finalAnswer) Rows(q engine.Query) (tableau.Writer, error) {
	f.columns, f.rows = nil, nil
	for i, c := range q.Columns {
		f.columns = append(f.columns, c.Name+" "+q.Types[i])
	}
	return f, nil
}

// Row implements tableau.Writer.
func (f *finalAnswer) Row(kind batch.RowKind, r *tableau.Row) error {
	row := ChangeRow{Kind: Kind(kind.String())}
	for i := range r.Len() {
		text, ok := r.Field(i)
		if !ok {
			text = []byte(Null)
		}
		row.Fields = append(row.Fields, string(text))
	}
	f.rows = append(f.rows, row)
	return nil
}

// Flush implements tableau.Writer.
func (f *finalAnswer) Flush() error { return nil }

// End implements tableau.Writer.
func (f *finalAnswer) End() error { return nil }

// sayable prefers the sentence that Flink's SQL client shows, the root cause, and marks what is no refusal of Flink's.
func sayable(err error) error {
	if err == nil {
		return nil
	}
	var failure *flinkgateway.Failure
	if !errors.As(err, &failure) {
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	if text := failure.Error(); strings.Contains(text, "Could not acquire the minimum required resources") || strings.Contains(text, "Insufficient number of network buffers") {
		return fmt.Errorf("%w: %s", ErrNoAnswer, failure)
	}
	return errors.New(failure.Error())
}
