package javaregex

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// node is a part of a pattern.
type node struct {
	kind     nodeKind
	set      *set    // nSet
	text     []byte  // nText
	subs     []*node // nCat, nAlt; the body of the others is subs[0]
	min, max int     // nRepeat; max < 0 is no limit
	mode     mode    // nRepeat
	group    int     // nGroup, nBack
	negative bool    // nLook
	behind   bool    // nLook
	assert   assertion
	fold     bool // nBack: without regard for case
}

type nodeKind uint8

const (
	nText nodeKind = iota // characters
	nSet                  // one character of a class
	nCat
	nAlt
	nRepeat
	nGroup
	nAssert
	nLook
	nAtomic
	nBack
	nCluster // \X
)

type mode uint8

const (
	greedy mode = iota
	lazy
	possessive
)

// assertion is a condition on a position.
type assertion uint8

const (
	atStart       assertion = iota // \A, ^
	atEnd                          // \z
	atEndOrLine                    // \Z, $: before a last line end too
	atLineStart                    // ^ with (?m)
	atLineEnd                      // $ with (?m)
	atBoundary                     // \b
	atNonBoundary                  // \B
	atPrevious                     // \G: where the last match ended
)

type flags struct {
	fold, multiline, dotAll, comments, unicode, literal, unixLines bool
}

type parser struct {
	src    string
	pos    int
	flags  flags
	groups int
	names  map[string]int
	depth  int
}

// Compile compiles a pattern.
func Compile(pattern string) (*Regexp, error) {
	p := &parser{src: pattern, names: map[string]int{}}
	root, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.src) {
		return nil, p.errorf("Unmatched closing ')'")
	}
	return assemble(root, p)
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("%s near index %d of the regular expression '%s'", fmt.Sprintf(format, args...), p.pos, p.src)
}

func (p *parser) more() bool { return p.pos < len(p.src) }

func (p *parser) peek() byte {
	if p.pos < len(p.src) {
		return p.src[p.pos]
	}
	return 0
}

func (p *parser) accept(s string) bool {
	if strings.HasPrefix(p.src[p.pos:], s) {
		p.pos += len(s)
		return true
	}
	return false
}

func (p *parser) rune() rune {
	r, size := utf8.DecodeRuneInString(p.src[p.pos:])
	p.pos += size
	return r
}

func (p *parser) alternatives() (*node, error) {
	if p.depth++; p.depth > 500 {
		return nil, p.errorf("Too many nested groups")
	}
	defer func() { p.depth-- }()
	alt := &node{kind: nAlt}
	for {
		n, err := p.sequence()
		if err != nil {
			return nil, err
		}
		alt.subs = append(alt.subs, n)
		if !p.accept("|") {
			break
		}
	}
	if len(alt.subs) == 1 {
		return alt.subs[0], nil
	}
	return alt, nil
}

func (p *parser) sequence() (*node, error) {
	cat := &node{kind: nCat}
	for p.more() && p.peek() != '|' && p.peek() != ')' {
		n, err := p.atom()
		if err != nil {
			return nil, err
		}
		if n == nil {
			continue
		}
		if n, err = p.quantified(n); err != nil {
			return nil, err
		}
		cat.subs = append(cat.subs, n)
	}
	return cat, nil
}

// quantified reads the quantifiers behind an atom.
func (p *parser) quantified(n *node) (*node, error) {
	for {
		p.skipComments()
		lo, hi := 0, -1
		switch {
		case p.accept("?"):
			hi = 1
		case p.accept("*"):
		case p.accept("+"):
			lo = 1
		case p.peek() == '{':
			var err error
			if lo, hi, err = p.bounds(); err != nil {
				return nil, err
			}
		default:
			return n, nil
		}
		r := &node{kind: nRepeat, subs: []*node{n}, min: lo, max: hi}
		if p.accept("?") {
			r.mode = lazy
		} else if p.accept("+") {
			r.mode = possessive
		}
		n = r
	}
}

func (p *parser) bounds() (lo, hi int, err error) {
	p.pos++
	end := strings.IndexByte(p.src[p.pos:], '}')
	if end < 0 {
		return 0, 0, p.errorf("Unclosed counted closure")
	}
	text := p.src[p.pos : p.pos+end]
	a, b, comma := strings.Cut(text, ",")
	if lo, err = strconv.Atoi(a); err != nil || lo > 100000 {
		return 0, 0, p.errorf("Illegal repetition")
	}
	switch {
	case !comma:
		hi = lo
	case b == "":
		hi = -1
	default:
		if hi, err = strconv.Atoi(b); err != nil || hi < lo || hi > 100000 {
			return 0, 0, p.errorf("Illegal repetition range")
		}
	}
	p.pos += end + 1
	return lo, hi, nil
}

func (p *parser) skipComments() {
	for p.flags.comments && p.more() {
		switch c := p.peek(); {
		case c == ' ' || c >= '\t' && c <= '\r':
			p.pos++
		case c == '#':
			for p.more() && p.peek() != '\n' {
				p.pos++
			}
		default:
			return
		}
	}
}

// atom reads one element; nil for something without a node of its own.
func (p *parser) atom() (*node, error) {
	p.skipComments()
	if !p.more() || p.peek() == '|' || p.peek() == ')' {
		return nil, nil
	}
	switch c := p.peek(); c {
	case '(':
		p.pos++
		return p.group()
	case '[':
		p.pos++
		s, err := p.class()
		if err != nil {
			return nil, err
		}
		return &node{kind: nSet, set: p.foldSet(s)}, nil
	case '.':
		p.pos++
		if p.flags.dotAll {
			return &node{kind: nSet, set: anySet}, nil
		}
		if p.flags.unixLines {
			return &node{kind: nSet, set: single('\n').negated()}, nil
		}
		return &node{kind: nSet, set: dotSet}, nil
	case '^':
		p.pos++
		if p.flags.multiline {
			return &node{kind: nAssert, assert: atLineStart}, nil
		}
		return &node{kind: nAssert, assert: atStart}, nil
	case '$':
		p.pos++
		if p.flags.multiline {
			return &node{kind: nAssert, assert: atLineEnd}, nil
		}
		return &node{kind: nAssert, assert: atEndOrLine}, nil
	case '\\':
		p.pos++
		return p.escape()
	case '*', '+', '?':
		return nil, p.errorf("Dangling meta character '%c'", c)
	case '{':
		return nil, p.errorf("Illegal repetition")
	}
	return p.char(p.rune()), nil
}

// char is one literal character.
func (p *parser) char(r rune) *node {
	if p.flags.fold {
		s := single(r)
		if f := p.foldSet(s); f != s {
			return &node{kind: nSet, set: f}
		}
	}
	return &node{kind: nText, text: utf8.AppendRune(nil, r)}
}

func (p *parser) foldSet(s *set) *set {
	if p.flags.fold {
		return s.folded(p.flags.unicode)
	}
	return s
}

// group reads what follows a parenthesis.
func (p *parser) group() (*node, error) {
	saved := p.flags
	n := &node{kind: nGroup}
	switch {
	case !p.accept("?"):
		p.groups++
		n.group = p.groups
	case p.accept(":"):
		n.kind = nCat
	case p.accept("="):
		n.kind = nLook
	case p.accept("!"):
		n.kind, n.negative = nLook, true
	case p.accept("<="):
		n.kind, n.behind = nLook, true
	case p.accept("<!"):
		n.kind, n.behind, n.negative = nLook, true, true
	case p.accept(">"):
		n.kind = nAtomic
	case p.accept("<"):
		end := strings.IndexByte(p.src[p.pos:], '>')
		if end < 1 {
			return nil, p.errorf("named capturing group is missing trailing '>'")
		}
		name := p.src[p.pos : p.pos+end]
		if _, ok := p.names[name]; ok {
			return nil, p.errorf("Named capturing group <%s> is already defined", name)
		}
		p.pos += end + 1
		p.groups++
		n.group = p.groups
		p.names[name] = n.group
	default:
		closed, err := p.readFlags()
		if err != nil || closed {
			return nil, err
		}
		n.kind = nCat
	}
	body, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.accept(")") {
		return nil, p.errorf("Unclosed group")
	}
	p.flags = saved
	n.subs = []*node{body}
	return n, nil
}

// readFlags reads (?i) – closed – or the start of (?i:…).
func (p *parser) readFlags() (closed bool, err error) {
	on := true
	for p.more() {
		c := p.peek()
		p.pos++
		switch c {
		case 'i':
			p.flags.fold = on
		case 'm':
			p.flags.multiline = on
		case 's':
			p.flags.dotAll = on
		case 'x':
			p.flags.comments = on
		case 'u', 'U':
			p.flags.unicode = on
		case 'd':
			p.flags.unixLines = on
		case '-':
			on = false
		case ')':
			return true, nil
		case ':':
			return false, nil
		default:
			return false, p.errorf("Unknown inline modifier")
		}
	}
	return false, p.errorf("Unknown inline modifier")
}

// escape reads what follows a backslash outside a class.
func (p *parser) escape() (*node, error) {
	if !p.more() {
		return nil, p.errorf("Unexpected internal error")
	}
	switch c := p.peek(); c {
	case 'A':
		p.pos++
		return &node{kind: nAssert, assert: atStart}, nil
	case 'z':
		p.pos++
		return &node{kind: nAssert, assert: atEnd}, nil
	case 'Z':
		p.pos++
		return &node{kind: nAssert, assert: atEndOrLine}, nil
	case 'G':
		p.pos++
		return &node{kind: nAssert, assert: atPrevious}, nil
	case 'X':
		p.pos++
		return &node{kind: nCluster}, nil
	case 'b':
		p.pos++
		return &node{kind: nAssert, assert: atBoundary}, nil
	case 'B':
		p.pos++
		return &node{kind: nAssert, assert: atNonBoundary}, nil
	case 'Q':
		return p.quotedText(), nil
	case 'R':
		p.pos++
		crlf := &node{kind: nText, text: []byte("\r\n")}
		return &node{kind: nAtomic, subs: []*node{{kind: nAlt, subs: []*node{crlf, {kind: nSet, set: verticalSet}}}}}, nil
	case 'k':
		p.pos++
		end := strings.IndexByte(p.src[p.pos:], '>')
		if !p.accept("<") || end < 1 {
			return nil, p.errorf("\\k is not followed by '<' for named capturing group")
		}
		name := p.src[p.pos : p.pos+end-1]
		p.pos += end
		g, ok := p.names[name]
		if !ok {
			return nil, p.errorf("named capturing group <%s> does not exist", name)
		}
		return &node{kind: nBack, group: g, fold: p.flags.fold}, nil
	}
	if c := p.peek(); c >= '1' && c <= '9' {
		return p.backReference(), nil
	}
	r, s, err := p.classEscape()
	switch {
	case err != nil:
		return nil, err
	case s != nil:
		return &node{kind: nSet, set: s}, nil
	}
	return p.char(r), nil
}

// backReference reads as many digits as name a group that exists.
func (p *parser) backReference() *node {
	g := int(p.peek() - '0')
	p.pos++
	for p.more() && p.peek() >= '0' && p.peek() <= '9' {
		next := g*10 + int(p.peek()-'0')
		if next > p.groups {
			break
		}
		g = next
		p.pos++
	}
	return &node{kind: nBack, group: g, fold: p.flags.fold}
}

func (p *parser) quotedText() *node {
	p.pos++
	text := p.src[p.pos:]
	if end := strings.Index(text, `\E`); end >= 0 {
		text = text[:end]
		p.pos += 2
	}
	p.pos += len(text)
	cat := &node{kind: nCat}
	for _, r := range text {
		cat.subs = append(cat.subs, p.char(r))
	}
	return cat
}

// classEscape reads an escape that stands for a character or a class.
func (p *parser) classEscape() (rune, *set, error) {
	c := p.rune()
	switch c {
	case 'd':
		return 0, digitSet, nil
	case 'D':
		return 0, digitSet.negated(), nil
	case 'w':
		return 0, wordSet, nil
	case 'W':
		return 0, wordSet.negated(), nil
	case 's':
		return 0, spaceSet, nil
	case 'S':
		return 0, spaceSet.negated(), nil
	case 'h':
		return 0, blankSet, nil
	case 'H':
		return 0, blankSet.negated(), nil
	case 'v':
		return 0, verticalSet, nil
	case 'V':
		return 0, verticalSet.negated(), nil
	case 'p', 'P':
		s, err := p.property()
		if err == nil && c == 'P' {
			s = s.negated()
		}
		return 0, s, err
	case 't':
		return '\t', nil, nil
	case 'n':
		return '\n', nil, nil
	case 'r':
		return '\r', nil, nil
	case 'f':
		return '\f', nil, nil
	case 'a':
		return 7, nil, nil
	case 'e':
		return 27, nil, nil
	case '0':
		return p.number(8, 1, 3)
	case 'x':
		if p.accept("{") {
			r, _, err := p.number(16, 1, 6)
			if err == nil && !p.accept("}") {
				err = p.errorf("Unclosed hexadecimal escape sequence")
			}
			return r, nil, err
		}
		return p.number(16, 2, 2)
	case 'u':
		return p.number(16, 4, 4)
	case 'c':
		if !p.more() {
			return 0, nil, p.errorf("Illegal control escape sequence")
		}
		return p.rune() ^ 64, nil, nil
	}
	if c < 128 && isWord(c) && c != '_' {
		p.pos--
		return 0, nil, p.errorf("Illegal/unsupported escape sequence")
	}
	return c, nil, nil
}

func (p *parser) number(base, lo, hi int) (rune, *set, error) {
	n := 0
	for n < hi && p.pos+n < len(p.src) {
		if _, err := strconv.ParseUint(p.src[p.pos+n:p.pos+n+1], base, 8); err != nil {
			break
		}
		n++
	}
	if n < lo {
		return 0, nil, p.errorf("Illegal escape sequence")
	}
	v, _ := strconv.ParseUint(p.src[p.pos:p.pos+n], base, 32)
	p.pos += n
	return rune(v), nil, nil
}

func (p *parser) property() (*set, error) {
	name := ""
	if p.accept("{") {
		end := strings.IndexByte(p.src[p.pos:], '}')
		if end < 0 {
			return nil, p.errorf("Unclosed character family")
		}
		name = p.src[p.pos : p.pos+end]
		p.pos += end + 1
	} else if p.more() {
		name = string(p.rune())
	}
	s := namedSet(name)
	if s == nil {
		return nil, p.errorf("Unknown character property name {%s}", name)
	}
	return s, nil
}

// class reads a bracketed class behind its [.
func (p *parser) class() (*set, error) {
	if p.depth++; p.depth > 500 {
		return nil, p.errorf("Too many nested classes")
	}
	defer func() { p.depth-- }()
	negative := p.accept("^")
	s, first := &set{}, true
	var left *set // the part before &&
	for {
		if !p.more() {
			return nil, p.errorf("Unclosed character class")
		}
		switch {
		case p.peek() == ']' && !first:
			p.pos++
			if left != nil {
				s = left.intersect(s)
			}
			if negative {
				s = s.negated()
			}
			return s, nil
		case p.accept("&&"):
			if left == nil {
				left = s
			} else {
				left = left.intersect(s)
			}
			s = &set{}
		case p.accept("["):
			inner, err := p.class()
			if err != nil {
				return nil, err
			}
			s = s.union(inner)
		default:
			part, err := p.classRange()
			if err != nil {
				return nil, err
			}
			s = s.union(part)
		}
		first = false
	}
}

// classRange reads a character, an escape or a range.
func (p *parser) classRange() (*set, error) {
	lo, s, err := p.classChar()
	if err != nil || s != nil {
		return s, err
	}
	if p.peek() == '-' && p.pos+1 < len(p.src) && p.src[p.pos+1] != ']' && p.src[p.pos+1] != '[' {
		p.pos++
		hi, s, err := p.classChar()
		if err != nil {
			return nil, err
		}
		if s != nil {
			return single(lo).union(single('-')).union(s), nil
		}
		if hi < lo {
			return nil, p.errorf("Illegal character range")
		}
		return between(lo, hi), nil
	}
	return single(lo), nil
}

func (p *parser) classChar() (rune, *set, error) {
	if p.accept(`\`) {
		if !p.more() {
			return 0, nil, p.errorf("Unclosed character class")
		}
		return p.classEscape()
	}
	return p.rune(), nil, nil
}
