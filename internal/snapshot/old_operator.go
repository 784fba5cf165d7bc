package snapshot

import (
	"fmt"

	"github.com/flottstream/flott/internal/checkpoint"
)

// oldOperator is an operator as a checkpoint holds it.
type oldOperator struct {
	checkpoint.OperatorName
	vertex *checkpoint.VertexState
	head   bool
	// parts are its states by old subtask; nil where the subtask had finished.
	parts []*Operator
}

// oldState is a checkpoint by operator.
type oldState struct {
	m         *checkpoint.Manifest
	operators []*oldOperator // in order of the manifest
	byUID     map[string]*oldOperator
	inflight  []oldInflight
}

// oldInflight is rows that were in flight to a subtask.
type oldInflight struct {
	Inflight
	vertex  *checkpoint.VertexState
	subtask int
}

func decodeAll(m *checkpoint.Manifest) (*oldState, error) {
	o := &oldState{m: m, byUID: map[string]*oldOperator{}}
	for i := range m.Vertices {
		v := &m.Vertices[i]
		for _, name := range v.Operators {
			if _, err := o.operator(v, name); err != nil {
				return nil, err
			}
		}
		for j := range v.Subtasks {
			if err := o.subtask(v, j); err != nil {
				return nil, fmt.Errorf("%s: %s (%d/%d): %w", m.Path, v.Name, j+1, len(v.Subtasks), err)
			}
		}
	}
	return o, nil
}

func (o *oldState) subtask(v *checkpoint.VertexState, j int) error {
	part := &v.Subtasks[j]
	if part.Finished || len(part.Data) == 0 {
		return nil
	}
	s, err := Decode(part.State, o.m.Path)
	if err != nil {
		return err
	}
	for i := range s.Operators {
		op, err := o.operator(v, checkpoint.OperatorName{UID: s.Operators[i].UID, Name: s.Operators[i].Name})
		if err != nil {
			return err
		}
		op.parts[j] = &s.Operators[i]
	}
	for _, f := range s.Inflight {
		o.inflight = append(o.inflight, oldInflight{f, v, j})
	}
	return nil
}

// operator returns the operator of that UID, which lies in one vertex only.
func (o *oldState) operator(v *checkpoint.VertexState, name checkpoint.OperatorName) (*oldOperator, error) {
	op := o.byUID[name.UID]
	if op == nil {
		head := len(v.Operators) == 0 || v.Operators[0].UID == name.UID
		op = &oldOperator{OperatorName: name, vertex: v, head: head, parts: make([]*Operator, len(v.Subtasks))}
		o.byUID[name.UID] = op
		o.operators = append(o.operators, op)
	}
	if op.vertex != v {
		return nil, fmt.Errorf("the operator %s (%s) is in two vertices of checkpoint %d: %s and %s", name.Name, name.UID, o.m.ID, op.vertex.Name, v.Name)
	}
	return op, nil
}

// stateful reports whether there is something of the operator to lose.
func (op *oldOperator) stateful(o *oldState) bool {
	if op.head && op.vertex.Coordinator != nil {
		return true
	}
	for _, p := range op.parts {
		if p != nil && (p.Keyed != nil && p.Keyed.stateful() || len(p.Lists)+len(p.Large)+len(p.Splits) > 0) {
			return true
		}
	}
	return op.rowsInFlight(o)
}

// stateful reports whether a backend wrote anything: one without states may still
// say which format that is.
func (k *Keyed) stateful() bool {
	return len(k.States) > 0 || len(k.Part.Segments) > 0 || k.Part.FullBytes > 0
}

func (op *oldOperator) rowsInFlight(o *oldState) bool {
	for _, f := range o.inflight {
		if f.To == op.UID {
			return true
		}
	}
	return false
}

// keyed reports whether there is state by key group.
func (op *oldOperator) keyed() bool {
	for _, p := range op.parts {
		if p != nil && p.Keyed != nil && p.Keyed.stateful() {
			return true
		}
	}
	return false
}

// progress is how many subtasks of a vertex had finished.
type progress uint8

const (
	running  progress = iota // none
	partly                   // some
	finished                 // all
)

func (op *oldOperator) progress() progress {
	n := 0
	for _, s := range op.vertex.Subtasks {
		if s.Finished {
			n++
		}
	}
	switch n {
	case 0:
		return running
	case len(op.vertex.Subtasks):
		return finished
	}
	return partly
}
