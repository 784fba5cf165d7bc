package scalar

const (
	daySeconds    = 24 * 60 * 60
	maxMomentYear = 292_000_000 // keeps day arithmetic far from overflow
)

// Zone says how an instant is marked in a timestamp's text.
type Zone uint8

// The markings.
const (
	NoZone Zone = iota // TIMESTAMP
	Zulu               // TIMESTAMP_LTZ: a trailing Z, in UTC
)

// digits2 reads two digits at b[i:]; it is negative if they are not digits.
func digits2(b []byte, i int) int {
	hi, lo := b[i]-'0', b[i+1]-'0'
	if hi > 9 || lo > 9 {
		return -1
	}
	return int(hi)*10 + int(lo)
}

// Date reads uuuu-MM-dd, every field in range: DateTimeFormatter's ISO_LOCAL_DATE.
func Date(b []byte) (days int32, ok bool) {
	y, m, d, rest, ok := yearMonthDay(b)
	if !ok || len(rest) != 0 || d > daysIn(y, m) {
		return 0, false
	}
	return daysFromCivil(y, m, d)
}

// SQLDate reads what java.sql.Date.valueOf reads: a year of four digits, month
// and day of one or two; a day past the end of the month runs into the next.
func SQLDate(b []byte) (days int32, ok bool) {
	if len(b) < 8 || len(b) > 10 || b[4] != '-' {
		return 0, false
	}
	y, ok := Int64(b[:4])
	if !ok || b[0] == '-' || b[0] == '+' {
		return 0, false
	}
	m, n := oneOrTwo(b[5:])
	if n == 0 || m < 1 || m > 12 || 5+n >= len(b) || b[5+n] != '-' {
		return 0, false
	}
	rest := b[6+n:]
	d, k := oneOrTwo(rest)
	if k == 0 || k != len(rest) || d < 1 || d > 31 {
		return 0, false
	}
	first, ok := daysFromCivil(int(y), m, 1)
	return first + int32(d) - 1, ok
}

func oneOrTwo(b []byte) (value, length int) {
	for length < len(b) && length < 2 && b[length]-'0' <= 9 {
		value = value*10 + int(b[length]-'0')
		length++
	}
	return value, length
}

// yearMonthDay reads the date at the start of b; the day may be up to 31 in
// any month. Years beyond 9999 need a plus sign.
func yearMonthDay(b []byte) (y, m, d int, rest []byte, ok bool) {
	if len(b) < 10 {
		return 0, 0, 0, nil, false
	}
	if b[0] == '-' || b[0] == '+' {
		return longYear(b)
	}
	hi, lo := digits2(b, 0), digits2(b, 2)
	m, d = digits2(b, 5), digits2(b, 8)
	if hi < 0 || lo < 0 || b[4] != '-' || b[7] != '-' || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, 0, 0, nil, false
	}
	return hi*100 + lo, m, d, b[10:], true
}

func longYear(b []byte) (y, m, d int, rest []byte, ok bool) {
	n := 1
	for n < len(b) && n <= 10 && b[n]-'0' <= 9 {
		y = y*10 + int(b[n]-'0')
		n++
	}
	width := n - 1
	if width < 4 || len(b) < n+6 || (b[0] == '+') != (width > 4) && !(b[0] == '-' && width > 4) || y > maxMomentYear {
		return 0, 0, 0, nil, false
	}
	m, d = digits2(b, n+1), digits2(b, n+4)
	if b[n] != '-' || b[n+3] != '-' || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, 0, 0, nil, false
	}
	if b[0] == '-' {
		y = -y
	}
	return y, m, d, b[n+6:], true
}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func daysIn(y, m int) int {
	switch m {
	case 2:
		if leap(y) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysFromCivil counts days from 1970-01-01 in the proleptic Gregorian
// calendar, by eras of 400 years that begin on March 1st.
func daysFromCivil(y, m, d int) (int32, bool) {
	n := epochDay(y, m, d)
	return int32(n), n == int64(int32(n))
}

func epochDay(y, m, d int) int64 {
	if m <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era)*146097 + int64(doe) - 719468
}

func civil(days int64) (y, m, d int) {
	z := days + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := int(z - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + int(era)*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

// clock reads HH:mm:ss[.fraction] with up to nine digits of fraction, which may
// be missing after the point. Seconds may be left out if short. 24:00:00 is
// the end of the day.
func clock(b []byte, short bool) (seconds int64, nanos int64, ok bool) {
	if len(b) < 5 || b[2] != ':' {
		return 0, 0, false
	}
	h, m := digits2(b, 0), digits2(b, 3)
	if h < 0 || m < 0 || m > 59 || h > 24 {
		return 0, 0, false
	}
	seconds = int64(h)*3600 + int64(m)*60
	if len(b) == 5 {
		return seconds, 0, short && seconds <= daySeconds
	}
	if len(b) < 8 || b[5] != ':' {
		return 0, 0, false
	}
	s := digits2(b, 6)
	if s < 0 || s > 59 {
		return 0, 0, false
	}
	seconds += int64(s)
	if len(b) > 8 {
		if nanos, ok = fraction(b[8:]); !ok {
			return 0, 0, false
		}
	}
	return seconds, nanos, seconds < daySeconds || seconds == daySeconds && nanos == 0
}

func fraction(b []byte) (nanos int64, ok bool) {
	if b[0] != '.' || len(b) > 10 {
		return 0, false
	}
	scale := int64(1e9)
	for _, c := range b[1:] {
		d := int64(c) - '0'
		if d < 0 || d > 9 {
			return 0, false
		}
		scale /= 10
		nanos += d * scale
	}
	return nanos, true
}

// Time reads HH:mm:ss[.fraction] as milliseconds of the day, cut off.
func Time(b []byte) (millis int32, ok bool) {
	s, n, ok := clock(b, false)
	return int32(s%daySeconds*1000 + n/1e6), ok
}

// LocalTime reads HH:mm[:ss[.fraction]] as java.time.LocalTime.parse does.
func LocalTime(b []byte) (millis int32, ok bool) {
	s, n, ok := clock(b, true)
	if s == daySeconds {
		return 0, false
	}
	return int32(s*1000 + n/1e6), ok
}

// Timestamp reads a date, the separator ' ' or 'T', a time and the zone's
// mark, as ticks of unitsPerSecond since 1970-01-01T00:00:00; finer digits are
// cut off. As in Flink a day past the end of its month is the month's last
// day, and with 'T' seconds may be left out.
func Timestamp(b []byte, separator byte, zone Zone, unitsPerSecond int64) (ticks int64, ok bool) {
	seconds, nanos, ok := Moment(b, separator, zone)
	if limit := int64(1<<63-1)/unitsPerSecond - 1; !ok || seconds > limit || seconds < -limit {
		return 0, false
	}
	return seconds*unitsPerSecond + nanos/(1e9/unitsPerSecond), true
}

// Moment is Timestamp in whole seconds and the nanoseconds beyond them.
func Moment(b []byte, separator byte, zone Zone) (seconds, nanos int64, ok bool) {
	if zone == Zulu {
		n := len(b)
		if n == 0 || b[n-1] != 'Z' && !(separator == 'T' && b[n-1] == 'z') {
			return 0, 0, false
		}
		b = b[:n-1]
	}
	y, m, d, rest, ok := yearMonthDay(b)
	if !ok || len(rest) == 0 || rest[0] != separator && !(separator == 'T' && rest[0] == 't') {
		return 0, 0, false
	}
	if d > 28 {
		d = min(d, daysIn(y, m))
	}
	s, n, ok := clock(rest[1:], separator == 'T')
	return epochDay(y, m, d)*daySeconds + s, n, ok
}

// AppendDate writes uuuu-MM-dd.
func AppendDate(dst []byte, days int64) []byte {
	y, m, d := civil(days)
	if y >= 0 && y <= 9999 {
		dst = append2(append2(dst, y/100), y%100)
	} else {
		dst = appendWideYear(dst, y)
	}
	dst = append2(append(dst, '-'), m)
	return append2(append(dst, '-'), d)
}

func appendWideYear(dst []byte, y int) []byte {
	sign := byte('+')
	if y < 0 {
		sign, y = '-', -y
	}
	dst = append(dst, sign)
	var buf [20]byte
	i := len(buf)
	for n := 0; n < 4 || y > 0; n++ {
		i--
		buf[i] = byte('0' + y%10)
		y /= 10
	}
	return append(dst, buf[i:]...)
}

func append2(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// AppendTime writes HH:mm:ss and, if not zero, the milliseconds without
// trailing zeros.
func AppendTime(dst []byte, millis int64) []byte {
	return appendClock(dst, millis/1000, millis%1000*1e6)
}

func appendClock(dst []byte, seconds, nanos int64) []byte {
	s := uint32(seconds)
	dst = append(dst, '0'+byte(s/36000), '0'+byte(s/3600%10), ':', '0'+byte(s/600%6), '0'+byte(s/60%10), ':',
		'0'+byte(s%60/10), '0'+byte(s%10))
	if nanos == 0 {
		return dst
	}
	return appendFraction(dst, uint32(nanos))
}

// appendFraction writes a point and the digits of nanos, not 0, without
// trailing zeros.
func appendFraction(dst []byte, nanos uint32) []byte {
	milli := nanos / 1e6
	dst = append(dst, '.', '0'+byte(milli/100), '0'+byte(milli/10%10), '0'+byte(milli%10))
	if rest := nanos % 1e6; rest != 0 {
		for scale := uint32(1e5); scale > 0; scale /= 10 {
			dst = append(dst, '0'+byte(rest/scale%10))
		}
	}
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// AppendTimestamp writes ticks since 1970-01-01T00:00:00 as date, separator
// and time, the fraction without trailing zeros, and the zone's mark.
func AppendTimestamp(dst []byte, ticks int64, separator byte, zone Zone, unitsPerSecond int64) []byte {
	var seconds, nanos int64
	switch unitsPerSecond { // constants divide faster
	case 1e3:
		seconds, nanos = ticks/1e3, ticks%1e3*1e6
	case 1e6:
		seconds, nanos = ticks/1e6, ticks%1e6*1e3
	default:
		seconds, nanos = ticks/unitsPerSecond, ticks%unitsPerSecond*(1e9/unitsPerSecond)
	}
	if nanos < 0 {
		nanos += 1e9
		seconds--
	}
	return AppendMoment(dst, seconds, nanos, separator, zone)
}

// AppendMoment is AppendTimestamp of whole seconds and the nanoseconds beyond.
func AppendMoment(dst []byte, seconds, nanos int64, separator byte, zone Zone) []byte {
	days, clock := seconds/daySeconds, seconds%daySeconds
	if clock < 0 {
		clock += daySeconds
		days--
	}
	dst = AppendDate(dst, days)
	dst = appendClock(append(dst, separator), clock, nanos)
	if zone == Zulu {
		dst = append(dst, 'Z')
	}
	return dst
}
