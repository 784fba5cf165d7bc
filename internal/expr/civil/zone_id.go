package civil

import (
	"strings"
	"time"
)

// LoadZone finds a time zone by the ids that Java takes: UTC, Z, GMT+08:00,
// +08:00, UTC-3 and the names of the tz database.
func LoadZone(id string) (*time.Location, bool) {
	rest := id
	for _, prefix := range []string{"GMT", "UTC", "UT"} {
		if strings.HasPrefix(rest, prefix) {
			rest = rest[len(prefix):]
			break
		}
	}
	if rest == "" && id != "" || id == "Z" || id == "GMT0" {
		return time.UTC, true
	}
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		sec, ok := offset(rest)
		if !ok {
			return nil, false
		}
		if sec == 0 {
			return time.UTC, true
		}
		return time.FixedZone(id, sec), true
	}
	if id == "" || id == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(id)
	return loc, err == nil
}

// offset reads ±h, ±hh, ±hhmm or ±hh:mm of at most 18 hours.
func offset(s string) (sec int, ok bool) {
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	var h, m, digits int
	for _, c := range s[1:] {
		switch {
		case c == ':' && (digits == 1 || digits == 2):
			digits = 2
		case c < '0' || c > '9':
			return 0, false
		case digits < 2:
			h = h*10 + int(c-'0')
			digits++
		case digits < 4:
			m = m*10 + int(c-'0')
			digits++
		default:
			return 0, false
		}
	}
	if digits == 0 || digits == 3 || h > 18 || m > 59 {
		return 0, false
	}
	return sign * (h*3600 + m*60), true
}
