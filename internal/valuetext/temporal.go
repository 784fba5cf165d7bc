package valuetext

import (
	"github.com/flottstream/flott/internal/expr/civil"
)

// AppendDate appends a day as yyyy-MM-dd, as Flink does: of a year beyond 9999
// the last four digits, and of a year before 0 characters before '0'.
func AppendDate(dst []byte, days int32) []byte {
	y, m, d := civil.Date(int(days))
	return append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

// appendISODate appends a day as Java's LocalDate.
func appendISODate(dst []byte, days int32) []byte {
	y, m, d := civil.Date(int(days))
	if y >= 0 && y <= 9999 {
		return AppendDate(dst, days)
	}
	if y > 9999 {
		dst = append(dst, '+')
	}
	dst = append(appendPadded(dst, int64(y), 4), '-')
	return append(dst, byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

// appendClock appends seconds of the day as HH:mm:ss.
func appendClock(dst []byte, sec int) []byte {
	h, m, s := sec/3600, sec/60%60, sec%60
	return append(dst, byte('0'+h/10), byte('0'+h%10), ':', byte('0'+m/10), byte('0'+m%10), ':', byte('0'+s/10), byte('0'+s%10))
}

// appendFraction appends the first digits of a fraction given in nanoseconds,
// with its point; none for 0 digits.
func appendFraction(dst []byte, nano int64, digits int) []byte {
	if digits == 0 {
		return dst
	}
	for range 9 - digits {
		nano /= 10
	}
	dst = append(dst, '.')
	return appendPadded(dst, nano, digits)
}

// AppendMoment appends a local time, seconds since 1970 and nanoseconds, as
// CAST to STRING does: yyyy-MM-dd HH:mm:ss and precision digits of the fraction.
func AppendMoment(dst []byte, sec, nano int64, precision int) []byte {
	days := civil.FloorDiv(sec, 86400)
	dst = append(AppendDate(dst, int32(days)), ' ')
	return appendFraction(appendClock(dst, int(sec-days*86400)), nano, precision)
}

// appendISOTime appends a time of the day as Java's LocalTime: seconds only
// where needed, the fraction in groups of three digits.
func appendISOTime(dst []byte, sec int, nano int64, always bool) []byte {
	start := len(dst)
	dst = appendClock(dst, sec)
	if sec%60 == 0 && nano == 0 && !always {
		return dst[:start+5]
	}
	switch {
	case nano == 0:
		return dst
	case nano%1_000_000 == 0:
		return appendFraction(dst, nano, 3)
	case nano%1_000 == 0:
		return appendFraction(dst, nano, 6)
	}
	return appendFraction(dst, nano, 9)
}

// AppendTime appends a time of the day in ms as CAST to STRING does: a fraction
// of at least one digit, without zeros at its end.
func AppendTime(dst []byte, ms int32, precision int) []byte {
	dst = appendClock(dst, int(ms/1000))
	if precision == 0 {
		return dst
	}
	dst = appendFraction(dst, int64(ms%1000)*1_000_000, min(precision, 3))
	for dst[len(dst)-1] == '0' && dst[len(dst)-2] != '.' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendMonths appends an interval of months: +1-02.
func appendMonths(dst []byte, months int32) []byte {
	m := int64(months)
	dst, m = appendSign(dst, m)
	return appendPadded(append(appendPadded(dst, m/12, 1), '-'), m%12, 2)
}

// appendInterval appends an interval of milliseconds: +1 10:00:00.100.
func appendInterval(dst []byte, ms int64) []byte {
	dst, ms = appendSign(dst, ms)
	dst = append(appendPadded(dst, ms/civil.MsPerDay, 1), ' ')
	ms %= civil.MsPerDay
	return appendFraction(appendClock(dst, int(ms/1000)), ms%1000*1_000_000, 3)
}

func appendSign(dst []byte, n int64) ([]byte, int64) {
	if n < 0 {
		return append(dst, '-'), -n
	}
	return append(dst, '+'), n
}
