package kafka

import (
	"bytes"
	"testing"
)

// TestSlabIsReusedOnceAllIsReported: neither while records are under way, nor
// before it is full or ended.
func TestSlabIsReusedOnceAllIsReported(t *testing.T) {
	for _, c := range []struct {
		name    string
		message int // bytes of each
		records int // that it takes
	}{{"small", 10, slabRecords}, {"large", slabBytes / 4, 4}, {"one", 2 * slabBytes, 1}} {
		t.Run(c.name, func(t *testing.T) {
			var free slabs
			s := free.get()
			n := 0
			for full := false; !full; n++ {
				s.next()
				s.bytes = append(s.bytes, bytes.Repeat([]byte{'x'}, c.message)...)
				full = s.filled()
			}
			if n != c.records {
				t.Fatalf("it took %d records, want %d", n, c.records)
			}
			for range n - 1 {
				if s.reported() {
					t.Fatal("free before the last outcome")
				}
			}
			if !s.reported() {
				t.Fatal("not free after the last outcome")
			}
			free.put(s)
			if again := free.get(); again != s || again.next() != &again.records[0] || len(again.bytes) != 0 {
				t.Error("it does not begin anew")
			}
		})
	}
	t.Run("reported before it is full", func(t *testing.T) {
		var free slabs
		s := free.get()
		for n := 1; n < slabRecords; n++ {
			if s.next(); s.filled() || s.reported() {
				t.Fatalf("free with %d records", n)
			}
		}
		if s.next(); !s.filled() || !s.reported() {
			t.Error("not free at its end")
		}
	})
	t.Run("huge", func(t *testing.T) {
		var free slabs
		s := free.get()
		s.bytes = make([]byte, maxSlab+1)
		free.put(s)
		if free.get() == s {
			t.Error("it is kept")
		}
	})
}
