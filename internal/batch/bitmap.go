package batch

import "math/bits"

// Bitmap is Arrow's least-significant-bit-first bitmap in 64-bit words. Bits
// past the length of what it describes are unspecified. A nil Bitmap in the
// role of validity means "all valid".
type Bitmap []uint64

// BitmapWords is the number of words that hold n bits.
func BitmapWords(n int) int { return (n + 63) >> 6 }

// MakeBitmap returns a bitmap of n bits, all set to v.
func MakeBitmap(n int, v bool) Bitmap {
	b := make(Bitmap, BitmapWords(n))
	if v {
		b.Fill(true)
	}
	return b
}

// Get returns bit i.
func (b Bitmap) Get(i int) bool { return b[i>>6]>>(uint(i)&63)&1 != 0 }

// Set sets bit i.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Clear clears bit i.
func (b Bitmap) Clear(i int) { b[i>>6] &^= 1 << (uint(i) & 63) }

// SetTo sets bit i to v.
func (b Bitmap) SetTo(i int, v bool) {
	mask := uint64(1) << (uint(i) & 63)
	if v {
		b[i>>6] |= mask
	} else {
		b[i>>6] &^= mask
	}
}

// Fill sets every word to all ones or all zeros.
func (b Bitmap) Fill(v bool) {
	var w uint64
	if v {
		w = ^uint64(0)
	}
	for i := range b {
		b[i] = w
	}
}

// Count returns how many of the first n bits are set.
func (b Bitmap) Count(n int) int {
	c := 0
	for i := 0; i < n>>6; i++ {
		c += bits.OnesCount64(b[i])
	}
	if r := uint(n) & 63; r != 0 {
		c += bits.OnesCount64(b[n>>6] & (1<<r - 1))
	}
	return c
}

// AppendSelected appends to dst the positions of the set bits among the first
// n, in ascending order.
func (b Bitmap) AppendSelected(dst []int32, n int) []int32 {
	for w := 0; w < BitmapWords(n); w++ {
		word := b[w]
		if rest := n - w<<6; rest < 64 {
			word &= 1<<uint(rest) - 1
		}
		for word != 0 {
			dst = append(dst, int32(w<<6+bits.TrailingZeros64(word)))
			word &= word - 1
		}
	}
	return dst
}

// resized returns b able to hold n bits; new words are zero.
func (b Bitmap) resized(n int) Bitmap {
	words := BitmapWords(n)
	if words <= cap(b) {
		old := len(b)
		b = b[:words]
		if old < words {
			clear(b[old:])
		}
		return b
	}
	nb := make(Bitmap, words, max(words, 2*cap(b)))
	copy(nb, b)
	return nb
}
