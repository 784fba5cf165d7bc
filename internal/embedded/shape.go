package embedded

import (
	"time"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/session"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

// Shape is what is known about the rows of a query before they come.
type Shape struct {
	Statement  ast.Statement
	Columns    types.Schema
	Bounded    bool // its input ends by itself
	InsertOnly bool // no row is taken back
	Streaming  bool
	Order      []rowcodec.SortColumn // in which the user wants the rows, nil if in none
	Zone       *time.Location        // table.local-time-zone
}

// shape describes the query of a job.
func shape(stmt ast.Statement, job *session.Job, p *Plan, cfg *config.Config) Shape {
	return Shape{
		Statement: stmt, Columns: job.Roots[0].Schema(), Bounded: job.Bounded,
		InsertOnly: p.Physical[0].Inputs[0].Node.Traits.Changes.InsertOnly(), Streaming: p.mode,
		Order: order(job.Roots[0]), Zone: cfg.Zone("table.local-time-zone"),
	}
}

// Shape plans the query of a result; ok is false if it is none.
func (p *Planner) Shape(r *session.Result) (s Shape, ok bool, err error) {
	if r.Job == nil || !r.Job.IsQuery() {
		return Shape{}, false, nil
	}
	cfg := p.Config.Clone()
	planned, err := p.Engine.PlanJob(r.Job, cfg)
	if err != nil {
		return Shape{}, false, err
	}
	return shape(r.Statement, r.Job, planned, cfg), true, nil
}

// shown makes the view of a query: what Rows makes of it shows every change, else the host does.
func (h *Host) shown(stmt ast.Statement, job *session.Job, p *Plan, cfg *config.Config) (*view, error) {
	s := shape(stmt, job, p, cfg)
	if h.Rows == nil {
		return h.view(s, cfg)
	}
	w, err := h.Rows(s)
	if err != nil {
		return nil, err
	}
	return newView(w, s.Zone), nil
}

// view decides how the rows of a query are shown: the rows of a bounded query as a table, those of others as a
// changelog.
func (h *Host) view(s Shape, cfg *config.Config) (*view, error) {
	changelog := !s.Bounded || cfg.Enum("sql-client.execution.result-mode") == "CHANGELOG"
	w, err := tableau.New(h.Out, h.Style, s.Columns, changelog)
	if err != nil {
		return nil, err
	}
	v := newView(w, s.Zone)
	if !changelog && !s.InsertOnly {
		v.folded, err = newFoldedRows(s.Order)
	}
	return v, err
}
