// Package snapshot is what lies in a checkpoint: the state of a subtask as data,
// its encoding, the manifest (_metadata), the layout of the checkpoint storage,
// and how state is shared out when a job starts with another parallelism.
//
//	task ──Subtask──▶ Encode ──checkpoint.State──▶ coordinator ──Manifest──▶ Storage.WriteManifest
//	Storage.ReadManifest ──Manifest──▶ Plan ──Restore per subtask──▶ task
//
// State belongs to operators, found by UID, not to vertices or chains: how
// operators are chained may change between two runs.
//
// # Names of files
//
// A segment of a checkpoint names its file by full URL. A savepoint may be moved,
// so its segments name files relative to it; Decode makes them full. Part.Data
// refers to segments by index in Part.Segments, never by name.
package snapshot
