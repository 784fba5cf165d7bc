package lsm

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// image is the tree as of a run, and the files it consists of. The flusher
// captures it; the goroutine of the snapshot uses it.
type image struct {
	done     chan struct{} // closed when it has been captured
	err      error
	run      uint64
	snap     *pebble.Snapshot // nil: the tree is empty
	files    []*file
	complete bool // the files are the whole state
}

// capture is called by the flusher when the run of the snapshot is in the tree.
func (i *image) capture(f *flusher, err error) {
	defer close(i.done)
	if i.err = err; err != nil {
		return
	}
	if db := f.tree.db.Load(); db != nil {
		i.snap = db.NewSnapshot()
	}
	i.files, i.complete = f.shelf.pin()
}

// snapshot implements state.Native.
type snapshot struct {
	b          *Backend // only its parts that never change
	tree       *tree
	shelf      *shelf
	flusher    *flusher
	checkpoint int64
	image      *image
	counts     *run // that the image is captured with
	states     []frozenState
	lists      []state.ListContent
	changed    int64 // bytes that Persist wrote
}

// frozenState is what is known of a state besides the entries.
type frozenState struct {
	state.Description
	keyWidth, subWidth int
	counts             []frozenCounts // of the entries, then of a list's chunks
}

type frozenCounts struct {
	at     keyspace
	spaces []frozenSpace
}

type frozenSpace struct {
	ns     state.Namespace
	groups []int32
}

var _ state.Native = (*snapshot)(nil)

// Snapshot implements state.Backend. It copies what is dirty and leaves the rest
// to the flusher and to the goroutine that uses the snapshot.
func (b *Backend) Snapshot(checkpoint int64) (state.Snapshot, error) {
	if b.failure != nil {
		return nil, b.failure
	}
	if err := b.settle(); err != nil {
		return nil, err
	}
	if err := b.awaitSlots(b.stores); err != nil {
		return nil, err
	}
	b.flusher.shelf.begin()
	r := b.flusher.newRun()
	r.image = &image{done: make(chan struct{}), run: r.number}
	s := &snapshot{b: b, tree: b.tree, shelf: b.flusher.shelf, flusher: b.flusher, checkpoint: checkpoint, image: r.image, counts: r}
	for _, n := range b.states {
		f := n.freeze()
		for _, c := range n.counts() {
			r.counts = append(r.counts, c)
			f.counts = append(f.counts, frozenCounts{at: c.at})
		}
		s.states = append(s.states, f)
	}
	slices.SortFunc(s.states, func(a, b frozenState) int { return strings.Compare(a.Name, b.Name) })
	for name, l := range b.lists {
		s.lists = append(s.lists, state.ListContent{Name: name, Mode: l.mode, Records: slices.Clone(l.records)})
	}
	slices.SortFunc(s.lists, func(a, b state.ListContent) int { return strings.Compare(a.Name, b.Name) })
	b.tree.users.Add(1)
	b.freeze(r, b.stores)
	b.flusher.add(r)
	return s, nil
}

// liveCounts are the spaces of a store whose entries a snapshot counts.
type liveCounts struct {
	at     keyspace
	spaces []*space
	frozen []frozenSpace // what they held when all was collected
}

func (n *named) freeze() frozenState {
	f := frozenState{Description: n.desc, keyWidth: n.main.layoutWidth(), subWidth: -1}
	if n.heads != nil {
		f.keyWidth, f.subWidth = n.heads.layoutWidth(), n.main.layoutWidth()
		if f.subWidth > 0 {
			f.subWidth -= slab.HeadBytes
		}
	}
	return f
}

// counts returns the spaces that hold the state's entries; those of a list are
// followed by those of its chunks.
func (n *named) counts() []liveCounts {
	one := func(s *store, sp *space) liveCounts { return liveCounts{at: s.at, spaces: []*space{sp}} }
	switch s := n.state.(type) {
	case *table:
		c := liveCounts{at: s.at}
		for _, sp := range s.spaces {
			c.spaces = append(c.spaces, sp)
		}
		slices.SortFunc(c.spaces, func(a, b *space) int { return cmp.Compare(a.ns, b.ns) })
		return []liveCounts{c}
	case *list:
		return []liveCounts{one(s.store, s.sp), one(s.chunks.store, s.csp)}
	case *mapState:
		return []liveCounts{one(s.store, s.sp)}
	case *timers:
		return []liveCounts{one(s.store, s.sp)}
	}
	return nil
}

func (c *liveCounts) freeze() {
	for _, sp := range c.spaces {
		if sp.inTree() > 0 {
			c.frozen = append(c.frozen, frozenSpace{sp.ns, slices.Clone(sp.groups)})
		}
	}
}

// layoutWidth is the width of keys, -1 if it is not known.
func (s *store) layoutWidth() int {
	if s.KeyWidth < 0 {
		return s.guess
	}
	return s.KeyWidth
}

func (s *snapshot) States() []state.Description {
	out := make([]state.Description, len(s.states))
	for i := range s.states {
		out[i] = s.states[i].Description
	}
	return out
}

func (s *snapshot) Lists() []state.ListContent { return s.lists }

// ready waits until the image has been captured.
func (s *snapshot) ready(ctx context.Context) error {
	select {
	case <-s.image.done:
		s.count()
		return s.image.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// count takes over what was counted when all was collected.
func (s *snapshot) count() {
	at := map[keyspace][]frozenSpace{}
	for _, c := range s.counts.counts {
		at[c.at] = c.frozen
	}
	for i := range s.states {
		for k := range s.states[i].counts {
			c := &s.states[i].counts[k]
			c.spaces = at[c.at]
		}
	}
}

// entries is the number of entries that the tree holds as of the image.
func (s *snapshot) entries() (n int64) {
	for _, c := range s.counts.counts {
		for _, sp := range c.frozen {
			for _, count := range sp.groups {
				n += int64(count)
			}
		}
	}
	return n
}

// Scan implements state.Snapshot.
func (s *snapshot) Scan(name string, visit func(*state.Entry) error) error {
	i := slices.IndexFunc(s.states, func(f frozenState) bool { return f.Name == name })
	if i < 0 {
		return fmt.Errorf("the snapshot has no state %q", name)
	}
	if err := s.ready(context.Background()); err != nil {
		return err
	}
	if s.image.snap == nil {
		return nil
	}
	return scanState(context.Background(), s.image.snap, &s.states[i], s.b.owner.Start, s.b.owner, visit)
}

// Release implements state.Snapshot. Before the image goes, a part of the state is
// written anew where that lets older files go.
func (s *snapshot) Release() {
	<-s.image.done
	i := s.image
	finish := func() {
		if i.snap != nil {
			_ = i.snap.Close()
		}
		s.shelf.unpin(i.files)
		_ = s.tree.leave()
	}
	if i.err != nil || i.snap == nil || s.changed == 0 {
		finish()
		return
	}
	low, high, ok := s.shelf.plan(s.b.owner, s.changed, s.entries(), s.tree.bytesOf)
	if !ok {
		finish()
		return
	}
	started := s.flusher.background(func(ctx context.Context) {
		defer finish()
		defer s.shelf.done()
		bases, err := s.writeBases(ctx, low, high, true)
		if err == nil { // else the files stay as they are
			s.shelf.addBases(s.b.owner, bases, low, high, i.run)
		}
	})
	if !started {
		s.shelf.done()
		finish()
	}
}
