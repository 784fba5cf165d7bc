// Package javaregex matches the regular expressions of java.util.regex on UTF-8
// bytes, as Flink's functions take them: leftmost-first with backtracking,
// captures, lazy and possessive quantifiers, lookaround, back references, class
// intersections. Patterns are compiled to a small program that an explicit stack
// runs; literals that a match must contain are searched for first.
package javaregex

import (
	"bytes"
	"errors"
)

// Regexp is a compiled pattern. It is immutable and may be shared.
type Regexp struct {
	prog   []inst
	groups int // capturing groups, without the whole match
	names  map[string]int
	loops  int // registers of loops over possibly empty bodies

	prefix   []byte    // every match begins with it
	need     []byte    // every match contains it,
	needAt   int       // at most so many bytes after its start; -1 if not known
	first    [4]uint64 // bytes a match may begin with
	useFirst bool
	anchored bool // every match begins at the start of the text
}

// ErrTooComplex is returned when a match needs more backtracking states than
// are reasonable; Java overflows its stack there.
var ErrTooComplex = errors.New("the regular expression needs too many steps on this text")

// maxStack bounds the states kept for backtracking.
const maxStack = 1 << 22

// Groups is the number of capturing groups.
func (re *Regexp) Groups() int { return re.groups }

// Matcher runs a Regexp; it keeps the memory. Use one per goroutine.
type Matcher struct {
	re    *Regexp
	text  []byte
	caps  []int // start and end of each group, -1 if not set
	loops []int
	stack []state
	// previous is where the last match in this text ended, for \G.
	previous int
	Err      error // ErrTooComplex, from the last call
}

// state is a choice to come back to: run pc at pos; or, with undo set, a
// register to restore.
type state struct {
	pc, pos int32
	kind    stateKind
	old     int32 // the value to restore, or the least position of a run
}

type stateKind uint8

const (
	tryAt   stateKind = iota
	undoCap           // pc is the register
	undoLoop
	runBack // a greedy run: give back one character, down to old
	runOn   // a lazy run: take one character more, old are left
	barrier // ends an atomic part
)

// NewMatcher returns a matcher of re.
func NewMatcher(re *Regexp) *Matcher {
	return &Matcher{re: re, caps: make([]int, 2*(re.groups+1)), loops: make([]int, re.loops)}
}

// Group returns the range of group n of the last match, or -1, -1.
func (m *Matcher) Group(n int) (start, end int) { return m.caps[2*n], m.caps[2*n+1] }

// Find looks for the first match that begins at from or later. From 0 on a text
// is a new one; else it is the text of the last match.
func (m *Matcher) Find(text []byte, from int) bool {
	m.text, m.Err = text, nil
	if from == 0 {
		m.previous = 0
	}
	re := m.re
	for pos := from; pos <= len(text); pos++ {
		switch {
		case re.anchored:
			if pos > 0 {
				return false
			}
		case len(re.prefix) > 0:
			k := bytes.Index(text[pos:], re.prefix)
			if k < 0 {
				return false
			}
			pos += k
		case len(re.need) > 0:
			k := bytes.Index(text[pos:], re.need)
			if k < 0 {
				return false
			}
			if re.needAt >= 0 && k > re.needAt {
				pos += k - re.needAt
			}
			fallthrough
		case re.useFirst:
			if re.useFirst {
				for pos < len(text) && re.first[text[pos]>>6]>>(text[pos]&63)&1 == 0 {
					pos++
				}
				if pos == len(text) {
					return false
				}
			}
		}
		for pos < len(text) && text[pos]&0xc0 == 0x80 {
			pos++ // not the start of a character
		}
		if m.run(pos, false) {
			m.previous = m.caps[1]
			return true
		}
		if m.Err != nil {
			return false
		}
	}
	return false
}

// MatchAll reports whether the whole text matches.
func (m *Matcher) MatchAll(text []byte) bool {
	m.text, m.Err, m.previous = text, nil, 0
	return m.run(0, true)
}

// Groups is the number of capturing groups of the pattern.
func (m *Matcher) Groups() int { return m.re.groups }
