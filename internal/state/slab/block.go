package slab

import "math/bits"

// Handle names a block: number << 32 | size in use. The size tells the class. 0
// is no block, and the block of size 0.
type Handle uint64

// Size is how many bytes of the block are in use.
func (h Handle) Size() int { return int(uint32(h)) }

// Number is the block's number in its class.
func (h Handle) Number() uint32 { return uint32(h >> 32) }

// NewHandle names block number of the class of size.
func NewHandle(number uint32, size int) Handle { return Handle(number)<<32 | Handle(size) }

// Blocks come in classes of sizes: 16 to 128 in steps of 16, then four steps per
// doubling up to MaxClassSize, in chunks of about chunkBytes. Larger ones stand
// alone.
const (
	MaxClassSize = 32 << 10
	ClassCount   = 40
	chunkBytes   = 32 << 10
)

// ClassOf is the class of blocks of size bytes, 1 to MaxClassSize.
func ClassOf(size int) int {
	if size <= 128 {
		return (size - 1) >> 4
	}
	top := bits.Len32(uint32(size-1)) - 1 // size in (1<<top, 1<<(top+1)]
	return 8 + (top-7)*4 + (size-1)>>(top-2)&3
}

// ClassSize is the size of the blocks of a class.
func ClassSize(class int) int {
	if class < 8 {
		return (class + 1) << 4
	}
	top := (class-8)>>2 + 7
	return 1<<top + ((class-8)&3+1)<<(top-2)
}

// BlockShift is the binary logarithm of the number of blocks in a full chunk.
func BlockShift(class int) uint { return uint(bits.Len(uint(chunkBytes/ClassSize(class)))) - 1 }

// BlockBytes is what a block of size bytes takes.
func BlockBytes(size int) int {
	if size == 0 || size > MaxClassSize {
		return size
	}
	return ClassSize(ClassOf(size))
}

// BlockOf returns the whole block n of a class, out of its chunks.
func BlockOf(chunks [][]byte, class int, n uint32) []byte {
	shift, size := BlockShift(class), ClassSize(class)
	at := int(n&(1<<shift-1)) * size
	return chunks[n>>shift][at : at+size : at+size]
}
