package lsm

import (
	"context"
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
)

// source implements state.Source over a part: it brings the files into a tree of
// its own when it is first scanned.
type source struct {
	o        Options
	part     state.Part
	files    state.Files
	content  *content
	tree     *tree
	loaded   keygroup.Range
	isLoaded bool
}

// OpenSource reads a part in canonical form. Of the options, those of local files
// and blocks matter.
func OpenSource(part state.Part, files state.Files, o Options) (state.Source, error) {
	c, err := decodePart(part)
	if err != nil {
		return nil, err
	}
	o.complete()
	o.noCompaction = true
	return &source{o: o, part: part, files: files, content: c}, nil
}

// States implements state.Source.
func (s *source) States() []state.Description { return described(s.content.states).States() }

// Scan implements state.Source.
func (s *source) Scan(ctx context.Context, name string, groups keygroup.Range, visit func(*state.Entry) error) error {
	i := slices.IndexFunc(s.content.states, func(f frozenState) bool { return f.Name == name })
	if i < 0 {
		return fmt.Errorf("the checkpoint has no state %q", name)
	}
	groups = intersect(groups, s.content.owner)
	if groups.Len() == 0 || len(s.content.files) == 0 {
		return nil
	}
	if err := s.load(ctx, groups); err != nil {
		return err
	}
	return scanState(ctx, s.tree.db.Load(), &s.content.states[i], s.content.owner.Start, groups, visit)
}

// load brings in the files of some key groups, if that has not been done.
func (s *source) load(ctx context.Context, groups keygroup.Range) error {
	if s.isLoaded && s.loaded.Start <= groups.Start && groups.End <= s.loaded.End {
		return nil
	}
	if err := s.Close(); err != nil {
		return err
	}
	s.tree = &tree{o: s.o}
	s.tree.users.Store(1)
	f := newFlusher(s.tree, newShelf(groups, s.o.Rebase))
	if err := f.adoptFiles(ctx, s.files, s.content, s.part.Segments, groups); err != nil {
		return err
	}
	s.loaded, s.isLoaded = groups, true
	return nil
}

// Close implements state.Source.
func (s *source) Close() error {
	if s.tree == nil {
		return nil
	}
	t := s.tree
	s.tree, s.isLoaded = nil, false
	return t.close()
}
