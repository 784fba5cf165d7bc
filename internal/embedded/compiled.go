package embedded

import (
	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/sql/lower"
	"github.com/flottstream/flott/internal/sql/plan"
	"github.com/flottstream/flott/internal/sql/planfile"
	"github.com/flottstream/flott/internal/sql/session"
)

// PlanJob plans a job. That of a compiled plan gets the settings, identities and
// times to live of its file.
func (e *Engine) PlanJob(j *session.Job, cfg *config.Config) (*Plan, error) {
	if j.Compiled == nil {
		return e.Plan(j.Roots, cfg)
	}
	for k, v := range j.Compiled.Settings {
		if err := cfg.Set(k, v); err != nil {
			return nil, err
		}
	}
	return e.plan(j.Roots, j.Compiled, cfg)
}

// Operators implements session.Compiler.
func (h *Host) Operators(roots []plan.Node) ([]planfile.Operator, error) {
	physical, err := h.Engine.Optimize(roots, h.Config)
	if err != nil {
		return nil, err
	}
	graph, err := lower.Graph(physical, lowerOptions("compile", h.Config))
	if err != nil {
		return nil, err
	}
	return planfile.Operators(graph), nil
}
