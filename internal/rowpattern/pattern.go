// Package rowpattern is the automaton of MATCH_RECOGNIZE: a row pattern, the partial
// matches of one partition and what each row does to them. It knows positions of
// rows only; whether a row satisfies the condition of a variable it is told.
//
// Rows of a match follow one another without a gap, and variables in the order of
// the pattern. So a match is a range of rows cut into one run of rows for each
// variable, and a partial match is that and a state of the automaton.
//
// Which matches there are, in which order, and which of them the others displace
// follows Flink's CEP library, ties included: partial matches that begin with the
// same row lie in a binary heap of the same shape as there.
package rowpattern

import (
	"errors"
	"fmt"
	"slices"
)

// Unbounded is the Max of a variable without an upper bound.
const Unbounded = -1

// Variable is a row pattern variable with its quantifier.
type Variable struct {
	Name     string
	Min, Max int
	Greedy   bool // of *, +, ? and {n,m}; not of a variable without quantifier
}

// SkipKind says where the search goes on after a match.
type SkipKind uint8

// The AFTER MATCH clauses.
const (
	SkipToNextRow SkipKind = iota // Flink's default
	SkipPastLastRow
	SkipToFirst
	SkipToLast
)

// Pattern is PATTERN, AFTER MATCH and WITHIN.
type Pattern struct {
	Variables []Variable
	Skip      SkipKind
	SkipTo    int   // variable of SkipToFirst and SkipToLast
	Within    int64 // ms between the first and the last row, exclusive; 0: no limit
}

// state is a state of the automaton: its variable can take the row, and it can
// let the row be looked at by the state after it.
type state struct {
	variable int32
	take     int32 // state once the row is taken
	proceed  int32 // -1: the variable must take
	unless   int32 // a row that this variable, the greedy one before it, would take is not for it; -1: none
}

const (
	finalState = 0
	none       = -1
)

// Automaton is a compiled pattern. It is read-only.
type Automaton struct {
	Pattern
	states []state // [0] is final
	start  int32
	needs  [][]int32 // by state: the variables whose condition may be asked for
}

// Errors of patterns that Flink refuses.
var (
	ErrEmptyMatch     = errors.New("Patterns that can produce empty matches are not supported. There must be at least one non-optional state.")
	ErrGreedyLast     = errors.New("Greedy quantifiers are not allowed as the last element of a Pattern yet. Finish your pattern with either a simple variable or reluctant quantifier.")
	ErrReluctant      = errors.New("Reluctant optional variables are not supported yet.")
	ErrGreedyOptional = errors.New("Optional pattern cannot be preceded by greedy pattern")
	errTooManyStates  = errors.New("The quantifiers of the pattern ask for too many rows.")
	maxStates         = 1 << 16
)

// VariableError is a mistake in the quantifier of one variable.
type VariableError struct {
	Variable int
	Err      error
}

func (e *VariableError) Error() string { return e.Err.Error() }

// Unwrap is the mistake itself.
func (e *VariableError) Unwrap() error { return e.Err }

func (v *Variable) plain() bool      { return v.Min == 1 && v.Max == 1 }
func (v *Variable) optional() bool   { return v.Min == 0 }
func (v *Variable) onceAtMost() bool { return v.Min == 0 && v.Max == 1 }

// greedy reports a variable that takes a row whenever it can: ? and {n} leave it
// to the other partial matches.
func (v *Variable) greedy() bool { return v.Greedy && !v.onceAtMost() && v.Min != v.Max }

// Check reports the first quantifier that Flink refuses.
func (p *Pattern) Check() error {
	for i := range p.Variables {
		v := &p.Variables[i]
		if err := checkVariable(v, i > 0 && p.Variables[i-1].greedy()); err != nil {
			return &VariableError{i, err}
		}
	}
	last := len(p.Variables) - 1
	empty := true
	for i := range p.Variables {
		empty = empty && p.Variables[i].optional()
	}
	switch {
	case empty:
		return &VariableError{0, ErrEmptyMatch}
	case p.Variables[last].greedy():
		return &VariableError{last, ErrGreedyLast}
	}
	return nil
}

func checkVariable(v *Variable, afterGreedy bool) error {
	switch {
	case v.Max != Unbounded && v.Max < v.Min:
		return fmt.Errorf("The to should be a number greater than or equal to from: %d.", v.Min)
	case v.Max == 0:
		return errors.New("The to should be a number greater than or equal to from: 1.")
	case v.onceAtMost() && !v.Greedy:
		return ErrReluctant
	case v.optional() && v.Max <= 1 && afterGreedy: // Flink lets {0,n} pass
		return ErrGreedyOptional
	}
	return nil
}

// Compile makes the automaton of a pattern.
func Compile(p Pattern) (*Automaton, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	a := &Automaton{Pattern: p, states: []state{{none, none, none, none}}}
	sink := int32(finalState)
	for i := len(p.Variables) - 1; i >= 0; i-- {
		v := &p.Variables[i]
		if max(v.Min, v.Max)+len(a.states) > maxStates {
			return nil, &VariableError{i, errTooManyStates}
		}
		if v.greedy() { // also where it has all the rows it may have
			a.states[sink].unless = int32(i)
		}
		sink = a.addVariable(int32(i), v, sink)
	}
	a.start = sink
	a.needs = make([][]int32, len(a.states))
	for s := range a.states {
		a.needs[s] = a.needsOf(int32(s))
	}
	return a, nil
}

// addVariable puts the states of a variable before sink and returns the first.
func (a *Automaton) addVariable(i int32, v *Variable, sink int32) int32 {
	next, copies := sink, max(v.Min, 1)
	switch {
	case v.plain() || v.onceAtMost():
		return a.add(state{i, sink, proceedIf(v.optional(), sink), none})
	case v.Max == Unbounded: // a state that takes as long as it can
		next = int32(len(a.states))
		a.add(state{i, next, sink, none})
	default:
		for range v.Max - copies {
			next = a.add(state{i, next, sink, none})
		}
	}
	for range copies - 1 {
		next = a.add(state{i, next, none, none})
	}
	return a.add(state{i, next, proceedIf(v.optional(), sink), none})
}

func proceedIf(optional bool, sink int32) int32 {
	if optional {
		return sink
	}
	return none
}

func (a *Automaton) add(s state) int32 {
	a.states = append(a.states, s)
	return int32(len(a.states) - 1)
}

// needsOf lists the variables on the way of a row from state s, and those that keep
// the states behind from ending the match.
func (a *Automaton) needsOf(s int32) []int32 {
	var vars []int32
	add := func(v int32) {
		if v != none && !slices.Contains(vars, v) {
			vars = append(vars, v)
		}
	}
	for ; s > finalState; s = a.states[s].proceed {
		add(a.states[s].variable)
		add(a.states[s].unless)
		for t := a.states[s].take; t > finalState; t = a.states[t].proceed {
			add(a.states[t].unless)
		}
	}
	return vars
}
