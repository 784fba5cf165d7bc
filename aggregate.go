package flott

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// Aggregate is an aggregate function over values of type A. S is the state of a group,
// which is kept in the state backend: checkpoints, savepoints and rescaling take it along.
// The state of a group without rows is the zero value of S, or what Init makes of it.
type Aggregate[A, S, R any] struct {
	Init   func(s *S) // may be nil
	Add    func(s *S, a A)
	Merge  func(into *S, from *S) // of two parts of a group
	Result func(s *S) R
	// Retract takes an added value back. Without it the input must not have updates.
	Retract func(s *S, a A)
	// Encode appends the state to dst, Decode reads it. Without them a state of fixed size
	// (numbers, arrays, structs of these) is encoded as it lies in memory, little endian,
	// and any other by encoding/gob.
	Encode func(s *S, dst []byte) []byte
	Decode func(b []byte, s *S) error
}

// RegisterAggregate registers an aggregate function of one argument. Types are those of
// RegisterScalar. NULL arguments are left out, unless A is an sql.Null.
func RegisterAggregate[A, S, R any](p *Program, name string, f Aggregate[A, S, R]) {
	a, r := codecOf[A](), codecOf[R]()
	if f.Add == nil || f.Merge == nil || f.Result == nil {
		panic(fmt.Sprintf("flott: aggregate function %s needs Add, Merge and Result", name))
	}
	if f.Encode == nil || f.Decode == nil {
		f.Encode, f.Decode = stateCodec[S]()
	}
	p.users.Aggregates[p.key(name)] = &expr.UserAggregate{
		Name: name, Retracts: f.Retract != nil, KeepNulls: a.nulls,
		New: func() expr.AggregateEvaluator { return &evaluator[A, S, R]{name: name, f: &f, a: a, r: r} },
		Infer: func(given []types.Type) ([]types.Type, types.Type, error) {
			want, err := inferring([]accepting{&a}, given)
			return want, r.sql.WithNull(true), err
		},
	}
}

// stateCodec encodes states.
func stateCodec[S any]() (func(*S, []byte) []byte, func([]byte, *S) error) {
	if binary.Size(new(S)) >= 0 {
		return func(s *S, dst []byte) []byte {
				out, err := binary.Append(dst, binary.LittleEndian, s)
				if err != nil {
					panic(err) // its size is fixed
				}
				return out
			}, func(b []byte, s *S) error {
				_, err := binary.Decode(b, binary.LittleEndian, s)
				return err
			}
	}
	return func(s *S, dst []byte) []byte {
			w := bytes.NewBuffer(dst)
			if err := gob.NewEncoder(w).Encode(s); err != nil {
				panic(fmt.Sprintf("flott: a state of type %T cannot be encoded; give it Encode and Decode: %v", *s, err))
			}
			return w.Bytes()
		}, func(b []byte, s *S) error {
			return gob.NewDecoder(bytes.NewReader(b)).Decode(s)
		}
}

// evaluator computes an aggregate for one goroutine. The states that a batch touches are
// decoded once and encoded once.
type evaluator[A, S, R any] struct {
	name    string
	f       *Aggregate[A, S, R]
	a       codec[A]
	r       codec[R]
	place   []int32 // of each group in states, plus 1; 0: not there
	touched []int32
	states  []S
	buf     []byte
}

// state is that of a group, decoded.
func (e *evaluator[A, S, R]) state(of expr.AggregateStates, group int32) (*S, error) {
	if at := e.place[group]; at > 0 {
		return &e.states[at-1], nil
	}
	e.states = append(e.states, *new(S))
	e.touched = append(e.touched, group)
	e.place[group] = int32(len(e.states))
	s := &e.states[len(e.states)-1]
	return s, e.decode(of.Get(int(group)), s)
}

func (e *evaluator[A, S, R]) decode(b []byte, s *S) error {
	if len(b) > 0 {
		if err := e.f.Decode(b[1:], s); err != nil {
			return fmt.Errorf("the state of function %s cannot be read: %w", e.name, err)
		}
		return nil
	}
	if e.f.Init != nil {
		e.f.Init(s)
	}
	return nil
}

func (e *evaluator[A, S, R]) begin(groups int) {
	if cap(e.place) < groups {
		e.place = make([]int32, groups)
	}
	e.place = e.place[:groups]
	clear(e.place)
	e.touched, e.states = e.touched[:0], e.states[:0]
}

// end stores the states. A byte before each tells a state from none.
func (e *evaluator[A, S, R]) end(of expr.AggregateStates) {
	for k, g := range e.touched {
		e.buf = e.f.Encode(&e.states[k], append(e.buf[:0], 1))
		of.Set(int(g), e.buf)
	}
}

// Update adds rows or takes them back.
func (e *evaluator[A, S, R]) Update(of expr.AggregateStates, args []*batch.Vector, rows, gid []int32, retract bool) error {
	e.begin(of.Len())
	change := e.f.Add
	if retract {
		change = e.f.Retract
	}
	for k, i := range rows {
		s, err := e.state(of, gid[k])
		if err != nil {
			return err
		}
		change(s, e.a.read(args[0], int(i)))
	}
	e.end(of)
	return nil
}

// Merge adds other parts of the groups.
func (e *evaluator[A, S, R]) Merge(into expr.AggregateStates, gid []int32, from expr.AggregateStates) error {
	e.begin(into.Len())
	for k, g := range gid {
		b := from.Get(k)
		if len(b) == 0 {
			continue
		}
		s, err := e.state(into, g)
		if err != nil {
			return err
		}
		var other S
		if err := e.decode(b, &other); err != nil {
			return err
		}
		e.f.Merge(s, &other)
	}
	e.end(into)
	return nil
}

// Result appends the value of every group.
func (e *evaluator[A, S, R]) Result(of expr.AggregateStates, out *batch.Vector) error {
	for g := range of.Len() {
		var s S
		if err := e.decode(of.Get(g), &s); err != nil {
			return err
		}
		e.r.write(out, e.f.Result(&s))
	}
	return nil
}
