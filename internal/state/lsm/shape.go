package lsm

import "github.com/flottstream/flott/internal/state"

// shape is what differs between the stores of tables, lists, maps and timers.
// None of it is on the path of a resident key.
type shape interface {
	// locate appends the rest of the tree's key (behind group and keyspace) of the
	// entry that a cell with this key and hash in sp has, and returns the hash that
	// names its key group.
	locate(dst []byte, sp *space, hash uint64, key []byte) ([]byte, uint64)
	// complete: whatever the tree holds next to key is resident.
	complete(key []byte) bool
	// gone: the entry of a live cell counts as deleted.
	gone(r state.Ref) bool
	// adopted: r has been placed for an entry of the tree.
	adopted(r state.Ref)
	// leaving: r is about to be evicted, unless this says no.
	leaving(r state.Ref) bool
	// freed: r, a deleted cell, is about to be given back.
	freed(r state.Ref)
	// expire deletes an entry of the tree whose time is over, if it is cold.
	expire(rest, value []byte) error
}

// plain is the shape of a store whose cells stand alone.
type plain struct{}

func (plain) complete([]byte) bool   { return false }
func (plain) gone(state.Ref) bool    { return false }
func (plain) adopted(state.Ref)      {}
func (plain) leaving(state.Ref) bool { return true }
func (plain) freed(state.Ref)        {}

func (plain) expire(_, _ []byte) error { return nil }
