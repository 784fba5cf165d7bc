package javaregex

import "bytes"

// analyse finds what a match must begin with and contain.
func (re *Regexp) analyse(root *node) {
	re.anchored = anchored(root)
	re.prefix = prefixOf(root)
	re.needAt = -1
	if len(re.prefix) == 0 {
		re.need, re.needAt = needOf(root)
	}
	var f firstSet
	if !f.add(root) {
		re.first, re.useFirst = f.bytes, true
	}
}

// anchored reports that every match begins with \A.
func anchored(n *node) bool {
	switch n.kind {
	case nAssert:
		return n.assert == atStart
	case nCat, nGroup, nAtomic:
		return len(n.subs) > 0 && anchored(n.subs[0])
	case nAlt:
		for _, s := range n.subs {
			if !anchored(s) {
				return false
			}
		}
		return true
	}
	return false
}

// prefixOf is the text that every match begins with.
func prefixOf(n *node) []byte {
	switch n.kind {
	case nText:
		return n.text
	case nCat:
		var text []byte
		for _, s := range n.subs {
			if s.kind != nText {
				if len(text) == 0 {
					return prefixOf(s)
				}
				break
			}
			text = append(text, s.text...)
		}
		return text
	case nGroup, nAtomic:
		return prefixOf(n.subs[0])
	}
	return nil
}

// needOf is the longest text that every match contains among the parts of the
// top sequence, and how many bytes may precede it (-1: any number).
func needOf(n *node) (text []byte, at int) {
	for n.kind == nGroup || n.kind == nAtomic || n.kind == nCat && len(n.subs) == 1 {
		n = n.subs[0]
	}
	if n.kind != nCat {
		return nil, -1
	}
	before := 0
	at = -1
	for i := 0; i < len(n.subs); i++ {
		s := n.subs[i]
		var run []byte
		start := before
		for ; i < len(n.subs) && n.subs[i].kind == nText; i++ {
			run = append(run, n.subs[i].text...)
		}
		if len(run) > 0 {
			i--
			if len(run) > len(text) {
				text, at = bytes.Clone(run), start
			}
			if before >= 0 {
				before += len(run)
			}
			continue
		}
		if _, hi := width(s); hi < 0 || before < 0 {
			before = -1
		} else {
			before += hi * 4
		}
	}
	return text, at
}

// firstSet is the bytes that a match may begin with.
type firstSet struct{ bytes [4]uint64 }

func (f *firstSet) addByte(c byte) { f.bytes[c>>6] |= 1 << (c & 63) }

// addSet adds the first bytes of the characters of s.
func (f *firstSet) addSet(s *set) {
	f.bytes[0] |= s.ascii[0]
	f.bytes[1] |= s.ascii[1]
	if s.all || s.wide != nil {
		f.bytes[2], f.bytes[3] = ^uint64(0), ^uint64(0)
	}
}

// add adds what n may begin with and reports whether n may be empty.
func (f *firstSet) add(n *node) (empty bool) {
	switch n.kind {
	case nText:
		f.addByte(n.text[0])
		return false
	case nSet:
		f.addSet(n.set)
		return false
	case nCat:
		for _, s := range n.subs {
			if !f.add(s) {
				return false
			}
		}
		return true
	case nAlt:
		for _, s := range n.subs {
			if f.add(s) {
				empty = true
			}
		}
		return empty
	case nRepeat:
		return f.add(n.subs[0]) || n.min == 0
	case nGroup, nAtomic:
		return f.add(n.subs[0])
	case nBack, nCluster:
		f.bytes = [4]uint64{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
		return n.kind == nBack
	}
	return true
}
