package aggregate

import (
	"unsafe"
)

// load reads a value that store wrote.
func load[T integer | float](p []byte) T {
	_ = p[8]
	return *(*T)(unsafe.Pointer(unsafe.SliceData(p)))
}

// store writes a value in the first eight bytes of p and marks it present in the
// ninth. Records are aligned to eight bytes; the machine is little-endian, as
// package batch requires.
func store[T integer | float](p []byte, x T) {
	le.PutUint64(p, 0)
	*(*T)(unsafe.Pointer(unsafe.SliceData(p))) = x
	p[8] = 1
}
