package sim

import (
	"math/rand/v2"
	"testing"
)

// TestQueriesRun runs every query undisturbed.
func TestQueriesRun(t *testing.T) {
	for i := range queries {
		q := &queries[i]
		t.Run(q.name, func(t *testing.T) {
			data := newDataset(rand.New(rand.NewPCG(9, uint64(i))))
			data.owned = q.owned
			s := newSimulation(5, jobOf(q, nil), data, chaos{calm: true})
			defer s.close()
			if err := s.run(); err != nil {
				t.Fatal(s.explain(err))
			}
			if len(s.broker.visible) == 0 {
				t.Error("no row came out")
			}
		})
	}
}
