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
// # Snapshots (to come)
//
// A snapshot freezes the list of pages, arena chunks and indexes: every one gets
// the snapshot's number. The first write to a frozen page (Mutable, Upsert,
// SetVar, Delete all know the page) gives a copy of it to the snapshot and keeps
// the live page where it is, so that slices handed out stay right. The writer of
// the snapshot takes the copy where there is one, the live page elsewhere.
package heap
