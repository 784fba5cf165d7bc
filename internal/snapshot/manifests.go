package snapshot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/state"
)

// WriteManifest makes a checkpoint complete: its _metadata is durable when it
// returns. Of two JobManagers that write the same checkpoint one succeeds, the
// other is told blob.ErrExist; writing the same again is no error. An error other
// than that leaves open whether it is there: ReadManifest tells.
//
// A manifest of that number which cannot be restored from — a former run of the
// job passed it over and went on from an earlier one — gives way.
func (s *Storage) WriteManifest(ctx context.Context, m *checkpoint.Manifest) (size int64, err error) {
	if !addressable(m) {
		return int64(len(EncodeManifest(m))), nil
	}
	url, err := s.metadataURL(m)
	if err != nil {
		return 0, err
	}
	store, name, err := s.at(url, true)
	if err != nil {
		return 0, err
	}
	normal := *m
	normal.Path = strings.TrimSuffix(url, "/"+metadataName)
	data := EncodeManifest(&normal)
	err = store.PutNew(ctx, name, data)
	if errors.Is(err, blob.ErrExist) {
		there, readErr := blob.ReadAll(ctx, store, name)
		switch {
		case readErr != nil:
		case bytes.Equal(there, data):
			err = nil
		case s.useless(ctx, there, normal.Path):
			// Of two that get here, PutNew lets one through.
			if err = store.Delete(ctx, name); err == nil {
				err = store.PutNew(ctx, name, data)
			}
		}
	}
	if err != nil {
		return 0, fmt.Errorf("cannot write the metadata of checkpoint %d: %w", m.ID, err)
	}
	return int64(len(data)), nil
}

// useless reports that a manifest is damaged or lacks a file, for certain. One that
// another JobManager has just written is neither.
func (s *Storage) useless(ctx context.Context, data []byte, path string) bool {
	m, err := DecodeManifest(data, path)
	if err == nil {
		l := listing{s: s, dir: "\x00"} // nothing listed: every file is looked for
		err = l.checkAll(ctx, m)
	}
	return errors.Is(err, state.ErrCorrupt)
}

// addressable reports whether a manifest is written down. Checkpoints that stay in
// the JobManager's memory have a text in <> for a path.
func addressable(m *checkpoint.Manifest) bool { return !strings.HasPrefix(m.Path, "<") }

// metadataURL is where the manifest of a checkpoint lies.
func (s *Storage) metadataURL(m *checkpoint.Manifest) (string, error) {
	path, err := normal(m.Path)
	return path + "/" + metadataName, err
}

// ReadManifest reads the manifest of the checkpoint or savepoint at path, which is
// its folder or its _metadata file. Manifest.Path is where it was found, so that a
// savepoint may have been moved.
func (s *Storage) ReadManifest(ctx context.Context, path string) (*checkpoint.Manifest, error) {
	folder, err := normal(path)
	if err != nil {
		return nil, err
	}
	folder = strings.TrimSuffix(folder, "/"+metadataName)
	store, name, err := s.at(folder+"/"+metadataName, false)
	if err != nil {
		return nil, err
	}
	data, err := blob.ReadAll(ctx, store, name)
	if errors.Is(err, blob.ErrNotExist) {
		return nil, fmt.Errorf("Cannot find meta data file '%s' in directory '%s': give the folder of a complete checkpoint (…/chk-<n>) or savepoint: %w", metadataName, folder, err)
	}
	if err != nil {
		return nil, err
	}
	m, err := DecodeManifest(data, folder)
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", folder, metadataName, err)
	}
	return m, nil
}

// Broken is a checkpoint that cannot be restored from, and why.
type Broken struct {
	Path string
	Err  error
}

// unknown is an error that does not say whether a checkpoint is broken: the storage
// could not be asked. Such a checkpoint must not be passed over, or a job would go on
// from an older one, and do again what others have seen already.
type unknown struct{ error }

// Unwrap returns the cause.
func (u unknown) Unwrap() error { return u.error }

// undecided returns why it is not known whether a checkpoint is broken; nil: it is.
func undecided(ctx context.Context, err error) error {
	var u unknown
	if errors.As(err, &u) {
		return fmt.Errorf("cannot tell which checkpoints can be restored from: %w", u.error)
	}
	return ctx.Err()
}

// Retained returns the complete checkpoints in the job's folder, oldest first, and
// those that are broken: their metadata cannot be read, or a file is missing or
// too short. With execution.checkpointing.create-subdir = false there may be
// checkpoints of other jobs among them: see Manifest.Job.
func (s *Storage) Retained(ctx context.Context) (sound []*checkpoint.Manifest, broken []Broken, err error) {
	if s.own == nil {
		return nil, nil, nil
	}
	l, err := s.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(l.manifests, func(a, b candidate) int { return cmp.Compare(a.id, b.id) })
	for _, c := range l.manifests {
		m, err := l.load(ctx, c)
		if err != nil {
			if err := undecided(ctx, err); err != nil {
				return nil, nil, err
			}
			broken = append(broken, Broken{c.path(s.dir), err})
			continue
		}
		sound = append(sound, m)
	}
	return sound, broken, nil
}

// Below returns every checkpoint and savepoint below a folder, in order of path,
// and those that are broken. It makes no folder.
func (s *Storage) Below(ctx context.Context, folder string) (sound []*checkpoint.Manifest, broken []Broken, err error) {
	dir, err := normal(folder)
	if err != nil {
		return nil, nil, err
	}
	store, name, err := s.at(dir+"/"+metadataName, false)
	if err != nil {
		return nil, nil, err
	}
	l := &listing{s: s, dir: dir, store: store, prefix: strings.TrimSuffix(name, metadataName), sizes: map[string]int64{}, any: true}
	if err := l.read(ctx); err != nil {
		return nil, nil, err
	}
	for _, c := range l.manifests {
		m, err := l.load(ctx, c)
		switch {
		case err == nil:
			sound = append(sound, m)
		case undecided(ctx, err) != nil:
			return nil, nil, undecided(ctx, err)
		default:
			broken = append(broken, Broken{c.path(dir), err})
		}
	}
	return sound, broken, nil
}

// Latest returns the newest complete checkpoint of the job of that name anywhere
// below root (execution.checkpointing.dir), whatever its id was; nil if there is
// none. What it had to pass over, newer than that, comes back as broken.
//
// It lists root once and reads the head of manifests in order of age, until one
// is of that job and whole.
func Latest(ctx context.Context, root, name string, options map[string]string, open Opener) (m *checkpoint.Manifest, broken []Broken, err error) {
	s, err := OpenStorage(ctx, Settings{Dir: root, Storage: options}, open)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	l, err := s.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(l.manifests, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.Modified, a.Modified), cmp.Compare(b.id, a.id), cmp.Compare(a.Name, b.Name))
	})
	for _, c := range l.manifests {
		if head, err := l.head(ctx, c); err == nil && head.Name != name {
			continue
		}
		m, err := l.load(ctx, c)
		if err == nil && m.Name != name { // its head could not be read before
			continue
		}
		if err == nil {
			return m, broken, nil
		}
		if err := undecided(ctx, err); err != nil {
			return nil, nil, err
		}
		broken = append(broken, Broken{c.path(s.dir), err})
	}
	return nil, broken, nil
}

// listing is what lies below a folder.
type listing struct {
	s         *Storage
	dir       string // normal form
	store     blob.Store
	prefix    string           // of the names in store
	any       bool             // manifests in any folder count, not only chk-<n>
	sizes     map[string]int64 // by name relative to dir
	manifests []candidate
}

// candidate is a manifest that was seen in a listing.
type candidate struct {
	blob.Info
	id int64
}

func (c candidate) path(dir string) string {
	return dir + "/" + strings.TrimSuffix(c.Name, "/"+metadataName)
}

// list lists the job's folder.
func (s *Storage) list(ctx context.Context) (*listing, error) {
	l := &listing{s: s, dir: s.dir, store: s.own, sizes: map[string]int64{}}
	return l, l.read(ctx)
}

func (l *listing) read(ctx context.Context) error {
	for info, err := range l.store.List(ctx, l.prefix) {
		if err != nil {
			return fmt.Errorf("cannot list the checkpoints in %s: %w", l.dir, err)
		}
		info.Name = strings.TrimPrefix(info.Name, l.prefix)
		l.sizes[info.Name] = info.Size
		folder, ok := strings.CutSuffix(info.Name, "/"+metadataName)
		if !ok {
			continue
		}
		last := folder[strings.LastIndexByte(folder, '/')+1:]
		if id, _, ok := inCheckpoint(last + "/"); ok || l.any {
			l.manifests = append(l.manifests, candidate{info, id})
		}
	}
	return nil
}

// head reads the beginning of a manifest.
func (l *listing) head(ctx context.Context, c candidate) (*checkpoint.Manifest, error) {
	r, err := l.store.Open(ctx, l.prefix+c.Name, 0, min(c.Size, headerBytes))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var buf bytes.Buffer
	if _, err := buf.ReadFrom(r); err != nil {
		return nil, err
	}
	return decodeHeader(buf.Bytes())
}

// load reads a manifest and makes sure that its files are there.
func (l *listing) load(ctx context.Context, c candidate) (*checkpoint.Manifest, error) {
	data, err := blob.ReadAll(ctx, l.store, l.prefix+c.Name)
	if errors.Is(err, blob.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, unknown{err}
	}
	m, err := DecodeManifest(data, c.path(l.dir))
	if err != nil {
		return nil, fmt.Errorf("%s/%s: %w", c.path(l.dir), metadataName, err)
	}
	return m, l.checkAll(ctx, m)
}

// checkAll makes sure that all files of a checkpoint are there.
func (l *listing) checkAll(ctx context.Context, m *checkpoint.Manifest) error {
	for _, h := range handles(m) {
		if err := l.check(ctx, h); err != nil {
			return err
		}
	}
	return nil
}

// check makes sure that a file is there and as long as it must be.
func (l *listing) check(ctx context.Context, h checkpoint.Handle) error {
	size, ok := int64(0), false
	if name, below := strings.CutPrefix(h.Name, l.dir+"/"); below {
		size, ok = l.sizes[name]
	} else {
		store, name, err := l.s.at(h.Name, false)
		if err != nil {
			return unknown{err}
		}
		info, err := store.Stat(ctx, name)
		if err != nil && !errors.Is(err, blob.ErrNotExist) {
			return unknown{err}
		}
		size, ok = info.Size, err == nil
	}
	switch {
	case !ok:
		return fmt.Errorf("%w: the file %s is missing", state.ErrCorrupt, h.Name)
	case size < h.Size:
		return fmt.Errorf("%w: the file %s has %d bytes, but %d were written", state.ErrCorrupt, h.Name, size, h.Size)
	}
	return nil
}

// handles lists the files of a checkpoint, each once for each part that names it.
func handles(m *checkpoint.Manifest) (hs []checkpoint.Handle) {
	for i := range m.Vertices {
		v := &m.Vertices[i]
		if v.Coordinator != nil {
			hs = append(hs, v.Coordinator.Handles...)
		}
		for j := range v.Subtasks {
			hs = append(hs, v.Subtasks[j].Handles...)
		}
	}
	return hs
}
