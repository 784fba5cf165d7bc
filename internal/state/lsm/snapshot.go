package lsm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/pebble/v2"

	"github.com/flottstream/flott/internal/state"
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
	for _, s := range b.stores {
		s.collect(r)
	}
	r.image = &image{done: make(chan struct{}), run: r.number}
	s := &snapshot{b: b, tree: b.tree, shelf: b.flusher.shelf, flusher: b.flusher, checkpoint: checkpoint, image: r.image}
	for _, n := range b.states {
		s.states = append(s.states, n.freeze())
	}
	slices.SortFunc(s.states, func(a, b frozenState) int { return strings.Compare(a.Name, b.Name) })
	for name, l := range b.lists {
		s.lists = append(s.lists, state.ListContent{Name: name, Mode: l.mode, Records: slices.Clone(l.records)})
	}
	slices.SortFunc(s.lists, func(a, b state.ListContent) int { return strings.Compare(a.Name, b.Name) })
	b.tree.users.Add(1)
	b.flusher.add(r)
	return s, nil
}

func (n *named) freeze() frozenState {
	f := frozenState{Description: n.desc, keyWidth: n.main.layoutWidth(), subWidth: -1}
	if n.heads != nil {
		f.keyWidth, f.subWidth = n.heads.layoutWidth(), n.main.layoutWidth()
		if f.subWidth > 0 {
			f.subWidth -= headBytes
		}
	}
	switch s := n.state.(type) {
	case *table:
		c := frozenCounts{at: s.at}
		for ns, sp := range s.spaces {
			c.add(ns, sp)
		}
		slices.SortFunc(c.spaces, func(a, b frozenSpace) int { return int(min(1, max(-1, a.ns-b.ns))) })
		f.counts = []frozenCounts{c}
	case *list:
		f.counts = []frozenCounts{countsOf(s.store, s.sp), countsOf(s.chunks.store, s.csp)}
	case *mapState:
		f.counts = []frozenCounts{countsOf(s.store, s.sp)}
	case *timers:
		f.counts = []frozenCounts{countsOf(s.store, s.sp)}
	}
	return f
}

func countsOf(s *store, sp *space) frozenCounts {
	c := frozenCounts{at: s.at}
	c.add(0, sp)
	return c
}

func (c *frozenCounts) add(ns state.Namespace, sp *space) {
	if sp.inTree() > 0 {
		c.spaces = append(c.spaces, frozenSpace{ns, slices.Clone(sp.groups)})
	}
}

// layoutWidth is the width of keys, -1 if it is not known.
func (s *store) layoutWidth() int {
	if s.keyWidth < 0 {
		return s.guess
	}
	return s.keyWidth
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
		return s.image.err
	case <-ctx.Done():
		return ctx.Err()
	}
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
	low, high, ok := s.shelf.plan(s.b.owner, s.changed, s.tree.bytesOf)
	if !ok {
		finish()
		return
	}
	go func() {
		defer finish()
		defer s.shelf.done()
		bases, err := s.writeBases(context.Background(), low, high, true)
		if err == nil { // else the files stay as they are
			s.shelf.addBases(s.b.owner, bases, low, high, i.run)
		}
	}()
}
