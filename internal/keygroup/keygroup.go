// Package keygroup is the arithmetic that spreads keys over subtasks: key
// bytes → hash → key group → subtask. Key groups are the unit in which keyed
// state moves when a job is rescaled; their number (the maximum parallelism)
// is fixed for the life of a job's state.
package keygroup

import (
	"encoding/binary"
	"math/bits"
)

// DefaultMaxParallelism is the number of key groups unless
// pipeline.max-parallelism says otherwise.
const DefaultMaxParallelism = 128

// UpperBound is the largest number of key groups a job can have, as in Flink.
const UpperBound = 1 << 15

// Hash is the hash of encoded key bytes that routing and state share. It is
// part of the state format: it must never change.
func Hash(key []byte) uint64 {
	h := uint64(len(key))*0x9E3779B97F4A7C15 ^ 0x243F6A8885A308D3
	for len(key) >= 8 {
		h = mix(h ^ binary.LittleEndian.Uint64(key))
		key = key[8:]
	}
	if len(key) > 0 {
		var tail [8]byte
		copy(tail[:], key)
		h = mix(h ^ binary.LittleEndian.Uint64(tail[:]))
	}
	return h
}

// Hash8 is Hash of a key of exactly eight bytes, given as a little-endian word.
func Hash8(word uint64) uint64 {
	n := uint64(8)
	return mix(n*0x9E3779B97F4A7C15 ^ 0x243F6A8885A308D3 ^ word)
}

// Hash16 is Hash of a key of n bytes, 8 < n <= 16, given as two little-endian
// words of which the second is filled up with zeros.
func Hash16(n int, first, second uint64) uint64 {
	h := uint64(n)*0x9E3779B97F4A7C15 ^ 0x243F6A8885A308D3
	return mix(mix(h^first) ^ second)
}

func mix(x uint64) uint64 {
	hi, lo := bits.Mul64(x, 0xA0761D6478BD642F)
	x = hi ^ lo
	return x ^ x>>29
}

// Of returns the key group of a hash among max groups.
func Of(hash uint64, max int) int {
	h := uint32(hash >> 32)
	h ^= h >> 16
	h *= 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	h ^= h >> 16
	return int(uint64(h) * uint64(max) >> 32)
}

// Subtask returns which of parallelism subtasks owns a key group.
func Subtask(group, max, parallelism int) int { return group * parallelism / max }

// Range is a contiguous range of key groups, both ends included; empty if
// End < Start.
type Range struct{ Start, End int }

// RangeOf returns the key groups subtask owns, so that Subtask(g) == subtask
// exactly for g in the range.
func RangeOf(subtask, max, parallelism int) Range {
	return Range{
		Start: (subtask*max + parallelism - 1) / parallelism,
		End:   ((subtask+1)*max+parallelism-1)/parallelism - 1,
	}
}

// Contains reports whether group lies in r.
func (r Range) Contains(group int) bool { return group >= r.Start && group <= r.End }

// Len is the number of key groups in r.
func (r Range) Len() int { return max(0, r.End-r.Start+1) }
