package backends

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/state/lsm"
)

// RocksDB are the options of the rocksdb backend, see Keys.
type RocksDB struct {
	Managed          bool
	FixedPerSlot     int64 // bytes; 0: not set
	FixedPerTM       int64 // bytes; 0: not set
	WriteBufferRatio float64
	WriteBuffer      int64 // bytes
	WriteBuffers     int64
	BlockCache       int64 // bytes
	LocalDir         string
	TransferThreads  int64
	Threads          int64
	BlockSize        int64
	MetadataBlock    int64
	Bloom            bool
	BloomBits        float64
	Style            string
	TargetFileSize   int64
	BaseLevelBytes   int64
	Compression      string
	OpenFiles        int64
	TimerService     string
	Predefined       string

	rebase int64 // lsm.Options.Rebase; 0: its default
}

// Default returns the options nobody has changed.
func Default() RocksDB {
	return RocksDB{Managed: true, WriteBufferRatio: 0.5, WriteBuffer: 64 << 20, WriteBuffers: 2, BlockCache: 8 << 20,
		TransferThreads: 4, Threads: 2, BlockSize: 8 << 10, MetadataBlock: 64 << 10, Bloom: true, BloomBits: 10,
		Style: "LEVEL", TargetFileSize: 64 << 20, BaseLevelBytes: 256 << 20, Compression: "SNAPPY_COMPRESSION",
		OpenFiles: -1, TimerService: "ROCKSDB", Predefined: "DEFAULT"}
}

// Key is one configuration key.
type Key struct {
	Name, Type, Default, Doc string   // Type is Flink's; Default "": leave the field of Default() alone
	Values                   []string // of an Enum
	// Field returns the place of the option in o: *bool, *int64 (MemorySize:
	// bytes), *float64 or *string.
	Field func(o *RocksDB) any
}

const prefix = "state.backend.rocksdb."

// Keys are the configuration keys that act, by name.
var Keys = []Key{
	{prefix + "block.blocksize", "MemorySize", "8 kb", "Size of a block of a file, before compression.", nil,
		func(o *RocksDB) any { return &o.BlockSize }},
	{prefix + "block.cache-size", "MemorySize", "8 mb", "Blocks of files kept in memory; only with memory.managed: false, else they are an eighth of the memory.", nil,
		func(o *RocksDB) any { return &o.BlockCache }},
	{prefix + "block.metadata-blocksize", "MemorySize", "64 kb", "Size of an index block, above which the index gets two levels.", nil,
		func(o *RocksDB) any { return &o.MetadataBlock }},
	{prefix + "bloom-filter.bits-per-key", "Double", "10.0", "Size of the bloom filters.", nil,
		func(o *RocksDB) any { return &o.BloomBits }},
	{prefix + "checkpoint.transfer.thread.num", "Integer", "4", "Files that a checkpoint writes, or a restore reads, at once.", nil,
		func(o *RocksDB) any { return &o.TransferThreads }},
	{prefix + "compaction.level.max-size-level-base", "MemorySize", "256 mb", "Size of the first level, above which there is a second one.", nil,
		func(o *RocksDB) any { return &o.BaseLevelBytes }},
	{prefix + "compaction.level.target-file-size-base", "MemorySize", "64 mb", "Size of the files that compaction and checkpoints make.", nil,
		func(o *RocksDB) any { return &o.TargetFileSize }},
	{prefix + "compaction.style", "Enum", "LEVEL", "Only leveled compaction is there.", []string{"LEVEL"},
		func(o *RocksDB) any { return &o.Style }},
	{prefix + "compression.per.level", "String", "SNAPPY_COMPRESSION", "Codec per level, separated by semicolons, the last one for all further levels: NO_COMPRESSION, SNAPPY_COMPRESSION or ZSTD_COMPRESSION; for LZ4_COMPRESSION and LZ4HC_COMPRESSION, which Pebble lacks, Snappy is used.", nil,
		func(o *RocksDB) any { return &o.Compression }},
	{prefix + "files.open", "Integer", "-1", "Files open at once per backend; -1 has no limit.", nil,
		func(o *RocksDB) any { return &o.OpenFiles }},
	{prefix + "localdir", "String", "", "Folder of the local files; unset: that of temporary files. What crashed processes left there is removed.", nil,
		func(o *RocksDB) any { return &o.LocalDir }},
	{prefix + "memory.fixed-per-slot", "MemorySize", "0 b", "Memory per slot instead of managed memory.", nil,
		func(o *RocksDB) any { return &o.FixedPerSlot }},
	{prefix + "memory.fixed-per-tm", "MemorySize", "0 b", "Memory per TaskManager, shared by its slots, instead of managed memory.", nil,
		func(o *RocksDB) any { return &o.FixedPerTM }},
	{prefix + "memory.managed", "Boolean", "true", "Use the managed memory of the slot; false: writebuffer.size times writebuffer.count plus block.cache-size per operator.", nil,
		func(o *RocksDB) any { return &o.Managed }},
	{prefix + "memory.write-buffer-ratio", "Double", "0.5", "Share of the memory that may hold changes not written yet.", nil,
		func(o *RocksDB) any { return &o.WriteBufferRatio }},
	{prefix + "predefined-options", "Enum", "DEFAULT", "Only the default is there; set the keys one by one.", []string{"DEFAULT"},
		func(o *RocksDB) any { return &o.Predefined }},
	{prefix + "thread.num", "Integer", "2", "Threads that write and compact files, per operator.", nil,
		func(o *RocksDB) any { return &o.Threads }},
	{prefix + "timer-service.factory", "Enum", "ROCKSDB", "Timers are state like any other: in memory while there is room.", []string{"ROCKSDB"},
		func(o *RocksDB) any { return &o.TimerService }},
	{prefix + "use-bloom-filter", "Boolean", "true", "Filters tell which files cannot have a key.", nil,
		func(o *RocksDB) any { return &o.Bloom }},
	{prefix + "writebuffer.count", "Integer", "2", "Only with memory.managed: false.", nil,
		func(o *RocksDB) any { return &o.WriteBuffers }},
	{prefix + "writebuffer.size", "MemorySize", "64 mb", "Only with memory.managed: false.", nil,
		func(o *RocksDB) any { return &o.WriteBuffer }},
}

// Refused are Flink's other keys of this backend: why each has no effect here and
// is an error.
var Refused = map[string]string{
	prefix + "compaction.filter.periodic-compaction-time":      "expired entries are removed while the state is used, not by compaction",
	prefix + "compaction.filter.query-time-after-num-entries":  "expired entries are removed while the state is used, not by compaction",
	prefix + "compaction.level.use-dynamic-size":               "levels are always sized from the largest one",
	prefix + "incremental-restore-async-compact-after-rescale": "files of other key groups are cut when they are read, nothing is left to compact",
	prefix + "log.dir":                                                 "the backend writes no log of its own",
	prefix + "log.file-num":                                            "the backend writes no log of its own",
	prefix + "log.level":                                               "the backend writes no log of its own",
	prefix + "log.max-file-size":                                       "the backend writes no log of its own",
	prefix + "manual-compaction.max-auto-compactions":                  "compaction needs no help",
	prefix + "manual-compaction.max-file-size-to-compact":              "compaction needs no help",
	prefix + "manual-compaction.max-files-to-compact":                  "compaction needs no help",
	prefix + "manual-compaction.max-output-file-size":                  "compaction needs no help",
	prefix + "manual-compaction.max-parallel-compactions":              "compaction needs no help",
	prefix + "manual-compaction.min-files-to-compact":                  "compaction needs no help",
	prefix + "manual-compaction.min-interval":                          "compaction needs no help",
	prefix + "memory.high-prio-pool-ratio":                             "the block cache is one pool, in which index blocks stay because they are used most",
	prefix + "memory.partitioned-index-filters":                        "large indexes are always split",
	prefix + "options-factory":                                         "it names a Java class",
	prefix + "rescaling.use-delete-files-in-range":                     "files of other key groups are never taken",
	prefix + "restore-overlap-fraction-threshold":                      "a restore always takes the files as they are",
	prefix + "timer-service.cache-size":                                "timers share the memory of the backend",
	prefix + "use-ingest-db-restore-mode":                              "a restore always takes the files as they are",
	prefix + "write-batch-size":                                        "changes are written as sorted files",
	prefix + "writebuffer.number-to-merge":                             "changes of one key are merged before they are written",
	prefix + "checkpoint.restore-operation.retain-local-copy-of-files": "a restore reads the checkpoint's files",
}

// styles says why the other compaction styles are not there.
var styles = map[string]string{
	"UNIVERSAL": "Pebble, the tree below this backend, has leveled compaction only, and what checkpoints upload does not depend on compaction",
	"FIFO":      "it drops the oldest files, which loses state",
	"NONE":      "reads would slow down without end",
}

// CheckStyle refuses other compaction styles than LEVEL.
func CheckStyle(style string) error {
	if s := strings.ToUpper(style); s != "LEVEL" {
		why := styles[s]
		if why == "" {
			why = "it is unknown"
		}
		return fmt.Errorf("%scompaction.style: %s cannot be used: %s; set LEVEL", prefix, s, why)
	}
	return nil
}

// Check refuses what cannot be honoured.
func (o *RocksDB) Check() error {
	if err := CheckStyle(o.Style); err != nil {
		return err
	}
	for _, c := range []struct {
		key   string
		value int64
	}{
		{"checkpoint.transfer.thread.num", o.TransferThreads}, {"thread.num", o.Threads}, {"block.blocksize", o.BlockSize},
		{"block.metadata-blocksize", o.MetadataBlock}, {"compaction.level.target-file-size-base", o.TargetFileSize},
		{"compaction.level.max-size-level-base", o.BaseLevelBytes}, {"writebuffer.size", o.WriteBuffer}, {"writebuffer.count", o.WriteBuffers},
	} {
		if c.value <= 0 {
			return fmt.Errorf("%s%s: %d is not positive", prefix, c.key, c.value)
		}
	}
	if !(o.WriteBufferRatio > 0 && o.WriteBufferRatio < 1) {
		return fmt.Errorf("%smemory.write-buffer-ratio: %g is not between 0 and 1", prefix, o.WriteBufferRatio)
	}
	if o.Bloom && !(o.BloomBits >= 1 && o.BloomBits <= 64) {
		return fmt.Errorf("%sbloom-filter.bits-per-key: %g is not between 1 and 64", prefix, o.BloomBits)
	}
	if !strings.EqualFold(o.TimerService, "ROCKSDB") {
		return fmt.Errorf("%stimer-service.factory: %s cannot be used: timers are in memory while there is room in any case; set ROCKSDB", prefix, o.TimerService)
	}
	if !strings.EqualFold(o.Predefined, "DEFAULT") {
		return fmt.Errorf("%spredefined-options: %s cannot be used: set the keys one by one", prefix, o.Predefined)
	}
	_, err := o.codecs()
	return err
}

// codecs reads the codecs of the levels.
func (o *RocksDB) codecs() ([]lsm.Compression, error) {
	var out []lsm.Compression
	for _, name := range strings.FieldsFunc(o.Compression, func(r rune) bool { return r == ';' || r == ',' || r == '[' || r == ']' }) {
		switch name = strings.ToUpper(strings.TrimSpace(name)); name {
		case "NO_COMPRESSION":
			out = append(out, lsm.None)
		case "SNAPPY_COMPRESSION", "LZ4_COMPRESSION", "LZ4HC_COMPRESSION":
			out = append(out, lsm.Snappy)
		case "ZSTD_COMPRESSION":
			out = append(out, lsm.Zstd)
		default:
			return nil, fmt.Errorf("%scompression.per.level: %s is not there; there are NO_COMPRESSION, SNAPPY_COMPRESSION and ZSTD_COMPRESSION", prefix, name)
		}
	}
	return out, nil
}

// Notes are what a user should be told of these options.
func (o *RocksDB) Notes() []string {
	var notes []string
	if strings.Contains(strings.ToUpper(o.Compression), "LZ4") {
		notes = append(notes, prefix+"compression.per.level: Snappy is used in place of LZ4, which Pebble lacks")
	}
	return notes
}
