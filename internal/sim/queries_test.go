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
			for n := range uint64(5) { // tables may be empty
				data := newDataset(rand.New(rand.NewPCG(n, uint64(i))))
				data.owned = q.owned
				s := newSimulation(5, jobOf(q, nil), data, chaos{calm: true})
				defer s.close()
				if err := s.run(); err != nil {
					t.Fatal(s.explain(err))
				}
				if len(s.broker.visible) > 0 {
					return
				}
			}
			t.Error("no row came out")
		})
	}
}
