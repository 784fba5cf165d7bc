package lsm

import (
	"encoding/binary"
	"math/bits"
)

// handle names a block of an arena: number << 32 | size in use. The size tells
// the class. 0 is no block, and the block of size 0.
type handle uint64

func (h handle) size() int { return int(uint32(h)) }

const (
	maxClassSize = 32 << 10
	classCount   = 40
	chunkBytes   = 32 << 10
)

// arena hands out blocks of bytes in size classes: 16 to 128 in steps of 16,
// then four steps per doubling up to 32 KiB. Larger blocks are slices of their
// own.
type arena struct {
	classes  [classCount]sizeClass
	huge     [][]byte
	hugeFree []uint32
	held     int64 // bytes of all chunks and huge blocks
	used     int64 // bytes of the blocks in use, as big as their classes
}

type sizeClass struct {
	chunks [][]byte // each of 1<<blockShift blocks; never moved
	used   uint32   // blocks ever handed out
	free   uint32   // first freed block + 1; the next one stands in its first bytes
}

func classOf(size int) int {
	if size <= 128 {
		return (size - 1) >> 4
	}
	top := bits.Len32(uint32(size-1)) - 1 // size in (1<<top, 1<<(top+1)]
	return 8 + (top-7)*4 + (size-1)>>(top-2)&3
}

func classSize(class int) int {
	if class < 8 {
		return (class + 1) << 4
	}
	top := (class-8)>>2 + 7
	return 1<<top + ((class-8)&3+1)<<(top-2)
}

// blockShift is the binary logarithm of the number of blocks in a full chunk.
func blockShift(class int) uint { return uint(bits.Len(uint(chunkBytes/classSize(class)))) - 1 }

// blockBytes is what a block of size bytes takes.
func blockBytes(size int) int {
	if size == 0 || size > maxClassSize {
		return size
	}
	return classSize(classOf(size))
}

// alloc returns a block of size bytes whose contents are unspecified.
func (a *arena) alloc(size int) handle {
	if size == 0 {
		return 0
	}
	a.used += int64(blockBytes(size))
	if size > maxClassSize {
		return a.allocHuge(size)
	}
	class := classOf(size)
	c := &a.classes[class]
	if c.free != 0 {
		n := c.free - 1
		c.free = binary.LittleEndian.Uint32(a.block(class, n))
		return handle(n)<<32 | handle(size)
	}
	n := c.used
	c.used++
	if shift := blockShift(class); int(n>>shift) == len(c.chunks) {
		full := classSize(class) << shift
		c.chunks = append(c.chunks, make([]byte, full))
		a.held += int64(full)
	}
	return handle(n)<<32 | handle(size)
}

func (a *arena) allocHuge(size int) handle {
	b := make([]byte, size)
	a.held += int64(size)
	if n := len(a.hugeFree); n > 0 {
		id := a.hugeFree[n-1]
		a.hugeFree = a.hugeFree[:n-1]
		a.huge[id] = b
		return handle(id)<<32 | handle(size)
	}
	a.huge = append(a.huge, b)
	return handle(len(a.huge)-1)<<32 | handle(size)
}

// block returns the whole block n of a class.
func (a *arena) block(class int, n uint32) []byte {
	shift, size := blockShift(class), classSize(class)
	at := int(n&(1<<shift-1)) * size
	return a.classes[class].chunks[n>>shift][at : at+size : at+size]
}

// bytes returns the block h; it aliases the arena.
func (a *arena) bytes(h handle) []byte {
	size := h.size()
	if size == 0 {
		return nil
	}
	if size > maxClassSize {
		return a.huge[h>>32]
	}
	return a.block(classOf(size), uint32(h>>32))[:size:size]
}

func (a *arena) release(h handle) {
	size := h.size()
	if size == 0 {
		return
	}
	a.used -= int64(blockBytes(size))
	n := uint32(h >> 32)
	if size > maxClassSize {
		a.huge[n] = nil
		a.held -= int64(size)
		a.hugeFree = append(a.hugeFree, n)
		return
	}
	class := classOf(size)
	c := &a.classes[class]
	binary.LittleEndian.PutUint32(a.block(class, n), c.free)
	c.free = n + 1
}

// put replaces the block h by one that holds a copy of b, in place where the
// class allows it. b may alias the old block.
func (a *arena) put(h handle, b []byte) handle {
	if old := h.size(); old > 0 && len(b) > 0 && old <= maxClassSize && len(b) <= maxClassSize && classOf(old) == classOf(len(b)) {
		n := uint32(h >> 32)
		copy(a.block(classOf(old), n), b)
		return handle(n)<<32 | handle(len(b))
	}
	nh := a.alloc(len(b))
	copy(a.bytes(nh), b)
	a.release(h)
	return nh
}
