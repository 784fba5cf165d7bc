// Package state is the contract of keyed state, timers and operator state.
// state/statetest checks every sentence of it; state/heap is the in-memory
// implementation.
//
// # Shape
//
// State is found by encoded key bytes (see internal/rowcodec) and holds encoded
// records: bytes that only the operator understands, described by a Spec so
// that tools can print them. Access is by batch: an operator encodes the keys
// of a batch once (Keys) and asks for all of them in one call; it gets a Ref per
// key and works through the Refs. Three shapes cover SQL's operators and the Go
// API:
//
//	Table  key [+ namespace] → one record (fixed-width part + one variable part)
//	List   key → sequence of records, appended at the end, scanned in order
//	Map    key → sub-key → one record, iterable per key
//
// # Refs and slices
//
// A Ref, and every slice obtained through one, is valid until the next call on
// the same Table, List or Map that takes other Keys, or that drops a namespace.
// (Scanning one key after the other of the same Keys keeps all Refs met on the
// way.) Delete, Clear and removal by a visitor end the Refs of the entries they
// remove only: those of other entries stay valid, and so do slices of their fixed
// parts and keys. Calls that write the variable part of an entry invalidate slices
// (not Refs) of that entry only.
//
// Nothing obtained before Backend.Snapshot is used after it, Refs and slices: a
// barrier stands between two batches.
//
// # Keys and key groups
//
// The backend owns the key groups of its subtask. A key outside them is a bug in
// routing: an error, never silently stored. Hash must be keygroup.Hash of the
// key bytes; callers compute it once for routing and state.
//
// # Checkpoints
//
// Backend.Snapshot freezes everything; another goroutine makes it durable (see
// Snapshot). A new backend starts from a Restore: state in canonical form, which
// every backend gives and takes, cut to its key groups.
//
// # Ownership
//
// A Backend and everything from it belongs to the subtask's goroutine, but for
// Snapshots.
package state

import (
	"errors"
	"time"

	"github.com/flottstream/flott/internal/types"
)

// ErrForeignKeyGroup is returned (wrapped) for a key that belongs to another subtask.
var ErrForeignKeyGroup = errors.New("key belongs to a key group of another subtask")

// Ref names an entry of a Table, List or Map. None is no entry.
type Ref int64

// None is the Ref of an absent entry.
const None Ref = -1

// Keys are the encoded keys of one batch, in row order.
type Keys struct {
	Hash    []uint64 // keygroup.Hash of each key; its length is the number of keys
	Width   int      // > 0: every key has this many bytes and Offsets is nil
	Offsets []int32  // Width == 0: key i is Bytes[Offsets[i]:Offsets[i+1]]
	Bytes   []byte
}

// Len is the number of keys.
func (k *Keys) Len() int { return len(k.Hash) }

// At returns the bytes of key i.
func (k *Keys) At(i int) []byte {
	if k.Width > 0 {
		return k.Bytes[i*k.Width : (i+1)*k.Width : (i+1)*k.Width]
	}
	return k.Bytes[k.Offsets[i]:k.Offsets[i+1]:k.Offsets[i+1]]
}

// TTL says when an entry that is no longer written is forgotten. The zero TTL
// keeps for ever. Expired entries read as absent (never returned) and are
// removed while the state is used.
type TTL struct {
	After time.Duration // since the entry was created or last written
}

// Spec describes one state of an operator. Name is unique in the operator and
// identifies the state across restarts.
type Spec struct {
	Name string
	Key  []types.Type // columns of the encoded key
	// FixedWidth is the size of the fixed part of a record, 0 if there is none.
	// A new entry's fixed part is all zero.
	FixedWidth int
	// Value describes the record for tools: columns of the variable part.
	Value types.Schema
	TTL   TTL
}

// Backend gives out the states of one operator in one subtask. Asking twice for
// the same name gives the same state; with another shape or Spec it is an error.
type Backend interface {
	Table(Spec) (Table, error)
	List(Spec) (List, error)
	Map(Spec) (Map, error)
	Timers(name string) (Timers, error)
	// OperatorList is state of the subtask rather than of a key.
	OperatorList(name string, mode Redistribution) (OperatorList, error)
	// Snapshot freezes all states for a checkpoint. An error fails the checkpoint.
	Snapshot(checkpoint int64) (Snapshot, error)
	// Unclaimed names the states and operator lists of the Restore it was made
	// from that nobody has asked for.
	Unclaimed() []string
	// MemoryBytes estimates what the states hold.
	MemoryBytes() int64
	Close() error
}

// Namespace separates windows (slices) within a Table. Operators without
// windows use 0.
type Namespace = int64

// Table maps a key in a namespace to one record.
type Table interface {
	// Get looks up keys[i] for every i and sets refs[i] to its entry or None.
	Get(ns Namespace, keys *Keys, refs []Ref) error
	// Upsert is Get that creates the absent entries, zeroed and with an empty
	// variable part. It appends to created the indices i whose entry is new
	// (once per new entry, the first i that names it) and returns created. Equal
	// keys get equal Refs.
	Upsert(ns Namespace, keys *Keys, refs []Ref, created []int32) ([]int32, error)
	// Key returns the key bytes of an entry.
	Key(Ref) []byte
	// Fixed returns the fixed part for reading.
	Fixed(Ref) []byte
	// Mutable returns the fixed part for writing, and counts as a write.
	Mutable(Ref) []byte
	// Records appends the fixed part of every ref, none of them None, to dst: it
	// is Mutable for many.
	Records(refs []Ref, dst [][]byte) [][]byte
	// Var returns the variable part for reading.
	Var(Ref) []byte
	// SetVar replaces the variable part with a copy of b.
	SetVar(r Ref, b []byte)
	// Delete removes an entry. Its Ref is invalid afterwards, others stay valid.
	Delete(Ref)
	// Scan visits the entries of a namespace in any order until fn returns
	// false. fn may Delete the entry it is given, nothing else.
	Scan(ns Namespace, fn func(Ref) bool) error
	// Drop removes a namespace and all of its entries at once.
	Drop(ns Namespace) error
	// Namespaces appends the namespaces that have entries, ascending.
	Namespaces(dst []Namespace) []Namespace
	// Len is the number of entries in all namespaces.
	Len() int
}

// Action is a visitor's verdict on a record.
type Action uint8

// What a List or Map visitor can ask for.
const (
	Keep       Action = iota // leave it, go on
	Remove                   // remove it, go on
	Stop                     // leave it, stop
	RemoveStop               // remove it, stop
)

// List maps a key to a sequence of records in the order of appending. A record
// is a fixed part of Spec.FixedWidth bytes, which can be overwritten in place,
// followed by a payload, which cannot.
type List interface {
	// Get sets refs[i] to the list of keys[i], or None if it has no records.
	Get(keys *Keys, refs []Ref) error
	// Upsert is Get that creates absent lists, empty.
	Upsert(keys *Keys, refs []Ref) error
	// Append adds a record (fixed part first) to the list's end.
	Append(r Ref, record []byte)
	// Scan visits the records of a list in order, for reading.
	Scan(r Ref, visit func(record []byte) Action)
	// ScanMutable is Scan in which visit may also overwrite the fixed part.
	ScanMutable(r Ref, visit func(record []byte) Action)
	// Count is the number of records in a list.
	Count(r Ref) int
	// Clear removes a list. Its Ref is invalid afterwards, others stay valid.
	Clear(r Ref)
	Key(Ref) []byte
	// Each visits every list, in any order; fn may Clear the list it is given.
	Each(fn func(Ref) bool) error
	// Len is the number of lists.
	Len() int
}

// Map maps a key and a sub-key to one record. Get and Upsert take as many
// sub-keys as keys, pairwise.
type Map interface {
	Get(keys, sub *Keys, refs []Ref) error
	Upsert(keys, sub *Keys, refs []Ref, created []int32) ([]int32, error)
	// UpsertOf is Upsert in which sub-key i belongs to keys[of[i]].
	UpsertOf(keys *Keys, of []int32, sub *Keys, refs []Ref, created []int32) ([]int32, error)
	Sub(Ref) []byte
	Fixed(Ref) []byte
	Mutable(Ref) []byte
	// Records appends the fixed part of every ref, none of them None, to dst: it
	// is Mutable for many.
	Records(refs []Ref, dst [][]byte) [][]byte
	Var(Ref) []byte
	SetVar(r Ref, b []byte)
	// Delete removes an entry. Its Ref is invalid afterwards, others stay valid.
	Delete(Ref)
	// Scan visits the entries of keys[i] in any order. visit may change the
	// record of the entry it is given.
	Scan(keys *Keys, i int, visit func(Ref) Action) error
	// Count is the number of entries of keys[i].
	Count(keys *Keys, i int) (int, error)
	// Clear removes all entries of keys[i]. Refs of other keys' entries stay valid.
	Clear(keys *Keys, i int) error
	// Len is the number of entries of all keys.
	Len() int
}

// Timers is a set of (time, key) pairs ordered by time; keys are state keys.
// Setting a pair twice is setting it once.
type Timers interface {
	Set(time int64, hash uint64, key []byte) error
	Delete(time int64, hash uint64, key []byte)
	// Next is the earliest time, ok false if there is none.
	Next() (time int64, ok bool)
	// PopUntil removes the timers with time <= until in order of time (ties in
	// order of key bytes) and calls fire for each, until fire fails. fire may Set
	// and Delete timers; a timer set at or before until fires in the same call.
	PopUntil(until int64, fire func(time int64, hash uint64, key []byte) error) error
	Len() int
}

// Redistribution says how the entries of an OperatorList are shared out when
// parallelism changes.
type Redistribution uint8

// The redistributions of operator state.
const (
	Split     Redistribution = iota // entries are spread evenly
	Union                           // every subtask gets all entries
	Broadcast                       // all subtasks hold the same entries
)

// String names the redistribution as Flink does.
func (r Redistribution) String() string {
	switch r {
	case Split:
		return "SPLIT_DISTRIBUTE"
	case Union:
		return "UNION"
	case Broadcast:
		return "BROADCAST"
	}
	return "unknown redistribution"
}

// OperatorList is a list of byte records of a subtask.
type OperatorList interface {
	Get() [][]byte
	// Set replaces the list; it keeps the slices.
	Set(records [][]byte)
}
