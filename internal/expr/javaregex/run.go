package javaregex

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// run matches at pos; with whole the match must take all of the text.
func (m *Matcher) run(pos int, whole bool) bool {
	for i := range m.caps {
		m.caps[i] = -1
	}
	m.stack = m.stack[:0]
	_, ok := m.exec(0, int32(pos), whole)
	return ok
}

// exec runs the program from pc until opMatch, or opEnd of the part that it was
// started for. States above base are its own.
func (m *Matcher) exec(pc, pos int32, whole bool) (end int32, ok bool) {
	base := len(m.stack)
	prog, text := m.re.prog, m.text
	for {
		in := &prog[pc]
		good := true
		switch in.op {
		case opText:
			if n := int32(len(in.text)); int(pos+n) <= len(text) && string(text[pos:pos+n]) == string(in.text) {
				pos += n
				pc++
			} else {
				good = false
			}
		case opSet:
			if size := in.set.step(text, pos); size > 0 {
				pos += size
				pc++
			} else {
				good = false
			}
		case opRun:
			pos, good = m.startRun(in, pc, pos)
			pc++
		case opSplit:
			m.push(state{pc: in.y, pos: pos})
			pc = in.x
		case opJump:
			pc = in.x
		case opSave:
			m.push(state{kind: undoCap, pc: in.x, old: int32(m.caps[in.x])})
			m.caps[in.x] = int(pos)
			pc++
		case opAssert:
			good = m.holds(assertion(in.x), int(pos))
			pc++
		case opEnter:
			m.push(state{kind: undoLoop, pc: in.x, old: int32(m.loops[in.x])})
			m.loops[in.x] = int(pos)
			pc++
		case opLoop:
			if m.loops[in.y] == int(pos) {
				pc++ // an empty round: leave the loop
			} else {
				pc = in.x
			}
		case opLook:
			good = m.ahead(pc+1, pos) != in.flag
			pc = in.x
		case opBehind:
			good = m.behind(in, pc+1, pos) != in.flag
			pc = in.x
		case opAtomic:
			pos, good = m.atomic(pc+1, pos)
			pc = in.x
		case opCluster:
			if good = int(pos) < len(text); good {
				cluster, _, _, _ := uniseg.FirstGraphemeCluster(text[pos:], -1)
				pos += int32(len(cluster))
			}
			pc++
		case opBack:
			pos, good = m.backReference(in, pos)
			pc++
		case opEnd:
			return pos, true
		case opMatch:
			if !whole || int(pos) == len(text) {
				return pos, true
			}
			good = false
		}
		if good {
			continue
		}
		if pc, pos, good = m.backtrack(base); !good {
			return 0, false
		}
	}
}

func (m *Matcher) push(s state) {
	if len(m.stack) >= maxStack {
		m.Err = ErrTooComplex
		return
	}
	m.stack = append(m.stack, s)
}

// backtrack undoes down to the last choice above base and takes its other way.
func (m *Matcher) backtrack(base int) (pc, pos int32, ok bool) {
	if m.Err != nil {
		m.stack = m.stack[:base]
		return 0, 0, false
	}
	for len(m.stack) > base {
		top := &m.stack[len(m.stack)-1]
		switch top.kind {
		case undoCap:
			m.caps[top.pc] = int(top.old)
		case undoLoop:
			m.loops[top.pc] = int(top.old)
		case tryAt:
			pc, pos = top.pc, top.pos
			m.stack = m.stack[:len(m.stack)-1]
			return pc, pos, true
		case runBack:
			// pos is where the run ended last; one character less now.
			p := top.pos - 1
			for p > top.old && m.text[p]&0xc0 == 0x80 {
				p--
			}
			pc = top.pc
			if p <= top.old {
				m.stack = m.stack[:len(m.stack)-1]
			} else {
				top.pos = p
			}
			return pc, p, true
		case runOn:
			in := &m.re.prog[top.pc-1]
			size := in.set.step(m.text, top.pos)
			if size > 0 && top.old != 0 {
				top.pos += size
				top.old--
				return top.pc, top.pos, true
			}
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	return 0, 0, false
}

// step is the bytes of the character at pos if it is in s, else 0.
func (s *set) step(text []byte, pos int32) int32 {
	if int(pos) >= len(text) {
		return 0
	}
	c := text[pos]
	if c < utf8.RuneSelf {
		return int32(s.ascii[c>>6] >> (c & 63) & 1)
	}
	r, size := utf8.DecodeRune(text[pos:])
	if s.all || s.wide != nil && s.wide(r) {
		return int32(size)
	}
	return 0
}

// startRun takes the characters of a run and leaves the choice of others.
func (m *Matcher) startRun(in *inst, pc, pos int32) (int32, bool) {
	for range in.x {
		size := in.set.step(m.text, pos)
		if size == 0 {
			return pos, false
		}
		pos += size
	}
	least, left := pos, in.y-in.x
	if in.y < 0 {
		left = 1 << 30
	}
	if mode(in.more) == lazy {
		if left > 0 {
			m.push(state{kind: runOn, pc: pc + 1, pos: pos, old: left})
		}
		return pos, true
	}
	text := m.text
	for left > 0 && int(pos) < len(text) {
		c := text[pos]
		if c < utf8.RuneSelf {
			if in.set.ascii[c>>6]>>(c&63)&1 == 0 {
				break
			}
			pos++
		} else {
			size := in.set.step(text, pos)
			if size == 0 {
				break
			}
			pos += size
		}
		left--
	}
	if pos > least && mode(in.more) == greedy {
		m.push(state{kind: runBack, pc: pc + 1, pos: pos, old: least})
	}
	return pos, true
}

// ahead reports whether the part at pc matches at pos; captures made in it stay.
func (m *Matcher) ahead(pc, pos int32) bool {
	_, ok := m.atomic(pc, pos)
	return ok
}

// atomic runs the part at pc and forgets its choices, but not how to undo its
// captures.
func (m *Matcher) atomic(pc, pos int32) (int32, bool) {
	base := len(m.stack)
	end, ok := m.exec(pc, pos, false)
	if !ok {
		return pos, false
	}
	kept := base
	for i := base; i < len(m.stack); i++ {
		if k := m.stack[i].kind; k == undoCap || k == undoLoop {
			m.stack[kept] = m.stack[i]
			kept++
		}
	}
	m.stack = m.stack[:kept]
	return end, true
}

// behind reports whether the part at pc matches some text that ends at pos.
func (m *Matcher) behind(in *inst, pc, pos int32) bool {
	start := pos
	for n := int32(0); n <= in.more; n++ {
		if n >= in.y {
			base := len(m.stack)
			if end, ok := m.execTo(pc, start, pos); ok && end == pos {
				return true
			}
			m.stack = m.stack[:base]
		}
		if start == 0 {
			return false
		}
		start--
		for start > 0 && m.text[start]&0xc0 == 0x80 {
			start--
		}
	}
	return false
}

// execTo runs a part on the text up to limit and looks for an end at limit.
func (m *Matcher) execTo(pc, pos, limit int32) (int32, bool) {
	full := m.text
	m.text = full[:limit]
	defer func() { m.text = full }()
	base := len(m.stack)
	end, ok := m.exec(pc, pos, false)
	for ok && end != limit {
		var p, at int32
		if p, at, ok = m.backtrack(base); ok {
			end, ok = m.exec(p, at, false)
		}
	}
	return end, ok
}

func (m *Matcher) backReference(in *inst, pos int32) (int32, bool) {
	start, end := m.caps[2*in.x], m.caps[2*in.x+1]
	if start < 0 || end < 0 {
		return pos, false
	}
	word := m.text[start:end]
	n := int32(len(word))
	if int(pos+n) > len(m.text) {
		return pos, false
	}
	here := m.text[pos : pos+n]
	if bytes.Equal(here, word) || in.flag && bytes.EqualFold(here, word) {
		return pos + n, true
	}
	return pos, false
}

// holds checks an assertion.
func (m *Matcher) holds(a assertion, pos int) bool {
	text := m.text
	switch a {
	case atStart:
		return pos == 0
	case atEnd:
		return pos == len(text)
	case atPrevious:
		return pos == m.previous
	case atEndOrLine:
		return pos == len(text) || lastLineEnd(text, pos)
	case atLineStart:
		if pos == 0 {
			return true
		}
		r, _ := utf8.DecodeLastRune(text[:pos])
		return isLineEnd(r) && pos < len(text) && !(r == '\r' && text[pos] == '\n')
	case atLineEnd:
		if pos == len(text) {
			return true
		}
		r, _ := utf8.DecodeRune(text[pos:])
		return isLineEnd(r) && !(r == '\n' && pos > 0 && text[pos-1] == '\r')
	}
	before, _ := utf8.DecodeLastRune(text[:pos])
	after, _ := utf8.DecodeRune(text[pos:])
	boundary := (pos > 0 && boundaryWord(before)) != (pos < len(text) && boundaryWord(after))
	return boundary == (a == atBoundary)
}

func boundaryWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// lastLineEnd reports that only one line end follows pos.
func lastLineEnd(text []byte, pos int) bool {
	rest := text[pos:]
	switch string(rest) {
	case "\r\n", "\r":
		return true
	case "\n":
		return pos == 0 || text[pos-1] != '\r'
	}
	r, size := utf8.DecodeRune(rest)
	return size == len(rest) && isLineEnd(r)
}
