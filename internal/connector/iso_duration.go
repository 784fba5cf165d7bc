package connector

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// parseISODuration reads the other notation Flink takes: PT10S, P1DT2H3M4.5S. Signs
// are not taken: no option means a time before now.
func parseISODuration(s string) (time.Duration, error) {
	days, clock, isTime := strings.Cut(strings.ToUpper(s)[1:], "T")
	sum, some := 0.0, false
	for i, part := range []struct {
		text  string
		units string
		sizes []time.Duration
	}{
		{days, "D", []time.Duration{24 * time.Hour}},
		{clock, "HMS", []time.Duration{time.Hour, time.Minute, time.Second}},
	} {
		if i == 1 && isTime && part.text == "" {
			return 0, strconv.ErrSyntax
		}
		for unit := 0; part.text != ""; some = true {
			end := strings.IndexAny(part.text, "DHMS")
			if end <= 0 {
				return 0, strconv.ErrSyntax
			}
			at := strings.IndexByte(part.units[unit:], part.text[end])
			if at < 0 {
				return 0, strconv.ErrSyntax
			}
			n, err := isoNumber(part.text[:end], part.text[end] == 'S')
			if err != nil {
				return 0, err
			}
			sum += n * float64(part.sizes[unit+at])
			unit, part.text = unit+at+1, part.text[end+1:]
		}
	}
	if !some || sum >= math.MaxInt64 {
		return 0, strconv.ErrSyntax
	}
	return time.Duration(math.Round(sum)), nil
}

// isoNumber reads digits, and of seconds a fraction behind a point or a comma.
func isoNumber(s string, seconds bool) (float64, error) {
	whole, fraction, has := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if has && !seconds || len(fraction) > 9 {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || fraction == "" {
		return float64(n), err
	}
	f, err := strconv.ParseUint(fraction, 10, 32)
	return float64(n) + float64(f)/math.Pow10(len(fraction)), err
}
