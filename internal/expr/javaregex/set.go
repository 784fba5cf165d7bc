package javaregex

import "unicode"

// set is a class of characters.
type set struct {
	ascii [2]uint64
	wide  func(r rune) bool // characters from 128 on; nil for none
	all   bool              // wide admits every character
}

func (s *set) has(r rune) bool {
	if r < 128 {
		return s.ascii[r>>6]>>(uint(r)&63)&1 != 0
	}
	return s.all || s.wide != nil && s.wide(r)
}

// setOf makes a set of a predicate.
func setOf(f func(r rune) bool) *set {
	s := &set{wide: f}
	for r := rune(0); r < 128; r++ {
		if f(r) {
			s.ascii[r>>6] |= 1 << (uint(r) & 63)
		}
	}
	return s
}

// asciiSet makes a set without wide characters.
func asciiSet(f func(r rune) bool) *set {
	s := setOf(f)
	s.wide = nil
	return s
}

func (s *set) negated() *set {
	n := &set{ascii: [2]uint64{^s.ascii[0], ^s.ascii[1]}}
	switch {
	case s.all:
	case s.wide == nil:
		n.all = true
	default:
		n.wide = func(r rune) bool { return !s.wide(r) }
	}
	return n
}

func (s *set) union(o *set) *set {
	u := &set{ascii: [2]uint64{s.ascii[0] | o.ascii[0], s.ascii[1] | o.ascii[1]}, all: s.all || o.all}
	switch {
	case u.all:
	case s.wide == nil:
		u.wide = o.wide
	case o.wide == nil:
		u.wide = s.wide
	default:
		u.wide = func(r rune) bool { return s.wide(r) || o.wide(r) }
	}
	return u
}

func (s *set) intersect(o *set) *set { return s.negated().union(o.negated()).negated() }

// folded adds the other case of letters: of ASCII, or with unicode of all.
func (s *set) folded(wide bool) *set {
	return setOf(func(r rune) bool {
		if s.has(r) {
			return true
		}
		if r < 128 || wide {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				if (f < 128 || wide) && s.has(f) {
					return true
				}
			}
		}
		return false
	})
}

func single(r rune) *set {
	if r < 128 {
		s := &set{}
		s.ascii[r>>6] |= 1 << (uint(r) & 63)
		return s
	}
	return &set{wide: func(x rune) bool { return x == r }}
}

func between(lo, hi rune) *set {
	return setOf(func(r rune) bool { return r >= lo && r <= hi })
}

func isWord(r rune) bool {
	return r < 128 && (r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
}

func isLineEnd(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

var (
	digitSet = asciiSet(func(r rune) bool { return r >= '0' && r <= '9' })
	wordSet  = asciiSet(isWord)
	spaceSet = asciiSet(func(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' })
	blankSet = setOf(func(r rune) bool {
		return r == ' ' || r == '\t' || r == 0xa0 || r == 0x1680 || r == 0x180e || r >= 0x2000 && r <= 0x200a || r == 0x202f || r == 0x205f || r == 0x3000
	})
	verticalSet = setOf(func(r rune) bool { return r >= '\n' && r <= '\r' || r == 0x85 || r == 0x2028 || r == 0x2029 })
	dotSet      = setOf(func(r rune) bool { return !isLineEnd(r) })
	anySet      = &set{ascii: [2]uint64{^uint64(0), ^uint64(0)}, all: true}
)

// namedSet is \p{name}.
func namedSet(name string) *set {
	if f, ok := posixSets[name]; ok {
		return asciiSet(f)
	}
	switch name {
	case "L", "IsAlphabetic", "IsL":
		return setOf(unicode.IsLetter)
	case "javaLowerCase", "IsLowercase":
		return setOf(unicode.IsLower)
	case "javaUpperCase", "IsUppercase":
		return setOf(unicode.IsUpper)
	case "IsDigit":
		return setOf(unicode.IsDigit)
	case "IsPunctuation":
		return setOf(unicode.IsPunct)
	case "javaWhitespace", "IsWhite_Space":
		return setOf(unicode.IsSpace)
	}
	for _, key := range []string{name, trim(name, "Is"), trim(name, "In"), trim(name, "general_category="), trim(name, "gc="), trim(name, "script="), trim(name, "sc=")} {
		if t, ok := unicode.Categories[key]; ok {
			return setOf(func(r rune) bool { return unicode.Is(t, r) })
		}
		if t, ok := unicode.Scripts[key]; ok {
			return setOf(func(r rune) bool { return unicode.Is(t, r) })
		}
	}
	return nil
}

func trim(s, prefix string) string {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):]
	}
	return s
}

var posixSets = map[string]func(r rune) bool{
	"Lower":  func(r rune) bool { return r >= 'a' && r <= 'z' },
	"Upper":  func(r rune) bool { return r >= 'A' && r <= 'Z' },
	"ASCII":  func(r rune) bool { return r < 128 },
	"Alpha":  func(r rune) bool { return isWord(r) && r != '_' && (r < '0' || r > '9') },
	"Digit":  func(r rune) bool { return r >= '0' && r <= '9' },
	"Alnum":  func(r rune) bool { return isWord(r) && r != '_' },
	"Punct":  func(r rune) bool { return r > ' ' && r < 127 && (!isWord(r) || r == '_') },
	"Graph":  func(r rune) bool { return r > ' ' && r < 127 },
	"Print":  func(r rune) bool { return r >= ' ' && r < 127 },
	"Blank":  func(r rune) bool { return r == ' ' || r == '\t' },
	"Cntrl":  func(r rune) bool { return r < ' ' || r == 127 },
	"XDigit": func(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' },
	"Space":  func(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' },
}
