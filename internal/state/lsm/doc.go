// Package lsm is the state backend for state beyond memory: state.backend.type
// rocksdb. docs/formats/lsm.md has what it writes.
//
// # Layers
//
//	table, list, mapState, timers   the shapes
//	store                           a write-back cache of typed cells, laid out as package heap does
//	flusher                         turns dirty cells into sorted files, in its own goroutine
//	tree                            Pebble, into which those files are ingested; read when a cell is missing
//	shelf                           the files that checkpoints refer to
//
// A cell is an entry in memory. It is clean (the tree has the same), dirty (the
// tree will get it), or deleted (the tree will learn it). An entry that has no cell
// is cold. A space counts its cold entries: while there are none, no lookup ever
// asks the tree, so state that fits memory costs what package heap costs.
//
// # Memory
//
// Cells take up to the budget. Above it, clean cells that have not been used since
// the last round give way (relieve.go), before a call with other keys and only
// cells of the state that is called: no Ref is valid then. If too much is dirty,
// it is written. The scan of a whole namespace brings its cold entries in; beyond
// twice 65,536 of them the oldest give way.
//
// # Writing
//
// The tree's own log and memtable are not used: the cache is the memtable. A run is
// all that was dirty at a moment, frozen by copying bitmaps (freeze.go), copied by
// the flusher while the task goes on, sorted, written and ingested. Runs reach the
// tree in order. A cell of a run that is not in the tree yet is not evicted.
//
// # Checkpoints
//
// The snapshot's image is the tree just after its run. It is not the tree's files
// that are uploaded: those change with every compaction. It is the runs' files
// (shelf), so a checkpoint's size is that of the change; bases of some key groups
// at a time, written after a checkpoint from its image, let older files go. See
// shelf.plan for how much.
//
// # Goroutines
//
// A Backend belongs to its task. The flusher's goroutine lives while there are
// runs, and collects frozen cells under Backend.guardLock. A Snapshot belongs to
// whoever persists it; the tree is closed when the backend and all of them are.
package lsm
