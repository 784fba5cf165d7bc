package statefile

import (
	"bytes"
	"context"
	"fmt"
	"math/bits"
	"sync"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// Options say how state is written.
type Options struct {
	Groups         keygroup.Range // of the backend
	MaxParallelism int
	// InlineBytes: state up to this size goes into Part.Data, without a file.
	InlineBytes int
	Compress    bool
	// Shared: the file may be part of later checkpoints, see state.Files.
	Shared bool
}

// cabinets are shelves of former writers, for their memory.
var cabinets = sync.Pool{New: func() any { return new([shelfCount]shelf) }}

// Write writes the keyed states of s. It does not release s. After an error no
// file is left.
func Write(ctx context.Context, s state.Snapshot, files state.Files, o Options) (state.Part, error) {
	w := &writer{ctx: ctx, options: o, out: output{ctx: ctx, files: files, inline: o.InlineBytes, shared: o.Shared}}
	defer w.out.abort()
	defer w.packer.close()
	return w.write(s)
}

func (w *writer) write(s state.Snapshot) (state.Part, error) {
	o := w.options
	if n := o.Groups.Len(); n > shelfCount {
		w.shift = uint(bits.Len(uint((n - 1) / shelfCount)))
	}
	head := header{maxParallelism: o.MaxParallelism, groups: o.Groups}.append(nil)
	if err := w.out.write(head); err != nil {
		return state.Part{}, err
	}
	cabinet := cabinets.Get().(*[shelfCount]shelf)
	defer cabinets.Put(cabinet)
	w.shelves = cabinet[:max(1, (o.Groups.Len()+1<<w.shift-1)>>w.shift)]
	for i := range w.shelves {
		w.shelves[i].reset()
	}
	for _, d := range s.States() {
		if err := w.section(s, d); err != nil {
			return state.Part{}, fmt.Errorf("writing state %q: %w", d.Name, err)
		}
	}
	index := appendIndex(nil, o.Groups.Start, w.sections)
	foot := footer{offset: w.out.size, length: len(index), sum: checksum(index)}.append(nil, head)
	if err := w.out.write(index); err != nil {
		return state.Part{}, err
	}
	if err := w.out.write(foot); err != nil {
		return state.Part{}, err
	}
	return w.out.finish(append(head, foot...))
}

// writer fills a shelf per range of key groups, one state after the other.
type writer struct {
	ctx     context.Context
	options Options
	out     output
	shelves []shelf
	shift   uint // binary logarithm of the key groups per shelf

	sections []section
	packer   packer

	// The entry before, to leave out keys that repeat.
	key   []byte
	shelf int  // -1: there is none
	split bool // blocks of its list have been written; the rest follows at once
}

func (w *writer) section(s state.Snapshot, d state.Description) error {
	w.sections = append(w.sections, section{Description: d})
	w.shelf, w.split = -1, false
	err := s.Scan(d.Name, func(e *state.Entry) error { return w.add(&d, e) })
	if err == nil && w.split {
		err = w.flush(w.shelf)
	}
	for i := range w.shelves {
		if err == nil && w.shelves[i].entries > 0 {
			err = w.flush(i)
		}
	}
	return err
}

func (w *writer) add(d *state.Description, e *state.Entry) error {
	repeats := d.Shape == state.ShapeList || d.Shape == state.ShapeMap
	again := repeats && w.shelf >= 0 && bytes.Equal(e.Key, w.key)
	if !again {
		if w.split {
			if err := w.flush(w.shelf); err != nil {
				return err
			}
			w.split = false
		}
		group := keygroup.Of(keygroup.Hash(e.Key), w.options.MaxParallelism)
		if !w.options.Groups.Contains(group) {
			return fmt.Errorf("key group %d is not in %d..%d: %w", group, w.options.Groups.Start, w.options.Groups.End, state.ErrForeignKeyGroup)
		}
		w.shelf = (group - w.options.Groups.Start) >> w.shift
		if repeats {
			w.key = append(w.key[:0], e.Key...)
		}
	}
	if d.Shape != state.ShapeTimers && len(e.Fixed) != d.FixedWidth {
		return fmt.Errorf("an entry has %d fixed bytes instead of %d", len(e.Fixed), d.FixedWidth)
	}
	s := &w.shelves[w.shelf]
	if len(s.buf) >= blockBytes {
		// The blocks of one list come one after the other.
		w.split = again && d.Shape == state.ShapeList
		if err := w.flush(w.shelf); err != nil {
			return err
		}
	}
	s.add(e, d.Shape, again && s.entries > 0, d.TTL.After > 0)
	return nil
}

// flush writes a shelf as a block.
func (w *writer) flush(i int) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	s := &w.shelves[i]
	start := w.options.Groups.Start + i<<w.shift
	k := block{
		groups:  keygroup.Range{Start: start, End: min(start+1<<w.shift-1, w.options.Groups.End)},
		entries: s.entries,
		offset:  w.out.size,
	}
	stored := s.buf
	if w.options.Compress && len(s.buf) >= packBytes {
		if packed := w.packer.pack(s.buf); len(packed) < len(s.buf)-len(s.buf)/16 {
			stored, k.raw = packed, len(s.buf)
		}
	}
	k.stored, k.sum = len(stored), checksum(stored)
	last := &w.sections[len(w.sections)-1]
	last.blocks = append(last.blocks, k)
	s.reset()
	return w.out.write(stored)
}
