// Package flott runs Flink SQL in a Go program, with functions written in Go.
//
//	p := flott.New()
//	flott.RegisterScalar(p, "slug", func(title string) (string, error) { … })
//	err := p.Run(ctx, "SELECT slug(title) FROM articles", os.Stdout)
//
// A function is called by the name it is registered under, in any case, or by one that
// CREATE FUNCTION name AS 'registered' LANGUAGE GO gives it. Register all of them before
// the first Run or Query: sessions that run share them. A function is called from several
// goroutines at a time, one for each subtask.
package flott

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/embedded"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/rpc"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
)

// Program is the engine with the functions of a program. It is safe for concurrent use
// once all functions are registered.
type Program struct {
	config *config.Config
	users  *expr.UserFunctions
}

// New returns a program without functions and options.
func New() *Program {
	return &Program{config: config.New(), users: expr.NewUserFunctions()}
}

// Set sets a configuration option for all runs, for example "parallelism.default".
func (p *Program) Set(key, value string) error { return p.config.Set(key, value) }

// host prepares a run whose tables of the print connector write to out.
func (p *Program) host(out io.Writer) *embedded.Host {
	engine := embedded.New(out, os.Stderr, rpc.Discard)
	*engine.Functions() = *p.users
	return &embedded.Host{Engine: engine, Config: p.config.Clone(), Out: out, Style: tableau.Tableau}
}

// Run carries out a script as `flott run` does: results of queries are written to out
// as tables, an INSERT that ends by itself is waited for. It returns when all jobs have
// ended, or ctx is done.
func (p *Program) Run(ctx context.Context, script string, out io.Writer) error {
	h := p.host(out)
	return h.NewSession().Run(ctx, script, h)
}

// Row is a change of a query's result.
type Row struct {
	Kind   string // +I, -U, +U or -D
	Values []any  // nil for NULL; see RegisterScalar for the types
}

// Query carries out a script whose last statement is a query and returns its changes in
// the order in which they come. The query has to end by itself.
func (p *Program) Query(ctx context.Context, script string) (columns []string, rows []Row, err error) {
	stmts, err := parser.ParseScript(script)
	if err != nil {
		return nil, nil, err
	}
	h := p.host(io.Discard)
	s := h.NewSession()
	for i, stmt := range stmts {
		r, err := s.Execute(script, stmt)
		if err != nil {
			return nil, nil, err
		}
		last := i == len(stmts)-1
		switch {
		case r.Job == nil && !last:
			continue
		case r.Job == nil || last && !r.Job.IsQuery():
			return nil, nil, fmt.Errorf("the last statement of the script is no query")
		}
		if columns, rows, err = p.job(ctx, h, r); err != nil {
			return nil, nil, err
		}
	}
	return columns, rows, nil
}

func (p *Program) job(ctx context.Context, h *embedded.Host, r *session.Result) ([]string, []Row, error) {
	plan, err := h.Engine.PlanJob(r.Job, h.Config)
	if err != nil {
		return nil, nil, err
	}
	c := &collector{}
	x, err := h.Engine.Start(ctx, plan, c, false)
	if err != nil {
		return nil, nil, err
	}
	if err := x.Wait(); err != nil {
		return nil, nil, err
	}
	return r.Job.Roots[0].Schema().Names(), c.rows, nil
}

// collector keeps the rows of a query.
type collector struct {
	mu   sync.Mutex
	rows []Row
}

// Collect keeps the rows of b.
func (c *collector) Collect(b *batch.Batch) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range b.Rows() {
		i := b.Row(k)
		row := Row{Kind: b.Kind(i).String(), Values: make([]any, len(b.Cols))}
		for f, v := range b.Cols {
			row.Values[f] = goValue(v, i)
		}
		c.rows = append(c.rows, row)
	}
	return nil
}

// key is the name of a function in the tables, which is taken in any case. A name that
// is taken or empty is a mistake of the program.
func (p *Program) key(name string) string {
	key := strings.ToLower(name)
	if key == "" || p.users.Scalars[key] != nil || p.users.Tables[key] != nil || p.users.Aggregates[key] != nil || p.users.Processes[key] != nil {
		panic(fmt.Sprintf("flott: the name %q of a function is empty or taken", name))
	}
	return key
}
