package measure

import (
	"strconv"
	"time"
)

// Duration writes d as configurations of Flink have it: Go's "3m0s" they refuse.
func Duration(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
}
