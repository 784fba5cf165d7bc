package rowpattern

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// atStart is the begin of the partial match that has no row yet.
const atStart = math.MaxInt32

// A partial match is a record of 2+n numbers, n being the variables: the row it
// begins with, its state, and for each variable the row behind its run. Variables
// that have no rows yet end where the match does.
const (
	recBegin = 0
	recState = 1
	recCuts  = 2
)

// Run is the partial matches of one partition. Rows are numbered from 0.
type Run struct {
	partials  heap
	completed heap // wait for a partial match that begins earlier
}

// Machine works on Runs of one automaton. It belongs to one goroutine.
type Machine struct {
	*Automaton
	vars      int
	stride    int
	next      heap
	potential heap
	rec       []int32
	found     []int32
	// Found are the matches of the last Step or Advance, in order of output. It is
	// valid until the next.
	Found []Match
}

// Match is a complete match: variable v has the rows [Cuts[v-1], Cuts[v]), the
// first one from Begin.
type Match struct {
	Begin int32
	Cuts  []int32
}

// NewMachine prepares to run an automaton.
func NewMachine(a *Automaton) *Machine {
	n := len(a.Variables)
	return &Machine{Automaton: a, vars: n, stride: recCuts + n, rec: make([]int32, recCuts+n)}
}

// Reset makes r the run of a partition that nothing is known of.
func (m *Machine) Reset(r *Run) {
	r.completed = r.completed[:0]
	r.partials = append(r.partials[:0], atStart, m.start)
	for range m.vars {
		r.partials = append(r.partials, 0)
	}
}

// Partials is the number of partial matches, the one without rows among them.
func (m *Machine) Partials(r *Run) int { return len(r.partials) / m.stride }

// Needs lists the variables whose condition partial match i may ask for.
func (m *Machine) Needs(r *Run, i int) []int32 {
	return m.needs[r.partials[i*m.stride+recState]]
}

// Rows are the rows that variable v (-1: all of them) would have if partial match
// i gave the row at pos to variable to.
func (m *Machine) Rows(r *Run, i int, v, to, pos int32) (from, end int32) {
	rec := r.partials[i*m.stride : (i+1)*m.stride]
	begin := rec[recBegin]
	switch {
	case begin == atStart && (v == to || v < 0):
		return pos, pos + 1
	case begin == atStart:
		return pos, pos
	case v < 0:
		return begin, pos + 1
	case v > 0:
		begin = rec[recCuts+v-1]
	}
	if v == to {
		return begin, pos + 1
	}
	return begin, rec[recCuts+v]
}

// Step gives the row at pos to a run. truth[i*n+v] says whether the condition of
// variable v holds for the row and partial match i, n being the number of
// variables; what Needs does not list is not looked at.
func (m *Machine) Step(r *Run, pos int32, truth []bool) error {
	m.next, m.potential = m.next[:0], m.potential[:0]
	for i := 0; i*m.stride < len(r.partials); i++ {
		rec := r.partials[i*m.stride : (i+1)*m.stride]
		m.branch(rec, pos, truth[i*m.vars:(i+1)*m.vars])
		if rec[recBegin] == atStart {
			m.next = m.next.offer(rec, m.stride)
		}
	}
	err := m.settle(r)
	r.partials, m.next = m.next, r.partials
	return err
}

// branch adds what becomes of one partial match.
func (m *Machine) branch(rec []int32, pos int32, truth []bool) {
	for s := rec[recState]; s > finalState; {
		st := &m.states[s]
		if st.unless != none && truth[st.unless] {
			return
		}
		if truth[st.variable] {
			m.take(rec, st, pos, truth)
		}
		s = st.proceed
	}
}

// take adds the partial match in which a state has taken the row, and the
// complete one if nothing has to follow.
func (m *Machine) take(rec []int32, st *state, pos int32, truth []bool) {
	n := m.rec
	copy(n, rec)
	cuts := n[recCuts:]
	if n[recBegin] == atStart {
		n[recBegin] = pos
		for v := range st.variable {
			cuts[v] = pos
		}
	}
	for v := st.variable; v < int32(m.vars); v++ {
		cuts[v] = pos + 1
	}
	n[recState] = st.take
	if st.take == finalState {
		m.potential = m.potential.offer(n, m.stride)
		return
	}
	m.next = m.next.offer(n, m.stride)
	if m.reachesFinal(st.take, truth) {
		n[recState] = finalState
		m.potential = m.potential.offer(n, m.stride)
	}
}

// reachesFinal reports that nothing has to follow state s behind the row.
func (m *Machine) reachesFinal(s int32, truth []bool) bool {
	for s > finalState {
		st := &m.states[s]
		if st.unless != none && truth[st.unless] {
			return false
		}
		s = st.proceed
	}
	return s == finalState
}

// settle gives out the matches that no earlier partial match holds back, and
// drops what AFTER MATCH skips.
func (m *Machine) settle(r *Run) error {
	m.Found, m.found = m.Found[:0], m.found[:0]
	for i := 0; i < len(m.potential); i += m.stride {
		r.completed = r.completed.offer(m.potential[i:i+m.stride], m.stride)
	}
	for len(r.completed) > 0 && (len(m.next) == 0 || r.completed[recBegin] <= m.next[recBegin]) {
		at := len(m.found)
		m.found = append(m.found, r.completed[:m.stride]...)
		match := m.found[at:]
		r.completed = r.completed.poll(m.stride)
		limit, err := m.skipLimit(match)
		if err != nil {
			return err
		}
		m.next = m.next.dropBefore(limit, m.stride)
		r.completed = r.completed.dropBefore(limit, m.stride)
	}
	for i := 0; i < len(m.found); i += m.stride {
		m.Found = append(m.Found, Match{m.found[i], m.found[i+recCuts : i+m.stride]})
	}
	return nil
}

// errSkipToFirst is Flink's for a match that would be found again and again.
var errSkipToFirst = errors.New("Could not skip to first element of a match.")

// skipLimit is the row before which no other match may begin.
func (m *Machine) skipLimit(match []int32) (int32, error) {
	begin, cuts := match[recBegin], match[recCuts:]
	switch m.Skip {
	case SkipPastLastRow:
		return cuts[m.vars-1], nil
	case SkipToNextRow:
		return begin + 1, nil
	}
	from, end := begin, cuts[m.SkipTo]
	if m.SkipTo > 0 {
		from = cuts[m.SkipTo-1]
	}
	if from == end {
		return 0, fmt.Errorf("Could not skip to %s. No such element in the found match", m.Variables[m.SkipTo].Name)
	}
	if m.Skip == SkipToLast {
		from = end - 1
	}
	if from == begin {
		return 0, errSkipToFirst
	}
	return from, nil
}

// Advance moves time on: partial matches that began too long before it are
// dropped, which may free matches that they held back. times are those of the
// rows in ms.
func (m *Machine) Advance(r *Run, time int64, times []int64) error {
	m.Found = m.Found[:0]
	if m.Within == 0 || len(r.partials) == m.stride {
		return nil
	}
	m.next, m.potential = m.next[:0], m.potential[:0]
	for i := 0; i < len(r.partials); i += m.stride {
		rec := r.partials[i : i+m.stride]
		if rec[recBegin] == atStart || time-times[rec[recBegin]] < m.Within {
			m.next = m.next.offer(rec, m.stride)
		}
	}
	if len(m.next) == len(r.partials) {
		return nil
	}
	err := m.settle(r)
	r.partials, m.next = m.next, r.partials
	return err
}

// Oldest is the row with which the first partial match begins; ok is false if none
// has a row.
func (m *Machine) Oldest(r *Run) (row int32, ok bool) {
	row = r.partials[recBegin]
	return row, row != atStart
}

// First is the first row that the run still needs; n, the number of rows, if none.
func (m *Machine) First(r *Run, n int32) int32 {
	first := n
	for _, h := range [...]heap{r.partials, r.completed} {
		if len(h) > 0 { // its root begins first
			first = min(first, h[recBegin])
		}
	}
	return first
}

// Idle reports that the run is as Reset leaves it.
func (m *Machine) Idle(r *Run) bool { return len(r.partials) == m.stride && len(r.completed) == 0 }

// Append encodes a run whose rows will be numbered from base on.
//
//	number of partial matches (4), of completed ones (4), then their numbers (4 each)
func (m *Machine) Append(dst []byte, r *Run, base int32) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.partials)/m.stride))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(r.completed)/m.stride))
	for _, h := range [...]heap{r.partials, r.completed} {
		for i := 0; i < len(h); i += m.stride {
			dst = m.appendRecord(dst, h[i:i+m.stride], base)
		}
	}
	return dst
}

func (m *Machine) appendRecord(dst []byte, rec []int32, base int32) []byte {
	if rec[recBegin] == atStart {
		base = 0
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(rec[recBegin]-base))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(rec[recState]))
	for _, c := range rec[recCuts:] {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(c-base))
	}
	return dst
}

// ErrCorrupt is returned for bytes that Append has not written.
var ErrCorrupt = errors.New("row pattern: corrupt partial matches")

// Load decodes a run of rows [0, rows).
func (m *Machine) Load(r *Run, b []byte, rows int32) error {
	r.partials, r.completed = r.partials[:0], r.completed[:0]
	if len(b) < 8 {
		return ErrCorrupt
	}
	partials, completed := uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:]))
	b = b[8:]
	if uint64(len(b)) != (partials+completed)*uint64(m.stride)*4 {
		return ErrCorrupt
	}
	for i := range partials + completed {
		h := &r.partials
		if i >= partials {
			h = &r.completed
		}
		at := len(*h)
		for range m.stride {
			*h = append(*h, int32(binary.LittleEndian.Uint32(b)))
			b = b[4:]
		}
		if err := m.checkRecord((*h)[at:], rows); err != nil {
			return err
		}
	}
	return nil
}

// checkRecord makes sure that a record can be worked on.
func (m *Machine) checkRecord(rec []int32, rows int32) error {
	if rec[recState] < 0 || int(rec[recState]) >= len(m.states) {
		return ErrCorrupt
	}
	if rec[recBegin] == atStart {
		return nil
	}
	last := rec[recBegin]
	if last < 0 {
		return ErrCorrupt
	}
	for _, c := range rec[recCuts:] {
		if c < last || c > rows {
			return ErrCorrupt
		}
		last = c
	}
	return nil
}
