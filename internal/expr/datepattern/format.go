package datepattern

import (
	"fmt"
	"strconv"

	"github.com/flottstream/flott/internal/expr/civil"
)

var monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
var dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

// NeedsZone reports a pattern that shows the time zone; a local time without one
// cannot be formatted with it.
func (p *Pattern) NeedsZone() bool {
	for _, it := range p.items {
		switch it.letter {
		case 'V', 'z', 'O', 'X', 'x', 'Z':
			return true
		}
	}
	return false
}

// Append formats m.
func (p *Pattern) Append(dst []byte, m *Moment) []byte {
	if !m.dated || m.dateOf != m.Days || m.hybrid != (p.style == Legacy) {
		if m.hybrid = p.style == Legacy; m.hybrid {
			m.year, m.month, m.day = civil.HybridDate(m.Days)
		} else {
			m.year, m.month, m.day = civil.Date(m.Days)
		}
		m.dateOf, m.dated = m.Days, true
	}
	y, mon, d := m.year, m.month, m.day
	for i := range p.items {
		it := &p.items[i]
		switch it.letter {
		case 0:
			dst = append(dst, it.text...)
		case '[', ']':
		case 'y':
			dst = p.appendYear(dst, it, eraYear(y))
		case 'u':
			if p.style == Legacy {
				dst = appendNumber(dst, int64(civil.Weekday(m.Days)), it.count)
			} else {
				dst = p.appendYear(dst, it, y)
			}
		case 'M', 'L':
			dst = appendName(dst, it.count, mon, monthNames[mon-1])
		case 'd':
			dst = appendNumber(dst, int64(d), it.count)
		default:
			dst = p.appendOther(dst, it, m, y, mon, d)
		}
	}
	return dst
}

func eraYear(y int) int {
	if y <= 0 {
		return 1 - y
	}
	return y
}

func (p *Pattern) appendYear(dst []byte, it *item, y int) []byte {
	if it.count == 2 {
		return appendNumber(dst, civil.FloorMod(int64(y), 100), 2)
	}
	if p.style == Modern && it.count >= 4 && y >= pow10(it.count) {
		dst = append(dst, '+')
	}
	return appendNumber(dst, int64(y), it.count)
}

func pow10(n int) int {
	p := 1
	for range min(n, 18) {
		p *= 10
	}
	return p
}

// appendName appends a number for up to two letters, else a name, short for
// three and narrow for five.
func appendName(dst []byte, count, n int, name string) []byte {
	switch {
	case count <= 2:
		return appendNumber(dst, int64(n), count)
	case count == 3:
		return append(dst, name[:3]...)
	case count == 5:
		return append(dst, name[0])
	}
	return append(dst, name...)
}

func appendNumber(dst []byte, n int64, width int) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	switch {
	case width == 2 && n < 100:
		return append(dst, byte('0'+n/10), byte('0'+n%10))
	case width == 3 && n < 1000:
		return append(dst, byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	case width == 4 && n < 10000:
		return append(dst, byte('0'+n/1000), byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
	}
	var buf [20]byte
	text := strconv.AppendInt(buf[:0], n, 10)
	for range width - len(text) {
		dst = append(dst, '0')
	}
	return append(dst, text...)
}

func (p *Pattern) appendOther(dst []byte, it *item, m *Moment, y, mon, d int) []byte {
	hour := m.Second / 3600
	switch it.letter {
	case 'H':
		return appendNumber(dst, int64(hour), it.count)
	case 'k':
		return appendNumber(dst, int64((hour+23)%24+1), it.count)
	case 'K':
		return appendNumber(dst, int64(hour%12), it.count)
	case 'h':
		return appendNumber(dst, int64((hour+11)%12+1), it.count)
	case 'm':
		return appendNumber(dst, int64(m.Second/60%60), it.count)
	case 's':
		return appendNumber(dst, int64(m.Second%60), it.count)
	case 'a':
		if hour < 12 {
			return append(dst, "AM"...)
		}
		return append(dst, "PM"...)
	case 'S':
		return p.appendFraction(dst, it, m.Nano)
	case 'n':
		return appendNumber(dst, m.Nano, it.count)
	case 'A':
		return appendNumber(dst, int64(m.Second)*1000+m.Nano/1_000_000, it.count)
	case 'N':
		return appendNumber(dst, int64(m.Second)*1_000_000_000+m.Nano, it.count)
	case 'B':
		return append(dst, dayPeriod(hour)...)
	case 'V', 'z', 'O', 'X', 'x', 'Z':
		return p.appendZone(dst, it, m)
	}
	return p.appendCalendar(dst, it, m, y, mon, d)
}

func dayPeriod(hour int) string {
	switch {
	case hour < 6:
		return "at night"
	case hour < 12:
		return "in the morning"
	case hour < 18:
		return "in the afternoon"
	case hour < 21:
		return "in the evening"
	}
	return "at night"
}

// appendFraction appends the fraction of the second: its first digits, or in the
// legacy dialect the milliseconds as a number.
func (p *Pattern) appendFraction(dst []byte, it *item, nano int64) []byte {
	if p.style == Legacy {
		return appendNumber(dst, nano/1_000_000, it.count)
	}
	for range 9 - it.count {
		nano /= 10
	}
	return appendNumber(dst, nano, it.count)
}

func (p *Pattern) appendCalendar(dst []byte, it *item, m *Moment, y, mon, d int) []byte {
	switch it.letter {
	case 'G':
		era := "AD"
		if y <= 0 {
			era = "BC"
		}
		if p.style == Modern && it.count == 4 {
			era = map[string]string{"AD": "Anno Domini", "BC": "Before Christ"}[era]
		} else if p.style == Modern && it.count == 5 {
			era = era[:1]
		}
		return append(dst, era...)
	case 'D':
		if p.style == Legacy {
			return appendNumber(dst, int64(m.Days-civil.HybridDays(y, 1, 1)+1), it.count)
		}
		return appendNumber(dst, int64(civil.DayOfYear(m.Days)), it.count)
	case 'Q', 'q':
		q := (mon + 2) / 3
		switch {
		case it.count <= 2:
			return appendNumber(dst, int64(q), it.count)
		case it.count == 3:
			return append(dst, 'Q', byte('0'+q))
		case it.count == 4:
			return append(dst, [...]string{"1st", "2nd", "3rd", "4th"}[q-1]+" quarter"...)
		}
		return append(dst, byte('0'+q))
	case 'E':
		name := dayNames[civil.Weekday(m.Days)-1]
		if it.count < 3 {
			return append(dst, name[:3]...)
		}
		return appendName(dst, it.count, 0, name)
	case 'e', 'c':
		return appendName(dst, it.count, civil.Weekday(m.Days)%7+1, dayNames[civil.Weekday(m.Days)-1])
	case 'w':
		_, w := weekOfYear(m.Days)
		return appendNumber(dst, int64(w), it.count)
	case 'Y':
		wy, _ := weekOfYear(m.Days)
		return p.appendYear(dst, it, wy)
	case 'W':
		first := m.Days - d + 1
		return appendNumber(dst, int64((d+civil.Weekday(first)%7-1)/7+1), it.count)
	case 'F':
		return appendNumber(dst, int64((d-1)/7+1), it.count)
	}
	return dst
}

// weekOfYear is the week as counted in the United States: it begins on Sunday
// and the first one holds January the first.
func weekOfYear(days int) (year, week int) {
	sunday := days - civil.Weekday(days)%7
	year, _, _ = civil.Date(sunday + 6)
	jan1 := civil.Days(year, 1, 1)
	first := jan1 - civil.Weekday(jan1)%7
	return year, (sunday-first)/7 + 1
}

func (p *Pattern) appendZone(dst []byte, it *item, m *Moment) []byte {
	switch it.letter {
	case 'V':
		return append(dst, m.ID...)
	case 'z':
		return append(dst, m.Zone...)
	case 'O':
		if m.Offset == 0 {
			return append(dst, "GMT"...)
		}
		return appendOffset(append(dst, "GMT"...), m.Offset, 3)
	case 'X':
		if m.Offset == 0 {
			return append(dst, 'Z')
		}
		return appendOffset(dst, m.Offset, it.count)
	case 'Z':
		if it.count == 4 {
			return appendOffset(append(dst, "GMT"...), m.Offset, 3)
		}
		if it.count == 5 {
			if m.Offset == 0 {
				return append(dst, 'Z')
			}
			return appendOffset(dst, m.Offset, 3)
		}
		return appendOffset(dst, m.Offset, 2)
	}
	return appendOffset(dst, m.Offset, it.count)
}

// appendOffset appends +hh (1), +hhmm (2) or +hh:mm (3).
func appendOffset(dst []byte, sec, form int) []byte {
	sign := byte('+')
	if sec < 0 {
		sign, sec = '-', -sec
	}
	dst = append(dst, sign)
	dst = appendNumber(dst, int64(sec/3600), 2)
	min := sec / 60 % 60
	switch {
	case form == 1 && min == 0:
		return dst
	case form == 3 || form == 5:
		dst = append(dst, ':')
	}
	return appendNumber(dst, int64(min), 2)
}

// String names the dialect in messages.
func (s Style) String() string {
	if s == Legacy {
		return "SimpleDateFormat"
	}
	return fmt.Sprint("DateTimeFormatter")
}
