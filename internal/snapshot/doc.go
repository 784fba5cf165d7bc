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
// In memory a segment names its file by full URL, in one spelling. A savepoint may
// be moved, so Encode writes its files relative to it, and Decode makes them full.
// Part.Data refers to segments by index in Part.Segments, never by name.
//
// A small piece lies in no file: its bytes travel in the segment, through the
// acknowledgement into the manifest. Without a folder for checkpoints all do.
//
// # What a subtask does
//
//	files := storage.Files(ctx, barrier)
//	state.Native.Persist or statefile.Write, to files; then Subtask.Spill, files.Flush
//	acknowledge files.Encode(subtask), or files.Abort
//	Restore.Load(ctx, storage.Reader()) BEFORE the backends are made of a Restore
//
// The bytes are in docs/formats/metadata.md and docs/formats/subtask.md.
package snapshot
