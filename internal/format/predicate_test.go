package format

import (
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

func bigints(values ...int64) *batch.Vector {
	v := batch.New(types.Of(types.BigInt), 0)
	for _, x := range values {
		v.AppendInt64(x)
	}
	return v
}

// A part is left out only if no value between its bounds can pass.
func TestMayMatch(t *testing.T) {
	for op := Equal; op <= GreaterEqual; op++ {
		for low := range int64(5) {
			for high := low; high < 5; high++ {
				for x := int64(-1); x < 7; x++ {
					want := false
					for v := low; v <= high; v++ {
						want = want || [...]bool{v == x, v < x, v <= x, v > x, v >= x}[op]
					}
					f := &Filter{Alternatives: [][]Comparison{{{Op: op, Values: bigints(x)}}}}
					known := Bounds{Min: bigints(low), Max: bigints(high)}
					if got := f.MayMatch(func(int) Bounds { return known }); got != want {
						t.Errorf("op %d of [%d, %d] and %d: %v", op, low, high, x, got)
					}
				}
			}
		}
	}
	in := [][]Comparison{{{Op: Equal, Values: bigints(1, 9)}}, {{Column: 1, Op: Less, Values: bigints(3)}}}
	f := &Filter{Alternatives: in}
	part := func(first, second Bounds) bool {
		return f.MayMatch(func(c int) Bounds { return [2]Bounds{first, second}[c] })
	}
	if part(Bounds{Min: bigints(2), Max: bigints(8)}, Bounds{Min: bigints(3), Max: bigints(4)}) {
		t.Error("neither alternative can hold")
	}
	if !part(Bounds{Min: bigints(2), Max: bigints(9)}, Bounds{OnlyNulls: true}) || !part(Bounds{OnlyNulls: true}, Bounds{}) {
		t.Error("one alternative can hold")
	}
}
