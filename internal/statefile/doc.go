// Package statefile is the canonical format of keyed state: what every backend
// can write and restore from. docs/formats/state.md has it byte by byte.
//
//	Write  state.Snapshot → state.Part: a file, or inline if small
//	Open   state.Part     → state.Source
//
// Entries lie in blocks by state and range of key groups, so that a subtask that
// owns other key groups than the writer reads only the blocks that matter. Every
// block has a checksum; what does not match it is state.ErrCorrupt.
//
// Writing holds at most shelfCount blocks in memory, whatever the number of key
// groups; only a record larger than a block makes a larger one.
package statefile

// Format is the value of state.Part.Format.
const Format = "canonical.1"

const (
	headerBytes = 16
	footerBytes = 24

	// blockBytes is the size at which a block is written, before compression.
	blockBytes = 64 << 10
	// shelfCount bounds the blocks that are being filled. With more key groups than
	// that, neighbours share a block.
	shelfCount = 128
	// packBytes is the size from which blocks are compressed.
	packBytes = 128
	// gapBytes of blocks that are not wanted are read rather than skipped.
	gapBytes = 128 << 10
	// runBytes bounds what is read through one opening of the file.
	runBytes = 64 << 20
)

var magic = [7]byte{'f', 'l', 'o', 't', 't', 'k', 's'}

const version = 1
