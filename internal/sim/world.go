package sim

import (
	"fmt"
	"hash"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"
)

// world is an actor.World in which one goroutine runs all loops in turn. Which runs
// next, and how long it takes, comes from the seed; when none can run the clock
// jumps to when one can.
type world struct {
	r       *rand.Rand
	now     time.Time
	threads []*thread
	ready   []*thread // reused
	current *thread
	made    int
	steps   int
	pace    time.Duration // a step takes up to twice that long
	trace   hash.Hash64   // of who ran when: two runs of a seed have the same
	// between is called between two steps; it may kill.
	between func()
}

// thread is a loop. It is in the middle of Wait or Yield whenever another runs.
type thread struct {
	id      int
	process *process // it dies with; nil: it is of the outside world
	daemon  bool     // nobody waits for its end
	where   string   // it was started, for messages
	next    func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool
	due     time.Time
	waits   [3]<-chan struct{}
	free    bool // waits for nothing
	slow    int  // it gets one of so many turns; 0: all
}

// epoch is when simulations begin.
var epoch = time.UnixMilli(1_700_000_000_000)

func newWorld(r *rand.Rand) *world {
	return &world{r: r, now: epoch, trace: fnv.New64a(), pace: 100 * time.Microsecond}
}

// Now is the simulated time.
func (w *world) Now() time.Time { return w.now }

// Go starts a loop that belongs to whom its caller belongs to.
func (w *world) Go(f func()) {
	var p *process
	if w.current != nil {
		p = w.current.process
	}
	w.start(p, f)
}

func (w *world) start(p *process, f func()) *thread {
	if p != nil && p.dead {
		return &thread{}
	}
	w.made++
	t := &thread{id: w.made, process: p, free: true}
	if p != nil && p.lame > 0 && w.r.IntN(4) == 0 {
		t.slow = p.lame
	}
	if _, file, line, ok := runtime.Caller(2); ok {
		t.where = fmt.Sprintf("%s:%d", file[strings.LastIndexByte(file, '/')+1:], line)
	}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		f()
	})
	w.threads = append(w.threads, t)
	return t
}

// Wait implements actor.World.
func (w *world) Wait(due time.Time, a, b, c <-chan struct{}) {
	t := w.running()
	t.due, t.waits, t.free = due, [3]<-chan struct{}{a, b, c}, false
	t.park()
	t.receive(w.r)
	t.due, t.waits = time.Time{}, [3]<-chan struct{}{}
}

// Yield implements actor.World.
func (w *world) Yield() {
	t := w.running()
	if w.r.IntN(2) == 0 {
		t.free = true
		t.park()
	}
}

// Sleep waits for some time.
func (w *world) Sleep(d time.Duration) { w.Wait(w.now.Add(d), nil, nil, nil) }

// After returns a channel that is closed after d.
func (w *world) After(d time.Duration) <-chan struct{} {
	c := make(chan struct{})
	t := w.start(w.current.process, func() {
		w.Sleep(d)
		close(c)
	})
	t.daemon = true
	return c
}

func (w *world) running() *thread {
	if w.current == nil {
		panic("sim: a loop that the world does not know waits in it")
	}
	return w.current
}

// park lets others run. It does not return if the thread is killed meanwhile.
func (t *thread) park() {
	if t.process != nil && t.process.dead || !t.yield(struct{}{}) {
		runtime.Goexit()
	}
}

// waiting reports whether nothing has come that the thread waits for.
func (t *thread) waiting(now time.Time) bool {
	if t.free || !t.due.IsZero() && !now.Before(t.due) {
		return false
	}
	for _, c := range t.waits {
		if yields(c) {
			return false
		}
	}
	return true
}

// yields reports whether a channel has a value or is closed. Nothing is taken out of
// it: the channels that loops wait for hold a value, or are closed and never sent to.
func yields(c <-chan struct{}) bool {
	if c == nil {
		return false
	}
	if len(c) > 0 {
		return true
	}
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// receive takes a value out of one of the channels that have one, as select does.
func (t *thread) receive(r *rand.Rand) {
	first := r.IntN(len(t.waits))
	for i := range t.waits {
		if c := t.waits[(first+i)%len(t.waits)]; yields(c) {
			select {
			case <-c:
			default:
			}
			return
		}
	}
}

// run runs threads until done, which is asked between steps. It fails if none can
// ever run again, or after more steps than limit.
func (w *world) run(done func() bool, limit int) error {
	for !done() {
		if w.between != nil {
			w.between()
		}
		if done() {
			return nil
		}
		if w.steps++; w.steps > limit {
			return fmt.Errorf("no end after %d steps, %s after the beginning: %s", limit, w.now.Sub(epoch), w.whoWaits())
		}
		t := w.pick()
		if t == nil {
			if !w.jump() {
				return fmt.Errorf("nothing can happen any more, %s after the beginning: %s", w.now.Sub(epoch), w.whoWaits())
			}
			continue
		}
		w.step(t)
	}
	return nil
}

// pick chooses who runs next, nil if all wait.
func (w *world) pick() *thread {
	w.ready = w.ready[:0]
	for _, t := range w.threads {
		if !t.waiting(w.now) {
			w.ready = append(w.ready, t)
		}
	}
	if len(w.ready) == 0 {
		return nil
	}
	t := w.ready[w.r.IntN(len(w.ready))]
	if t.slow > 0 && w.r.IntN(t.slow) > 0 {
		t = w.ready[w.r.IntN(len(w.ready))]
	}
	return t
}

// jump sets the clock to when the first thread can run; false: never.
func (w *world) jump() bool {
	var first time.Time
	for _, t := range w.threads {
		if !t.due.IsZero() && (first.IsZero() || t.due.Before(first)) {
			first = t.due
		}
	}
	if first.IsZero() {
		return false
	}
	w.now = first
	return true
}

func (w *world) step(t *thread) {
	w.now = w.now.Add(time.Duration(w.r.Int64N(int64(2 * w.pace))))
	var note [12]byte
	for i := range 4 {
		note[i] = byte(t.id >> (8 * i))
	}
	for i := range 8 {
		note[4+i] = byte(w.now.UnixNano() >> (8 * i))
	}
	w.trace.Write(note[:])
	w.current, t.free = t, false
	_, alive := t.next()
	w.current = nil
	if !alive {
		w.remove(t)
	}
}

func (w *world) remove(t *thread) {
	for i, other := range w.threads {
		if other == t {
			w.threads = append(w.threads[:i], w.threads[i+1:]...)
			return
		}
	}
}

// kill ends the threads of a process where they are, as kill -9 does.
func (w *world) kill(p *process) {
	p.dead = true
	var left, killed []*thread
	for _, t := range w.threads {
		if t.process == p {
			killed = append(killed, t)
		} else {
			left = append(left, t)
		}
	}
	w.threads = left
	for _, t := range killed {
		w.current = t
		t.end()
	}
	w.current = nil
}

// end unwinds the thread. What it defers runs, in a process that is dead already.
// Goexit reaches whoever calls stop, so that a goroutine must be there for that.
func (t *thread) end() {
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		t.stop()
	}()
	<-gone
}

// alive lists the threads of a process that somebody should have waited for.
func (w *world) alive(p *process) (where []string) {
	for _, t := range w.threads {
		if t.process == p && !t.daemon {
			where = append(where, t.where)
		}
	}
	return where
}

func (w *world) whoWaits() string {
	var b strings.Builder
	for _, t := range w.threads {
		fmt.Fprintf(&b, " %s", t.where)
		if t.free {
			b.WriteString("(ready)")
		}
	}
	return "running:" + b.String()
}
