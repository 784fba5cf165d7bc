package snapshot

// Settings say how subtasks write their part of a checkpoint.
type Settings struct {
	// Dir is the URL of the job's checkpoint folder: <execution.checkpointing.dir>/<job id>.
	// Empty: state of checkpoints stays in the JobManager's memory
	// (execution.checkpointing.storage = jobmanager).
	Dir string
	// Storage are the options of the storage that holds Dir (s3.endpoint …).
	Storage map[string]string
	// Incremental: a backend that can writes only what is new.
	Incremental bool
	// InlineBytes: state up to this size travels in the acknowledgement
	// (execution.checkpointing.data-inline-threshold).
	InlineBytes int
	// MergeBytes: small pieces of one subtask share a file up to this size; 0: each
	// has its own.
	MergeBytes int64
	// Compress: canonical state and rows in flight are compressed
	// (execution.checkpointing.snapshot-compression).
	Compress bool
	// WriteBuffer is the size in which files are written, bytes.
	WriteBuffer int
	// AfterFinish: subtasks whose input has ended wait for a last checkpoint.
	AfterFinish bool
}
