package snapshot

import (
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
)

// PlanOptions say what a restore may leave behind.
type PlanOptions struct {
	// AllowNonRestored: state of operators that the job lacks is left out.
	AllowNonRestored bool
}

// Plan is how a job starts from a checkpoint.
type Plan struct {
	Checkpoint int64
	// Skipped are the operators whose state is left out, for the log.
	Skipped []checkpoint.OperatorName
}

// NewPlan shares the state of a checkpoint out to the subtasks of a job.
func NewPlan(m *checkpoint.Manifest, g *jobgraph.Graph, o PlanOptions) (*Plan, error) { panic("soon") }

// Subtask is what a subtask of a vertex starts from.
func (p *Plan) Subtask(vertex, subtask int) *Restore { panic("soon") }

// Splits are the splits that the source of a vertex was reading: by subtask if
// whole, else one pool to be shared out.
func (p *Plan) Splits(vertex int) (splits [][]connector.Split, whole bool) { panic("soon") }

// Coordinator is the state of the source coordinator of a vertex, nil if it has none.
func (p *Plan) Coordinator(vertex int) []byte { panic("soon") }
