package lsm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// flusher turns runs into sorted files and gives them to the tree, one run after
// the other, in a goroutine that lives as long as there are runs.
type flusher struct {
	backend   *Backend // whose frozen cells it collects; nil: of a source
	tree      *tree
	shelf     *shelf
	completed atomic.Uint64 // number of the newest run in the tree
	last      uint64        // number of the newest run collected; backend's goroutine

	// Bases are written in the background until the backend is closed.
	life   context.Context
	end    context.CancelFunc
	basing sync.WaitGroup

	mu      sync.Mutex
	changed sync.Cond // completed has moved, or work has ended
	queue   []*run
	working bool
	err     error
	files   int // made so far, for their names
}

func newFlusher(t *tree, s *shelf) *flusher {
	f := &flusher{tree: t, shelf: s}
	f.changed.L = &f.mu
	f.life, f.end = context.WithCancel(context.Background())
	return f
}

func (f *flusher) newRun() *run {
	f.last++
	return &run{number: f.last}
}

func (f *flusher) add(r *run) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, r)
	if !f.working {
		f.working = true
		go f.work()
	}
}

func (f *flusher) work() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.queue) > 0 {
		r, failed := f.queue[0], f.err
		f.queue = f.queue[1:]
		f.mu.Unlock()
		err := failed
		if err == nil {
			err = f.write(r)
		}
		if r.image != nil {
			r.image.capture(f, err)
		}
		f.mu.Lock()
		f.err = err
		f.completed.Store(r.number)
		f.changed.Broadcast()
	}
	f.working = false
	f.changed.Broadcast()
}

func (f *flusher) idle() bool { return f.completed.Load() == f.last }

func (f *flusher) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// wait until all runs are in the tree.
func (f *flusher) wait() { f.waitFor(f.last) }

func (f *flusher) waitFor(number uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.completed.Load() < number {
		f.changed.Wait()
	}
}

// stop waits for the goroutine to end, and ends what goes on in the background.
func (f *flusher) stop() {
	f.mu.Lock()
	for f.working {
		f.changed.Wait()
	}
	f.end()
	f.mu.Unlock()
	f.basing.Wait() // without the lock: it takes names for files
}

// background runs write, which stops when its context ends, unless the backend has
// been closed.
func (f *flusher) background(write func(context.Context)) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.life.Err() != nil {
		return false
	}
	f.basing.Add(1)
	go func() {
		defer f.basing.Done()
		write(f.life)
	}()
	return true
}

// runFileBytes is the size of keys and values at which a run goes on in another
// file, so that the tree can compact one part of the keys and not the other.
const runFileBytes = 16 << 20

// write makes the files of a run and ingests them.
func (f *flusher) write(r *run) error {
	if f.backend != nil {
		f.backend.drain(r)
	}
	if len(r.items) == 0 && len(r.drops) == 0 {
		return nil
	}
	if err := f.tree.open(); err != nil {
		return err
	}
	if err := f.writeDrops(r); err != nil {
		return err
	}
	r.sort()
	files, err := f.writeFiles(r)
	if err != nil {
		return err
	}
	r.items, r.bulk = nil, bulk{}
	return f.ingest(files)
}

// writeFiles writes the sorted items, some files at a time.
func (f *flusher) writeFiles(r *run) ([]*file, error) {
	var parts [][]item
	for from := 0; from < len(r.items); {
		to, size := from, 0
		for to < len(r.items) && size < runFileBytes {
			size += int(r.items[to].key + max(0, r.items[to].value))
			to++
		}
		parts = append(parts, r.items[from:to])
		from = to
	}
	files, errs := make([]*file, len(parts)), make([]error, len(parts))
	slots := make(chan struct{}, f.tree.o.Threads)
	var group sync.WaitGroup
	for n, items := range parts {
		slots <- struct{}{}
		group.Add(1)
		go func() {
			defer group.Done()
			defer func() { <-slots }()
			made, err := f.make(r.number, func(w *sstable.Writer) error { return r.writeItems(w, items) })
			if errs[n] = err; err != nil {
				return
			}
			first, _ := r.bytes(&items[0])
			last, _ := r.bytes(&items[len(items)-1])
			made.low, made.high, made.entries = groupOf(first), groupOf(last), int64(len(items))
			files[n] = made
		}()
	}
	group.Wait()
	return files, errors.Join(errs...)
}

func groupOf(key []byte) int { return int(be.Uint16(key)) }

func (r *run) writeItems(w *sstable.Writer, items []item) error {
	for i := range items {
		if i%fetchedItems == 0 {
			r.fetch(items[i:min(len(items), i+fetchedItems)])
		}
		key, value := r.bytes(&items[i])
		var err error
		if items[i].value < 0 {
			err = w.Delete(key)
		} else {
			err = w.Set(key, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// fetchedItems is how many items are brought into the processor's cache at a time:
// in the order of their keys they lie anywhere.
const fetchedItems = 32

// fetch loads a byte of each item in a loop so short that the processor has many
// misses under way.
//
//go:noinline
func (r *run) fetch(items []item) (sum byte) {
	for i := range items {
		sum += r.bulk.chunks[items[i].chunk][items[i].at]
	}
	return sum
}

// writeDrops ingests the deleted ranges in a file of their own, below the items.
func (f *flusher) writeDrops(r *run) error {
	if len(r.drops) == 0 {
		return nil
	}
	r.sortDrops()
	made, err := f.make(r.number, func(w *sstable.Writer) error {
		for _, d := range r.drops {
			if err := w.DeleteRange(d.from, d.to); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	made.low, made.high, made.entries = groupOf(r.drops[0].from), groupOf(r.drops[len(r.drops)-1].from), int64(len(r.drops))
	return f.ingest([]*file{made})
}

// make writes a sorted file into the folder of files to be ingested.
func (f *flusher) make(number uint64, fill func(*sstable.Writer) error) (*file, error) {
	name := f.name()
	path := filepath.Join(f.tree.dir, "in", name)
	size, err := writeTable(path, f.tree.o.writer(), fill)
	if err != nil {
		_ = os.Remove(path)
		return nil, fmt.Errorf("state backend cannot write %s: %w", path, err)
	}
	return &file{name: name, run: number, size: size}, nil
}

// name returns the name of the next file.
func (f *flusher) name() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files++
	return fmt.Sprintf("%08d.sst", f.files)
}

func writeTable(path string, o sstable.WriterOptions, fill func(*sstable.Writer) error) (int64, error) {
	out, err := local.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return 0, err
	}
	w := sstable.NewWriter(objstorageprovider.NewFileWritable(out), o)
	err = fill(w)
	if closed := w.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return 0, err
	}
	meta, err := w.Metadata()
	if err != nil {
		return 0, err
	}
	return int64(meta.Size), nil
}

// ingest gives files without common keys to the tree, and keeps what a checkpoint
// will need.
func (f *flusher) ingest(files []*file) error {
	if len(files) == 0 {
		return nil
	}
	paths := make([]string, len(files))
	for i, x := range files {
		paths[i] = filepath.Join(f.tree.dir, "in", x.name)
	}
	if err := f.shelf.keep(f.tree.dir, files); err != nil {
		return err
	}
	if err := f.tree.db.Load().Ingest(context.Background(), paths); err != nil {
		return fmt.Errorf("state backend cannot add files: %w", err)
	}
	return nil
}
