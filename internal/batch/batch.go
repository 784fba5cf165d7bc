// Package batch is the columnar unit of work: a few thousand rows, a Vector
// per column in Arrow's memory layout, and a row kind per row where the stream
// is a changelog.
//
// Ownership. Whoever emits a batch owns it. A receiver may read it, and share
// its vectors in batches that it emits itself, until the call that handed it
// over returns; after that the owner may overwrite all of it. To keep rows, copy
// them (AppendSelected). A receiver never writes to a batch it was given.
package batch

import "github.com/flottstream/flott/internal/types"

// Capacity is the number of rows operators and sources aim at per batch.
const Capacity = 4096

// RowKind says what a row of a changelog does to the table.
type RowKind uint8

// The row kinds, in Flink's byte order and short-string order.
const (
	Insert       RowKind = iota // +I
	UpdateBefore                // -U
	UpdateAfter                 // +U
	Delete                      // -D
)

// String returns Flink's short string: +I, -U, +U, -D.
func (k RowKind) String() string { return [...]string{"+I", "-U", "+U", "-D"}[k&3] }

// IsAdd reports +I or +U: the row is added to the table.
func (k RowKind) IsAdd() bool { return k == Insert || k == UpdateAfter }

// Batch is N physical rows of which Sel says which count.
type Batch struct {
	Cols []*Vector // each of length N
	N    int
	// Sel lists the rows that are there, strictly ascending positions below N;
	// nil means all N. An empty non-nil Sel is an empty batch.
	Sel []int32
	// Kinds has a kind per physical row; nil means every row is Insert.
	Kinds []RowKind
}

// NewBatch returns an empty batch with a vector per column.
func NewBatch(schema types.Schema, capacity int) *Batch {
	b := &Batch{Cols: make([]*Vector, len(schema))}
	for i, f := range schema {
		b.Cols[i] = New(f.Type, capacity)
	}
	return b
}

// Rows is the number of rows that are there.
func (b *Batch) Rows() int {
	if b.Sel != nil {
		return len(b.Sel)
	}
	return b.N
}

// Row maps the k-th row that is there to its physical position.
func (b *Batch) Row(k int) int {
	if b.Sel != nil {
		return int(b.Sel[k])
	}
	return k
}

// Kind returns the kind of physical row i.
func (b *Batch) Kind(i int) RowKind {
	if b.Kinds == nil {
		return Insert
	}
	return b.Kinds[i]
}

// Reset empties b and its vectors and keeps the memory. Only the owner of the
// vectors may call it.
func (b *Batch) Reset() {
	for _, c := range b.Cols {
		c.Reset()
	}
	b.N, b.Sel, b.Kinds = 0, nil, nil
}

// SetLen sets N to the length of the columns after rows were appended to them
// directly.
func (b *Batch) SetLen() { b.N = b.Cols[0].n }

// AppendSelected appends to b copies of the rows sel of src (nil: the rows
// that are there in src). Both must have the same layout of columns.
func (b *Batch) AppendSelected(src *Batch, sel []int32) {
	if sel == nil {
		sel = src.Sel
	}
	count := src.N
	if sel != nil {
		count = len(sel)
	}
	if src.Kinds != nil || b.Kinds != nil {
		b.appendKinds(src, sel, count)
	}
	for i, c := range b.Cols {
		c.AppendSelected(src.Cols[i], sel)
	}
	b.N += count
}

func (b *Batch) appendKinds(src *Batch, sel []int32, count int) {
	for len(b.Kinds) < b.N {
		b.Kinds = append(b.Kinds, Insert)
	}
	switch {
	case src.Kinds == nil:
		for range count {
			b.Kinds = append(b.Kinds, Insert)
		}
	case sel == nil:
		b.Kinds = append(b.Kinds, src.Kinds[:count]...)
	default:
		for _, i := range sel {
			b.Kinds = append(b.Kinds, src.Kinds[i])
		}
	}
}

// AppendRow appends row i of src with the given kind.
func (b *Batch) AppendRow(src *Batch, i int, kind RowKind) {
	for c, v := range b.Cols {
		v.AppendFrom(src.Cols[c], i)
	}
	b.AppendKind(kind)
}

// AppendKind records the kind of the row just appended to the columns and
// counts it.
func (b *Batch) AppendKind(kind RowKind) {
	if kind != Insert || b.Kinds != nil {
		for len(b.Kinds) < b.N {
			b.Kinds = append(b.Kinds, Insert)
		}
		b.Kinds = append(b.Kinds, kind)
	}
	b.N++
}

// SizeBytes is the memory of the values of the rows, for accounting; selection
// is taken into account in proportion.
func (b *Batch) SizeBytes() int {
	if b.N == 0 {
		return 0
	}
	total := len(b.Kinds)
	for _, c := range b.Cols {
		total += c.SizeBytes()
	}
	if b.Sel != nil {
		return int(int64(total) * int64(len(b.Sel)) / int64(b.N))
	}
	return total
}
