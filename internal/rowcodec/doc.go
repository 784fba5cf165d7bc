// Package rowcodec turns columns into bytes and back, for state, exchange and
// sorting. There are three encodings, described byte by byte in
// docs/formats/row.md:
//
//	key   (KeyEncoder)  equal rows ⇔ equal bytes; what state and routing use
//	row   (RowEncoder)  compact record of a whole row, nested columns included
//	sort  (SortKey)     bytes.Compare of two keys is the SQL order of the rows
//
// The key and row encodings are part of the state format: they may be extended,
// never changed.
//
// Encoders are compiled once per list of types and hold scratch memory, so each
// belongs to one goroutine. What they encode they trust; what they decode may be
// damaged, and is answered with an error, never with a panic.
package rowcodec

import (
	"errors"

	"github.com/flottstream/flott/internal/types"
)

// ErrCorrupt is returned (wrapped) for bytes that are not an encoding of the types.
var ErrCorrupt = errors.New("encoded row is damaged")

// Records are encoded records in a row: record i is Bytes[Offsets[i]:Offsets[i+1]].
// The zero Records is ready for use.
type Records struct {
	Offsets []int32
	Bytes   []byte
}

// Len is the number of records.
func (r *Records) Len() int { return max(0, len(r.Offsets)-1) }

// At returns the bytes of record i; they alias r.
func (r *Records) At(i int) []byte { return r.Bytes[r.Offsets[i]:r.Offsets[i+1]:r.Offsets[i+1]] }

// Reset empties r and keeps its memory.
func (r *Records) Reset() {
	r.Offsets = r.Offsets[:0]
	r.Bytes = r.Bytes[:0]
}

// hasNull reports that a column of type t needs a null bit.
func hasNull(t types.Type) bool { return t.Nullable || t.Kind == types.Null }

// fixedWidth is the encoded size of a fixed-width column: that of its layout,
// one byte for BOOLEAN; ok is false for layouts of varying size.
func fixedWidth(t types.Type) (width int, ok bool) {
	switch p := t.Physical(); p {
	case types.LayoutNull:
		return 0, true
	case types.LayoutBool:
		return 1, true
	default:
		w := p.Width()
		return w, w > 0
	}
}

// grown returns s with length n; its contents are unspecified.
func grown[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}
