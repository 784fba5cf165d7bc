package lower

import (
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/sql/plan"
)

// identifyProcess: the state of a process table function is named by its uid alone, so
// that it is found again although the query around it has changed.
func identifyProcess(n *plan.Physical, spec *jobgraph.Process, ups []string) (string, []string) {
	uid := hash("Process|uid|" + spec.UID)
	if spec.UID == "" {
		uid = hash("Process|" + spec.Fn + "|" + strings.Join(ups, "|"))
	}
	return uid, results(uid, len(n.Out), "p")
}
