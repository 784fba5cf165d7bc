package main

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/flottstream/flott/compat"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/valuetext"
)

// flottSide asks flott in this process.
type flottSide struct{}

func (flottSide) query(ctx context.Context, settings map[string]string, sql string) (types []string, rows [][]string, how failure, why string) {
	cfg := config.New()
	for k, v := range settings {
		if err := cfg.Set(k, v); err != nil {
			return nil, nil, refused, err.Error()
		}
	}
	var out bytes.Buffer
	engine := embedded.New(&out, &out, rpc.Discard)
	statements, err := parser.ParseScript(sql)
	if err != nil {
		return nil, nil, refused, err.Error()
	}
	r, err := (&embedded.Host{Engine: engine, Config: cfg}).NewSession().Execute(sql, statements[0])
	if err != nil {
		return nil, nil, refused, err.Error()
	}
	plan, err := engine.PlanJob(r.Job, cfg)
	if err != nil {
		return nil, nil, refused, err.Error()
	}
	for _, f := range r.Job.Roots[0].Schema() {
		types = append(types, f.Type.WithoutTime().String())
	}
	fold := &folded{zone: cfg.Zone("table.local-time-zone")}
	x, err := engine.Start(ctx, plan, fold, false)
	if err != nil {
		return nil, nil, failed, err.Error()
	}
	if err := x.Wait(); err != nil {
		return nil, nil, failed, err.Error()
	}
	slices.SortFunc(fold.rows, slices.Compare)
	return types, fold.rows, "", ""
}

// folded collects rows as texts.
type folded struct {
	zone *time.Location
	mu   sync.Mutex
	rows [][]string
}

// Collect keeps the rows of b.
func (c *folded) Collect(b *batch.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range b.Rows() {
		i := b.Row(k)
		row := make([]string, len(b.Cols))
		for f, v := range b.Cols {
			if row[f] = compat.Null; !v.IsNull(i) {
				row[f] = string(valuetext.AppendDisplay(nil, v, i, c.zone))
			}
		}
		c.rows = append(c.rows, row)
	}
	return nil
}
