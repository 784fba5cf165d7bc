// Package heap is the state backend that keeps everything in memory.
//
// # Layout
//
// The garbage collector sees a few large byte slices, however many entries there
// are. Entries are records of one size ("stride") in pages of 1024:
//
//	key slot | fixed part | TTL stamp | variable handle      (each 8-byte aligned)
//
// A key slot is the key itself if all keys of the state have one width, else its
// length and either up to 28 bytes of it or a block of the arena. A Ref is the
// number of the page times 1024 plus the place in the page. Variable parts, long
// keys and the chunks of lists are blocks of an arena with size classes, whose
// freed blocks are used again.
//
// A namespace ("space") owns its pages and an open-addressing index: a
// power-of-two array of 64-bit words, low half Ref+1 (0: empty), high half the
// low half of the hash, which gives the position and is the tag that is compared
// before the key is. Linear probing; removal shifts back, so there are no
// tombstones. Doubling moves index words only. Dropping a namespace gives its
// pages and index back for the next one.
//
// Batched lookups first load the index word of every key, then compare every
// entry: the misses of the processor's cache in one pass do not wait for each
// other.
//
// # Snapshots
//
// Backend.Snapshot freezes the list of pages and arena chunks, with the live
// bitmap and the namespace of every page; indexes are not needed, a snapshot scans
// pages. From then on the first write to a page or chunk since the latest snapshot
// (an epoch per page tells) gives a copy of it to every snapshot that has not read
// it, and the live page stays where it is, so that slices handed out stay right. A
// page that a snapshot has read is written without a copy. Chunks are read block
// by block and out of order, so they are copied, when written, until their state
// has been read to the end.
//
// The goroutine that reads a snapshot and the subtask meet at the cells of
// fence.go only. While no snapshot is under way a write costs one branch on a flag
// of its state.
//
// What is not part of a snapshot is kept where no copy is needed: freed blocks are
// listed beside the arena, and the vectors of a Map lie in an arena of their own.
//
// # Restore
//
// A state is filled when it is asked for by name. Keys that all have one size are
// stored as keys of one width until the operator's first keys tell otherwise; then
// the pages are laid out again (Refs and hashes stay).
package heap
