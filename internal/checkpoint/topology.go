package checkpoint

import (
	"fmt"

	"github.com/flottstream/flott/internal/jobgraph"
)

// topology is the job's vertices with the state of each subtask.
type topology struct {
	vertices []*vertex
	// byID are the vertices by jobgraph ID.
	byID map[int]*vertex
	size int // subtasks
}

type vertex struct {
	graph       *jobgraph.Vertex
	coordinated bool // has a source coordinator
	first       int  // index of subtask 0 among all subtasks
	subtasks    []execution
}

// operators names those of the vertex's chain.
func (v *vertex) operators() (names []OperatorName) {
	for _, n := range v.graph.Chain {
		if n.Op != nil {
			names = append(names, OperatorName{n.Op.UID, n.Op.Name})
		}
	}
	return names
}

// execution is the newest attempt of a subtask.
type execution struct {
	attempt int
	state   TaskState
}

func newTopology(g *jobgraph.Graph) *topology {
	t := &topology{byID: map[int]*vertex{}}
	for _, gv := range g.Vertices {
		v := &vertex{graph: gv, first: t.size, subtasks: make([]execution, gv.Parallelism)}
		if len(gv.Chain) > 0 && gv.Chain[0].Op != nil {
			_, v.coordinated = gv.Chain[0].Op.Spec.(*jobgraph.Scan)
		}
		t.vertices = append(t.vertices, v)
		t.byID[gv.ID] = v
		t.size += gv.Parallelism
	}
	return t
}

// find returns the execution a task names, and its place; nil if there is no
// such subtask.
func (t *topology) find(k Task) (*vertex, *execution) {
	v := t.byID[k.Vertex]
	if v == nil || k.Subtask < 0 || k.Subtask >= len(v.subtasks) {
		return nil, nil
	}
	return v, &v.subtasks[k.Subtask]
}

// running reports whether all tasks run or have finished, and at least one runs.
func (t *topology) running() bool {
	some := false
	for _, v := range t.vertices {
		for _, e := range v.subtasks {
			switch e.state {
			case TaskRunning:
				some = true
			case TaskFinished:
			default:
				return false
			}
		}
	}
	return some
}

// finished reports whether every task has finished.
func (t *topology) finished() bool {
	for _, v := range t.vertices {
		for _, e := range v.subtasks {
			if e.state != TaskFinished {
				return false
			}
		}
	}
	return true
}

// name is what logs call a task: "Source: bid (1/4)".
func (t *topology) name(k Task) string {
	v := t.byID[k.Vertex]
	if v == nil {
		return fmt.Sprintf("vertex %d (%d/?)", k.Vertex, k.Subtask+1)
	}
	return fmt.Sprintf("%s (%d/%d)", v.graph.Name, k.Subtask+1, v.graph.Parallelism)
}

// plan is who takes part in a checkpoint.
type plan struct {
	trigger []Task // get the barrier from the coordinator
	wait    []Task // must acknowledge; are told of the outcome
	done    []Task // have finished: no state, counted as acknowledged
	coords  []int  // vertices whose source coordinators must give their state
}

// plan makes the plan of a checkpoint triggered now, or says why there can be none.
func (t *topology) plan(job string, afterFinish bool) (p plan, refusal string) {
	for _, v := range t.vertices {
		for i, e := range v.subtasks {
			k := Task{v.graph.ID, i, e.attempt}
			switch e.state {
			case TaskRunning:
				p.wait = append(p.wait, k)
			case TaskFinished:
				p.done = append(p.done, k)
			default:
				return plan{}, fmt.Sprintf("Checkpoint triggering task %s of job %s is not being executed at the moment. Aborting checkpoint.", t.name(k), job)
			}
		}
		if v.coordinated {
			p.coords = append(p.coords, v.graph.ID)
		}
	}
	switch {
	case len(p.done) > 0 && !afterFinish:
		return plan{}, "Some tasks of the job have already finished and checkpointing with finished tasks is not enabled."
	case len(p.wait) == 0:
		return plan{}, "All tasks of the job have finished."
	}
	for _, k := range p.wait {
		if !t.fed(k) {
			p.trigger = append(p.trigger, k)
		}
	}
	return p, ""
}

// fed reports whether a task will get barriers from a task that still runs.
func (t *topology) fed(k Task) bool {
	v := t.byID[k.Vertex]
	for _, e := range v.graph.Inputs {
		from := t.byID[e.From]
		for p, x := range from.subtasks {
			if x.state == TaskRunning && jobgraph.Connected(e.Dist, p, len(from.subtasks), k.Subtask, len(v.subtasks)) {
				return true
			}
		}
	}
	return false
}
