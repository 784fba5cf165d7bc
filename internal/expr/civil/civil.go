// Package civil is the calendar: days since 1970-01-01 and ticks in a time zone,
// in the proleptic Gregorian calendar, without allocation.
package civil

import "time"

// Millisecond counts.
const (
	MsPerSecond = 1_000
	MsPerMinute = 60_000
	MsPerHour   = 3_600_000
	MsPerDay    = 86_400_000
)

// Days is the number of days from 1970-01-01 to y-m-d. m is 1..12; d may lie
// outside the month.
func Days(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	era := FloorDiv(int64(y), 400)
	yoe := y - int(era)*400
	doy := (153*(m-3)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int(era)*146097 + doe - 719468
}

// Date is the calendar date of a day number.
func Date(days int) (y, m, d int) {
	z := int64(days) + 719468
	era := FloorDiv(z, 146097)
	doe := int(z - era*146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	y = yoe + int(era)*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

// IsLeap reports a leap year.
func IsLeap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

// DaysIn is the length of a month.
func DaysIn(y, m int) int {
	switch m {
	case 2:
		if IsLeap(y) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// DayOfYear is 1 for January the first.
func DayOfYear(days int) int {
	y, _, _ := Date(days)
	return days - Days(y, 1, 1) + 1
}

// Weekday is 1 for Monday to 7 for Sunday.
func Weekday(days int) int { return int(FloorMod(int64(days)+3, 7)) + 1 }

// ISOWeek is the ISO 8601 week and the year it belongs to.
func ISOWeek(days int) (year, week int) {
	thursday := days - Weekday(days) + 4
	year, _, _ = Date(thursday)
	return year, (thursday-Days(year, 1, 1))/7 + 1
}

// AddMonths moves a day by months; the day of the month is cut to the length of
// the new month.
func AddMonths(days, months int) int {
	y, m, d := Date(days)
	total := int64(y)*12 + int64(m-1) + int64(months)
	y, m = int(FloorDiv(total, 12)), int(FloorMod(total, 12))+1
	return Days(y, m, min(d, DaysIn(y, m)))
}

// FloorDiv rounds towards minus infinity; b > 0.
func FloorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// FloorMod is a - FloorDiv(a, b)*b, in [0, b).
func FloorMod(a, b int64) int64 {
	m := a % b
	if m < 0 {
		m += b
	}
	return m
}

// Zone converts between instants and local times. It remembers the period
// between two clock changes that it used last, so that a column of near times
// costs an addition each. Use one per goroutine.
type Zone struct {
	loc        *time.Location
	legacy     bool  // no local mean time: before 1900 the standard offset of today
	from, to   int64 // seconds: offset holds for instants in [from, to)
	offset     int64 // seconds east of UTC
	localStart int64
	localEnd   int64
}

// NewZone returns the converter of loc; nil is UTC.
func NewZone(loc *time.Location) *Zone {
	if loc == nil {
		loc = time.UTC
	}
	z := &Zone{loc: loc, from: 1, to: 0}
	return z
}

// NewLegacyZone returns the converter of loc as java.util.TimeZone knows it,
// which before 1900 has the standard offset of today.
func NewLegacyZone(loc *time.Location) *Zone {
	z := NewZone(loc)
	z.legacy = true
	return z
}

// year1900 is where the rules of java.util.TimeZone begin.
const year1900 = -2208988800

// standardOffset is the seconds east of UTC outside of daylight saving time.
func standardOffset(loc *time.Location) (name string, offset int) {
	for month := time.January; month <= time.July; month += 6 {
		if t := time.Date(2024, month, 1, 0, 0, 0, 0, loc); !t.IsDST() {
			return t.Zone()
		}
	}
	return time.Date(2024, time.January, 1, 0, 0, 0, 0, loc).Zone()
}

// Name is the short name of the zone at an instant.
func (z *Zone) Name(sec int64) string {
	name, _ := time.Unix(sec, 0).In(z.loc).Zone()
	if z.legacy && (sec < year1900 || name == "LMT") {
		name, _ = standardOffset(z.loc)
	}
	return name
}

// Location is the zone's location.
func (z *Zone) Location() *time.Location { return z.loc }

// Offset is the seconds east of UTC at an instant (seconds since the epoch).
func (z *Zone) Offset(sec int64) int64 {
	if sec >= z.from && sec < z.to {
		return z.offset
	}
	const day = 86400
	if z.legacy && sec < year1900 {
		_, off := standardOffset(z.loc)
		z.from, z.to, z.offset = -1<<62, year1900, int64(off)
		z.localStart, z.localEnd = z.from+z.offset+day, z.to+z.offset-day
		return z.offset
	}
	t := time.Unix(sec, 0).In(z.loc)
	_, off := t.Zone()
	start, end := t.ZoneBounds()
	z.from, z.to, z.offset = -1<<62, 1<<62, int64(off)
	if !start.IsZero() {
		z.from = start.Unix()
	}
	if !end.IsZero() {
		z.to = end.Unix()
	}
	if z.legacy {
		z.from = max(z.from, year1900)
	}
	// A local time this far inside the period is in no gap or overlap.
	z.localStart, z.localEnd = z.from+z.offset+day, z.to+z.offset-day
	return z.offset
}

// Local is the local time of an instant, both in units of a second.
func (z *Zone) Local(ticks, unit int64) int64 {
	return ticks + z.Offset(FloorDiv(ticks, unit))*unit
}

// Instant is the instant of a local time. A time that a clock change skips is
// moved later by the gap; of a time that occurs twice the first is meant.
func (z *Zone) Instant(ticks, unit int64) int64 { return z.instant(ticks, unit, false) }

// LaterInstant is Instant, but of a time that occurs twice the second is meant,
// as by java.util.Calendar.
func (z *Zone) LaterInstant(ticks, unit int64) int64 { return z.instant(ticks, unit, true) }

func (z *Zone) instant(ticks, unit int64, later bool) int64 {
	sec := FloorDiv(ticks, unit)
	if sec >= z.localStart && sec < z.localEnd {
		return ticks - z.offset*unit
	}
	const day = 86400
	before := z.Offset(sec - day)
	after := z.Offset(sec + day)
	if before == after {
		return ticks - before*unit
	}
	if later && z.Offset(sec-after) == after {
		return ticks - after*unit
	}
	if z.Offset(sec-before) == before {
		return ticks - before*unit
	}
	if z.Offset(sec-after) == after {
		return ticks - after*unit
	}
	return ticks - before*unit
}
