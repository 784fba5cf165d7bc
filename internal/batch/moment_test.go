package batch

import (
	"testing"

	"github.com/flottstream/flott/internal/types"
)

// TestMoment writes moments of all years of SQL and reads them back, cut to
// the unit of the type.
func TestMoment(t *testing.T) {
	const year1, year9999 = -62135596800, 253402300799
	for _, p := range []int{0, 3, 6, 9} {
		v := New(types.TimestampOf(p), 0)
		step := int64(nanosPerSecond) / v.Type.UnitsPerSecond()
		for _, sec := range []int64{year1, -1, 0, 1, 1_700_000_000, year9999} {
			for _, nano := range []int64{0, 1, 123_456_789, nanosPerSecond - 1} {
				v.AppendMoment(sec, nano)
				if s, n := v.Moment(v.Len() - 1); s != sec || n != nano/step*step {
					t.Errorf("TIMESTAMP(%d): %d s %d ns is %d s %d ns", p, sec, nano, s, n)
				}
			}
		}
	}
}
