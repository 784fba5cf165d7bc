package expr

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
)

// compareOp is a comparison operator.
type compareOp uint8

const (
	opEq compareOp = iota
	opNe
	opLt
	opLe
	opGt
	opGe
)

var compareOps = map[string]compareOp{"=": opEq, "<>": opNe, "<": opLt, "<=": opLe, ">": opGt, ">=": opGe}

// flipped is the operator with its sides exchanged.
func (o compareOp) flipped() compareOp {
	return [...]compareOp{opEq, opNe, opGt, opGe, opLt, opLe}[o]
}

// holds reports what o says of a three-way comparison.
func (o compareOp) holds(c int) bool {
	switch o {
	case opEq:
		return c == 0
	case opNe:
		return c != 0
	case opLt:
		return c < 0
	case opLe:
		return c <= 0
	case opGt:
		return c > 0
	}
	return c >= 0
}

// ordered are the values compared by the machine.
type ordered interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// filterConst appends the rows at which a[row] op c.
func filterConst[T ordered](op compareOp, a []T, c T, rows, dst []int32) []int32 {
	start := len(dst)
	dst = growRows(dst, len(rows))
	out, k := dst[start:start+len(rows)], 0
	switch op {
	case opEq:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] == c)
		}
	case opNe:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] != c)
		}
	case opLt:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] < c)
		}
	case opLe:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] <= c)
		}
	case opGt:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] > c)
		}
	case opGe:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] >= c)
		}
	}
	return dst[:start+k]
}

// filterPair appends the rows at which a[row] op b[row].
func filterPair[T ordered](op compareOp, a, b []T, rows, dst []int32) []int32 {
	if op == opGt || op == opGe {
		a, b, op = b, a, op.flipped()
	}
	start := len(dst)
	dst = growRows(dst, len(rows))
	out, k := dst[start:start+len(rows)], 0
	switch op {
	case opEq:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] == b[i])
		}
	case opNe:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] != b[i])
		}
	case opLt:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] < b[i])
		}
	case opLe:
		for _, i := range rows {
			out[k] = i
			k += b2i(a[i] <= b[i])
		}
	}
	return dst[:start+k]
}

// growRows makes room in dst for n more rows.
func growRows(dst []int32, n int) []int32 {
	if cap(dst)-len(dst) >= n {
		return dst[:len(dst)+n]
	}
	grown := make([]int32, len(dst)+n, max(len(dst)+n, batch.Capacity))
	copy(grown, dst)
	return grown
}

// compareConst sets bit i of dst to a[i] op c, for all of a.
func compareConst[T ordered](op compareOp, dst batch.Bitmap, a []T, c T) {
	for w := range dst {
		block := a[w<<6 : min(len(a), w<<6+64)]
		var word uint64
		switch op {
		case opEq, opNe:
			for j, x := range block {
				word |= b2u(x == c) << (uint(j) & 63)
			}
		case opLt:
			for j, x := range block {
				word |= b2u(x < c) << (uint(j) & 63)
			}
		case opLe:
			for j, x := range block {
				word |= b2u(x <= c) << (uint(j) & 63)
			}
		case opGt:
			for j, x := range block {
				word |= b2u(x > c) << (uint(j) & 63)
			}
		case opGe:
			for j, x := range block {
				word |= b2u(x >= c) << (uint(j) & 63)
			}
		}
		if op == opNe {
			word = ^word
		}
		dst[w] = word
	}
}

// comparePair sets bit i of dst to a[i] op b[i], for all of a.
func comparePair[T ordered](op compareOp, dst batch.Bitmap, a, b []T) {
	if op == opGt || op == opGe {
		a, b, op = b, a, op.flipped()
	}
	for w := range dst {
		block := a[w<<6 : min(len(a), w<<6+64)]
		other := b[w<<6:][:len(block)]
		var word uint64
		switch op {
		case opEq, opNe:
			for j, x := range block {
				word |= b2u(x == other[j]) << (uint(j) & 63)
			}
		case opLt:
			for j, x := range block {
				word |= b2u(x < other[j]) << (uint(j) & 63)
			}
		case opLe:
			for j, x := range block {
				word |= b2u(x <= other[j]) << (uint(j) & 63)
			}
		}
		if op == opNe {
			word = ^word
		}
		dst[w] = word
	}
}

// filterBytes appends the rows at which a op b, by unsigned bytes.
func filterBytes(op compareOp, a, b values, rows, dst []int32) []int32 {
	start := len(dst)
	dst = growRows(dst, len(rows))
	out, k := dst[start:start+len(rows)], 0
	switch {
	case op <= opNe && b.mask == 0:
		c, want := string(b.At(0)), op == opEq
		for _, i := range rows {
			out[k] = i
			k += b2i((string(a.At(int(i))) == c) == want)
		}
	case op <= opNe:
		want := op == opEq
		for _, i := range rows {
			out[k] = i
			k += b2i(bytes.Equal(a.bytesAt(i), b.bytesAt(i)) == want)
		}
	default:
		for _, i := range rows {
			out[k] = i
			k += b2i(op.holds(bytes.Compare(a.bytesAt(i), b.bytesAt(i))))
		}
	}
	return dst[:start+k]
}
