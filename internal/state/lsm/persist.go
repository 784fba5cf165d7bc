package lsm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/flottstream/flott/internal/state"
)

// Format is the value of state.Part.Format.
const Format = "lsm.1"

// Persist implements state.Native: it uploads the files that base has not.
func (s *snapshot) Persist(ctx context.Context, files state.Files, base int64) (state.Part, error) {
	if err := s.ready(ctx); err != nil {
		return state.Part{}, err
	}
	i := s.image
	there := map[string]state.Segment{}
	if base != 0 {
		there = s.shelf.of(base)
	}
	if !i.complete || !s.available(there) {
		if err := s.rebase(ctx); err != nil {
			return state.Part{}, err
		}
	}
	segments, err := s.upload(ctx, files, there)
	if err != nil {
		return state.Part{}, err
	}
	part := state.Part{Format: Format}
	byName := make(map[string]state.Segment, len(i.files))
	for n, f := range i.files {
		byName[f.name] = segments[n]
		part.Segments = append(part.Segments, segments[n])
		part.FullBytes += segments[n].Length
		if _, ok := there[f.name]; !ok {
			part.Bytes += segments[n].Length
			if !f.base {
				s.changed += f.size
			}
		}
	}
	if part.Data, err = s.encode(); err != nil {
		return state.Part{}, err
	}
	part.Bytes += int64(len(part.Data))
	part.FullBytes += int64(len(part.Data))
	s.changed = max(s.changed, 1)
	s.shelf.persisted(s.checkpoint, base, byName)
	return part, nil
}

// available reports whether every file of the image is in the base or at hand.
func (s *snapshot) available(there map[string]state.Segment) bool {
	s.shelf.mu.Lock()
	defer s.shelf.mu.Unlock()
	for _, f := range s.image.files {
		if _, ok := there[f.name]; !ok && !f.local {
			return false
		}
	}
	return true
}

// rebase makes the image consist of bases of all key groups. If the shelf has the
// whole state, only not at hand, they are for this snapshot alone: it is a
// savepoint or a full checkpoint, and those after it go on as if it were not.
func (s *snapshot) rebase(ctx context.Context) error {
	i := s.image
	var bases []*file
	if i.snap != nil {
		var err error
		if bases, err = s.writeBases(ctx, s.b.owner.Start, s.b.owner.End, false); err != nil {
			return err
		}
	}
	for _, f := range bases {
		f.pins++
		f.off = i.complete
	}
	if !i.complete {
		s.shelf.addBases(s.b.owner, bases, s.b.owner.Start, s.b.owner.End, i.run)
	}
	s.shelf.unpin(i.files)
	i.files, i.complete = bases, true
	return nil
}

// upload writes the files that are not there, some at a time, and returns where
// all of them are.
func (s *snapshot) upload(ctx context.Context, files state.Files, there map[string]state.Segment) ([]state.Segment, error) {
	segments := make([]state.Segment, len(s.image.files))
	errs := make([]error, len(s.image.files))
	slots := make(chan struct{}, s.tree.o.Transfers)
	var group sync.WaitGroup
	for n, f := range s.image.files {
		if seg, ok := there[f.name]; ok {
			segments[n] = seg
			continue
		}
		slots <- struct{}{}
		group.Add(1)
		go func() {
			defer group.Done()
			segments[n], errs[n] = s.uploadFile(ctx, files, f)
			<-slots
		}()
	}
	group.Wait()
	return segments, errors.Join(errs...)
}

func (s *snapshot) uploadFile(ctx context.Context, files state.Files, f *file) (state.Segment, error) {
	in, err := os.Open(s.shelf.path(f.name))
	if err != nil {
		return state.Segment{}, err
	}
	defer in.Close()
	out, err := files.Create(ctx, true)
	if err != nil {
		return state.Segment{}, err
	}
	if _, err := io.Copy(onlyWriter{out}, in); err != nil {
		out.Abort()
		return state.Segment{}, err
	}
	return out.Commit()
}

// onlyWriter hides other methods, so that io.Copy uses its own buffer.
type onlyWriter struct{ io.Writer }

// bytesOf estimates what the tree holds of some key groups.
func (t *tree) bytesOf(low, high int) int64 {
	db := t.db.Load()
	if db == nil {
		return 0
	}
	n, err := db.EstimateDiskUsage(be.AppendUint16(nil, uint16(low)), afterGroup(high))
	if err != nil {
		return 0
	}
	return int64(n)
}

// afterGroup is the smallest key greater than those of a key group.
func afterGroup(group int) []byte { return be.AppendUint16(nil, uint16(group+1)) }

// writeBases writes the state of the key groups [low, high] as of the image. With
// erase, the files first delete what is older in their ranges.
func (s *snapshot) writeBases(ctx context.Context, low, high int, erase bool) ([]*file, error) {
	b := &baseWriter{s: s, erase: erase, from: be.AppendUint16(nil, uint16(low))}
	end := afterGroup(high)
	n := 0
	err := scan(s.image.snap, b.from, end, func(key, value []byte) (bool, error) {
		if n++; n&0xFFF == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		return true, b.add(key, value)
	})
	if err == nil && (b.w != nil || erase) {
		err = b.finish(end)
	}
	if err != nil {
		b.abort()
		return nil, fmt.Errorf("state backend cannot write a checkpoint's files: %w", err)
	}
	return b.files, nil
}

// baseWriter cuts a range of the tree into files.
type baseWriter struct {
	s     *snapshot
	erase bool
	from  []byte // where the range of the open file begins
	w     *sstable.Writer
	name  string
	size  int64 // of keys and values
	count int64 // of keys
	last  int   // key group of the latest key
	files []*file
}

func (b *baseWriter) add(key, value []byte) error {
	if b.w != nil && b.size >= b.s.tree.o.TargetFileSize {
		if err := b.finish(key); err != nil {
			return err
		}
	}
	if b.w == nil {
		if err := b.open(); err != nil {
			return err
		}
		if !b.erase {
			b.from = append(b.from[:0], key...)
		}
	}
	b.size += int64(len(key) + len(value))
	b.count++
	b.last = groupOf(key)
	return b.w.Set(key, value)
}

func (b *baseWriter) open() error {
	b.name = b.s.flusher.name()
	out, err := local.Create(b.s.shelf.path(b.name), vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	b.w = sstable.NewWriter(objstorageprovider.NewFileWritable(out), b.s.tree.o.writer())
	b.size, b.count = 0, 0
	return nil
}

// finish ends the open file, whose range ends before upTo.
func (b *baseWriter) finish(upTo []byte) error {
	if b.w == nil {
		if err := b.open(); err != nil {
			return err
		}
	}
	f := &file{name: b.name, run: b.s.image.run, base: true, low: groupOf(b.from), high: b.last, local: true}
	if b.erase {
		if err := b.w.DeleteRange(b.from, upTo); err != nil {
			return err
		}
		f.high = groupOf(upTo)
		if len(upTo) == groupBytes { // the end of a key group
			f.high--
		}
	}
	if err := b.w.Close(); err != nil {
		return err
	}
	meta, err := b.w.Metadata()
	if err != nil {
		return err
	}
	f.size, f.entries = int64(meta.Size), max(b.count, 1)
	b.w = nil
	b.from = append(b.from[:0], upTo...)
	b.files = append(b.files, f)
	return nil
}

func (b *baseWriter) abort() {
	if b.w != nil {
		_ = b.w.Close()
		_ = os.Remove(b.s.shelf.path(b.name))
	}
	for _, f := range b.files {
		_ = os.Remove(filepath.Join(b.s.shelf.dir, "runs", f.name))
	}
}
