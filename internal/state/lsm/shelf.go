package lsm

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// shelf holds the files that checkpoints consist of: what was written, not what
// the tree makes of it when it compacts. So what a checkpoint uploads is what has
// changed, whatever the tree does.
//
// A file is the newest state of some keys as of a run, or a base: the whole state
// of some key groups as of a run, which begins by deleting what was there. Bases
// are written anew, some key groups at a time, so that older files can go.
type shelf struct {
	rebase int64 // see Options.Rebase

	mu       sync.Mutex
	dir      string
	files    []*file // in the order in which they have to be ingested
	complete bool    // the files are the whole state; else a base of all is needed
	keeping  bool    // a snapshot has been asked for
	started  bool    // something is in the tree
	based    []uint64
	uploaded map[int64]map[string]state.Segment // by checkpoint and file
	cursor   int                                // key group at which the next base begins
	busy     bool                               // a base is being written
	batches  int
	added    int64 // bytes of files kept since the newest image
}

// file is a sorted file. It lies in the folder "runs" while checkpoints may have
// to write it.
type file struct {
	name      string
	run       uint64 // newest run it has entries of
	base      bool
	batch     int // files of a batch have no keys in common and are ingested together
	low, high int // key groups
	size      int64
	entries   int64 // 0: not known, of a restored checkpoint

	pins  int  // images that refer to it
	off   bool // no longer on the shelf
	local bool // it lies in the folder
}

func newShelf(owner keygroup.Range, rebase int64) *shelf {
	return &shelf{rebase: rebase, complete: true, based: make([]uint64, max(0, owner.Len())), uploaded: map[int64]map[string]state.Segment{}}
}

// keep links files that are about to be ingested and puts them on the shelf.
func (s *shelf) keep(dir string, files []*file) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dir = dir
	first := !s.started
	s.started = true
	if !s.keeping {
		s.complete = false
		return nil
	}
	if first { // all there is
		for i := range s.based {
			s.based[i] = files[0].run
		}
	}
	s.batches++
	for _, f := range files {
		if err := os.Link(filepath.Join(dir, "in", f.name), s.path(f.name)); err != nil {
			return err
		}
		f.local, f.batch, f.base = true, s.batches, first
		s.added += f.size
	}
	s.files = append(s.files, files...)
	if s.added > max(1<<30, 2*s.baseBytes()) {
		s.abandon() // nobody takes checkpoints any more
	}
	return nil
}

// abandon takes everything off: the next checkpoint begins with a base of all.
func (s *shelf) abandon() {
	for _, f := range s.files {
		f.off = true
		s.drop(f)
	}
	s.files, s.complete, s.keeping, s.added = nil, false, false, 0
}

// drop removes the local copy of a file that nobody needs.
func (s *shelf) drop(f *file) {
	if f.local && f.pins == 0 {
		f.local = false
		_ = os.Remove(s.path(f.name))
	}
}

// pin returns the files as they are, for an image.
func (s *shelf) pin() (files []*file, complete bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		f.pins++
	}
	s.added = 0
	return slices.Clone(s.files), s.complete
}

func (s *shelf) unpin(files []*file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range files {
		if f.pins--; f.off {
			s.drop(f)
		}
	}
}

func (s *shelf) baseBytes() (n int64) {
	for _, f := range s.files {
		if f.base {
			n += f.size
		}
	}
	return n
}

// of returns where checkpoint base put its files.
func (s *shelf) of(base int64) map[string]state.Segment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uploaded[base]
}

// persisted notes where a checkpoint put its files. Those of checkpoints before
// base are never asked for again, and files of base are never written again.
func (s *shelf) persisted(checkpoint, base int64, segments map[string]state.Segment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.uploaded[checkpoint] = segments
	for c := range s.uploaded {
		if c < base {
			delete(s.uploaded, c)
		}
	}
	if base == 0 {
		return
	}
	for _, f := range s.files {
		if _, there := s.uploaded[base][f.name]; there {
			s.drop(f)
		}
	}
}

func (s *shelf) path(name string) string { return filepath.Join(s.dir, "runs", name) }

// begin makes the shelf keep files from now on.
func (s *shelf) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeping = true
}

// addBases puts bases of the key groups [low, high] on the shelf, and takes off
// what they make superfluous.
func (s *shelf) addBases(owner keygroup.Range, bases []*file, low, high int, run uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for g := low; g <= high; g++ {
		s.based[g-owner.Start] = max(s.based[g-owner.Start], run)
	}
	keep := s.files[:0]
	for _, f := range s.files {
		if s.needed(owner, f) {
			keep = append(keep, f)
		} else {
			f.off = true
			s.drop(f)
		}
	}
	clear(s.files[len(keep):])
	s.batches++
	s.files = keep
	for _, f := range bases {
		f.batch = s.batches
		if s.outdated(owner, f) { // a newer base was quicker
			f.off = true
			s.drop(f)
			continue
		}
		s.files = append(s.files, f)
	}
	slices.SortStableFunc(s.files, func(a, b *file) int {
		if a.run != b.run {
			return cmp.Compare(a.run, b.run)
		}
		return order(a) - order(b)
	})
	if low == owner.Start && high == owner.End {
		s.complete = true
	}
}

// order puts bases behind the files of the run they are as of.
func order(f *file) int {
	if f.base {
		return 1
	}
	return 0
}

// outdated: all key groups of a new base have a newer one.
func (s *shelf) outdated(owner keygroup.Range, f *file) bool {
	for g := f.low; g <= f.high; g++ {
		if s.based[g-owner.Start] <= f.run {
			return false
		}
	}
	return true
}

// needed: some key group of f has no newer base. A base covers the files of its
// run, but not itself.
func (s *shelf) needed(owner keygroup.Range, f *file) bool {
	for g := max(f.low, owner.Start); g <= min(f.high, owner.End); g++ {
		if b := s.based[g-owner.Start]; b < f.run || f.base && b == f.run {
			return true
		}
	}
	return false
}

// plan says for which key groups a base is to be written next, so that the files
// stay below about twice the state; ok is false if for none. bytesOf estimates the
// state of some groups, live is the number of entries. While nearly all that the
// files hold is live, writing it anew would free nothing. The caller has to call
// done.
func (s *shelf) plan(owner keygroup.Range, changed, live int64, bytesOf func(low, high int) int64) (low, high int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy || !s.complete {
		return 0, 0, false
	}
	bases := s.baseBytes()
	runs, held, known := int64(0), int64(0), true
	count := map[uint64]struct{}{}
	for _, f := range s.files {
		held += f.entries
		known = known && f.entries > 0
		if !f.base {
			runs += f.size
			count[f.run] = struct{}{}
		}
	}
	few := len(count) < manyRuns
	if few && (runs < bases/2+s.rebase || known && held < live+live/2) {
		return 0, 0, false
	}
	want := max(changed, bases/64, s.rebase)
	if runs > 2*bases+4*s.rebase {
		want = max(want, runs/2)
	}
	if s.cursor < owner.Start || s.cursor > owner.End {
		s.cursor = owner.Start
	}
	low, high = s.cursor, s.cursor
	for got := bytesOf(low, low); got < want && high < owner.End; got += bytesOf(high, high) {
		high++
	}
	s.cursor, s.busy = high+1, true
	return low, high, true
}

// manyRuns is a number of runs at which some key groups are written anew whatever
// their size.
const manyRuns = 96

func (s *shelf) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy = false
}
