package aggregate

import "github.com/flottstream/flott/internal/batch"

// ResultsOf is Results of some of the groups only, which may be named more than
// once.
func (s *Set) ResultsOf(g *Groups, which []int32, out []*batch.Vector) error {
	some := &s.some
	some.Recs = some.Recs[:0]
	for _, k := range which {
		some.Recs = append(some.Recs, g.Recs[k])
	}
	for len(some.vars) < s.vars {
		some.vars = append(some.vars, nil)
	}
	for i := range some.vars {
		some.vars[i] = some.vars[i][:0]
		for _, k := range which {
			some.vars[i] = append(some.vars[i], g.vars[i][k])
		}
	}
	return s.Results(some, out)
}

// Forget empties the variables of group k.
func (s *Set) Forget(g *Groups, k int) {
	for i := range g.vars {
		g.vars[i][k].set(nil)
	}
}
