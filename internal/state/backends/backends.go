// Package backends makes a state backend by name and fills it from parts of any
// format: every backend restores from every other, at any parallelism.
package backends

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/heap"
	"github.com/flottstream/flott/internal/state/lsm"
	"github.com/flottstream/flott/internal/statefile"
)

// The kinds of backends: values of state.backend.type.
const (
	HashMap = "hashmap"
	Rocks   = "rocksdb"
)

// Request says what a backend is for.
type Request struct {
	Kind           string // HashMap or Rocks
	KeyGroups      keygroup.Range
	MaxParallelism int
	Now            func() time.Time // clock of TTL, time.Now if nil

	// Keyed are parts of the old subtasks, Lists operator state already shared out.
	Keyed []Part
	Lists []state.ListContent
	Files state.Files // what Keyed refers to
	// Restored is the checkpoint that Keyed comes from if checkpoints of this
	// attempt may have it as base (it is claimed), else 0.
	Restored int64

	// Of Rocks: its options, its share of the managed memory in bytes, the share of
	// the slot's state that this backend holds, and the slots of the TaskManager.
	Options   RocksDB
	Managed   int64
	SlotShare float64 // 0: 1
	Slots     int     // 0: 1
}

// Part is keyed state of one old subtask.
type Part struct {
	Groups keygroup.Range
	Part   state.Part
}

// Open makes a backend. Its Close also closes what it was restored from.
func Open(ctx context.Context, r Request) (state.Backend, error) {
	restore := &state.Restore{Lists: r.Lists}
	var native []lsm.Restorable
	for _, k := range r.Keyed {
		if r.Kind == Rocks && k.Part.Format == lsm.Format {
			native = append(native, lsm.Restorable{Groups: k.Groups, Part: k.Part})
			continue
		}
		s, err := r.source(ctx, k)
		if err != nil {
			return nil, errors.Join(err, closeAll(restore.Sources))
		}
		restore.Sources = append(restore.Sources, s)
	}
	var b state.Backend
	switch r.Kind {
	case HashMap:
		b = heap.New(heap.Options{KeyGroups: r.KeyGroups, MaxParallelism: r.MaxParallelism, Now: r.Now, Restore: restore})
	case Rocks:
		o, err := r.lsm()
		if err == nil {
			o.Restore, o.Parts, o.Files, o.Restored = restore, native, r.Files, r.Restored
			b, err = lsm.New(ctx, o)
		}
		if err != nil {
			return nil, errors.Join(err, closeAll(restore.Sources))
		}
	default:
		return nil, errors.Join(fmt.Errorf("state.backend.type: there is no backend %q; there are %s and %s", r.Kind, HashMap, Rocks), closeAll(restore.Sources))
	}
	if len(restore.Sources) == 0 {
		return b, nil
	}
	return &opened{b, restore.Sources}, nil
}

func (r *Request) source(ctx context.Context, k Part) (state.Source, error) {
	s, err := Source(ctx, k.Part, r.Files, r.Options.LocalDir)
	if err != nil || k.Groups.Len() == 0 {
		return s, err
	}
	return cut{s, k.Groups}, nil
}

// cut is a source of which some key groups count.
type cut struct {
	state.Source
	groups keygroup.Range
}

func (c cut) Scan(ctx context.Context, name string, groups keygroup.Range, visit func(*state.Entry) error) error {
	groups = keygroup.Range{Start: max(groups.Start, c.groups.Start), End: min(groups.End, c.groups.End)}
	if groups.Len() == 0 {
		return nil
	}
	return c.Source.Scan(ctx, name, groups, visit)
}

// Source opens a part of any format. Local files, if it needs any, go to dir, or
// to the folder of temporary files.
func Source(ctx context.Context, p state.Part, files state.Files, dir string) (state.Source, error) {
	switch p.Format {
	case statefile.Format:
		return statefile.Open(ctx, p, files)
	case lsm.Format:
		return lsm.OpenSource(p, files, lsm.Options{Dir: dir})
	}
	return nil, fmt.Errorf("keyed state has the format %q, which this flott does not know: a newer one has written it", p.Format)
}

// lsm turns the options into those of the backend.
func (r *Request) lsm() (lsm.Options, error) {
	o := &r.Options
	if err := o.Check(); err != nil {
		return lsm.Options{}, err
	}
	codecs, err := o.codecs()
	if err != nil {
		return lsm.Options{}, err
	}
	share, slots := r.SlotShare, int64(max(1, r.Slots))
	if share <= 0 {
		share = 1
	}
	out := lsm.Options{KeyGroups: r.KeyGroups, MaxParallelism: r.MaxParallelism, Now: r.Now,
		Memory: r.Managed, WriteRatio: o.WriteBufferRatio, Dir: o.LocalDir,
		BlockSize: int(o.BlockSize), IndexBlockSize: int(o.MetadataBlock), TargetFileSize: o.TargetFileSize,
		BaseLevelBytes: o.BaseLevelBytes, Compression: codecs, Threads: int(o.Threads), Transfers: int(o.TransferThreads),
		OpenFiles: int(o.OpenFiles), Rebase: o.rebase}
	switch {
	case o.FixedPerSlot > 0:
		out.Memory = int64(float64(o.FixedPerSlot) * share)
	case o.FixedPerTM > 0:
		out.Memory = int64(float64(o.FixedPerTM/slots) * share)
	case !o.Managed:
		buffers := o.WriteBuffer * o.WriteBuffers
		out.Memory, out.BlockCache = buffers+o.BlockCache, o.BlockCache
	}
	if o.OpenFiles <= 0 {
		out.OpenFiles = 1 << 20
	}
	if o.Bloom {
		out.BloomBits = int(o.BloomBits)
	}
	return out, nil
}

// opened is a backend with what it was restored from.
type opened struct {
	state.Backend
	sources []state.Source
}

func (o *opened) Close() error { return errors.Join(o.Backend.Close(), closeAll(o.sources)) }

func closeAll(sources []state.Source) error {
	var errs []error
	for _, s := range sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
