package compat

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/flinkgateway"
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

// Run implements Engine: a session of its own for each script.
func (f Flink) Run(ctx context.Context, script string, settings map[string]string) ([]string, []ChangeRow, error) {
	settings = maps.Clone(settings)
	settings["table.dml-sync"] = "true" // INSERT returns when its job has ended
	session, err := f.Client.Open(ctx, "compat", settings)
	if err != nil {
		return nil, nil, sayable(err)
	}
	defer session.Close(context.WithoutCancel(ctx))
	statements := Split(script)
	if len(statements) == 0 {
		return nil, nil, fmt.Errorf("the script has no statement")
	}
	last := len(statements) - 1
	for _, statement := range statements[:last] {
		if err := session.Execute(ctx, statement); err != nil {
			return nil, nil, sayable(err)
		}
	}
	columns, rows, err := f.query(ctx, session, statements[last])
	return columns, rows, sayable(err)
}

// query reads the final statement's changelog. A statement that is no query gives nothing.
func (f Flink) query(ctx context.Context, session *flinkgateway.Session, statement string) (columns []string, rows []ChangeRow, err error) {
	op, err := session.Submit(ctx, statement, nil)
	if err != nil {
		return nil, nil, err
	}
	for page, err := range op.Pages(ctx) {
		if err != nil {
			return nil, nil, err
		}
		if !page.IsQuery {
			continue
		}
		columns = columns[:0]
		for _, c := range page.Columns {
			columns = append(columns, c.Name+" "+c.Type.String())
		}
		for _, r := range page.Rows {
			rows = append(rows, ChangeRow{Kind: Kind(r.Kind.Short()), Fields: texts(r.Fields)})
		}
	}
	return columns, rows, op.Close(ctx)
}

func texts(fields []*string) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = Null
		if f != nil {
			out[i] = *f
		}
	}
	return out
}

// sayable prefers the sentence that Flink's SQL client shows, the root cause, and marks what is no refusal of Flink's.
func sayable(err error) error {
	if err == nil {
		return nil
	}
	var failure *flinkgateway.Failure
	if !errors.As(err, &failure) {
		return fmt.Errorf("%w: %w", ErrNoAnswer, err)
	}
	if strings.Contains(failure.Error(), "Could not acquire the minimum required resources") {
		return fmt.Errorf("%w: %s", ErrNoAnswer, failure)
	}
	return errors.New(failure.Error())
}
