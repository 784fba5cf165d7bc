package civil

import (
	"testing"
	"time"
)

func TestDatesAgainstTime(t *testing.T) {
	for days := -800000; days < 3000000; days += 37 {
		want := time.Unix(0, 0).UTC().AddDate(0, 0, days)
		y, m, d := Date(days)
		if y != want.Year() || m != int(want.Month()) || d != want.Day() {
			t.Fatalf("day %d: %d-%d-%d, want %v", days, y, m, d, want)
		}
		if Days(y, m, d) != days {
			t.Fatalf("Days(%d, %d, %d) = %d, want %d", y, m, d, Days(y, m, d), days)
		}
		iy, iw := want.ISOWeek()
		if gy, gw := ISOWeek(days); gy != iy || gw != iw {
			t.Fatalf("ISOWeek(%v) = %d %d", want, gy, gw)
		}
		if DayOfYear(days) != want.YearDay() || Weekday(days)%7 != int(want.Weekday()) {
			t.Fatalf("%v: day %d of year, weekday %d", want, DayOfYear(days), Weekday(days))
		}
	}
}

func TestZone(t *testing.T) {
	loc, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip(err)
	}
	z := NewZone(loc)
	for sec := int64(1_700_000_000); sec < 1_740_000_000; sec += 1717 {
		_, off := time.Unix(sec, 0).In(loc).Zone()
		if got := z.Local(sec, 1); got != sec+int64(off) {
			t.Fatalf("Local(%d) = %d", sec, got)
		}
		back := z.Instant(sec+int64(off), 1)
		if back != sec && back != sec-3600 { // the earlier of two
			t.Fatalf("Instant(%d) = %d, want %d", sec+int64(off), back, sec)
		}
	}
	at := func(y, m, d, h, min int) int64 { return int64(Days(y, m, d))*86400 + int64(h)*3600 + int64(min)*60 }
	// 2024-03-10 02:30 does not exist: 03:30 EDT. 2024-11-03 01:30 occurs twice: EDT first.
	if got := z.Instant(at(2024, 3, 10, 2, 30), 1); got != at(2024, 3, 10, 7, 30) {
		t.Errorf("gap: %v", time.Unix(got, 0).UTC())
	}
	if got := z.Instant(at(2024, 11, 3, 1, 30), 1); got != at(2024, 11, 3, 5, 30) {
		t.Errorf("overlap: %v", time.Unix(got, 0).UTC())
	}
	if got := z.LaterInstant(at(2024, 11, 3, 1, 30), 1); got != at(2024, 11, 3, 6, 30) {
		t.Errorf("later of overlap: %v", time.Unix(got, 0).UTC())
	}
}

func TestAddMonths(t *testing.T) {
	if got := AddMonths(Days(2024, 1, 31), 1); got != Days(2024, 2, 29) {
		t.Errorf("%d", got)
	}
	if got := AddMonths(Days(2024, 3, 31), -13); got != Days(2023, 2, 28) {
		t.Errorf("%d", got)
	}
}
