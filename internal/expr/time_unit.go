package expr

import "strings"

// canonicalUnit is a time unit as the kernels know it: upper case, singular,
// without the SQL_TSI_ of ODBC.
func canonicalUnit(w string) string {
	w = strings.TrimPrefix(strings.ToUpper(w), "SQL_TSI_")
	switch w {
	case "FRAC_SECOND", "MICROSECONDS":
		return "MICROSECOND"
	case "YEARS", "QUARTERS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS", "MILLISECONDS", "NANOSECONDS":
		return w[:len(w)-1]
	}
	return w
}
