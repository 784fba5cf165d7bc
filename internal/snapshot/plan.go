package snapshot

import (
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/stream"
)

// ErrMismatch marks (by wrapping) that a checkpoint does not fit the job: the user
// can mend it, another checkpoint will not.
var ErrMismatch = errors.New("")

// PlanOptions say what a restore may leave behind.
type PlanOptions struct {
	// AllowNonRestored: state of operators that the job lacks is left out.
	AllowNonRestored bool
}

// Plan is how a job starts from a checkpoint. It is not changed once it is made;
// what it gives out shares memory with it and with the manifest.
//
// # How state is shared out
//
// Operators are matched by UID. With the same parallelism each subtask gets what it
// had. With another one:
//
//	keyed state        every old part with key groups of the new subtask
//	Split lists        records of all old subtasks in order, dealt round-robin
//	Union lists        all records (at any parallelism)
//	Broadcast lists    those of one old subtask
//	event time         the least of the old subtasks that had not ended
//	Done               if it was so for all
//	rows in flight     of a hash edge to every subtask with key groups of the old
//	                   one, which keeps its own; of another edge to one subtask
//	splits             one pool
//
// # Subtasks that had finished
//
// A vertex whose subtasks had all finished is finished. If some had, then with the
// same parallelism those are finished again; with another one all subtasks run,
// and what the finished ones had is done: their splits have been read, their
// state has been given out. A vertex must not be finished behind one that is not.
type Plan struct {
	Checkpoint int64
	Path       string
	// Skipped are the operators whose state is left out, for the log.
	Skipped []checkpoint.OperatorName

	vertices map[int]*vertexPlan
}

// vertexPlan is what a vertex starts from.
type vertexPlan struct {
	subtasks    []*Restore
	splits      [][]connector.Split
	whole       bool
	coordinator []byte
}

// NewPlan shares the state of a checkpoint out to the subtasks of a job. It is
// pure: no file is read.
func NewPlan(m *checkpoint.Manifest, g *jobgraph.Graph, o PlanOptions) (*Plan, error) {
	old, err := decodeAll(m)
	if err != nil {
		return nil, err
	}
	p := &planner{old: old, g: g, progress: map[int]progress{}, placed: map[string]place{}}
	p.plan = &Plan{Checkpoint: m.ID, Path: m.Path, vertices: map[int]*vertexPlan{}}
	for _, v := range g.Vertices {
		for i, n := range v.Chain {
			p.placed[n.Op.UID] = place{v, i}
		}
	}
	if err := p.leaveOut(o.AllowNonRestored); err != nil {
		return nil, err
	}
	for _, v := range g.Vertices {
		if err := p.vertex(v); err != nil {
			return nil, err
		}
	}
	for i := range old.inflight {
		if err := p.inflight(&old.inflight[i]); err != nil {
			return nil, err
		}
	}
	return p.plan, nil
}

// Subtask is what a subtask of a vertex starts from.
func (p *Plan) Subtask(vertex, subtask int) *Restore { return p.vertices[vertex].subtasks[subtask] }

// Splits are the splits that the source of a vertex was reading. If whole, they
// are by subtask, and stay there; else they are one pool to be shared out.
func (p *Plan) Splits(vertex int) (splits [][]connector.Split, whole bool) {
	v := p.vertices[vertex]
	return v.splits, v.whole
}

// Coordinator is the state of the source coordinator of a vertex, nil if it had none.
func (p *Plan) Coordinator(vertex int) []byte { return p.vertices[vertex].coordinator }

// planner makes a Plan.
type planner struct {
	old      *oldState
	g        *jobgraph.Graph
	plan     *Plan
	progress map[int]progress // of the new vertices, by ID
	placed   map[string]place // operators of the job, by UID
}

// place is where an operator of the job is.
type place struct {
	vertex *jobgraph.Vertex
	node   int
}

// leaveOut finds the state that nobody takes over.
func (p *planner) leaveOut(allowed bool) error {
	for _, op := range p.old.operators {
		if _, ok := p.placed[op.UID]; ok || !op.stateful(p.old) {
			continue
		}
		if !allowed {
			return fmt.Errorf("%wFailed to rollback to checkpoint/savepoint %s. Cannot map checkpoint/savepoint state for operator %s (%s) to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allow-non-restored-state option on the CLI.",
				ErrMismatch, p.old.m.Path, op.Name, op.UID)
		}
		p.plan.Skipped = append(p.plan.Skipped, op.OperatorName)
	}
	return nil
}

// vertex plans one vertex; those before it have been planned.
func (p *planner) vertex(v *jobgraph.Vertex) error {
	out := &vertexPlan{subtasks: make([]*Restore, v.Parallelism)}
	p.plan.vertices[v.ID] = out
	for i := range out.subtasks {
		out.subtasks[i] = &Restore{Checkpoint: p.old.m.ID, Operators: map[string]*OperatorRestore{}}
	}
	if err := p.finished(v, out); err != nil {
		return err
	}
	for i, n := range v.Chain {
		op := p.old.byUID[n.Op.UID]
		if op == nil {
			continue
		}
		if err := p.checkMaxParallelism(v, op); err != nil {
			return err
		}
		if i == 0 {
			out.source(op)
		}
		for subtask, r := range out.subtasks {
			if !r.Finished {
				r.Operators[op.UID] = op.restore(v, subtask)
			}
		}
	}
	return nil
}

// checkMaxParallelism refuses another number of key groups: the keys would be
// looked for in the wrong ones.
func (p *planner) checkMaxParallelism(v *jobgraph.Vertex, op *oldOperator) error {
	if op.vertex.MaxParallelism == v.MaxParallelism || !op.keyed() && !op.rowsInFlight(p.old) {
		return nil
	}
	return fmt.Errorf("%wThe maximum parallelism (%d) with which the checkpoint/savepoint %s of the operator %s has been taken and the current maximum parallelism (%d) differ, and keyed state cannot move between them: set 'pipeline.max-parallelism' to %[2]d",
		ErrMismatch, op.vertex.MaxParallelism, p.old.m.Path, op.Name, v.MaxParallelism)
}

// finished marks the subtasks that had finished.
func (p *planner) finished(v *jobgraph.Vertex, out *vertexPlan) error {
	var known []*oldOperator
	for _, n := range v.Chain {
		if op := p.old.byUID[n.Op.UID]; op != nil {
			known = append(known, op)
		}
	}
	for _, op := range known {
		if op.progress() != known[0].progress() {
			return fmt.Errorf("%wCan not restore vertex %s which contains mixed operator finished state: in the checkpoint/savepoint %s the operators %s and %s were in different vertices, of which one had finished (more). Chain the operators as they were chained",
				ErrMismatch, v.Name, p.old.m.Path, known[0].Name, op.Name)
		}
	}
	if len(known) == 0 || known[0].UID != v.Chain[0].Op.UID {
		return nil // a new head has not finished
	}
	parts := known[0].vertex.Subtasks
	switch known[0].progress() {
	case running:
		return nil
	case finished:
		for _, r := range out.subtasks {
			r.Finished = true
		}
		p.progress[v.ID] = finished
		return p.checkInputs(v)
	}
	if len(parts) == v.Parallelism && sameVertex(known) {
		for i, r := range out.subtasks {
			r.Finished = parts[i].Finished
		}
		p.progress[v.ID] = partly
	}
	return nil
}

func sameVertex(ops []*oldOperator) bool {
	for _, op := range ops {
		if op.vertex != ops[0].vertex {
			return false
		}
	}
	return true
}

// checkInputs refuses rows that nobody would take.
func (p *planner) checkInputs(v *jobgraph.Vertex) error {
	for _, e := range v.Inputs {
		if p.progress[e.From] != finished {
			return fmt.Errorf("%wIllegal JobGraph modification. Cannot run a program with fully finished vertices predeceased with the ones not fully finished. Task vertex %s has a predecessor not fully finished %s",
				ErrMismatch, v.Name, p.g.Vertices[e.From].Name)
		}
	}
	return nil
}

// source takes over what a source was reading.
func (out *vertexPlan) source(op *oldOperator) {
	if op.head && op.vertex.Coordinator != nil {
		out.coordinator = op.vertex.Coordinator.Data
	}
	any := false
	splits := make([][]connector.Split, len(op.parts))
	for i, part := range op.parts {
		if part != nil {
			splits[i] = part.Splits
			any = any || len(part.Splits) > 0
		}
	}
	out.whole = len(splits) == len(out.subtasks)
	switch {
	case !any:
	case out.whole:
		out.splits = splits
	default:
		var pool []connector.Split
		for _, s := range splits {
			pool = append(pool, s...)
		}
		out.splits = [][]connector.Split{pool}
	}
}

// restore is what one new subtask takes over of an operator.
func (op *oldOperator) restore(v *jobgraph.Vertex, subtask int) *OperatorRestore {
	r := &OperatorRestore{In: stream.MinTime, Out: stream.MinTime}
	same := len(op.parts) == v.Parallelism
	if same {
		if own := op.parts[subtask]; own != nil {
			r.In, r.Out, r.Done = own.In, own.Out, own.Done
		}
	} else {
		r.In, r.Out, r.Done = op.eventTime()
	}
	groups := keygroup.RangeOf(subtask, v.MaxParallelism, v.Parallelism)
	for _, part := range op.parts {
		if part == nil {
			continue
		}
		if k := part.Keyed; k != nil && k.Groups.Start <= groups.End && groups.Start <= k.Groups.End {
			r.Keyed = append(r.Keyed, *k)
		}
	}
	op.shareLists(r, v.Parallelism, subtask)
	return r
}

// eventTime is what all old subtasks together had reached.
func (op *oldOperator) eventTime() (in, out int64, done bool) {
	in, out, done = stream.MaxTime, stream.MaxTime, true
	some := false
	for _, part := range op.parts {
		if part == nil {
			continue
		}
		some = true
		if !part.Done {
			in, out, done = min(in, part.In), min(out, part.Out), false
		}
	}
	if !some {
		return stream.MinTime, stream.MinTime, false
	}
	return in, out, done
}

// inflight shares out rows in flight.
func (p *planner) inflight(f *oldInflight) error {
	to, ok := p.placed[f.To]
	if !ok {
		return nil // left out
	}
	e, ok := p.edge(to, f)
	if !ok {
		return fmt.Errorf("%wThe checkpoint %s holds rows in flight from operator %s to operator %s (input %d), but the job has no such exchange. Take a savepoint, or a checkpoint with 'execution.checkpointing.unaligned.enabled' = 'false', and start the changed job from that",
			ErrMismatch, p.old.m.Path, p.name(f.From), p.name(f.To), f.Port)
	}
	v, n := to.vertex, len(f.vertex.Subtasks)
	subtasks := p.plan.vertices[v.ID].subtasks
	switch {
	case n == v.Parallelism:
		r := subtasks[f.subtask]
		r.Inflight, r.Whole = append(r.Inflight, f.Inflight), true
	case e.Dist == jobgraph.Hash:
		groups := keygroup.RangeOf(f.subtask, f.vertex.MaxParallelism, n)
		for i, r := range subtasks {
			if own := keygroup.RangeOf(i, v.MaxParallelism, v.Parallelism); own.Start <= groups.End && groups.Start <= own.End {
				r.Inflight = append(r.Inflight, f.Inflight)
			}
		}
	default:
		r := subtasks[f.subtask%v.Parallelism]
		r.Inflight = append(r.Inflight, f.Inflight)
	}
	return nil
}

// edge finds the exchange that rows in flight were on.
func (p *planner) edge(to place, f *oldInflight) (jobgraph.Edge, bool) {
	if to.node == 0 {
		for _, e := range to.vertex.Inputs {
			if e.Port == f.Port && p.g.Vertices[e.From].Chain[e.FromNode].Op.UID == f.From {
				return e, true
			}
		}
	}
	return jobgraph.Edge{}, false
}

// name is what to call an operator of the checkpoint.
func (p *planner) name(uid string) string {
	if op := p.old.byUID[uid]; op != nil {
		return strings.TrimSpace(op.Name + " (" + uid + ")")
	}
	return uid
}
