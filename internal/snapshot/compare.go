package snapshot

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/state"
)

// Outcome is what becomes of an operator's state when a job starts from a checkpoint.
type Outcome string

// The outcomes.
const (
	Kept         Outcome = "kept"
	Rebuilt      Outcome = "rebuilt"      // the operator starts empty
	Incompatible Outcome = "incompatible" // the start is refused
	Dropped      Outcome = "dropped"      // no operator of the job has it: refused unless allowed
)

// Verdict is the outcome for one operator, and why.
type Verdict struct {
	checkpoint.OperatorName
	Outcome Outcome
	Reason  string
	Bytes   int64 // of its state in the checkpoint
}

// Needs says what states an operator of the job will ask for; source says that it
// keeps the positions of a source.
type Needs func(*jobgraph.Operator) (states []state.Description, lists []string, source bool, err error)

// Compare tells for each operator with state, of the job or of the checkpoint, what
// becomes of it: first those of the job in its order, then what is left over.
// No file is read.
func Compare(m *checkpoint.Manifest, g *jobgraph.Graph, needs Needs) ([]Verdict, error) {
	old, err := decodeAll(m)
	if err != nil {
		return nil, err
	}
	c := comparison{old: old, taken: map[string]bool{}}
	for _, v := range g.Vertices {
		for _, n := range v.Chain {
			c.taken[n.Op.UID] = true
		}
	}
	for _, v := range g.Vertices {
		for _, n := range v.Chain {
			var need need
			if need.states, need.lists, need.source, err = needs(n.Op); err != nil {
				return nil, fmt.Errorf("the states of operator %s: %w", n.Op.Name, err)
			}
			c.operator(v, n.Op, need)
		}
	}
	for _, op := range old.operators {
		if !c.taken[op.UID] && op.stateful(old) {
			c.out = append(c.out, Verdict{op.OperatorName, Dropped, "no operator of the job is this one: starting needs --allow-non-restored-state", op.bytes()})
		}
	}
	return c.out, nil
}

type comparison struct {
	old   *oldState
	taken map[string]bool // UIDs of the job
	out   []Verdict
}

// need is what an operator of the job asks for.
type need struct {
	states []state.Description
	lists  []string
	source bool
}

func (n need) any() bool { return len(n.states)+len(n.lists) > 0 || n.source }

func (c *comparison) operator(v *jobgraph.Vertex, op *jobgraph.Operator, n need) {
	verdict := Verdict{OperatorName: checkpoint.OperatorName{UID: op.UID, Name: op.Name}}
	old := c.old.byUID[op.UID]
	switch {
	case old == nil || !old.stateful(c.old):
		if !n.any() {
			return
		}
		verdict.Outcome, verdict.Reason = Rebuilt, c.whyNew(op, old)
	default:
		verdict.Bytes = old.bytes()
		verdict.Outcome, verdict.Reason = old.fits(c.old, v, n)
	}
	c.out = append(c.out, verdict)
}

// whyNew says why the checkpoint has nothing for an operator of the job.
func (c *comparison) whyNew(op *jobgraph.Operator, old *oldOperator) string {
	if old != nil {
		return "the checkpoint holds no state of it"
	}
	for _, o := range c.old.operators {
		if !c.taken[o.UID] && kind(o.Name) == kind(op.Name) && o.stateful(c.old) {
			return fmt.Sprintf("its keys, inputs or functions differ from those of %s in the checkpoint", o.Name)
		}
	}
	return "it is new in the job"
}

// kind is an operator's name without its number: "GroupAggregate[3]" and
// "GroupAggregate[5]" are of one kind.
func kind(name string) string {
	before, _, _ := strings.Cut(name, "[")
	return before
}

// fits compares the states that the checkpoint has with those the job needs.
func (op *oldOperator) fits(o *oldState, v *jobgraph.Vertex, n need) (Outcome, string) {
	if op.vertex.MaxParallelism != v.MaxParallelism && (op.keyed() || op.rowsInFlight(o)) {
		return Incompatible, fmt.Sprintf("the maximum parallelism was %d and is %d: set 'pipeline.max-parallelism' to %[1]d", op.vertex.MaxParallelism, v.MaxParallelism)
	}
	var notes []string
	if was := len(op.parts); was != v.Parallelism {
		notes = append(notes, fmt.Sprintf("shared out from %d to %d subtasks", was, v.Parallelism))
	}
	have, asked := op.states(), map[string]bool{}
	for _, d := range n.states {
		asked[d.Name] = true
		was, ok := have[d.Name]
		if !ok {
			notes = append(notes, fmt.Sprintf("state %s starts empty", d.Name))
			continue
		}
		if difference := differ(was, d); difference != "" {
			return Incompatible, fmt.Sprintf("state %s: %s", d.Name, difference)
		}
	}
	for _, name := range op.stateNames() {
		if !asked[name] {
			notes = append(notes, fmt.Sprintf("state %s is no longer used", name))
		}
	}
	return Kept, strings.Join(notes, "; ")
}

// states are the keyed states that any subtask has.
func (op *oldOperator) states() map[string]state.Description {
	out := map[string]state.Description{}
	for _, p := range op.parts {
		if p != nil && p.Keyed != nil {
			for _, d := range p.Keyed.States {
				out[d.Name] = d
			}
		}
	}
	return out
}

// stateNames are their names, in the order of the first subtask that has them.
func (op *oldOperator) stateNames() (names []string) {
	seen := map[string]bool{}
	for _, p := range op.parts {
		if p == nil || p.Keyed == nil {
			continue
		}
		for _, d := range p.Keyed.States {
			if !seen[d.Name] {
				seen[d.Name] = true
				names = append(names, d.Name)
			}
		}
	}
	return names
}

// bytes is the size of the operator's state in full.
func (op *oldOperator) bytes() (n int64) {
	for _, p := range op.parts {
		if p == nil {
			continue
		}
		if p.Keyed != nil {
			n += p.Keyed.Part.FullBytes
		}
		for _, l := range p.Lists {
			for _, r := range l.Records {
				n += int64(len(r))
			}
		}
		for _, l := range p.Large {
			n += l.Segment.Length
		}
		for _, s := range p.Splits {
			n += int64(len(s.State))
		}
	}
	return n
}

// differ says in what two states of the same name differ, but for their TTL.
func differ(was, is state.Description) string {
	switch {
	case was.Shape != is.Shape:
		return fmt.Sprintf("it was a %s and is a %s", was.Shape, is.Shape)
	case is.Shape == state.ShapeTimers:
		return ""
	case len(was.Key) != len(is.Key):
		return fmt.Sprintf("its key had %d columns and has %d", len(was.Key), len(is.Key))
	case was.FixedWidth != is.FixedWidth:
		return fmt.Sprintf("the fixed part of its records had %d bytes and has %d", was.FixedWidth, is.FixedWidth)
	case len(was.Value) != len(is.Value):
		return fmt.Sprintf("its records had %d columns and have %d", len(was.Value), len(is.Value))
	}
	for i, t := range is.Key {
		if !was.Key[i].Equal(t) {
			return fmt.Sprintf("key column %d was %s and is %s", i+1, was.Key[i], t)
		}
	}
	for i, f := range is.Value {
		if w := was.Value[i]; w.Name != f.Name || !w.Type.Equal(f.Type) {
			return fmt.Sprintf("column %d was %s %s and is %s %s", i+1, w.Name, w.Type, f.Name, f.Type)
		}
	}
	return ""
}
