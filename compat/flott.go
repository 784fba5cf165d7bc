package compat

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// Flott runs scripts on flott in this process.
type Flott struct{}

// Run implements Engine.
func (Flott) Run(ctx context.Context, script string, settings map[string]string) ([]string, []ChangeRow, error) {
	columns, rows, _, err := runFlott(ctx, script, settings)
	return columns, rows, err
}

// RunPrinting implements Printing.
func (Flott) RunPrinting(ctx context.Context, script string, settings map[string]string) ([]string, error) {
	_, _, printed, err := runFlott(ctx, script, settings)
	return strings.Split(strings.TrimSuffix(printed, "\n"), "\n"), err
}

func runFlott(ctx context.Context, script string, settings map[string]string) (columns []string, rows []ChangeRow, printed string, err error) {
	s, err := OpenFlott(settings)
	if err != nil {
		return nil, nil, "", err
	}
	columns, rows, err = s.Run(ctx, script)
	return columns, rows, s.out.String(), err
}

// FlottSession is a session of flott in this process, for one goroutine.
type FlottSession struct {
	config  *config.Config
	engine  *embedded.Engine
	session *session.Session
	out     bytes.Buffer
}

// OpenFlott begins a session under settings.
func OpenFlott(settings map[string]string) (*FlottSession, error) {
	s := &FlottSession{config: config.New()}
	for k, v := range settings {
		if err := s.config.Set(k, v); err != nil {
			return nil, err
		}
	}
	var errOut bytes.Buffer
	s.engine = embedded.New(&s.out, &errOut, rpc.Discard)
	host := &embedded.Host{Engine: s.engine, Config: s.config}
	s.session = host.NewSession()
	return s, nil
}

// Run executes statements; what it gives is of the last one.
func (s *FlottSession) Run(ctx context.Context, script string) (columns []string, rows []ChangeRow, err error) {
	statements, err := parser.ParseScript(script)
	if err != nil {
		return nil, nil, err
	}
	for _, statement := range statements {
		r, err := s.session.Execute(script, statement)
		if err != nil {
			return nil, nil, err
		}
		columns, rows = tableOf(r)
		if r.Job == nil {
			continue
		}
		if columns, rows, err = runJob(ctx, s.engine, r.Job, s.config); err != nil {
			return nil, nil, err
		}
		if r.Then != nil {
			if err := r.Then(resultRows(rows)); err != nil {
				return nil, nil, err
			}
		}
	}
	return columns, rows, nil
}

// resultRows are rows as a statement takes them that goes on after its job.
func resultRows(rows []ChangeRow) [][]*string {
	out := make([][]*string, len(rows))
	for i, row := range rows {
		out[i] = make([]*string, len(row.Fields))
		for k, f := range row.Fields {
			if f != Null {
				out[i][k] = &f
			}
		}
	}
	return out
}

// tableOf is the result of a statement that is no job.
func tableOf(r *session.Result) (columns []string, rows []ChangeRow) {
	for _, c := range r.Columns {
		columns = append(columns, c.Name+" "+c.Type.String())
	}
	for _, row := range r.Rows {
		change := ChangeRow{Kind: Insert}
		for _, f := range row {
			if f == nil {
				change.Fields = append(change.Fields, Null)
			} else {
				change.Fields = append(change.Fields, *f)
			}
		}
		rows = append(rows, change)
	}
	return columns, rows
}

func runJob(ctx context.Context, engine *embedded.Engine, job *session.Job, cfg *config.Config) ([]string, []ChangeRow, error) {
	plan, err := engine.PlanJob(job, cfg)
	if err != nil {
		return nil, nil, err
	}
	rows := &changeRows{zone: cfg.Zone("table.local-time-zone")}
	x, err := engine.Start(ctx, plan, rows, false)
	if err != nil {
		return nil, nil, err
	}
	if err := x.Wait(); err != nil {
		return nil, nil, err
	}
	if !job.IsQuery() {
		return nil, nil, nil
	}
	return columnNames(job.Roots[0].Schema()), rows.rows, promised(plan.Physical[0].Inputs[0].Node.Traits.Changes, rows.rows)
}

// promised refuses rows of a kind that the plan rules out: a window aggregate that
// updates would fold to the right table all the same.
func promised(changes jobgraph.Changes, rows []ChangeRow) error {
	bit := map[Kind]jobgraph.Changes{UpdateBefore: jobgraph.UpdateBefores, UpdateAfter: jobgraph.UpdateAfters, Delete: jobgraph.Deletes}
	for _, r := range rows {
		if b := bit[r.Kind]; b&^changes != 0 {
			return fmt.Errorf("%w: the plan has no rows of kind %s, and %s%v came", ErrNoAnswer, r.Kind, r.Kind, r.Fields)
		}
	}
	return nil
}

func columnNames(schema types.Schema) (names []string) {
	for _, f := range schema {
		names = append(names, f.Name+" "+f.Type.WithoutTime().String())
	}
	return names
}

// changeRows collects a changelog as text.
type changeRows struct {
	zone *time.Location
	mu   sync.Mutex
	rows []ChangeRow
}

// Collect keeps the rows of b.
func (c *changeRows) Collect(b *batch.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range b.Rows() {
		i := b.Row(k)
		row := ChangeRow{Kind: Kind(b.Kind(i).String()), Fields: make([]string, len(b.Cols))}
		for f, v := range b.Cols {
			row.Fields[f] = Null
			if !v.IsNull(i) {
				row.Fields[f] = string(valuetext.AppendDisplay(nil, v, i, c.zone))
			}
		}
		c.rows = append(c.rows, row)
	}
	return nil
}
