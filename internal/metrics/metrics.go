// Package metrics holds the numbers a running job tells about itself: counters
// and gauges in a tree of groups whose scopes follow Flink's (job, task,
// operator). Writers are cheap and wait-free; readers walk the tree.
package metrics

import (
	"sort"
	"sync"
	"sync/atomic"
)

// Counter is a number that is added to from one or many goroutines.
type Counter struct{ n atomic.Int64 }

// Add adds d.
func (c *Counter) Add(d int64) { c.n.Add(d) }

// Value is the sum so far.
func (c *Counter) Value() int64 { return c.n.Load() }

// Gauge is a number that is set. The zero Gauge reads 0.
type Gauge struct{ n atomic.Int64 }

// Set sets the value.
func (g *Gauge) Set(v int64) { g.n.Store(v) }

// Value is the value set last.
func (g *Gauge) Value() int64 { return g.n.Load() }

// Group is a scope of metrics: variables such as job_name, task_name,
// subtask_index, and named metrics. It is safe for concurrent use.
type Group struct {
	vars map[string]string // own and inherited; never changed after creation

	mu       sync.Mutex
	counters map[string]*Counter
	gauges   map[string]*Gauge
	funcs    map[string]func() float64
	children []*Group
}

// NewGroup returns a root group.
func NewGroup(vars map[string]string) *Group {
	return &Group{vars: vars, counters: map[string]*Counter{}, gauges: map[string]*Gauge{}, funcs: map[string]func() float64{}}
}

// Child returns a new group below g with more variables.
func (g *Group) Child(vars map[string]string) *Group {
	all := make(map[string]string, len(g.vars)+len(vars))
	for k, v := range g.vars {
		all[k] = v
	}
	for k, v := range vars {
		all[k] = v
	}
	c := NewGroup(all)
	g.mu.Lock()
	g.children = append(g.children, c)
	g.mu.Unlock()
	return c
}

// Counter returns the counter of that name, created at first use.
func (g *Group) Counter(name string) *Counter {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.counters[name]
	if c == nil {
		c = new(Counter)
		g.counters[name] = c
	}
	return c
}

// Gauge returns the gauge of that name, created at first use.
func (g *Group) Gauge(name string) *Gauge {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := g.gauges[name]
	if v == nil {
		v = new(Gauge)
		g.gauges[name] = v
	}
	return v
}

// Func registers a metric that is computed when read, from any goroutine.
func (g *Group) Func(name string, f func() float64) {
	g.mu.Lock()
	g.funcs[name] = f
	g.mu.Unlock()
}

// Var returns a scope variable, e.g. "subtask_index".
func (g *Group) Var(name string) string { return g.vars[name] }

// Sample is one metric read at one moment.
type Sample struct {
	Vars  map[string]string
	Name  string
	Value float64
}

// Read appends a sample of every metric at and below g, ordered by name within
// a group.
func (g *Group) Read(dst []Sample) []Sample {
	g.mu.Lock()
	start := len(dst)
	for name, c := range g.counters {
		dst = append(dst, Sample{g.vars, name, float64(c.Value())})
	}
	for name, v := range g.gauges {
		dst = append(dst, Sample{g.vars, name, float64(v.Value())})
	}
	funcs := make(map[string]func() float64, len(g.funcs))
	for name, f := range g.funcs {
		funcs[name] = f
	}
	children := g.children
	g.mu.Unlock()
	for name, f := range funcs {
		dst = append(dst, Sample{g.vars, name, f()})
	}
	own := dst[start:]
	sort.Slice(own, func(i, j int) bool { return own[i].Name < own[j].Name })
	for _, c := range children {
		dst = c.Read(dst)
	}
	return dst
}
