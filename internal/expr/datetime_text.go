package expr

import (
	"bytes"
	"strconv"

	"github.com/flottstream/flott/internal/expr/civil"
)

// ParseDate reads yyyy[-M[-d]] of the years 0 to 9999; a time after a space is
// not looked at.
func ParseDate(s []byte) (days int32, ok bool) {
	if ws := bytes.IndexByte(s, ' '); ws > 0 {
		s = s[:ws]
	}
	var part [3]int
	part[1], part[2] = 1, 1
	for k := range part {
		end := bytes.IndexByte(s, '-')
		if end < 0 || k == 2 {
			end = len(s)
		}
		v, good := smallNumber(bytes.TrimSpace(s[:end]))
		if !good {
			return 0, false
		}
		part[k] = v
		if end == len(s) {
			break
		}
		s = s[end+1:]
	}
	y, m, d := part[0], part[1], part[2]
	if y > 9999 || m < 1 || m > 12 || d < 1 || d > civil.DaysIn(y, m) {
		return 0, false
	}
	return int32(civil.Days(y, m, d)), true
}

// smallNumber reads 1 to 9 digits.
func smallNumber(s []byte) (int, bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	v := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// ParseTime reads H[:m[:s[.fraction]]][±hh[:mm]] as ms of the day; what follows
// the sign is added, as Flink does.
func ParseTime(s []byte) (ms int32, ok bool) {
	s = bytes.TrimSpace(s)
	k := bytes.IndexAny(s, "+-")
	if k < 0 {
		return clockTime(s)
	}
	ms, ok = clockTime(s[:k])
	shift, ok2 := clockTime(s[k+1:])
	if s[k] == '-' {
		shift = -shift
	}
	ms += shift
	return ms, ok && ok2 && ms >= 0 && ms < civil.MsPerDay
}

// clockTime reads H[:m[:s[.fraction]]].
func clockTime(s []byte) (ms int32, ok bool) {
	var part [3]int
	nano := int64(0)
	for k := range part {
		end := bytes.IndexByte(s, ':')
		if end < 0 {
			end = len(s)
		}
		field := s[:end]
		if dot := bytes.IndexByte(field, '.'); dot >= 0 && k == 2 {
			if nano, ok = fraction(field[dot+1:]); !ok {
				return 0, false
			}
			field = field[:dot]
		}
		v, good := smallNumber(field)
		if !good {
			return 0, false
		}
		part[k] = v
		if end == len(s) {
			break
		}
		if k == 2 {
			return 0, false
		}
		s = s[end+1:]
	}
	if part[0] > 23 || part[1] > 59 || part[2] > 59 {
		return 0, false
	}
	return int32(part[0]*civil.MsPerHour + part[1]*civil.MsPerMinute + part[2]*civil.MsPerSecond + int(nano/1_000_000)), true
}

// fraction reads 1 to 9 digits after a point, as nanoseconds; further digits are
// cut.
func fraction(s []byte) (nano int64, ok bool) {
	if len(s) == 0 {
		return 0, false
	}
	for k := range 9 {
		d := byte('0')
		if k < len(s) {
			d = s[k]
		}
		if d < '0' || d > '9' {
			return 0, false
		}
		nano = nano*10 + int64(d-'0')
	}
	for _, c := range s[min(9, len(s)):] {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	return nano, true
}

// ParseTimestamp reads yyyy-M-d[ H:m:s[.fraction]] as local seconds and
// nanoseconds. A day up to 31 that the month does not have is its last one, and
// 24:00:00 is the next midnight, as in java.time.
func ParseTimestamp(s []byte) (sec, nano int64, ok bool) {
	return parseTimestamp(s)
}

// parseLenientTimestamp reads yyyy-M-d[ H:m:s[.fraction]] as java.sql.Timestamp
// does: hours, minutes and seconds may be any numbers, and a day that the month
// does not have runs into the next one. The year 0 is the year 1 before Christ,
// whose number it loses.
func parseLenientTimestamp(s []byte) (sec, nano int64, ok bool) {
	date, clock, found := bytes.Cut(bytes.TrimSpace(s), []byte{' '})
	y, m, d, ok := dateParts(date)
	if !ok {
		return 0, 0, false
	}
	if !found {
		clock = []byte("0:0:0")
	}
	days := civil.HybridDays(y, m, d)
	clock, fractionText, fractional := bytes.Cut(clock, []byte{'.'})
	if fractional {
		if nano, ok = fraction(fractionText); !ok || len(fractionText) > 9 {
			return 0, 0, false
		}
	}
	part := bytes.Split(clock, []byte{':'})
	if len(part) != 3 {
		return 0, 0, false
	}
	for k, unit := range []int64{3600, 60, 1} {
		v, err := strconv.ParseInt(string(part[k]), 10, 32)
		if err != nil {
			return 0, 0, false
		}
		sec += v * unit
	}
	days += int(civil.FloorDiv(sec, 86400))
	y, m, d = civil.HybridDate(days)
	if y <= 0 {
		y = 1 - y
	}
	if d > civil.DaysIn(y, m) { // 29 February of a year that is no leap year any more
		return 0, 0, false
	}
	return int64(civil.Days(y, m, d))*86400 + civil.FloorMod(sec, 86400), nano, true
}

func parseTimestamp(s []byte) (sec, nano int64, ok bool) {
	head, clock := s, []byte(nil)
	if k := bytes.IndexByte(s, ' '); k >= 0 {
		head, clock = s[:k], s[k+1:]
	}
	days, ok := smartDate(head)
	if !ok {
		return 0, 0, false
	}
	sec = int64(days) * 86400
	if clock == nil {
		return sec, 0, true
	}
	if dot := bytes.IndexByte(clock, '.'); dot >= 0 {
		if len(clock)-dot > 10 {
			return 0, 0, false
		}
		if nano, ok = fraction(clock[dot+1:]); !ok && dot+1 < len(clock) {
			return 0, 0, false
		}
		clock = clock[:dot]
	}
	if string(clock) == "24:00:00" && nano == 0 {
		return sec + 86400, 0, true
	}
	if bytes.Count(clock, []byte{':'}) != 2 {
		return 0, 0, false
	}
	ms, ok := clockTime(clock)
	return sec + int64(ms)/1000, nano, ok
}

// smartDate reads yyyy-M-d; a day up to 31 is cut to the month's.
func smartDate(s []byte) (days int, ok bool) {
	y, m, d, ok := dateParts(s)
	if !ok || y == 0 {
		return 0, false
	}
	return civil.Days(y, m, min(d, civil.DaysIn(y, m))), true
}

func dateParts(s []byte) (y, m, d int, ok bool) {
	if len(s) < 8 || len(s) > 10 || s[4] != '-' {
		return 0, 0, 0, false
	}
	k := bytes.IndexByte(s[5:], '-') + 5
	if k < 6 {
		return 0, 0, 0, false
	}
	y, ok1 := smallNumber(s[:4])
	m, ok2 := smallNumber(s[5:k])
	d, ok3 := smallNumber(s[k+1:])
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 || d < 1 || d > 31 || len(s)-k > 3 || k > 7 {
		return 0, 0, 0, false
	}
	return y, m, d, true
}

// fractionUnit[p] is a unit of the last digit of precision p, in nanoseconds.
var fractionUnit = [...]int64{1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 10, 1}

// cutTime cuts ms of the day to the precision of a TIME.
func cutTime(ms int32, precision int) int32 {
	if precision >= 3 {
		return ms
	}
	return ms - ms%int32(fractionUnit[precision]/1_000_000)
}

// parseMonths reads [+-]y-m.
func parseMonths(s []byte) (int32, bool) {
	s, neg := cutSign(s)
	k := bytes.IndexByte(s, '-')
	if k < 0 {
		return 0, false
	}
	y, ok1 := smallNumber(s[:k])
	m, ok2 := smallNumber(s[k+1:])
	if !ok1 || !ok2 || m > 11 {
		return 0, false
	}
	v := int32(y*12 + m)
	if neg {
		v = -v
	}
	return v, true
}

// parseDayTime reads [+-]d H:m:s[.fraction].
func parseDayTime(s []byte) (int64, bool) {
	s, neg := cutSign(s)
	k := bytes.IndexByte(s, ' ')
	if k < 0 {
		return 0, false
	}
	d, ok1 := smallNumber(s[:k])
	ms, ok2 := ParseTime(s[k+1:])
	if !ok1 || !ok2 {
		return 0, false
	}
	v := int64(d)*civil.MsPerDay + int64(ms)
	if neg {
		v = -v
	}
	return v, true
}

func cutSign(s []byte) ([]byte, bool) {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		return s[1:], s[0] == '-'
	}
	return s, false
}
