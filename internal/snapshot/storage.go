package snapshot

import (
	"context"
	"io"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// Open opens the storage at a URL; blob/storage has one.
type Open func(url string, options map[string]string) (blob.Store, error)

// Storage is the checkpoint storage of one job.
type Storage struct{}

// OpenStorage opens the storage that settings name.
func OpenStorage(ctx context.Context, settings Settings, open Open) (*Storage, error) { panic("soon") }

// Close closes what was opened.
func (s *Storage) Close() error { panic("soon") }

// Files returns where one subtask writes its part of a checkpoint: finish with
// Flush BEFORE the acknowledgement, or Abort.
func (s *Storage) Files(ctx context.Context, b stream.CheckpointBarrier) *Files { panic("soon") }

// Reader returns Files that only read.
func (s *Storage) Reader() state.Files { panic("soon") }

// Files are the files of one subtask's part of one checkpoint.
type Files struct{}

// Create implements state.Files.
func (f *Files) Create(ctx context.Context, shared bool) (state.FileWriter, error) { panic("soon") }

// Open implements state.Files.
func (f *Files) Open(ctx context.Context, s state.Segment) (io.ReadCloser, error) { panic("soon") }

// Flush makes everything durable. After an error nothing of it is there.
func (f *Files) Flush() error { panic("soon") }

// Abort deletes everything written, flushed or not.
func (f *Files) Abort() { panic("soon") }

// WriteManifest makes a checkpoint complete: its manifest is durable when it returns.
func (s *Storage) WriteManifest(ctx context.Context, m *checkpoint.Manifest) (bytes int64, err error) {
	panic("soon")
}

// ReadManifest reads the manifest of the checkpoint or savepoint at path, which
// is its folder or its _metadata file.
func (s *Storage) ReadManifest(ctx context.Context, path string) (*checkpoint.Manifest, error) {
	panic("soon")
}

// Discard deletes what a checkpoint leaves behind, the manifest first.
func (s *Storage) Discard(ctx context.Context, d checkpoint.Discard) error { panic("soon") }

// Broken is a checkpoint that cannot be restored from.
type Broken struct {
	Path string
	Err  error
}

// Retained returns the complete checkpoints of the job, oldest first, and those
// that are broken.
func (s *Storage) Retained(ctx context.Context) ([]*checkpoint.Manifest, []Broken, error) {
	panic("soon")
}

// Sweep deletes the files of aborted checkpoints; returns how many.
func (s *Storage) Sweep(ctx context.Context, keep []*checkpoint.Manifest) (int, error) { panic("soon") }

// Latest returns the newest complete checkpoint of the job of that name below root
// (execution.checkpointing.dir), nil if there is none, and the broken ones it passed over.
func Latest(ctx context.Context, root, name string, options map[string]string, open Open) (*checkpoint.Manifest, []Broken, error) {
	panic("soon")
}

// SavepointPath is where a new savepoint of a job goes under target.
func SavepointPath(target, job string) string { panic("soon") }

// Encode writes what a subtask gives to a checkpoint. Files below base, the
// savepoint's path, are named relative to it; "" for a checkpoint.
func Encode(s *Subtask, base string) checkpoint.State { panic("soon") }

// Decode reads what Encode wrote; base is where the checkpoint lies now.
func Decode(st checkpoint.State, base string) (*Subtask, error) { panic("soon") }

// Spill moves operator state of more than inlineBytes into files.
func (s *Subtask) Spill(ctx context.Context, files state.Files, inlineBytes int) error {
	panic("soon")
}

// Load reads what Spill moved away.
func (r *Restore) Load(ctx context.Context, files state.Files) error { panic("soon") }
