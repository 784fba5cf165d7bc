package valuetext

import (
	"strconv"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// AppendLegacyCast is AppendCast under the legacy cast behaviour: booleans and
// NULL are in small letters, and a row has no spaces.
func AppendLegacyCast(dst []byte, v *batch.Vector, i int, zone *time.Location) []byte {
	if v.IsNull(i) {
		return append(dst, "null"...)
	}
	switch v.Type.Kind {
	case types.Boolean:
		return strconv.AppendBool(dst, v.Bool(i))
	case types.Array:
		return appendElements(append(dst, '['), v, i, zone, AppendLegacyCast, ']')
	case types.Map, types.Multiset:
		return appendEntries(dst, v, i, zone, AppendLegacyCast)
	case types.Row:
		dst = append(dst, '(')
		for k, kid := range v.Kids {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = AppendLegacyCast(dst, kid, i, zone)
		}
		return append(dst, ')')
	}
	return AppendCast(dst, v, i, zone)
}
