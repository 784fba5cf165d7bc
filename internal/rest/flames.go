package rest

import (
	"sync"
	"time"
)

const (
	flameSamples = 50
	flameEvery   = 20 * time.Millisecond
	flameFresh   = 10 * time.Second // samples are taken anew after that
)

// flames samples the stacks of the process when somebody wants to see them. It is
// safe for concurrent use.
type flames struct {
	mu     sync.Mutex
	busy   bool
	newest []stack
	end    time.Time
}

func newFlames() *flames { return &flames{} }

// samples returns the newest samples and when they were taken, in ms since 1970;
// nil if there are none yet. If they are old and something runs, new ones are begun.
func (f *flames) samples(running func() bool) ([]stack, int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.busy && time.Since(f.end) > flameFresh && (f.newest == nil || running()) {
		f.busy = true
		go f.sample()
	}
	return f.newest, f.end.UnixMilli()
}

func (f *flames) sample() {
	taken := []stack{}
	tick := time.NewTicker(flameEvery)
	defer tick.Stop()
	for range flameSamples {
		now, err := stacks()
		if err != nil {
			break
		}
		for _, s := range now {
			if s.labels["vertex"] != "" {
				taken = append(taken, s)
			}
		}
		<-tick.C
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest, f.end, f.busy = taken, time.Now(), false
}
