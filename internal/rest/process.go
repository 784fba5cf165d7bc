package rest

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// process reads what the Go runtime and the system say about this process. Flink's
// names of a JVM stand for the nearest thing Go has; what has no counterpart, such
// as metaspace, is not there.
type process struct {
	started time.Time

	mu   sync.Mutex
	past []processReading // oldest first, a minute of them
}

// processReading is the process at one moment.
type processReading struct {
	at          time.Time
	cpu         time.Duration // used by the process
	heapUsed    float64       // bytes
	heapHeld    float64       // bytes the heap has from the system
	total       float64       // bytes of memory held
	limit       float64       // bytes the process may use, 0: not known
	goroutines  float64
	collections float64
	gcCPU       time.Duration // of all cores
	gcClock     time.Duration // gcCPU spread over the cores that may be used
	openFiles   float64       // -1: not known
	maxFiles    float64
	periods     float64 // of CPU accounting, 0: no quota
	throttled   float64 // periods in which the CPU quota was used up
}

func newProcess() *process {
	p := &process{started: time.Now()}
	p.past = []processReading{p.read()}
	return p
}

// keep adds the present to the past.
func (p *process) keep() {
	now := p.read()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past = append(p.past, now)
	if n := int(window/sampleEvery) + 1; len(p.past) > n {
		p.past = append(p.past[:0], p.past[len(p.past)-n:]...)
	}
}

// runtimeNames are the runtime's metrics, in the order of read.
var runtimeNames = [...]string{
	"/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes", "/memory/classes/heap/free:bytes",
	"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/sched/goroutines:goroutines",
	"/gc/cycles/total:gc-cycles", "/cpu/classes/gc/total:cpu-seconds", "/cpu/classes/gc/mark/idle:cpu-seconds",
}

func (p *process) read() processReading {
	samples := make([]metrics.Sample, len(runtimeNames))
	for i := range samples {
		samples[i].Name = runtimeNames[i]
	}
	metrics.Read(samples)
	v := func(i int) float64 {
		switch samples[i].Value.Kind() {
		case metrics.KindUint64:
			return float64(samples[i].Value.Uint64())
		case metrics.KindFloat64:
			return samples[i].Value.Float64()
		}
		return 0
	}
	r := processReading{
		at: time.Now(), cpu: cpuTime(), heapUsed: v(0), heapHeld: v(0) + v(1) + v(2), total: v(3) - v(4),
		goroutines: v(5), collections: v(6), gcCPU: time.Duration((v(7) - v(8)) * float64(time.Second)), // what idle cores do costs nobody
	}
	r.gcClock = r.gcCPU / time.Duration(runtime.GOMAXPROCS(0))
	r.limit = float64(memoryLimit())
	r.openFiles, r.maxFiles = files()
	r.periods, r.throttled, _ = throttling(os.DirFS("/"))
	return r
}

// figures returns the metrics of a JVM as far as there are such.
func (p *process) figures() []figure {
	now := p.read()
	p.mu.Lock()
	old := p.past[0]
	p.mu.Unlock()
	wall := now.at.Sub(old.at).Seconds()
	var l list
	l.double("Status.JVM.CPU.Load", min(1, rate(now.cpu.Seconds(), old.cpu.Seconds(), wall)/float64(runtime.NumCPU())))
	if now.periods > 0 { // flott's own: share of the container's CPU periods that were cut short
		l.double("Status.Container.CPU.Throttled", min(1, rate(now.throttled, old.throttled, now.periods-old.periods)))
	}
	l.count("Status.JVM.CPU.Time", float64(now.cpu.Nanoseconds()))
	l.count("Status.JVM.Memory.Heap.Used", now.heapUsed)
	l.count("Status.JVM.Memory.Heap.Committed", now.heapHeld)
	l.count("Status.JVM.Memory.Heap.Max", now.limit)
	l.count("Status.JVM.Memory.NonHeap.Used", max(0, now.total-now.heapHeld))
	l.count("Status.JVM.Memory.NonHeap.Committed", max(0, now.total-now.heapHeld))
	l.count("Status.JVM.Memory.NonHeap.Max", -1)
	l.count("Status.JVM.Threads.Count", now.goroutines)
	l.count("Status.JVM.GarbageCollector.All.Count", now.collections)
	l.count("Status.JVM.GarbageCollector.All.Time", float64(now.gcClock.Milliseconds()))
	// The runtime counts time in which it would have computed, had it been given a
	// core: on a machine that is taken by others that is more than the process used.
	used := rate(now.cpu.Seconds(), old.cpu.Seconds(), wall) / float64(runtime.GOMAXPROCS(0)) * 1000
	l.double("Status.JVM.GarbageCollector.All.TimeMsPerSecond", min(used, rate(float64(now.gcClock)/1e6, float64(old.gcClock)/1e6, wall)))
	if now.openFiles >= 0 {
		l.count("Status.JVM.FileDescriptor.Open", now.openFiles)
		l.count("Status.JVM.FileDescriptor.Max", now.maxFiles)
	}
	return l.figures
}

// memoryLimit is how much memory the process may use, in bytes: what the runtime was
// told, or what the machine has; 0: not known.
func memoryLimit() int64 {
	if n := debug.SetMemoryLimit(-1); n < math.MaxInt64/2 {
		return n
	}
	return physicalMemory()
}
