package jobmanager

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/flottstream/flott/internal/connector"
)

// splitWorld is a source whose readers, checkpoints and failures are chance. A
// reader's state is what it reads and what it has read; both go back to a checkpoint
// with it. In the end every split must have been read by exactly one of them.
type splitWorld struct {
	*testing.T
	r       *rand.Rand
	c       *coordinator
	ids     int
	readers []reader
	taken   []taken // retained, oldest first
	next    int64
	found   []connector.Split // ever
}

type reader struct {
	reading, read []string
	idle          bool // has asked
}

type taken struct {
	id          int64
	readers     []reader
	coordinator []byte
}

func (r reader) clone() reader {
	return reader{slices.Clone(r.reading), slices.Clone(r.read), r.idle}
}

func (w *splitWorld) give(as []assignment) {
	for _, a := range as {
		r := &w.readers[a.subtask]
		for _, s := range a.splits {
			r.reading = append(r.reading, s.ID)
		}
		r.idle = r.idle && len(a.splits) == 0
	}
}

func (w *splitWorld) find() {
	var splits []connector.Split
	for range w.r.IntN(4) {
		w.ids++
		id := fmt.Sprint(w.ids)
		if w.r.IntN(2) == 0 {
			id += fmt.Sprintf("@%d", w.r.IntN(5))
		}
		splits = append(splits, connector.Split{ID: id})
	}
	w.found = append(w.found, splits...)
	w.give(w.c.discovered(splits, false))
}

func (w *splitWorld) work() {
	i := w.r.IntN(len(w.readers))
	r := &w.readers[i]
	switch {
	case len(r.reading) > 0:
		r.read = append(r.read, r.reading[0])
		r.reading = r.reading[1:]
	case !r.idle:
		r.idle = true
		w.give(w.c.asked(i))
	}
}

// checkpoint is one that completes, or is given up.
func (w *splitWorld) checkpoint() {
	w.next++
	t := taken{id: w.next, coordinator: w.c.capture(w.next)}
	for _, r := range w.readers {
		t.readers = append(t.readers, r.clone())
	}
	if w.r.IntN(3) == 0 {
		return
	}
	w.taken = append(w.taken, t)
	if len(w.taken) > 2 {
		w.c.subsumed(w.taken[0].id)
		w.taken = w.taken[1:]
	}
}

// fail restarts some readers from the newest checkpoint, or all from an older one.
func (w *splitWorld) fail() {
	from := taken{readers: make([]reader, len(w.readers))}
	all := w.r.IntN(2) == 0
	if n := len(w.taken); n > 0 {
		if all {
			n -= w.r.IntN(n)
		}
		w.taken = w.taken[:n]
		from = w.taken[n-1]
	}
	fails := func(int) bool { return true }
	if !all {
		one := w.r.IntN(len(w.readers))
		fails = func(i int) bool { return i == one }
	}
	for i := range w.readers {
		if fails(i) {
			w.readers[i] = from.readers[i].clone()
			w.readers[i].idle = false
		}
	}
	w.give(w.c.reset(fails, from.id))
}

// renew is another process with another parallelism that starts from the newest
// checkpoint and finds every split again, and then some.
func (w *splitWorld) renew() {
	if len(w.taken) == 0 {
		return
	}
	from := w.taken[len(w.taken)-1]
	old := make([][]connector.Split, len(from.readers))
	readers := make([]reader, 1+w.r.IntN(4))
	for i, r := range from.readers {
		for _, id := range r.reading {
			old[i] = append(old[i], connector.Split{ID: id})
		}
		readers[0].read = append(readers[0].read, r.read...)
	}
	w.c = newCoordinator(0, len(readers))
	w.c.enumerator = ownedByName{}
	if err := w.c.restore(from.id, from.coordinator, old); err != nil {
		w.Fatal(err)
	}
	w.readers = readers
	for i, splits := range w.c.share(old, true) {
		for _, s := range splits {
			w.readers[i].reading = append(w.readers[i].reading, s.ID)
		}
	}
	from.readers = nil
	for _, r := range w.readers {
		from.readers = append(from.readers, r.clone())
	}
	w.taken = []taken{from}
	w.next += 10
	w.give(w.c.reset(func(int) bool { return true }, from.id))
	w.give(w.c.discovered(w.found, false))
}

// Whatever fails and whenever: every split is read, and none twice.
func TestSplitsAreReadOnce(t *testing.T) {
	for seed := range uint64(3000) {
		w := &splitWorld{T: t, r: rand.New(rand.NewPCG(seed, 1)), readers: make([]reader, 3)}
		w.c = newCoordinator(0, 3)
		w.c.enumerator = ownedByName{}
		for range 10 + w.r.IntN(100) {
			switch w.r.IntN(12) {
			case 0, 1:
				w.find()
			case 2, 3:
				w.checkpoint()
			case 4:
				w.fail()
			case 5:
				if w.r.IntN(4) == 0 {
					w.renew()
				}
			default:
				w.work()
			}
		}
		for range 100 * (1 + w.ids) {
			w.work()
		}
		times := map[string]int{}
		for _, r := range w.readers {
			for _, id := range r.read {
				times[id]++
			}
		}
		for _, s := range w.found {
			if times[s.ID] != 1 {
				t.Fatalf("seed %d: split %s was read %d times", seed, s.ID, times[s.ID])
			}
		}
	}
}
