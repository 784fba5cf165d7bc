// Package datepattern compiles the date and time patterns of Java, as DATE_FORMAT,
// TO_TIMESTAMP and FROM_UNIXTIME take them, and formats and parses with them.
//
// Two dialects exist: Modern is java.time's DateTimeFormatter, which reads
// strictly, and Legacy is SimpleDateFormat, which reads leniently and ignores
// what follows. Names are English.
package datepattern

import (
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/expr/civil"
)

// Style is the dialect of a pattern.
type Style uint8

// The dialects.
const (
	Modern Style = iota // java.time.format.DateTimeFormatter
	Legacy              // java.text.SimpleDateFormat
)

// Pattern is a compiled pattern. It is immutable.
type Pattern struct {
	items []item
	style Style
	unit  time.Duration
}

// item is a run of one letter, or a literal text (letter 0), or the begin or end
// of an optional part ('[', ']').
type item struct {
	letter byte
	count  int
	text   string
	// reserve is the digits that the numeric items directly behind this one take,
	// or -1 if none is adjacent.
	reserve int
}

// Moment is what a pattern shows: a local date and time with its zone.
type Moment struct {
	Days   int   // since 1970-01-01
	Second int   // of the day
	Nano   int64 // of the second
	Offset int   // seconds east of UTC
	Zone   string
	ID     string

	// The date of dateOf: moments of one day follow each other.
	dated            bool
	dateOf           int
	year, month, day int
	hybrid           bool // the date is one of java.util's calendar
}

// SetLocal sets the date and time to local ticks of a unit per second.
func (m *Moment) SetLocal(ticks, unit int64) {
	sec := civil.FloorDiv(ticks, unit)
	days := civil.FloorDiv(sec, 86400)
	m.Days, m.Second, m.Nano = int(days), int(sec-days*86400), (ticks-sec*unit)*(1_000_000_000/unit)
}

// Compile checks the pattern and makes it ready.
func Compile(pattern string, style Style) (*Pattern, error) {
	p := &Pattern{style: style, unit: 24 * time.Hour}
	depth := 0
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			text, n, ok := quoted(pattern[i:])
			if !ok {
				return nil, fmt.Errorf("Pattern ends with an incomplete string literal: %s", pattern)
			}
			p.literal(text)
			i += n
		case isLetter(c):
			n := 1
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			if err := p.letter(c, n); err != nil {
				return nil, err
			}
			i += n
		case style == Modern && (c == '[' || c == ']'):
			if c == '[' {
				depth++
			} else if depth--; depth < 0 {
				return nil, fmt.Errorf("Pattern invalid as it contains ] without previous [")
			}
			p.items = append(p.items, item{letter: c})
			i++
		case style == Modern && (c == '{' || c == '}' || c == '#'):
			return nil, fmt.Errorf("Pattern includes reserved character: '%c'", c)
		default:
			p.literal(pattern[i : i+1])
			i++
		}
	}
	for ; depth > 0; depth-- {
		p.items = append(p.items, item{letter: ']'})
	}
	p.link()
	return p, nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// quoted reads a quoted literal at the start of s; ” is a quote.
func quoted(s string) (text string, n int, ok bool) {
	if len(s) > 1 && s[1] == '\'' {
		return "'", 2, true
	}
	var out []byte
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			out = append(out, s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			out = append(out, '\'')
			i++
			continue
		}
		return string(out), i + 1, true
	}
	return "", 0, false
}

func (p *Pattern) literal(text string) {
	if n := len(p.items); n > 0 && p.items[n-1].letter == 0 {
		p.items[n-1].text += text
		return
	}
	p.items = append(p.items, item{text: text})
}

const (
	modernLetters = "GuyYDMLdQqwWEecFahKkHmsSAnNVzOXxZB"
	legacyLetters = "GyYMLwWDdFEuaHkKhmsSzZX"
)

func (p *Pattern) letter(c byte, n int) error {
	known := modernLetters
	if p.style == Legacy {
		known = legacyLetters
	}
	if !contains(known, c) {
		if p.style == Legacy {
			return fmt.Errorf("Illegal pattern character '%c'", c)
		}
		return fmt.Errorf("Unknown pattern letter: %c", c)
	}
	if limit := maxCount(c); p.style == Modern && n > limit {
		return fmt.Errorf("Too many pattern letters: %c", c)
	}
	p.items = append(p.items, item{letter: c, count: n})
	if u := unitOf(c); u < p.unit {
		p.unit = u
	}
	return nil
}

func contains(s string, c byte) bool {
	for i := range len(s) {
		if s[i] == c {
			return true
		}
	}
	return false
}

// maxCount is how often a letter may be repeated in the modern dialect.
func maxCount(c byte) int {
	switch c {
	case 'd', 'h', 'K', 'k', 'H', 'm', 's', 'w':
		return 2
	case 'W', 'F', 'a':
		return 1
	case 'D':
		return 3
	case 'G', 'M', 'L', 'E', 'e', 'c', 'Q', 'q', 'X', 'x', 'Z', 'B', 'O', 'z', 'V':
		return 5
	case 'S':
		return 9
	}
	return 19
}

// unitOf is the longest time for which a letter shows the same.
func unitOf(c byte) time.Duration {
	switch c {
	case 'a', 'h', 'K', 'k', 'H', 'B':
		return time.Hour
	case 'm':
		return time.Minute
	case 's':
		return time.Second
	case 'S', 'A', 'n', 'N':
		return time.Nanosecond
	case 'V', 'z', 'O', 'X', 'x', 'Z':
		return time.Minute
	}
	return 24 * time.Hour
}

// Unit is how long, from a multiple of it in local time, the formatted text
// stays the same: a day, an hour, a minute, a second or a nanosecond.
func (p *Pattern) Unit() time.Duration { return p.unit }

// link finds runs of adjacent numeric items: a number of variable width leaves
// the digits of those behind it.
func (p *Pattern) link() {
	for i := len(p.items) - 1; i >= 0; i-- {
		p.items[i].reserve = -1
		if i+1 < len(p.items) && p.items[i].numeric() && p.items[i+1].numeric() {
			p.items[i].reserve = p.items[i+1].count + max(0, p.items[i+1].reserve)
		}
	}
}

// numeric reports items that read digits.
func (it item) numeric() bool {
	switch it.letter {
	case 'u', 'y', 'Y', 'D', 'd', 'w', 'W', 'F', 'h', 'K', 'k', 'H', 'm', 's', 'S', 'A', 'n', 'N':
		return true
	case 'M', 'L', 'Q', 'q', 'e', 'c':
		return it.count <= 2
	}
	return false
}
