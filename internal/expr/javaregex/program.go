package javaregex

import "fmt"

// inst is an instruction.
type inst struct {
	op   op
	text []byte
	set  *set
	x, y int32 // targets, registers, bounds
	flag bool
	more int32
}

type op uint8

const (
	opText    op = iota // the bytes text
	opSet               // one character of set
	opRun               // x to y characters of set (y < 0: no limit), more: mode
	opSplit             // try x, then y
	opJump              // to x
	opSave              // register x = position
	opAssert            // assertion x
	opEnter             // loop register x = position
	opLoop              // to x unless the position is that of register y
	opLook              // the program up to x holds here (flag: does not), then go on at x
	opBehind            // the same for a part that ends here; y, more: least and most characters
	opAtomic            // run the program up to x without coming back to it
	opEnd               // the end of a part of opLook, opBehind, opAtomic
	opBack              // the text of group x again (flag: in any case)
	opCluster           // what a reader takes for one character
	opMatch
)

// maxProgram bounds the size that repeated parts may have.
const maxProgram = 200_000

type assembler struct {
	prog  []inst
	loops int
	err   error
}

func assemble(root *node, p *parser) (*Regexp, error) {
	a := &assembler{}
	a.emit(inst{op: opSave, x: 0})
	a.node(root)
	a.emit(inst{op: opSave, x: 1})
	a.emit(inst{op: opMatch})
	if a.err != nil {
		return nil, a.err
	}
	re := &Regexp{prog: a.prog, groups: p.groups, names: p.names, loops: a.loops}
	for i := range re.prog {
		if re.prog[i].op == opBack && int(re.prog[i].x) > re.groups {
			re.prog[i] = inst{op: opSet, set: &set{}} // a group that is not there never matches
		}
	}
	re.analyse(root)
	return re, nil
}

func (a *assembler) emit(i inst) int {
	if len(a.prog) >= maxProgram {
		a.err = fmt.Errorf("the regular expression is too large")
		return 0
	}
	a.prog = append(a.prog, i)
	return len(a.prog) - 1
}

func (a *assembler) here() int32 { return int32(len(a.prog)) }

func (a *assembler) node(n *node) {
	if a.err != nil {
		return
	}
	switch n.kind {
	case nText:
		if k := len(a.prog) - 1; k >= 0 && a.prog[k].op == opText && a.prog[k].flag {
			a.prog[k].text = append(a.prog[k].text, n.text...)
			return
		}
		a.emit(inst{op: opText, text: append([]byte(nil), n.text...)})
	case nSet:
		a.emit(inst{op: opSet, set: n.set})
	case nCat:
		a.sequence(n.subs)
	case nAlt:
		a.alternatives(n.subs)
	case nRepeat:
		a.repeat(n)
	case nGroup:
		a.emit(inst{op: opSave, x: int32(2 * n.group)})
		a.node(n.subs[0])
		a.emit(inst{op: opSave, x: int32(2*n.group + 1)})
	case nAssert:
		a.emit(inst{op: opAssert, x: int32(n.assert)})
	case nBack:
		a.emit(inst{op: opBack, x: int32(n.group), flag: n.fold})
	case nCluster:
		a.emit(inst{op: opCluster})
	case nAtomic:
		at := a.emit(inst{op: opAtomic})
		a.node(n.subs[0])
		a.emit(inst{op: opEnd})
		a.prog[at].x = a.here()
	case nLook:
		a.look(n)
	}
}

// sequence joins neighbouring characters into one text.
func (a *assembler) sequence(subs []*node) {
	for i := 0; i < len(subs); i++ {
		if subs[i].kind != nText {
			a.node(subs[i])
			continue
		}
		var text []byte
		for ; i < len(subs) && subs[i].kind == nText; i++ {
			text = append(text, subs[i].text...)
		}
		i--
		a.emit(inst{op: opText, text: text})
	}
}

func (a *assembler) alternatives(subs []*node) {
	var ends []int
	for i, s := range subs {
		if i == len(subs)-1 {
			a.node(s)
			break
		}
		split := a.emit(inst{op: opSplit})
		a.prog[split].x = a.here()
		a.node(s)
		ends = append(ends, a.emit(inst{op: opJump}))
		a.prog[split].y = a.here()
	}
	for _, e := range ends {
		a.prog[e].x = a.here()
	}
}

func (a *assembler) look(n *node) {
	at := a.emit(inst{op: opLook, flag: n.negative})
	a.node(n.subs[0])
	a.emit(inst{op: opEnd})
	if a.err != nil {
		return
	}
	a.prog[at].x = a.here()
	if n.behind {
		lo, hi := width(n.subs[0])
		if hi < 0 {
			a.err = fmt.Errorf("Look-behind group does not have an obvious maximum length")
			return
		}
		a.prog[at].op, a.prog[at].y, a.prog[at].more = opBehind, int32(lo), int32(hi)
	}
}

// repeat unrolls counted parts; a part that is one character runs by itself.
func (a *assembler) repeat(n *node) {
	body := n.subs[0]
	if s := oneChar(body); s != nil {
		a.emit(inst{op: opRun, set: s, x: int32(n.min), y: int32(n.max), more: int32(n.mode)})
		return
	}
	if n.mode == possessive {
		plain := *n
		plain.mode = greedy
		a.node(&node{kind: nAtomic, subs: []*node{&plain}})
		return
	}
	for range n.min {
		a.node(body)
	}
	if n.max < 0 {
		a.star(body, n.mode)
		return
	}
	var exits []int
	for range n.max - n.min {
		split := a.emit(inst{op: opSplit})
		a.node(body)
		exits = append(exits, split)
		if a.err != nil {
			return
		}
	}
	for _, e := range exits {
		a.choose(e, int32(e+1), a.here(), n.mode)
	}
}

// choose sets a split's targets: in first for greedy, out first for lazy.
func (a *assembler) choose(at int, in, out int32, m mode) {
	if a.err != nil {
		return
	}
	if m == lazy {
		in, out = out, in
	}
	a.prog[at].x, a.prog[at].y = in, out
}

// star is body any number of times; an empty round ends it.
func (a *assembler) star(body *node, m mode) {
	lo, _ := width(body)
	split := a.emit(inst{op: opSplit})
	register := int32(-1)
	if lo == 0 {
		register = int32(a.loops)
		a.loops++
		a.emit(inst{op: opEnter, x: register})
	}
	a.node(body)
	if register >= 0 {
		a.emit(inst{op: opLoop, x: int32(split), y: register})
	} else {
		a.emit(inst{op: opJump, x: int32(split)})
	}
	a.choose(split, int32(split+1), a.here(), m)
}

// oneChar is the class of a node that is always one character, else nil.
func oneChar(n *node) *set {
	switch {
	case n.kind == nSet:
		return n.set
	case n.kind == nText && len(n.text) > 0 && runeLen(n.text) == 1:
		return single([]rune(string(n.text))[0])
	case n.kind == nCat && len(n.subs) == 1:
		return oneChar(n.subs[0])
	}
	return nil
}

func runeLen(s []byte) int { return len([]rune(string(s))) }

// width is the least and most characters a node takes; hi < 0 is no limit.
func width(n *node) (lo, hi int) {
	switch n.kind {
	case nText:
		k := runeLen(n.text)
		return k, k
	case nSet:
		return 1, 1
	case nCat:
		for _, s := range n.subs {
			l, h := width(s)
			lo += l
			if hi = hi + h; h < 0 || hi < h {
				hi = -1 << 30
			}
		}
		return lo, max(hi, -1)
	case nAlt:
		lo = 1 << 30
		for _, s := range n.subs {
			l, h := width(s)
			lo = min(lo, l)
			if h < 0 || hi < 0 {
				hi = -1
			} else {
				hi = max(hi, h)
			}
		}
		return lo, hi
	case nRepeat:
		l, h := width(n.subs[0])
		lo = min(l*n.min, 1<<30)
		switch {
		case h == 0:
			return lo, 0
		case n.max < 0 || h < 0 || h > (1<<30)/max(n.max, 1):
			return lo, -1
		}
		return lo, h * n.max
	case nGroup, nAtomic:
		return width(n.subs[0])
	case nCluster:
		return 1, -1
	case nBack:
		return 0, -1
	}
	return 0, 0
}
