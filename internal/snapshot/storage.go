package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/stream"
)

// Opener opens the storage at a URL; package blob/storage has one.
type Opener func(url string, options map[string]string) (blob.Store, error)

// Storage is the checkpoint storage of one job: the JobManager writes and deletes
// manifests in it, and every subtask its files. It may be used by many goroutines.
//
// With an empty Settings.Dir state stays in memory: pieces travel in the
// acknowledgements, and manifests of checkpoints are not written. Savepoints
// still go where they are told to.
type Storage struct {
	settings Settings
	dir      string // normal form of Settings.Dir
	own      blob.Store
	opener   Opener
	// name makes names of files; a simulation sets its own.
	name func() string

	mu     sync.Mutex
	stores map[string]blob.Store // others, by root
}

// OpenStorage opens the storage that settings name.
func OpenStorage(ctx context.Context, settings Settings, open Opener) (*Storage, error) {
	s := &Storage{settings: settings, opener: open, name: newFileName, stores: map[string]blob.Store{}}
	if settings.Dir == "" {
		return s, nil
	}
	var err error
	if s.dir, err = normal(settings.Dir); err != nil {
		return nil, fmt.Errorf("'execution.checkpointing.dir': %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.own, err = open(s.dir, settings.Storage); err != nil {
		return nil, fmt.Errorf("cannot open the checkpoint storage %s ('execution.checkpointing.dir'): %w", s.dir, err)
	}
	return s, nil
}

// NameFiles makes files be called by what next returns, 32 hex digits each, so
// that a simulation can be repeated.
func (s *Storage) NameFiles(next func() string) { s.name = next }

// Close closes what was opened.
func (s *Storage) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	if s.own != nil {
		errs = append(errs, s.own.Close())
	}
	for _, other := range s.stores {
		errs = append(errs, other.Close())
	}
	s.own, s.stores = nil, nil
	return errors.Join(errs...)
}

// at returns the store that an object is in, and the object's name there. To
// change something, the store is opened two folders above the object, so that
// folders which become empty go, but not those the user made. To read, it is
// opened at the top: opening a folder may make it.
func (s *Storage) at(url string, change bool) (blob.Store, string, error) {
	if name, ok := strings.CutPrefix(url, s.dir+"/"); ok && s.own != nil {
		return s.own, name, nil
	}
	above := 1 << 10
	if change {
		above = 2
	}
	root, name := parent(url, above)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stores == nil {
		return nil, "", errors.New("the checkpoint storage is closed")
	}
	store := s.stores[root]
	if store == nil {
		var err error
		if store, err = s.opener(root, s.settings.Storage); err != nil {
			return nil, "", fmt.Errorf("cannot open the storage of %s: %w", url, err)
		}
		s.stores[root] = store
	}
	return store, name, nil
}

// Reader returns Files that only read: for subtasks that are restored.
func (s *Storage) Reader() state.Files {
	return &Files{s: s, err: errors.New("these files are for reading only")}
}

// Files returns where one subtask writes its part of one checkpoint; ctx ends the
// writing. End it by Flush BEFORE the acknowledgement is sent, or by Abort; Abort
// is also what a checkpoint that was aborted after Flush asks for, if the
// JobManager never learned of the files.
func (s *Storage) Files(ctx context.Context, b stream.CheckpointBarrier) (*Files, error) {
	f := &Files{s: s, ctx: ctx, mergeBytes: s.settings.MergeBytes, inlineBytes: s.settings.InlineBytes, bufferBytes: s.settings.WriteBuffer}
	switch {
	case b.Kind.IsSavepoint():
		path, err := normal(b.Path)
		if err != nil {
			return nil, fmt.Errorf("the savepoint %d: %w", b.ID, err)
		}
		store, name, err := s.at(path+"/"+metadataName, true)
		if err != nil {
			return nil, err
		}
		at := folder{store: store, name: strings.TrimSuffix(name, metadataName), url: path + "/"}
		f.base, f.folders = path, [2]folder{at, at}
	case s.own == nil:
		f.memory = true
		f.inlineBytes = MaxMemoryBytes
	default:
		chk := checkpointFolder(b.ID) + "/"
		f.folders[exclusive] = s.folder(chk)
		f.folders[shared] = s.folder(sharedFolder + "/")
	}
	return f, nil
}

func (s *Storage) folder(name string) folder {
	return folder{store: s.own, name: name, url: s.dir + "/" + name}
}

// open reads a piece.
func (s *Storage) open(ctx context.Context, g state.Segment) (io.ReadCloser, error) {
	if g.File == "" {
		return &pieceReader{r: io.NopCloser(strings.NewReader(g.Inline)), g: g, left: g.Length}, nil
	}
	store, name, err := s.at(g.File, false)
	if err != nil {
		return nil, err
	}
	r, err := store.Open(ctx, name, g.Offset, g.Length)
	if errors.Is(err, blob.ErrNotExist) {
		return nil, fmt.Errorf("%w: the file %s is missing", state.ErrCorrupt, g.File)
	}
	if err != nil {
		return nil, err
	}
	return &pieceReader{r: r, g: g, left: g.Length}, nil
}
