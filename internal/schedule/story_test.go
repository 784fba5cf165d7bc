package schedule

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/jobgraph"
)

// Stories. `new KEY=VALUE… tasks=(a:2,b:2) edges=(forward)` makes a failover; `step`
// takes lines `fail TIME [TASK]`, `fatal TIME` and `regions`. Chance is always
// `random`, 0.5 if not given.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var f *Failover
		var g *jobgraph.Graph
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "new" {
				var err error
				if f, g, err = fromArgs(d.CmdArgs); err != nil {
					return err.Error()
				}
				return f.Strategy()
			}
			var out strings.Builder
			for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				fmt.Fprintf(&out, "> %s\n", line)
				do(&out, f, g, strings.Fields(line))
			}
			return out.String()
		})
	})
}

func fromArgs(args []datadriven.CmdArg) (*Failover, *jobgraph.Graph, error) {
	o, chance, checkpointing := Default(), 0.5, false
	tasks, edges := []string{"a:1"}, []string{"hash"}
	for _, a := range args {
		switch a.Key {
		case "tasks":
			tasks = a.Vals
		case "edges":
			edges = a.Vals
		case "random":
			chance, _ = strconv.ParseFloat(a.Vals[0], 64)
		case "checkpointing":
			checkpointing = true
		default:
			if err := setKey(&o, a.Key, a.Vals[0]); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := o.Validate(); err != nil {
		return nil, nil, err
	}
	g := line(edges, tasks)
	return NewFailover(o, g, checkpointing, func() float64 { return chance }), g, nil
}

// setKey sets an option by its key, without "restart-strategy." if one likes.
func setKey(o *Options, key, text string) (err error) {
	for _, k := range Keys {
		if k.Name != key && k.Name != "restart-strategy."+key {
			continue
		}
		switch f := k.Field(o).(type) {
		case *time.Duration:
			*f, err = time.ParseDuration(strings.NewReplacer(" ", "", "min", "m").Replace(text))
		case *int64:
			*f, err = strconv.ParseInt(text, 10, 64)
		case *float64:
			*f, err = strconv.ParseFloat(text, 64)
		case *string:
			*f = strings.ToUpper(text)
		}
		return err
	}
	return fmt.Errorf("no key %q", key)
}

// line makes a graph of vertices "name:parallelism" joined one to the next; "-"
// joins them not.
func line(edges, tasks []string) *jobgraph.Graph {
	g := &jobgraph.Graph{}
	for i, t := range tasks {
		name, n, _ := strings.Cut(t, ":")
		parallelism, _ := strconv.Atoi(n)
		v := &jobgraph.Vertex{ID: i, Name: name, Parallelism: parallelism}
		if edge := edges[max(0, i-1)%len(edges)]; i > 0 && edge != "-" {
			for dist := jobgraph.Forward; dist <= jobgraph.Global; dist++ {
				if dist.String() == edge {
					v.Inputs = []jobgraph.Edge{{ID: i, From: i - 1, To: i, Dist: dist}}
				}
			}
		}
		g.Vertices = append(g.Vertices, v)
	}
	return g
}

func do(out *strings.Builder, f *Failover, g *jobgraph.Graph, words []string) {
	if words[0] == "regions" {
		fmt.Fprintf(out, "  %d\n", f.regions.Count())
		return
	}
	now, _ := strconv.ParseInt(words[1], 10, 64)
	x := Failure{Now: now, Terminal: words[0] == "fatal"}
	if len(words) > 2 {
		name, index, _ := strings.Cut(words[2], "/")
		for _, v := range g.Vertices {
			if v.Name == name {
				i, _ := strconv.Atoi(index)
				x.Task, x.Name = &Subtask{v.ID, i}, fmt.Sprintf("%s (%d/%d)", name, i+1, v.Parallelism)
			}
		}
	}
	v := f.Failed(x)
	if v.Fail != "" {
		fmt.Fprintf(out, "  %s\n", v.Fail)
		return
	}
	var names []string
	for _, s := range v.Restart {
		names = append(names, fmt.Sprintf("%s/%d", g.Vertices[s.Vertex].Name, s.Index))
	}
	fmt.Fprintf(out, "  in %d ms: %s\n  %s\n  restarts: %d\n", v.Delay, strings.Join(names, " "), v.Log, f.Restarts())
}

// Regions are the connected parts of the graph, however they are found.
func TestRegionsRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []string{"forward", "hash", "rescale", "broadcast", "single", "rebalance", "-"}
	for range 500 {
		var tasks, edges []string
		width := 1 + r.IntN(7)
		for i := range 2 + r.IntN(3) {
			edge := kinds[r.IntN(len(kinds))]
			if edge != "forward" && i > 0 {
				width = 1 + r.IntN(7)
			}
			if i > 0 {
				edges = append(edges, edge)
			}
			tasks = append(tasks, fmt.Sprintf("v%d:%d", i, width))
		}
		g := line(edges, tasks)
		got := NewRegions(g)
		for _, s := range got.All() {
			want := reach(g, s)
			region := got.Of(s)
			if len(region) != len(want) {
				t.Fatalf("%v %v: region of %v is %v, want %v", tasks, edges, s, region, want)
			}
			for _, x := range region {
				if !want[x] {
					t.Fatalf("%v %v: region of %v has %v", tasks, edges, s, x)
				}
			}
		}
	}
}

// reach walks the channels from s.
func reach(g *jobgraph.Graph, s Subtask) map[Subtask]bool {
	seen, todo := map[Subtask]bool{s: true}, []Subtask{s}
	for len(todo) > 0 {
		x := todo[0]
		todo = todo[1:]
		for _, v := range g.Vertices {
			for _, e := range v.Inputs {
				from := g.Vertices[e.From]
				for p := range from.Parallelism {
					for c := range v.Parallelism {
						a, b := Subtask{from.ID, p}, Subtask{v.ID, c}
						if !jobgraph.Connected(e.Dist, p, from.Parallelism, c, v.Parallelism) || x != a && x != b {
							continue
						}
						for _, y := range []Subtask{a, b} {
							if !seen[y] {
								seen[y] = true
								todo = append(todo, y)
							}
						}
					}
				}
			}
		}
	}
	return seen
}

// Every key leads to a field of its own whose default is the one written down.
func TestKeys(t *testing.T) {
	o := Default()
	fields := map[any]string{}
	for i, k := range Keys {
		f := k.Field(&o)
		if other, taken := fields[f]; taken {
			t.Errorf("%s and %s share a field", k.Name, other)
		}
		fields[f] = k.Name
		if i > 0 && Keys[i-1].Name >= k.Name {
			t.Errorf("%s is out of order", k.Name)
		}
		if k.Default == "" {
			continue
		}
		changed := o
		if err := setKey(&changed, k.Name, k.Default); err != nil || changed != o {
			t.Errorf("%s: written down is %s, which is not what Default has (%v)", k.Name, k.Default, err)
		}
	}
}

// The backoff stays within bounds after any number of failures and for any chance.
func TestExponentialBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		o := Default()
		o.JitterFactor = float64(r.IntN(3)) / 2
		o.Multiplier = 1.01 + 20*r.Float64()
		s := NewStrategy(o, true, r.Float64)
		now := int64(0)
		for range 500 {
			s.Failed(now)
			wait, ok := s.Restart(now)
			if !ok || wait < 1000 || wait > 60_000 {
				t.Fatalf("%s: waits %d, restarts %v", s, wait, ok)
			}
			now += wait + 1
		}
	}
}
