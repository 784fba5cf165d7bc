package operators

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Rows are in one group exactly if their keys are equal, and groups are numbered
// by their first row, whatever the width of keys.
func TestGrouper(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var g grouper
	for round := range 200 {
		width := []int{0, 1, 8, 9, 13, 16, 20}[round%7]
		keys := &state.Keys{Width: width}
		if width == 0 {
			keys.Offsets = []int32{0}
		}
		numbers := map[string]int32{}
		var want []int32
		for range r.IntN(300) {
			key := make([]byte, max(width, 1+r.IntN(4)))
			if width > 0 {
				key = key[:width]
			}
			key[0], key[len(key)-1] = byte(r.IntN(12)), byte(r.IntN(12))
			keys.Bytes = append(keys.Bytes, key...)
			if width == 0 {
				keys.Offsets = append(keys.Offsets, int32(len(keys.Bytes)))
			}
			keys.Hash = append(keys.Hash, keygroup.Hash(key))
			if _, ok := numbers[string(key)]; !ok {
				numbers[string(key)] = int32(len(numbers))
			}
			want = append(want, numbers[string(key)])
		}
		n := g.group(keys)
		if n != len(numbers) || fmt.Sprint(g.gid) != fmt.Sprint(want) {
			t.Fatalf("width %d: %d groups %v, want %d %v", width, n, g.gid, len(numbers), want)
		}
		for k := range n {
			if string(g.keys.At(k)) != string(keys.At(int(g.first[k]))) || g.keys.Hash[k] != keygroup.Hash(g.keys.At(k)) {
				t.Fatalf("key of group %d differs from that of its first row", k)
			}
		}
	}
}
