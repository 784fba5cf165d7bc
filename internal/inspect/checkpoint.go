// Package inspect looks into checkpoints and savepoints for people: which
// operators there are, what their states hold, where it is much.
package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state"
)

// Sources opens keyed state of any format that flott writes.
type Sources func(ctx context.Context, part state.Part, files state.Files) (state.Source, error)

// Checkpoint is a checkpoint or savepoint that is being looked into.
type Checkpoint struct {
	*checkpoint.Manifest
	Operators []*Operator // in order of the manifest

	files state.Files
	open  Sources
}

// Operator is an operator in a Checkpoint.
type Operator struct {
	checkpoint.OperatorName
	Vertex *checkpoint.VertexState
	// Parts are its states by subtask; nil where the subtask had finished.
	Parts []*snapshot.Operator
	// Rows were in flight to it.
	Rows int64
}

// Open reads what lies at path; keyed state itself is read when it is asked for.
func Open(ctx context.Context, storage *snapshot.Storage, path string, open Sources) (*Checkpoint, error) {
	m, err := storage.ReadManifest(ctx, path)
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Manifest: m, files: storage.Reader(), open: open}
	for i := range m.Vertices {
		if err := c.vertex(&m.Vertices[i]); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Checkpoint) vertex(v *checkpoint.VertexState) error {
	for _, name := range v.Operators {
		c.operator(v, name)
	}
	for i := range v.Subtasks {
		if v.Subtasks[i].Finished || len(v.Subtasks[i].Data) == 0 {
			continue
		}
		s, err := snapshot.Decode(v.Subtasks[i].State, c.Path)
		if err != nil {
			return fmt.Errorf("%s: %s (%d/%d): %w", c.Path, v.Name, i+1, len(v.Subtasks), err)
		}
		for j := range s.Operators {
			op := &s.Operators[j]
			c.operator(v, checkpoint.OperatorName{UID: op.UID, Name: op.Name}).Parts[i] = op
		}
		for _, f := range s.Inflight {
			c.operator(v, checkpoint.OperatorName{UID: f.To}).Rows += f.Rows
		}
	}
	return nil
}

// operator returns the operator of that UID, new if need be.
func (c *Checkpoint) operator(v *checkpoint.VertexState, name checkpoint.OperatorName) *Operator {
	for _, op := range c.Operators {
		if op.UID == name.UID {
			return op
		}
	}
	op := &Operator{OperatorName: name, Vertex: v, Parts: make([]*snapshot.Operator, len(v.Subtasks))}
	c.Operators = append(c.Operators, op)
	return op
}

// Find returns the operator with that UID or name, or the one whose UID or name
// begins so.
func (c *Checkpoint) Find(text string) (*Operator, error) {
	var found []*Operator
	for _, op := range c.Operators {
		if op.UID == text || op.Name == text {
			return op, nil
		}
		if text != "" && (strings.HasPrefix(op.UID, text) || strings.HasPrefix(op.Name, text)) {
			found = append(found, op)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	var known []string
	for _, op := range c.Operators {
		known = append(known, fmt.Sprintf("%s (%s)", op.Name, op.UID))
	}
	what := "no operator"
	if len(found) > 1 {
		what = "more than one operator"
	}
	return nil, fmt.Errorf("the checkpoint has %s %q; it has %s", what, text, strings.Join(known, ", "))
}

// States are the keyed states that any subtask of the operator has, in order of
// name.
func (op *Operator) States() []state.Description {
	var out []state.Description
	for _, p := range op.Parts {
		if p == nil || p.Keyed == nil {
			continue
		}
		for _, d := range p.Keyed.States {
			if !slices.ContainsFunc(out, func(o state.Description) bool { return o.Name == d.Name }) {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b state.Description) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// KeyTypes are the columns of the operator's keys. Timers do not say what their
// keys are; they are those of the other states.
func (op *Operator) KeyTypes(d state.Description) (key state.Description) {
	if d.Shape != state.ShapeTimers {
		return d
	}
	for _, other := range op.States() {
		if other.Shape != state.ShapeTimers {
			return other
		}
	}
	return d
}

// Bytes is the size of a subtask's state in full.
func Bytes(p *snapshot.Operator) (n int64) {
	if p == nil {
		return 0
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
		n += int64(len(s.ID) + len(s.State))
	}
	return n
}

// counter is a state.Source that knows how many entries it has without reading them.
type counter interface {
	Entries(name string) int64
}

// Entries counts the entries of a state in all subtasks. Where the format does not
// say, it reads them.
func (c *Checkpoint) Entries(ctx context.Context, op *Operator, name string) (n int64, err error) {
	err = c.each(ctx, op, name, func(_ int, s state.Source) error {
		if known, ok := s.(counter); ok {
			n += known.Entries(name)
			return nil
		}
		return s.Scan(ctx, name, all, func(*state.Entry) error { n++; return nil })
	})
	return n, err
}

// all are all key groups there can be.
var all = keygroup.Range{Start: 0, End: keygroup.UpperBound - 1}

// each calls f with the keyed state of every subtask that has the state of that name.
func (c *Checkpoint) each(ctx context.Context, op *Operator, name string, f func(subtask int, s state.Source) error) error {
	for i, p := range op.Parts {
		if p == nil || p.Keyed == nil || !slices.ContainsFunc(p.Keyed.States, func(d state.Description) bool { return d.Name == name }) {
			continue
		}
		s, err := c.open(ctx, p.Keyed.Part, c.files)
		if err == nil {
			err = f(i, s)
			if closeErr := s.Close(); err == nil {
				err = closeErr
			}
		}
		if err != nil {
			return fmt.Errorf("state %s of %s (%d/%d): %w", name, op.Name, i+1, len(op.Parts), err)
		}
	}
	return nil
}

// Scan visits the entries of a state in all subtasks whose keys belong to groups.
func (c *Checkpoint) Scan(ctx context.Context, op *Operator, name string, groups keygroup.Range, visit func(*state.Entry) error) error {
	return c.each(ctx, op, name, func(_ int, s state.Source) error { return s.Scan(ctx, name, groups, visit) })
}

// Lists are the names of the operator's lists, in order.
func (op *Operator) Lists() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, p := range op.Parts {
		if p == nil {
			continue
		}
		for _, l := range p.Lists {
			add(l.Name)
		}
		for _, l := range p.Large {
			add(l.Name)
		}
	}
	slices.Sort(names)
	return names
}

// ScanList visits the records of a list in all subtasks.
func (c *Checkpoint) ScanList(ctx context.Context, op *Operator, name string, visit func(subtask int, record []byte) error) error {
	for i, p := range op.Parts {
		if p == nil {
			continue
		}
		var records [][]byte
		for _, l := range p.Lists {
			if l.Name == name {
				records = append(records, l.Records...)
			}
		}
		for _, l := range p.Large {
			if l.Name != name {
				continue
			}
			more, err := l.Records(ctx, c.files)
			if err != nil {
				return fmt.Errorf("list %s of %s (%d/%d): %w", name, op.Name, i+1, len(op.Parts), err)
			}
			records = append(records, more...)
		}
		for _, r := range records {
			if err := visit(i, r); err != nil {
				return err
			}
		}
	}
	return nil
}
