package datepattern

import (
	"strings"
	"time"

	"github.com/flottstream/flott/internal/expr/civil"
)

// fields are what was read; a field that was not read is missing.
type fields struct {
	set [int(fieldCount)]bool
	val [int(fieldCount)]int64
}

type field uint8

const (
	fYear field = iota
	fEraYear
	fEra
	fMonth
	fDay
	fDayOfYear
	fHour
	fHour12 // 0..11, or 12
	fPM
	fMinute
	fSecond
	fNano
	fMilliOfDay
	fNanoOfDay
	fOffset
	fieldCount
)

func (f *fields) put(k field, v int64) { f.set[k], f.val[k] = true, v }

func (f *fields) get(k field, missing int64) int64 {
	if f.set[k] {
		return f.val[k]
	}
	return missing
}

// Parsed is a moment that was read.
type Parsed struct {
	Days      int
	Second    int // of the day; 86400 is midnight of the next one
	Nano      int64
	HasOffset bool
	Offset    int // seconds east of UTC
}

// Parse reads s. Fields that the pattern lacks are those of 1970-01-01 00:00:00.
func (p *Pattern) Parse(s []byte) (Parsed, bool) {
	var f fields
	rest, ok := p.parseItems(p.items, s, &f)
	if !ok || p.style == Modern && len(rest) > 0 || p.style == Legacy && len(rest) == len(s) {
		return Parsed{}, false
	}
	return p.resolve(&f)
}

// parseItems reads the items in order and returns what is left of s.
func (p *Pattern) parseItems(items []item, s []byte, f *fields) ([]byte, bool) {
	run := -1 // digits that the rest of a run of adjacent numbers takes
	for i := 0; i < len(items); i++ {
		it := &items[i]
		if it.letter == '[' {
			end := matching(items, i)
			saved := *f
			if rest, ok := p.parseItems(items[i+1:end], s, f); ok {
				s = rest
			} else {
				*f = saved
			}
			i, run = end, -1
			continue
		}
		if it.letter == 0 {
			if len(s) < len(it.text) || string(s[:len(it.text)]) != it.text {
				return nil, false
			}
			s, run = s[len(it.text):], -1
			continue
		}
		var ok bool
		if it.numeric() {
			inRun := run >= 0
			run = it.reserve
			s, ok = p.parseNumber(it, s, f, inRun)
		} else {
			run = -1
			s, ok = p.parseText(it, s, f)
		}
		if !ok {
			return nil, false
		}
	}
	return s, true
}

// matching is the position of the ] that closes the [ at i.
func matching(items []item, i int) int {
	depth := 0
	for k := i; k < len(items); k++ {
		switch items[k].letter {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return k
			}
		}
	}
	return len(items)
}

// parseNumber reads a numeric item. Inside a run of adjacent numbers all but
// the first have the width of their letters.
func (p *Pattern) parseNumber(it *item, s []byte, f *fields, inRun bool) ([]byte, bool) {
	if p.style == Legacy {
		for len(s) > 0 && (s[0] == ' ' || s[0] == '\t') {
			s = s[1:]
		}
	}
	if it.reserve >= 0 && p.style == Legacy { // digits beside digits: as many characters as letters
		return p.parseColumn(it, s, f)
	}
	neg := false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') && (it.letter == 'y' || it.letter == 'u' || p.style == Legacy) {
		neg = s[0] == '-'
		s = s[1:]
	}
	lo, hi := p.width(it)
	if inRun && p.style == Modern {
		lo, hi = it.count, it.count
	}
	digits := 0
	for digits < len(s) && digits < 19 && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if it.reserve > 0 && !inRun && p.style == Modern {
		hi = min(hi, digits-it.reserve)
	}
	n := min(digits, hi)
	if n < lo || n < 1 {
		return nil, false
	}
	var v int64
	for _, c := range s[:n] {
		v = v*10 + int64(c-'0')
	}
	if neg {
		v = -v
	}
	return s[n:], p.store(it, v, n, f)
}

// parseColumn reads a number in a column of fixed width, as a lenient
// DecimalFormat does: what follows the number in the column is left there.
func (p *Pattern) parseColumn(it *item, s []byte, f *fields) ([]byte, bool) {
	column := s[:min(len(s), it.count)]
	if len(column) < it.count {
		return nil, false
	}
	neg := column[0] == '-'
	if neg {
		column = column[1:]
	}
	n, v := 0, int64(0)
	for n < len(column) && column[n] >= '0' && column[n] <= '9' {
		v = v*10 + int64(column[n]-'0')
		n++
	}
	if n == 0 {
		return nil, false
	}
	read := n
	if neg {
		v, read = -v, n+1
	}
	return s[read:], p.store(it, v, n, f)
}

// width is the least and largest number of digits an item reads.
func (p *Pattern) width(it *item) (lo, hi int) {
	if p.style == Legacy {
		return 1, 18
	}
	switch {
	case it.letter == 'S':
		return it.count, it.count
	case (it.letter == 'y' || it.letter == 'u' || it.letter == 'Y') && it.count == 2:
		return 2, 2
	case it.count == 1:
		return 1, 18
	case it.letter == 'y' || it.letter == 'u' || it.letter == 'Y':
		return it.count, 18
	}
	return it.count, it.count
}

// store puts a number into its field.
func (p *Pattern) store(it *item, v int64, digits int, f *fields) bool {
	switch it.letter {
	case 'y', 'u', 'Y':
		return p.storeYear(it, v, digits, f)
	case 'M', 'L':
		f.put(fMonth, v)
	case 'd':
		f.put(fDay, v)
	case 'D':
		f.put(fDayOfYear, v)
	case 'H':
		f.put(fHour, v)
	case 'k':
		f.put(fHour, v%24)
	case 'h':
		f.put(fHour12, v%12)
	case 'K':
		f.put(fHour12, v)
	case 'm':
		f.put(fMinute, v)
	case 's':
		f.put(fSecond, v)
	case 'S':
		if p.style == Legacy {
			f.put(fNano, v*1_000_000)
			break
		}
		for range 9 - it.count {
			v *= 10
		}
		f.put(fNano, v)
	case 'n':
		f.put(fNano, v)
	case 'A':
		f.put(fMilliOfDay, v)
	case 'N':
		f.put(fNanoOfDay, v)
	}
	return true
}

func (p *Pattern) storeYear(it *item, v int64, digits int, f *fields) bool {
	if p.style == Legacy && it.letter == 'u' {
		return true // a day of the week says nothing beside a date
	}
	if it.count == 2 && digits == 2 && v >= 0 {
		v += 2000
		if p.style == Legacy && v > int64(time.Now().Year())+20 {
			v -= 100
		}
	}
	if it.letter == 'y' && p.style == Modern {
		f.put(fEraYear, v)
		return v > 0
	}
	f.put(fYear, v)
	return true
}

// parseText reads a name, a marker or a zone.
func (p *Pattern) parseText(it *item, s []byte, f *fields) ([]byte, bool) {
	switch it.letter {
	case 'M', 'L':
		k, n := p.matchName(s, monthNames[:], it.count == 3)
		if n == 0 {
			return nil, false
		}
		f.put(fMonth, int64(k+1))
		return s[n:], true
	case 'E', 'e', 'c':
		_, n := p.matchName(s, dayNames[:], it.count <= 3)
		return s[n:], n > 0
	case 'a':
		k, n := p.matchName(s, []string{"AM", "PM"}, false)
		f.put(fPM, int64(k))
		return s[n:], n > 0
	case 'G':
		k, n := p.matchName(s, []string{"BC", "AD"}, false)
		f.put(fEra, int64(k))
		return s[n:], n > 0
	case 'X', 'x', 'Z', 'O', 'z', 'V':
		return p.parseZone(it, s, f)
	}
	return nil, false
}

// matchName finds the name that s begins with; the modern dialect minds case
// and takes the short or the long form only, the legacy one takes either.
func (p *Pattern) matchName(s []byte, names []string, short bool) (k, n int) {
	for i, name := range names {
		if p.style == Legacy {
			if hasFold(s, name) {
				return i, len(name)
			}
		} else if !short && strings.HasPrefix(string(s[:min(len(s), len(name))]), name) {
			return i, len(name)
		}
	}
	if !short && p.style == Modern {
		return 0, 0
	}
	for i, name := range names {
		if len(name) < 3 {
			continue
		}
		if p.style == Legacy && hasFold(s, name[:3]) || len(s) >= 3 && string(s[:3]) == name[:3] {
			return i, 3
		}
	}
	return 0, 0
}

func hasFold(s []byte, name string) bool {
	return len(s) >= len(name) && strings.EqualFold(string(s[:len(name)]), name)
}

// parseZone reads Z, GMT, UTC, an offset or the name of a zone.
func (p *Pattern) parseZone(it *item, s []byte, f *fields) ([]byte, bool) {
	if len(s) > 0 && s[0] == 'Z' && it.letter != 'x' {
		f.put(fOffset, 0)
		return s[1:], true
	}
	for _, name := range []string{"GMT", "UTC"} {
		if hasFold(s, name) && it.letter != 'X' && it.letter != 'x' {
			s = s[3:]
			if len(s) == 0 || s[0] != '+' && s[0] != '-' {
				f.put(fOffset, 0)
				return s, true
			}
		}
	}
	if len(s) == 0 || s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	neg := s[0] == '-'
	s = s[1:]
	var part [3]int64
	for k := range part {
		if k > 0 && len(s) > 0 && s[0] == ':' {
			s = s[1:]
		}
		if len(s) < 2 || s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9' {
			if k == 0 {
				return nil, false
			}
			break
		}
		part[k] = int64(s[0]-'0')*10 + int64(s[1]-'0')
		s = s[2:]
	}
	v := part[0]*3600 + part[1]*60 + part[2]
	if neg {
		v = -v
	}
	f.put(fOffset, v)
	return s, true
}

// resolve makes a date and time of the fields.
func (p *Pattern) resolve(f *fields) (Parsed, bool) {
	var out Parsed
	year := f.get(fYear, 1970)
	if f.set[fEraYear] {
		year = f.val[fEraYear]
	}
	if f.set[fEra] && f.val[fEra] == 0 {
		year = 1 - year
	}
	hour := f.get(fHour, 0)
	if f.set[fHour12] && (f.set[fPM] || p.style == Legacy) {
		hour = f.val[fHour12] + 12*f.get(fPM, 0)
	}
	month, day := f.get(fMonth, 1), f.get(fDay, 1)
	minute, second := f.get(fMinute, 0), f.get(fSecond, 0)
	out.Nano = f.get(fNano, 0)
	out.HasOffset, out.Offset = f.set[fOffset], int(f.get(fOffset, 0))
	if year < -999999 || year > 999999 {
		return out, false
	}
	if p.style == Legacy {
		return p.resolveLenient(f, out, year, month, day, hour, minute, second)
	}
	if month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || second > 59 || hour > 24 {
		return out, false
	}
	if f.set[fHour12] && f.val[fHour12] > 12 {
		return out, false
	}
	out.Days = civil.Days(int(year), int(month), min(int(day), civil.DaysIn(int(year), int(month))))
	if f.set[fDayOfYear] && !f.set[fMonth] {
		out.Days = civil.Days(int(year), 1, 1) + int(f.val[fDayOfYear]) - 1
	}
	out.Second = int(hour*3600 + minute*60 + second)
	if hour == 24 && (minute != 0 || second != 0 || out.Nano != 0) {
		return out, false
	}
	switch {
	case f.set[fMilliOfDay]:
		out.Second, out.Nano = int(f.val[fMilliOfDay]/1000), f.val[fMilliOfDay]%1000*1_000_000
	case f.set[fNanoOfDay]:
		out.Second, out.Nano = int(f.val[fNanoOfDay]/1_000_000_000), f.val[fNanoOfDay]%1_000_000_000
	}
	return out, out.Second <= 86400
}

// resolveLenient lets every field run over into the next larger one.
func (p *Pattern) resolveLenient(f *fields, out Parsed, year, month, day, hour, minute, second int64) (Parsed, bool) {
	const far = 1 << 31
	for _, v := range []int64{month, day, hour, minute, second} {
		if v > far || v < -far {
			return out, false
		}
	}
	months := year*12 + month - 1
	y, m := int(civil.FloorDiv(months, 12)), int(civil.FloorMod(months, 12))+1
	days := int64(civil.HybridDays(y, m, 1)) + day - 1
	if day >= 1 && day <= 31 { // a day of the calendar, which is not counted from the first where days are skipped
		days = int64(civil.HybridDays(y, m, int(day)))
	}
	if f.set[fDayOfYear] && !f.set[fMonth] {
		days = int64(civil.HybridDays(y, 1, 1)) + f.val[fDayOfYear] - 1
	}
	sec := days*86400 + hour*3600 + minute*60 + second + civil.FloorDiv(out.Nano, 1_000_000_000)
	out.Nano = civil.FloorMod(out.Nano, 1_000_000_000)
	out.Days = int(civil.FloorDiv(sec, 86400))
	out.Second = int(civil.FloorMod(sec, 86400))
	return out, true
}
