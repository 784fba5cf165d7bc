package lsm

import (
	"time"

	"github.com/cockroachdb/pebble/v2/sstable"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Options say which part of the state a backend holds, and how. The zero value of
// a size or number is its default, see Default.
type Options struct {
	KeyGroups      keygroup.Range
	MaxParallelism int
	// Now is the clock of TTL, time.Now if nil.
	Now func() time.Time

	// Memory is the budget of the backend, bytes: cells, blocks of files, what is
	// being written.
	Memory int64
	// WriteRatio is the share of it that may be dirty before it is written.
	WriteRatio float64
	// BlockCache is for blocks of files, bytes; it is part of Memory.
	BlockCache int64
	// Dir is the local folder, that of temporary files if empty.
	Dir string

	BlockSize      int // bytes, before compression
	IndexBlockSize int
	TargetFileSize int64
	BaseLevelBytes int64
	L0Files        int // sorted runs that are not compacted yet at which it begins
	BloomBits      int // per key; 0: no filters
	Compression    []Compression
	OpenFiles      int
	Threads        int // that flush and compact
	Transfers      int // files read or written at once by checkpoints
	// Rebase is the size of changes, bytes, below which a checkpoint rather refers to
	// more files than writes some key groups anew.
	Rebase int64

	// Sources and Lists are what to start from; Parts, in the native format of this
	// package, are preferred to Sources.
	Restore *state.Restore
	// Restored is the checkpoint the Parts come from, if later ones may refer to
	// its files; else 0.
	Restored int64
	Parts    []Restorable
	Files    state.Files // of the Parts

	noCompaction bool
}

// Restorable is a part of the native format and the key groups that were its.
type Restorable struct {
	Groups keygroup.Range
	Part   state.Part
}

// Compression is a codec of blocks.
type Compression uint8

// The codecs there are.
const (
	Snappy Compression = iota
	None
	Zstd
)

// Default is what options without a value get.
var Default = Options{
	Memory: 128 << 20, WriteRatio: 0.5, BlockSize: 8 << 10, IndexBlockSize: 64 << 10, TargetFileSize: 64 << 20, BaseLevelBytes: 256 << 20,
	L0Files: 12, BloomBits: 10, OpenFiles: 1000, Threads: 2, Transfers: 4, Rebase: 4 << 20,
}

func (o *Options) complete() {
	d := &Default
	o.Memory = orDefault(o.Memory, d.Memory)
	o.WriteRatio = orDefault(o.WriteRatio, d.WriteRatio)
	o.BlockCache = orDefault(o.BlockCache, o.Memory/8)
	o.BlockSize = orDefault(o.BlockSize, d.BlockSize)
	o.IndexBlockSize = orDefault(o.IndexBlockSize, max(d.IndexBlockSize, o.BlockSize))
	o.TargetFileSize = orDefault(o.TargetFileSize, d.TargetFileSize)
	o.BaseLevelBytes = orDefault(o.BaseLevelBytes, d.BaseLevelBytes)
	o.L0Files = orDefault(o.L0Files, d.L0Files)
	o.OpenFiles = orDefault(o.OpenFiles, d.OpenFiles)
	o.Threads = orDefault(o.Threads, d.Threads)
	o.Rebase = orDefault(o.Rebase, d.Rebase)
	o.Transfers = orDefault(o.Transfers, d.Transfers)
	if o.Now == nil {
		o.Now = time.Now
	}
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

func (o *Options) compression(level int) *sstable.CompressionProfile {
	c := Snappy
	if n := len(o.Compression); n > 0 {
		c = o.Compression[min(level, n-1)]
	}
	switch c {
	case None:
		return sstable.NoCompression
	case Zstd:
		return sstable.ZstdCompression
	}
	return snappy
}

// snappy stores blocks plain while it does not make samples of them a fifth
// smaller: trying costs as much as succeeding.
var snappy = func() *sstable.CompressionProfile {
	p := *sstable.SnappyCompression
	p.OtherBlocks = sstable.NoCompression.OtherBlocks
	p.AdaptiveReductionCutoffPercent = 20
	return &p
}()
