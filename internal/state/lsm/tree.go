package lsm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"

	"github.com/flottstream/flott/internal/state"
)

// tableFormat is that of every file written: checkpoints of all versions use it.
const tableFormat = sstable.TableFormatPebblev4

// tree is the Pebble database of a backend. It has neither log nor memtable
// content: sorted files are written by us and ingested. It is made when the first
// file is, so that state which fits in memory and is never snapshotted costs no
// file at all.
type tree struct {
	o     Options
	dir   string // of this backend, "" until the first file
	lock  io.Closer
	cache *pebble.Cache
	db    atomic.Pointer[pebble.DB]
	iter  *pebble.Iterator // for get; the backend's goroutine only
	users atomic.Int32     // the backend and images; the last one closes the database
}

// open makes the database, if it is not there yet. Only the flusher calls it, or
// a backend that has not been handed out.
func (t *tree) open() error {
	if t.db.Load() != nil {
		return nil
	}
	if err := t.makeDir(); err != nil {
		return err
	}
	t.cache = pebble.NewCache(t.o.BlockCache)
	db, err := pebble.Open(filepath.Join(t.dir, "db"), t.o.pebble(t.cache))
	if err != nil {
		return fmt.Errorf("state backend cannot be opened in %s: %w", t.dir, err)
	}
	t.db.Store(db)
	return nil
}

func (t *tree) makeDir() error {
	if t.dir != "" {
		return nil
	}
	base := t.o.Dir
	if base == "" {
		base = os.TempDir()
	}
	if err := os.MkdirAll(base, 0o755); err != nil {
		return fmt.Errorf("state backend needs a local folder (state.backend.rocksdb.localdir): %w", err)
	}
	dir, lock, err := claimDir(base)
	if err != nil {
		return fmt.Errorf("state backend needs a local folder (state.backend.rocksdb.localdir): %w", err)
	}
	for _, sub := range []string{"in", "runs"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	t.dir, t.lock = dir, lock
	return nil
}

// pebble are the options of the database.
func (o *Options) pebble(cache *pebble.Cache) *pebble.Options {
	p := &pebble.Options{
		Cache:                       cache,
		DisableWAL:                  true,
		FS:                          local,
		FormatMajorVersion:          pebble.FormatVirtualSSTables,
		Logger:                      quiet{},
		EventListener:               &pebble.EventListener{DataCorruption: func(pebble.DataCorruptionInfo) {}}, // the read fails, too
		MemTableSize:                1 << 20,                                                                   // nothing is ever put into it
		MaxOpenFiles:                o.OpenFiles,
		L0CompactionThreshold:       o.L0Files,
		L0CompactionFileThreshold:   1 << 20,
		L0StopWritesThreshold:       1 << 20,
		LBaseMaxBytes:               o.BaseLevelBytes,
		CompactionConcurrencyRange:  func() (int, int) { return 1, max(1, o.Threads-1) },
		DisableAutomaticCompactions: o.noCompaction,
	}
	for i := range p.Levels {
		l := &p.Levels[i]
		l.BlockSize, l.IndexBlockSize = o.BlockSize, o.IndexBlockSize
		l.Compression = func() *sstable.CompressionProfile { return o.compression(i) }
		if o.BloomBits > 0 {
			l.FilterPolicy = bloom.FilterPolicy(o.BloomBits)
		}
		p.TargetFileSizes[i] = o.TargetFileSize
	}
	return p
}

// writer are the options of files that we write: newest runs go on top of the tree.
func (o *Options) writer() sstable.WriterOptions {
	w := sstable.WriterOptions{
		BlockSize: o.BlockSize, IndexBlockSize: o.IndexBlockSize,
		Compression: o.compression(0), TableFormat: tableFormat, MergerName: "pebble.concatenate",
	}
	if o.BloomBits > 0 {
		w.FilterPolicy = bloom.FilterPolicy(o.BloomBits)
	}
	return w
}

// get returns the value of a key, valid until the next call.
func (t *tree) get(key []byte) ([]byte, bool, error) {
	if t.iter == nil {
		db := t.db.Load()
		if db == nil {
			return nil, false, nil
		}
		it, err := db.NewIter(nil)
		if err != nil {
			return nil, false, corrupt(err)
		}
		t.iter = it
	}
	if !t.iter.SeekPrefixGE(key) {
		return nil, false, corrupt(t.iter.Error())
	}
	if !bytes.Equal(t.iter.Key(), key) {
		return nil, false, nil
	}
	v, err := t.iter.ValueAndErr()
	return v, err == nil, corrupt(err)
}

// scan visits the entries of a range in order until visit returns false.
func (t *tree) scan(from, to []byte, visit func(key, value []byte) (bool, error)) error {
	db := t.db.Load()
	if db == nil {
		return nil
	}
	return scan(db, from, to, visit)
}

func scan(r pebble.Reader, from, to []byte, visit func(key, value []byte) (bool, error)) error {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return corrupt(err)
	}
	more := it.First()
	for more && err == nil {
		var v []byte
		if v, err = it.ValueAndErr(); err != nil {
			break
		}
		if more, err = visit(it.Key(), v); more && err == nil {
			more = it.Next()
		}
	}
	return errors.Join(corrupt(err), corrupt(it.Close()))
}

// corrupt marks damage that Pebble found.
func corrupt(err error) error {
	if err != nil && pebble.IsCorruptionError(err) {
		return fmt.Errorf("%w: %w", state.ErrCorrupt, err)
	}
	return err
}

// forget closes the iterator of get, so that the next one sees newer files.
func (t *tree) forget() {
	if t.iter != nil {
		_ = t.iter.Close()
		t.iter = nil
	}
}

func (t *tree) cacheBytes() int64 {
	if db := t.db.Load(); db != nil {
		return t.cache.Size()
	}
	return 0
}

// close ends the backend's use of the tree.
func (t *tree) close() error {
	t.forget()
	return t.leave()
}

// leave ends one use; the last one removes everything.
func (t *tree) leave() error {
	if t.users.Add(-1) != 0 {
		return nil
	}
	var err error
	if db := t.db.Swap(nil); db != nil {
		err = db.Close()
		t.cache.Unref()
	}
	if t.dir != "" {
		err = errors.Join(err, releaseDir(t.dir, t.lock))
		t.dir = ""
	}
	return err
}

// quiet keeps Pebble's chatter out of the log.
type quiet struct{}

func (quiet) Infof(string, ...interface{})  {}
func (quiet) Errorf(string, ...interface{}) {}
func (quiet) Fatalf(format string, args ...interface{}) {
	panic(fmt.Sprintf(format, args...))
}
