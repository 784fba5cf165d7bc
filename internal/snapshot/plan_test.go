package snapshot

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/types"
)

// TestPlan runs the stories of testdata/plan:
//
//	checkpoint                       what was taken; one line per vertex, then one per
//	  vertex NAME p=2 max=8 ops=a,b [coordinator=TEXT]      operator and subtask
//	  SUBTASK OP [in=1] [out=1] [done] [keyed=BYTES] [state=NAME:SHAPE:TYPE]
//	             [split|union|broadcast=NAME:r1,r2] [large=NAME:COUNT] [splits=a,b]
//	  SUBTASK finished
//	  SUBTASK inflight FROM>TO port=0 producer=1 rows=3
//	job                              the job to start
//	  NAME p=3 max=8 ops=a,b <- OP:hash/PORT, …
//	plan [allow-non-restored]        what every subtask gets
//	compare                          verdicts; lines say what operators need:
//	  OP NAME:SHAPE:TYPE …, or: OP source
func TestPlan(t *testing.T) {
	datadriven.Walk(t, "testdata/plan", func(t *testing.T, path string) {
		var s planStory
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var err error
			switch d.Cmd {
			case "checkpoint":
				s.m, err = readCheckpoint(d.Input)
			case "job":
				s.g, err = readJob(d.Input)
			case "plan":
				return s.plan(d.HasArg("allow-non-restored"))
			case "compare":
				return s.compare(d.Input)
			default:
				d.Fatalf(t, "unknown command")
			}
			if err != nil {
				d.Fatalf(t, "%v", err)
			}
			return ""
		})
	})
}

type planStory struct {
	m *checkpoint.Manifest
	g *jobgraph.Graph
}

// options splits "key=value" words.
func options(words []string) (out [][2]string) {
	for _, w := range words {
		k, v, _ := strings.Cut(w, "=")
		out = append(out, [2]string{k, v})
	}
	return out
}

func readCheckpoint(text string) (*checkpoint.Manifest, error) {
	m := &checkpoint.Manifest{Job: strings.Repeat("ab", 16), Name: "job", ID: 7, Path: "file:/ck/chk-7"}
	var v *checkpoint.VertexState
	var subtasks []*Subtask
	flush := func() {
		for i, s := range subtasks {
			if !v.Subtasks[i].Finished {
				v.Subtasks[i].State = Encode(s, "")
			}
		}
	}
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if words[0] == "vertex" {
			flush()
			m.Vertices = append(m.Vertices, checkpoint.VertexState{Name: words[1], UID: words[1]})
			v = &m.Vertices[len(m.Vertices)-1]
			for _, o := range options(words[2:]) {
				switch o[0] {
				case "p":
					n, _ := strconv.Atoi(o[1])
					v.Subtasks, subtasks = make([]checkpoint.SubtaskState, n), nil
					for range n {
						subtasks = append(subtasks, &Subtask{})
					}
				case "max":
					v.MaxParallelism, _ = strconv.Atoi(o[1])
				case "ops":
					for _, op := range strings.Split(o[1], ",") {
						v.Operators = append(v.Operators, checkpoint.OperatorName{UID: op, Name: "Name of " + op})
					}
				case "coordinator":
					v.Coordinator = &checkpoint.State{Data: []byte(o[1])}
				default:
					return nil, fmt.Errorf("unknown word %q", o[0])
				}
			}
			continue
		}
		i, err := strconv.Atoi(words[0])
		if err != nil {
			return nil, err
		}
		switch words[1] {
		case "finished":
			v.Subtasks[i].Finished = true
		case "inflight":
			err = readInflight(subtasks[i], words[2:])
		default:
			err = readOperator(subtasks[i], v, i, words[1:])
		}
		if err != nil {
			return nil, err
		}
	}
	flush()
	return m, nil
}

func readInflight(s *Subtask, words []string) error {
	var f Inflight
	f.From, f.To, _ = strings.Cut(words[0], ">")
	for _, o := range options(words[1:]) {
		n, err := strconv.Atoi(o[1])
		if err != nil {
			return err
		}
		switch o[0] {
		case "port":
			f.Port = n
		case "producer":
			f.Producer = n
		case "rows":
			f.Rows = int64(n)
		}
	}
	s.Inflight = append(s.Inflight, f)
	return nil
}

func readOperator(s *Subtask, v *checkpoint.VertexState, subtask int, words []string) error {
	op := Operator{UID: words[0], Name: "Name of " + words[0]}
	groups := keygroup.RangeOf(subtask, v.MaxParallelism, len(v.Subtasks))
	keyed := func() *Keyed {
		if op.Keyed == nil {
			op.Keyed = &Keyed{Groups: groups}
		}
		return op.Keyed
	}
	for _, o := range options(words[1:]) {
		name, rest, _ := strings.Cut(o[1], ":")
		n, _ := strconv.ParseInt(o[1], 10, 64)
		switch o[0] {
		case "in":
			op.In = n
		case "out":
			op.Out = n
		case "done":
			op.Done = true
		case "keyed":
			keyed().Part.FullBytes = n
		case "state":
			d, err := readDescription(o[1])
			if err != nil {
				return err
			}
			keyed().States = append(op.Keyed.States, d)
		case "split", "union", "broadcast":
			l := state.ListContent{Name: name, Mode: map[string]state.Redistribution{"split": state.Split, "union": state.Union, "broadcast": state.Broadcast}[o[0]]}
			for _, r := range strings.Split(rest, ",") {
				l.Records = append(l.Records, []byte(r))
			}
			op.Lists = append(op.Lists, l)
		case "large":
			count, _ := strconv.Atoi(rest)
			op.Large = append(op.Large, LargeList{Name: name, Count: count, Segment: state.Segment{File: fmt.Sprintf("file:/ck/%s-%d", name, subtask)}})
		case "splits":
			for _, id := range strings.Split(o[1], ",") {
				op.Splits = append(op.Splits, connector.Split{ID: id})
			}
		default:
			return fmt.Errorf("unknown word %q", o[0])
		}
	}
	s.Operators = append(s.Operators, op)
	return nil
}

// readDescription reads "counts:table:BIGINT": the key's type; the value is its own.
func readDescription(text string) (d state.Description, err error) {
	parts := strings.Split(text, ":")
	d.Name = parts[0]
	d.Shape = map[string]state.Shape{"table": state.ShapeTable, "list": state.ShapeList, "map": state.ShapeMap, "timers": state.ShapeTimers}[parts[1]]
	kind, ok := map[string]types.Kind{"BIGINT": types.BigInt, "INT": types.Int, "STRING": types.Varchar}[parts[2]]
	if d.Shape == 0 || !ok {
		return d, fmt.Errorf("cannot read %q", text)
	}
	d.Key = []types.Type{types.Of(kind)}
	return d, nil
}

var distributions = map[string]jobgraph.Distribution{
	"forward": jobgraph.Forward, "hash": jobgraph.Hash, "rebalance": jobgraph.Rebalance, "broadcast": jobgraph.Broadcast,
}

func readJob(text string) (*jobgraph.Graph, error) {
	g := &jobgraph.Graph{Name: "job"}
	type at struct{ vertex, node int }
	ops := map[string]at{}
	for _, line := range strings.Split(text, "\n") {
		head, inputs, _ := strings.Cut(line, "<-")
		words := strings.Fields(head)
		v := &jobgraph.Vertex{ID: len(g.Vertices), Name: words[0], UID: words[0]}
		for _, o := range options(words[1:]) {
			switch o[0] {
			case "p":
				v.Parallelism, _ = strconv.Atoi(o[1])
			case "max":
				v.MaxParallelism, _ = strconv.Atoi(o[1])
			case "ops":
				for i, op := range strings.Split(o[1], ",") {
					v.Chain = append(v.Chain, jobgraph.ChainNode{Op: &jobgraph.Operator{UID: op, Name: "Name of " + op}, Input: i - 1})
					ops[op] = at{v.ID, i}
				}
			}
		}
		for _, in := range strings.Fields(strings.ReplaceAll(inputs, ",", " ")) {
			from, how, _ := strings.Cut(in, ":")
			dist, port, _ := strings.Cut(how, "/")
			p, _ := strconv.Atoi(port)
			v.Inputs = append(v.Inputs, jobgraph.Edge{From: ops[from].vertex, FromNode: ops[from].node, To: v.ID, Port: p, Dist: distributions[dist]})
		}
		g.Vertices = append(g.Vertices, v)
	}
	return g, nil
}

func (s *planStory) plan(allow bool) string {
	p, err := NewPlan(s.m, s.g, PlanOptions{AllowNonRestored: allow})
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, op := range p.Skipped {
		fmt.Fprintf(&out, "skipped %s\n", op.UID)
	}
	for _, v := range s.g.Vertices {
		fmt.Fprintf(&out, "%s", v.Name)
		if c := p.Coordinator(v.ID); c != nil {
			fmt.Fprintf(&out, " coordinator=%s", c)
		}
		if splits, whole := p.Splits(v.ID); splits != nil {
			fmt.Fprintf(&out, " splits whole=%v", whole)
			for _, part := range splits {
				var ids []string
				for _, split := range part {
					ids = append(ids, split.ID)
				}
				fmt.Fprintf(&out, " %v", ids)
			}
		}
		fmt.Fprintln(&out)
		for i := range v.Parallelism {
			writeRestore(&out, i, p.Subtask(v.ID, i))
		}
	}
	return out.String()
}

func timeText(t int64) string {
	switch t {
	case stream.MinTime:
		return "min"
	case stream.MaxTime:
		return "max"
	}
	return strconv.FormatInt(t, 10)
}

func writeRestore(out *strings.Builder, subtask int, r *Restore) {
	if r.Finished {
		fmt.Fprintf(out, "  %d finished\n", subtask)
	}
	var uids []string
	for uid := range r.Operators {
		uids = append(uids, uid)
	}
	sort.Strings(uids)
	for _, uid := range uids {
		op := r.Operators[uid]
		fmt.Fprintf(out, "  %d %s in=%s out=%s", subtask, uid, timeText(op.In), timeText(op.Out))
		if op.Done {
			fmt.Fprint(out, " done")
		}
		for _, k := range op.Keyed {
			fmt.Fprintf(out, " keyed[%d-%d]", k.Groups.Start, k.Groups.End)
		}
		for _, l := range op.Lists {
			fmt.Fprintf(out, " %s=%s", l.Name, l.Records)
		}
		for _, l := range op.Large {
			fmt.Fprintf(out, " %s=%s[%d::%d]", l.Name, l.Segment.File, l.First, l.Step)
		}
		fmt.Fprintln(out)
	}
	for _, f := range r.Inflight {
		fmt.Fprintf(out, "  %d inflight %s>%s port=%d producer=%d rows=%d whole=%v\n", subtask, f.From, f.To, f.Port, f.Producer, f.Rows, r.Whole)
	}
}

func (s *planStory) compare(text string) string {
	needs := map[string]need{}
	for _, line := range strings.Split(text, "\n") {
		var n need
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		for _, w := range words[1:] {
			if w == "source" {
				n.source = true
				continue
			}
			d, err := readDescription(w)
			if err != nil {
				return err.Error()
			}
			n.states = append(n.states, d)
		}
		needs[words[0]] = n
	}
	verdicts, err := Compare(s.m, s.g, func(op *jobgraph.Operator) ([]state.Description, []string, bool, error) {
		n := needs[op.UID]
		return n.states, n.lists, n.source, nil
	})
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var out strings.Builder
	for _, v := range verdicts {
		fmt.Fprintf(&out, "%-12s %s %d bytes: %s\n", v.Outcome, v.UID, v.Bytes, v.Reason)
	}
	return out.String()
}
