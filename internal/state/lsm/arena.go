package lsm

import "github.com/flottstream/flott/internal/state/slab"

// arena hands out blocks of bytes, see slab.Handle.
type arena struct {
	classes  [slab.ClassCount]sizeClass
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

// alloc returns a block of size bytes whose contents are unspecified.
func (a *arena) alloc(size int) slab.Handle {
	if size == 0 {
		return 0
	}
	a.used += int64(slab.BlockBytes(size))
	if size > slab.MaxClassSize {
		return a.allocHuge(size)
	}
	class := slab.ClassOf(size)
	c := &a.classes[class]
	if c.free != 0 {
		n := c.free - 1
		c.free = le.Uint32(a.block(class, n))
		return slab.NewHandle(n, size)
	}
	n := c.used
	c.used++
	if shift := slab.BlockShift(class); int(n>>shift) == len(c.chunks) {
		full := slab.ClassSize(class) << shift
		c.chunks = append(c.chunks, make([]byte, full))
		a.held += int64(full)
	}
	return slab.NewHandle(n, size)
}

func (a *arena) allocHuge(size int) slab.Handle {
	b := make([]byte, size)
	a.held += int64(size)
	if n := len(a.hugeFree); n > 0 {
		id := a.hugeFree[n-1]
		a.hugeFree = a.hugeFree[:n-1]
		a.huge[id] = b
		return slab.NewHandle(uint32(id), size)
	}
	a.huge = append(a.huge, b)
	return slab.NewHandle(uint32(len(a.huge)-1), size)
}

// block returns the whole block n of a class.
func (a *arena) block(class int, n uint32) []byte {
	return slab.BlockOf(a.classes[class].chunks, class, n)
}

// Bytes implements slab.Blocks.
func (a *arena) Bytes(h slab.Handle) []byte {
	size := h.Size()
	if size == 0 {
		return nil
	}
	if size > slab.MaxClassSize {
		return a.huge[h>>32]
	}
	return a.block(slab.ClassOf(size), uint32(h>>32))[:size:size]
}

func (a *arena) release(h slab.Handle) {
	size := h.Size()
	if size == 0 {
		return
	}
	a.used -= int64(slab.BlockBytes(size))
	n := uint32(h >> 32)
	if size > slab.MaxClassSize {
		a.huge[n] = nil
		a.held -= int64(size)
		a.hugeFree = append(a.hugeFree, n)
		return
	}
	class := slab.ClassOf(size)
	c := &a.classes[class]
	le.PutUint32(a.block(class, n), c.free)
	c.free = n + 1
}

// put replaces the block h by one that holds a copy of b, in place where the
// class allows it. b may alias the old block.
func (a *arena) put(h slab.Handle, b []byte) slab.Handle {
	if old := h.Size(); old > 0 && len(b) > 0 && old <= slab.MaxClassSize && len(b) <= slab.MaxClassSize && slab.ClassOf(old) == slab.ClassOf(len(b)) {
		n := uint32(h >> 32)
		copy(a.block(slab.ClassOf(old), n), b)
		return slab.NewHandle(n, len(b))
	}
	nh := a.alloc(len(b))
	copy(a.Bytes(nh), b)
	a.release(h)
	return nh
}
