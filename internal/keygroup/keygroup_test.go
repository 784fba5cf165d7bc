package keygroup

import (
	"encoding/binary"
	"testing"
)

func TestHash8IsHash(t *testing.T) {
	for _, w := range []uint64{0, 1, 1 << 63, 0xDEADBEEF, ^uint64(0)} {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], w)
		if Hash(b[:]) != Hash8(w) {
			t.Fatalf("Hash8(%x) differs from Hash of its bytes", w)
		}
	}
}

func TestHash16IsHash(t *testing.T) {
	key := []byte("0123456789abcdef")
	for n := 9; n <= 16; n++ {
		var b [16]byte
		copy(b[:], key[:n])
		got := Hash16(n, binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:]))
		if got != Hash(key[:n]) {
			t.Fatalf("Hash16 of %d bytes differs from Hash", n)
		}
	}
}

// Every key group has exactly one owner, and RangeOf and Subtask agree.
func TestRangesPartitionTheGroups(t *testing.T) {
	for _, maxP := range []int{1, 7, 128, 1000} {
		for p := 1; p <= min(maxP, 33); p++ {
			next := 0
			for s := range p {
				r := RangeOf(s, maxP, p)
				if r.Start != next {
					t.Fatalf("max %d parallelism %d: subtask %d starts at %d, want %d", maxP, p, s, r.Start, next)
				}
				for g := r.Start; g <= r.End; g++ {
					if Subtask(g, maxP, p) != s {
						t.Fatalf("group %d of %d belongs to %d, range says %d", g, maxP, Subtask(g, maxP, p), s)
					}
				}
				next = r.End + 1
			}
			if next != maxP {
				t.Fatalf("max %d parallelism %d: groups from %d on have no owner", maxP, p, next)
			}
		}
	}
}

func TestSequentialKeysSpread(t *testing.T) {
	const groups, keys = 128, 128 * 1000
	var count [groups]int
	for i := range uint64(keys) {
		count[Of(Hash8(i), groups)]++
	}
	for g, c := range count {
		if c < 800 || c > 1200 {
			t.Errorf("group %d holds %d of %d keys, expected about 1000", g, c, keys)
		}
	}
}
