package batch

import "github.com/flottstream/flott/internal/types"

// Truncate drops the values from position n on (if there are more), and from
// Bytes and the children whatever belongs to no value before n: also what was
// appended there for a value that was never ended.
func (v *Vector) Truncate(n int) {
	n = min(n, v.n)
	switch v.Type.Physical() {
	case types.LayoutBytes:
		v.Offsets = v.Offsets[:n+1]
		v.Bytes = v.Bytes[:v.Offsets[n]]
	case types.LayoutList, types.LayoutMap:
		v.Offsets = v.Offsets[:n+1]
		for _, k := range v.Kids {
			k.Truncate(int(v.Offsets[n]))
		}
	case types.LayoutRow:
		for _, k := range v.Kids {
			k.Truncate(n)
		}
	}
	v.n = n
	if v.Valid != nil {
		v.Valid = v.Valid[:BitmapWords(n)]
	}
}

// Truncate drops the rows from position n on, which must not be selected.
func (b *Batch) Truncate(n int) {
	for _, c := range b.Cols {
		c.Truncate(n)
	}
	if n < b.N {
		b.N = n
		if b.Kinds != nil {
			b.Kinds = b.Kinds[:n]
		}
	}
}
