package operators

import (
	"github.com/flottstream/flott/internal/aggregate"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/types"
)

// newMatchSet prepares an aggregate over rows of a match.
func newMatchSet(c jobgraph.AggCall, wide types.Schema, spec *jobgraph.Match, name string, ctx *operator.Context) (*aggregate.Set, error) {
	set, err := aggregate.NewSet([]aggregate.Call{{Fn: c.Fn, Args: c.Args, Distinct: c.Distinct, Filter: c.Filter, User: c.User}},
		aggregate.Options{Input: wide.Types(), Name: name, Key: columnTypes(spec.Schema, spec.Partition)})
	if err != nil {
		return nil, err
	}
	return set, set.Open(ctx.State)
}

// aggregate appends the value of a call over each range of rows. Long ranges are
// taken in turns, so that the list of rows stays short.
func (e *matchEval) aggregate(s *partitionSet, work *batch.Batch, from, end []int32, out *batch.Vector) error {
	for i := 0; i < len(from); {
		to, rows := i, int32(0)
		for to < len(from) && (to == i || rows+end[to]-from[to] <= anewPairs && !s.HasViews()) {
			rows += end[to] - from[to]
			to++
		}
		s.begin(&e.key, to-i)
		s.rows, s.gid = s.rows[:0], s.gid[:0]
		for k := i; k < to; k++ {
			for r := from[k]; r < end[k]; r++ {
				s.rows, s.gid = append(s.rows, r), append(s.gid, int32(k-i))
			}
		}
		if err := s.Update(&s.groups, work, s.rows, s.gid, false); err != nil {
			return err
		}
		if err := s.Results(&s.groups, []*batch.Vector{out}); err != nil {
			return err
		}
		if s.HasViews() {
			if err := s.Clear(&s.groups, 0); err != nil {
				return err
			}
		}
		i = to
	}
	return nil
}
