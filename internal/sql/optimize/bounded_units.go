package optimize

import (
	"strings"

	"github.com/flottstream/flott/internal/expr"
)

// unitMillis are the longest a unit of time can be, in ms; days and more with an
// hour for summer time.
var unitMillis = map[string]int64{
	"MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000,
	"DAY": 25 * 3_600_000, "WEEK": (7*24 + 1) * 3_600_000, "MONTH": (31*24 + 1) * 3_600_000,
	"QUARTER": (92*24 + 1) * 3_600_000, "YEAR": (366*24 + 1) * 3_600_000,
}

// unitLength is the length of the unit that FLOOR or CEIL rounds to.
func unitLength(e expr.Expr) (int64, bool) {
	l, ok := e.(*expr.Literal)
	if !ok || l.Value.IsNull(0) || !l.Type().IsCharacter() {
		return 0, false
	}
	ms, ok := unitMillis[string(l.Value.At(0))]
	return ms, ok
}

// patternLength is how much time has one text by a pattern of DATE_FORMAT: that of
// its last unit, if it has all those before. Only patterns of numbers from the year
// on to the day at least can be read back.
func patternLength(pattern string) (int64, bool) {
	units := []struct {
		token string
		ms    int64
	}{{"yyyy", 0}, {"MM", 0}, {"dd", unitMillis["DAY"]}, {"HH", 3_600_000}, {"mm", 60_000}, {"ss", 1000}, {"SSS", 1}}
	rest, length := pattern, int64(0)
	for _, u := range units {
		at := strings.Index(rest, u.token)
		if at < 0 {
			break
		}
		if strings.ContainsAny(rest[:at], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[]{}#") {
			return 0, false
		}
		rest, length = rest[at+len(u.token):], u.ms
	}
	if strings.ContainsAny(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[]{}#") {
		return 0, false
	}
	return length, length > 0
}
