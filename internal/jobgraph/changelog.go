package jobgraph

import "github.com/flottstream/flott/internal/batch"

// ToChangelog makes every change an insert that says in its first column what it was:
// op, then the input's columns.
type ToChangelog struct {
	// Codes are the texts by row kind; changes of a kind that is not in it are left out.
	Codes map[batch.RowKind]string
}

// FromChangelog is the reverse: the column Op says what a row is. Output: the other
// columns. A row with another text fails the job.
type FromChangelog struct {
	Op    int
	Kinds map[string]batch.RowKind
}

func (*ToChangelog) spec()   {}
func (*FromChangelog) spec() {}
