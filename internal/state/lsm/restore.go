package lsm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

const minTime = math.MinInt64

// restored is what a backend starts from.
type restored struct {
	sources []state.Source
	native  []frozenState // of all parts; their entries are in the tree
}

// New returns a backend with the state of o.Parts and o.Restore.
func New(ctx context.Context, o Options) (*Backend, error) {
	o.complete()
	b := &Backend{owner: o.KeyGroups, maxParallelism: o.MaxParallelism, clock: o.Now,
		states: map[string]named{}, lists: map[string]*operatorList{}, tree: &tree{o: o}}
	b.tree.users.Store(1)
	b.budget = max(o.Memory-o.BlockCache, 1<<16)
	b.dirtyLimit = max(int64(float64(b.budget)*o.WriteRatio), 1<<14)
	b.flusher = newFlusher(b.tree, newShelf(o.KeyGroups, o.Rebase))
	b.flusher.backend = b
	if o.Restore != nil {
		b.restored.sources = o.Restore.Sources
		for _, l := range o.Restore.Lists {
			if err := b.addList(l); err != nil {
				return nil, err
			}
		}
	}
	if err := b.adoptParts(ctx, &o); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

func (b *Backend) addList(l state.ListContent) error {
	old := b.lists[l.Name]
	if old == nil {
		old = &operatorList{mode: l.Mode, restored: true}
		b.lists[l.Name] = old
	}
	old.records = append(old.records, l.Records...)
	return nil
}

// adoptParts brings the files of native parts into the tree.
func (b *Backend) adoptParts(ctx context.Context, o *Options) error {
	parts := slices.DeleteFunc(slices.Clone(o.Parts), func(p Restorable) bool { return intersect(b.owner, p.Groups).Len() == 0 })
	for _, p := range parts {
		c, err := decodePart(p.Part)
		if err != nil {
			return err
		}
		if c.maxParallelism != b.maxParallelism {
			return fmt.Errorf("the checkpoint has %d key groups and the job has %d: set pipeline.max-parallelism to %d", c.maxParallelism, b.maxParallelism, c.maxParallelism)
		}
		valid := intersect(intersect(b.owner, p.Groups), c.owner)
		if valid.Len() == 0 {
			continue
		}
		if err := b.flusher.adoptFiles(ctx, o.Files, c, p.Part.Segments, valid); err != nil {
			return err
		}
		for i := range c.states {
			b.restored.native = append(b.restored.native, c.states[i].cut(c.owner, valid, b.owner))
		}
		if len(parts) == 1 && valid == b.owner && valid == c.owner && o.Restored != 0 {
			b.flusher.resume(c, p.Part.Segments, o.Restored)
		}
	}
	return nil
}

func intersect(a, b keygroup.Range) keygroup.Range {
	return keygroup.Range{Start: max(a.Start, b.Start), End: min(a.End, b.End)}
}

// cut keeps the counts of the key groups in valid, and arranges them as those of
// owner.
func (s *frozenState) cut(from, valid, owner keygroup.Range) frozenState {
	out := *s
	out.counts = nil
	for _, c := range s.counts {
		k := frozenCounts{at: c.at}
		for _, sp := range c.spaces {
			groups := make([]int32, owner.Len())
			any := false
			for g := valid.Start; g <= valid.End; g++ {
				n := sp.groups[g-from.Start]
				groups[g-owner.Start] = n
				any = any || n > 0
			}
			if any {
				k.spaces = append(k.spaces, frozenSpace{sp.ns, groups})
			}
		}
		out.counts = append(out.counts, k)
	}
	return out
}

// adoptFiles downloads the files of a part, some at a time, and ingests them in
// their order. Files with key groups outside of valid are cut first.
func (f *flusher) adoptFiles(ctx context.Context, files state.Files, c *content, segments []state.Segment, valid keygroup.Range) error {
	t := f.tree
	if err := t.open(); err != nil {
		return err
	}
	f.shelf.dir, f.shelf.started, f.shelf.complete = t.dir, true, false
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	paths := make([]string, len(c.files))
	errs := make([]error, len(c.files))
	slots := make(chan struct{}, t.o.Transfers)
	var group sync.WaitGroup
	for n, x := range c.files {
		if x.high < valid.Start || x.low > valid.End {
			continue
		}
		paths[n] = filepath.Join(t.dir, "in", f.name())
		slots <- struct{}{}
		group.Add(1)
		go func() {
			defer group.Done()
			defer func() { <-slots }()
			if errs[n] = download(ctx, files, segments[n], paths[n]); errs[n] == nil && (x.low < valid.Start || x.high > valid.End) {
				errs[n] = cutFile(paths[n], valid, t.o.writer())
			}
			if errs[n] != nil {
				cancel()
			}
		}()
	}
	group.Wait()
	if err := firstError(errs); err != nil {
		return err
	}
	for from := 0; from < len(paths); {
		to := from + 1
		for to < len(paths) && c.files[to].batch == c.files[from].batch {
			to++
		}
		batch := slices.DeleteFunc(slices.Clone(paths[from:to]), func(p string) bool { return p == "" })
		if len(batch) > 0 {
			if err := t.db.Load().Ingest(ctx, batch); err != nil {
				return fmt.Errorf("%w: file %s of the checkpoint cannot be used: %w", state.ErrCorrupt, segments[from].File, err)
			}
		}
		from = to
	}
	return nil
}

// firstError prefers an error that is the cause to those of what was cancelled.
func firstError(errs []error) error {
	var first error
	for _, err := range errs {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

func download(ctx context.Context, files state.Files, s state.Segment, path string) error {
	in, err := files.Open(ctx, s)
	if err != nil {
		return fmt.Errorf("file %s of the checkpoint: %w", s.File, err)
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, in)
	if err == nil && n != s.Length {
		err = fmt.Errorf("%w: it has %d bytes instead of %d", state.ErrCorrupt, n, s.Length)
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("file %s of the checkpoint: %w", s.File, err)
	}
	return nil
}

// resume makes later checkpoints refer to the files of the restored one.
func (f *flusher) resume(c *content, segments []state.Segment, checkpoint int64) {
	s := f.shelf
	s.keeping, s.complete = true, true
	s.files = c.files
	there := map[string]state.Segment{}
	for i, x := range c.files {
		x.name = "restored-" + fmt.Sprint(i)
		there[x.name] = segments[i]
		f.last = max(f.last, x.run)
		s.batches = max(s.batches, x.batch)
		if x.base {
			for g := x.low; g <= x.high; g++ {
				s.based[g-c.owner.Start] = max(s.based[g-c.owner.Start], x.run)
			}
		}
	}
	f.completed.Store(f.last)
	s.uploaded[checkpoint] = there
}

// restore fills a state that has just been made.
func (b *Backend) restore(name string, n named) error {
	for i := range b.restored.native {
		old := &b.restored.native[i]
		if old.Name != name {
			continue
		}
		if err := restorable(old.Description, n.desc); err != nil {
			return err
		}
		if err := b.restoreNative(old, n); err != nil {
			return err
		}
	}
	var l *loader
	for _, source := range b.restored.sources {
		for _, d := range source.States() {
			if d.Name != name {
				continue
			}
			if err := restorable(d, n.desc); err != nil {
				return err
			}
			if l == nil {
				l = b.newLoader(n)
			}
			if err := source.Scan(context.Background(), name, b.owner, l.add); err != nil {
				return fmt.Errorf("restoring state %q: %w", name, err)
			}
		}
	}
	if l == nil {
		return nil
	}
	return l.finish()
}

// restoreNative counts the entries that are in the tree. If records have a TTL
// stamp there and shall not, or the other way round, they are written anew.
func (b *Backend) restoreNative(old *frozenState, n named) error {
	if n.desc.Shape != state.ShapeTimers && (old.TTL.After > 0) != (n.desc.TTL.After > 0) {
		return b.convert(old, n)
	}
	for _, c := range old.counts {
		for _, sp := range c.spaces {
			s, to := n.spaceOf(c.at, sp.ns)
			for g, count := range sp.groups {
				if count > 0 {
					to.addCold(s, g, count)
				}
			}
		}
	}
	n.restored(old.keyWidth, old.subWidth)
	return nil
}

// convert reads the records of the tree in canonical form and writes them as n
// wants them. The keys are the same; chunks of lists may be fewer.
func (b *Backend) convert(old *frozenState, n named) error {
	db := b.tree.db.Load()
	snap := db.NewSnapshot()
	defer snap.Close()
	groups := keygroup.Range{Start: b.owner.End + 1, End: b.owner.Start - 1}
	drops := b.flusher.newRun()
	for _, c := range old.counts {
		for _, sp := range c.spaces {
			for g, count := range sp.groups {
				if count > 0 {
					groups.Start, groups.End = min(groups.Start, g+b.owner.Start), max(groups.End, g+b.owner.Start)
					from := appendPrefix(nil, g+b.owner.Start, c.at)
					drops.drops = append(drops.drops, span{from, after(nil, from)})
				}
			}
		}
	}
	b.flusher.add(drops)
	l := b.newLoader(n)
	if err := scanState(context.Background(), snap, old, b.owner.Start, groups, l.add); err != nil {
		return err
	}
	return l.finish()
}

// spaceOf returns the store and space that entries of the tree belong to.
func (n *named) spaceOf(at keyspace, ns state.Namespace) (*store, *space) {
	switch s := n.state.(type) {
	case *table:
		return s.store, s.open(ns)
	case *mapState:
		return s.store, s.sp
	case *timers:
		return s.store, s.sp
	case *list:
		if at == s.at {
			return s.store, s.sp
		}
		return s.chunks.store, s.csp
	}
	return nil, nil
}

// restorable: all but the TTL and the names of columns has to be the same.
func restorable(old, want state.Description) error {
	if old.Shape == want.Shape && (want.Shape == state.ShapeTimers || sameRecord(old.Spec, want.Spec)) {
		return nil
	}
	return fmt.Errorf("state %q of the checkpoint is a %s, but the job asks for a %s: start without this state or undo the change of the job",
		want.Name, describe(old), describe(want))
}

// describe prints what restorable compares.
func describe(d state.Description) string {
	if d.Shape == state.ShapeTimers {
		return "set of timers"
	}
	keys := make([]string, len(d.Key))
	for i, t := range d.Key {
		keys[i] = t.String()
	}
	return fmt.Sprintf("%s with key (%s), %d fixed bytes and value %s", d.Shape, strings.Join(keys, ", "), d.FixedWidth, d.Value)
}

// variable: the types of a key tell that keys vary in size.
func variable(key []types.Type) bool {
	for _, t := range key {
		if p := t.Physical(); p.Width() == 0 && p != types.LayoutBool && p != types.LayoutNull {
			return true
		}
	}
	return false
}

// Unclaimed implements state.Backend.
func (b *Backend) Unclaimed() []string {
	var names []string
	see := func(name string) {
		if _, ok := b.states[name]; !ok {
			names = append(names, name)
		}
	}
	for i := range b.restored.native {
		see(b.restored.native[i].Name)
	}
	for _, source := range b.restored.sources {
		for _, d := range source.States() {
			see(d.Name)
		}
	}
	for name, l := range b.lists {
		if l.restored && !l.claimed {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
