package civil

// The calendar of java.util.GregorianCalendar: Julian up to 4 October 1582,
// Gregorian from the next day, 15 October, on.

// firstGregorian is the day 1582-10-15.
const firstGregorian = -141427

// HybridDays is Days by the calendar of java.util. The days from 5 to 14 October
// 1582, which it skips, are read as Julian ones.
func HybridDays(y, m, d int) int {
	if days := Days(y, m, d); days >= firstGregorian {
		return days
	}
	return min(julianDays(y, m, d), firstGregorian+9)
}

// HybridDate is Date by the calendar of java.util.
func HybridDate(days int) (y, m, d int) {
	if days >= firstGregorian {
		return Date(days)
	}
	// Years of Julian leap years begin in March here, as in Days.
	z := int64(days) + 719470
	cycle := FloorDiv(z, 1461)
	inCycle := int(z - cycle*1461)
	yoc := (inCycle - inCycle/1460) / 365
	doy := inCycle - 365*yoc
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m, y = mp+3, int(cycle)*4+yoc
	if m > 12 {
		m, y = m-12, y+1
	}
	return y, m, d
}

func julianDays(y, m, d int) int {
	if m <= 2 {
		y--
		m += 12
	}
	cycle := FloorDiv(int64(y), 4)
	return int(cycle)*1461 + (y-int(cycle)*4)*365 + (153*(m-3)+2)/5 + d - 1 - 719470
}
