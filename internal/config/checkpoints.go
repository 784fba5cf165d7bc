package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob/storage"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/schedule"
	"github.com/flottstream/flott/internal/snapshot"
	"github.com/flottstream/flott/internal/state/backends"
)

// state are the keys of state, checkpoints and recovery that no other package
// has a table of.
var state = []Option{
	{"execution.checkpointing.data-inline-threshold", Bytes, "20 kb", nil, "State of an operator up to this size lies in the checkpoint's metadata, at most 1 mb."},
	{"execution.checkpointing.file-merging.enabled", Bool, "false", nil, "Files of a subtask share a physical file up to file-merging.max-file-size; without it only small ones do."},
	{"execution.checkpointing.file-merging.max-file-size", Bytes, "32 mb", nil, "Size up to which merged files grow."},
	{"execution.checkpointing.incremental", Bool, "false", nil, "Checkpoints of a backend that can (rocksdb) hold only what is new since the one before."},
	{"execution.checkpointing.savepoint-dir", Text, "", nil, "Where savepoints go unless a target is given."},
	{"execution.checkpointing.snapshot-compression", Bool, "false", nil, "Compress state in canonical form and rows in flight."},
	{"execution.checkpointing.storage", Text, "", nil, "jobmanager keeps checkpoints in memory, filesystem writes them to execution.checkpointing.dir; unset: filesystem if there is a dir."},
	{"execution.checkpointing.write-buffer-size", Int, "4096", nil, "Least size, in bytes, of a write to a checkpoint file."},
	{"execution.state-recovery.claim-mode", Enum, "NO_CLAIM", []string{"CLAIM", "NO_CLAIM", "LEGACY"}, "Who owns the snapshot a job is restored from."},
	{"execution.state-recovery.ignore-unclaimed-state", Bool, "false", nil, "State of operators that the job no longer has is left out instead of refused."},
	{"execution.state-recovery.path", Text, "", nil, "Savepoint or checkpoint the next job starts from."},
	{"state.backend.type", Enum, "hashmap", []string{"hashmap", "rocksdb"}, "Where state lives: in memory, or on disk with the hot part in memory."},
	{"taskmanager.memory.managed.size", Bytes, "0 b", nil, "Memory of the rocksdb backend; 0 takes 40 % of the memory flott may use."},
}

const mergeSmall = 1 << 20 // pieces share a file up to this size, in bytes, without file-merging

// checkpointOptions are the tables of other packages as options.
func checkpointOptions() (out []Option) {
	for _, k := range checkpoint.Keys {
		out = append(out, Option{k.Name, kinds[k.Type], k.Default, k.Values, k.Doc})
	}
	for _, k := range schedule.Keys {
		out = append(out, Option{k.Name, kinds[k.Type], k.Default, k.Values, k.Doc})
	}
	for _, k := range backends.Keys {
		out = append(out, Option{k.Name, kinds[k.Type], k.Default, k.Values, k.Doc})
	}
	for _, k := range storage.Keys {
		out = append(out, Option{k.Name, kinds[k.Type], k.Default, nil, k.Doc})
	}
	return out
}

// fill sets a field of an options struct to the value of its key.
func (c *Config) fill(key string, field any) {
	o, _ := find(key)
	if o.Default == "" && !c.IsSet(key) {
		return
	}
	switch f := field.(type) {
	case *bool:
		*f = c.Bool(key)
	case *int64:
		if *f = c.Int(key); o.Kind == Bytes {
			*f = c.Bytes(key)
		}
	case *float64:
		*f = c.Float(key)
	case *time.Duration:
		*f = c.Duration(key)
	case *checkpoint.Retention:
		*f = checkpoint.Retention(c.Enum(key))
	case *string:
		if *f = c.Text(key); o.Kind == Enum {
			*f = strings.ToUpper(*f)
		}
	}
}

// RocksDB returns the options of the rocksdb backend.
func (c *Config) RocksDB() (backends.RocksDB, error) {
	o := backends.Default()
	for _, k := range backends.Keys {
		c.fill(k.Name, k.Field(&o))
	}
	return o, o.Check()
}

// Checkpoints returns when checkpoints are taken. Interval 0: none are.
func (c *Config) Checkpoints() (checkpoint.Options, error) {
	o := checkpoint.Default()
	for _, k := range checkpoint.Keys {
		c.fill(k.Name, k.Field(&o))
	}
	if c.Enum("state.backend.type") == "rocksdb" {
		o.StateBackend = "EmbeddedRocksDBStateBackend"
	}
	switch storage := strings.ToLower(c.Text("execution.checkpointing.storage")); {
	case storage == "" && o.Dir != "":
		o.Storage = "FileSystemCheckpointStorage"
	case storage == "":
	case storage == "jobmanager":
		o.Dir = ""
	case storage == "filesystem" && o.Dir != "":
		o.Storage = "FileSystemCheckpointStorage"
	case storage == "filesystem":
		return o, fmt.Errorf("'execution.checkpointing.storage' is filesystem, but 'execution.checkpointing.dir' does not say where; set it to a path or URL")
	default:
		return o, fmt.Errorf("'execution.checkpointing.storage' is %q, but must be jobmanager or filesystem", storage)
	}
	return o, o.Validate()
}

// Restart returns what happens when a task fails.
func (c *Config) Restart() (schedule.Options, error) {
	o := schedule.Default()
	for _, k := range schedule.Keys {
		c.fill(k.Name, k.Field(&o))
	}
	return o, o.Validate()
}

// Snapshots returns how subtasks of a job write their part of checkpoints.
func (c *Config) Snapshots(job string, o checkpoint.Options) (snapshot.Settings, error) {
	s := snapshot.Settings{
		Incremental: c.Bool("execution.checkpointing.incremental"), Compress: c.Bool("execution.checkpointing.snapshot-compression"),
		InlineBytes: int(c.Bytes("execution.checkpointing.data-inline-threshold")), MergeBytes: mergeSmall,
		WriteBuffer: int(c.Int("execution.checkpointing.write-buffer-size")),
		AfterFinish: o.AfterTasksFinish && o.Interval > 0, Storage: c.Storage(),
	}
	if s.InlineBytes > 1<<20 {
		return s, fmt.Errorf("'execution.checkpointing.data-inline-threshold' is %d bytes, but must be at most 1 mb", s.InlineBytes)
	}
	if c.Bool("execution.checkpointing.file-merging.enabled") {
		s.MergeBytes = c.Bytes("execution.checkpointing.file-merging.max-file-size")
	}
	if o.Dir != "" {
		s.Dir = strings.TrimRight(o.Dir, "/")
		if o.CreateSubdir {
			s.Dir += "/" + job
		}
	}
	return s, nil
}

// Storage returns the options of object stores that were set.
func (c *Config) Storage() map[string]string {
	out := map[string]string{}
	for k, v := range c.values {
		if storage.Is(k) {
			out[k] = v
		}
	}
	return out
}
