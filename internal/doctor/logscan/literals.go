package logscan

import "sync"

// literals recognises in one pass whether a text holds any of many words: the
// automaton of Aho and Corasick, as a table of bytes. Nearly all lines of a log
// hold none, and are done with after it.
type literals struct {
	next [][256]uint16 // state and byte to state; state 0 is the start
	hit  []bool        // a word ends in the state
}

func newLiterals(words []string) *literals {
	a := &literals{next: make([][256]uint16, 1), hit: make([]bool, 1)}
	for _, w := range words {
		s := uint16(0)
		for i := range len(w) {
			if a.next[s][w[i]] == 0 {
				a.next = append(a.next, [256]uint16{})
				a.hit = append(a.hit, false)
				a.next[s][w[i]] = uint16(len(a.next) - 1)
			}
			s = a.next[s][w[i]]
		}
		a.hit[s] = true
	}
	a.link()
	return a
}

// link fills in, level by level, where to go on when a word breaks off: to the
// longest end of what was read that begins a word.
func (a *literals) link() {
	fail := make([]uint16, len(a.next))
	var queue []uint16
	for _, s := range a.next[0] {
		if s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		a.hit[s] = a.hit[s] || a.hit[fail[s]]
		for c, to := range a.next[s] {
			if to == 0 {
				a.next[s][c] = a.next[fail[s]][c]
				continue
			}
			fail[to] = a.next[fail[s]][c]
			queue = append(queue, to)
		}
	}
}

// in reports whether text holds any of the words.
func (a *literals) in(text string) bool {
	s := uint16(0)
	for i := range len(text) {
		s = a.next[s][text[i]]
		if a.hit[s] {
			return true
		}
	}
	return false
}

// known are the words of all patterns.
var known = sync.OnceValue(func() *literals {
	var words []string
	for _, p := range lines {
		words = append(words, p.has)
	}
	for _, p := range traces {
		words = append(words, p.has)
	}
	return newLiterals(append(words, "Deploying "))
})
