package schedule

import (
	"slices"

	"github.com/flottstream/flott/internal/jobgraph"
)

// Subtask names a subtask of a graph.
type Subtask struct{ Vertex, Index int }

// Regions are the pipelined regions of a graph: subtasks joined by channels, which
// have to restart together because rows in flight between them would be lost or
// come twice. All edges are pipelined.
type Regions struct {
	first  map[int]int // of a vertex: place of subtask 0
	all    []Subtask   // by place
	parent []int       // union-find over places; a root is its own parent
}

// NewRegions finds the regions of g.
func NewRegions(g *jobgraph.Graph) *Regions {
	r := &Regions{first: map[int]int{}}
	width := map[int]int{}
	for _, v := range g.Vertices {
		r.first[v.ID], width[v.ID] = len(r.all), v.Parallelism
		for i := range v.Parallelism {
			r.parent = append(r.parent, len(r.all))
			r.all = append(r.all, Subtask{v.ID, i})
		}
	}
	for _, v := range g.Vertices {
		for _, e := range v.Inputs {
			r.join(e, width[e.From], v.Parallelism)
		}
	}
	return r
}

// join puts the ends of every channel of an edge into one region.
func (r *Regions) join(e jobgraph.Edge, producers, consumers int) {
	from, to := r.first[e.From], r.first[e.To]
	switch e.Dist {
	case jobgraph.Forward, jobgraph.Rescale:
		// Every subtask has few neighbours: those of the narrower side's index.
		for p := range producers {
			for c := p * consumers / producers; c < consumers && c <= ((p+1)*consumers-1)/producers+1; c++ {
				if jobgraph.Connected(e.Dist, p, producers, c, consumers) {
					r.union(from+p, to+c)
				}
			}
		}
	case jobgraph.Global:
		for p := range producers {
			r.union(from+p, to)
		}
	default: // all to all
		for p := range producers {
			r.union(from+p, to)
		}
		for c := range consumers {
			r.union(from, to+c)
		}
	}
}

func (r *Regions) find(i int) int {
	for r.parent[i] != i {
		r.parent[i] = r.parent[r.parent[i]] // halve the path
		i = r.parent[i]
	}
	return i
}

func (r *Regions) union(a, b int) { r.parent[r.find(a)] = r.find(b) }

// Of returns the region of a subtask, in order of vertex and index; nil if the graph
// has no such subtask.
func (r *Regions) Of(s Subtask) (out []Subtask) {
	at := slices.Index(r.all, s)
	if at < 0 {
		return nil
	}
	root := r.find(at)
	for i, t := range r.all {
		if r.find(i) == root {
			out = append(out, t)
		}
	}
	return out
}

// All returns every subtask.
func (r *Regions) All() []Subtask { return r.all }

// Count returns the number of regions.
func (r *Regions) Count() (n int) {
	for i := range r.parent {
		if r.find(i) == i {
			n++
		}
	}
	return n
}
