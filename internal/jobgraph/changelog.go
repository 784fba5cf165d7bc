package jobgraph

import "github.com/flottstream/flott/internal/batch"

// ToChangelog makes every change an insert that says in its first column what it was:
// op, then the input's columns.
type ToChangelog struct {
	// Codes are the texts by row kind; changes of a kind that is not in it are left out.
	Codes map[batch.RowKind]string
}

// ShowsChanges reports whether a query of the job makes changes into rows, so that their
// number and order are part of the answer.
func (g *Graph) ShowsChanges() bool {
	for _, v := range g.Vertices {
		for _, n := range v.Chain {
			if _, ok := n.Op.Spec.(*ToChangelog); ok {
				return true
			}
		}
	}
	return false
}

// FromChangelog is the reverse: the column Op says what a row is. Output: the other
// columns. A row with another text fails the job.
type FromChangelog struct {
	Op    int
	Kinds map[string]batch.RowKind
}

func (*ToChangelog) spec()   {}
func (*FromChangelog) spec() {}
