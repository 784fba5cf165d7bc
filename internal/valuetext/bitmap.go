package valuetext

import (
	"strconv"

	"github.com/RoaringBitmap/roaring/v2"
)

// AppendBitmap appends a BITMAP as {1,3,4294967295}: its members are unsigned.
// b was written by this program and is valid; nothing follows "{" if it is not.
func AppendBitmap(dst, b []byte) []byte {
	set := roaring.New()
	dst = append(dst, '{')
	if _, err := set.FromBuffer(b); err != nil {
		return append(dst, '}')
	}
	first := true
	for it := set.Iterator(); it.HasNext(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		dst = strconv.AppendUint(dst, uint64(it.Next()), 10)
	}
	return append(dst, '}')
}
