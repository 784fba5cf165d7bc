package snapshot

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/flottstream/flott/internal/checkpoint"
)

// Discard deletes what a checkpoint leaves behind: the manifest before the files,
// so that no manifest is ever without its files. Folders that become empty go too.
// It goes on after an error; a file that is gone already is none. A file whose name
// we would not have given is left alone: a manifest may have been made by somebody who
// wants other files deleted.
func (s *Storage) Discard(ctx context.Context, d checkpoint.Discard) error {
	if d.Manifest != nil && addressable(d.Manifest) {
		url, err := s.metadataURL(d.Manifest)
		if err == nil {
			err = s.delete(ctx, url)
		}
		if err != nil {
			return fmt.Errorf("cannot discard checkpoint %d: %w", d.ID, err)
		}
	}
	var errs []error
	for _, h := range d.Handles {
		err := fmt.Errorf("%s is no file of a checkpoint; it is left alone", h.Name)
		if isFileName(path.Base(h.Name)) {
			err = s.delete(ctx, h.Name)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("cannot delete %d of %d files of checkpoint %d; the first: %w", len(errs), len(d.Handles), d.ID, errs[0])
	}
	return nil
}

func (s *Storage) delete(ctx context.Context, url string) error {
	store, name, err := s.at(url, true)
	if err != nil {
		return err
	}
	return store.Delete(ctx, name)
}

// Sweep deletes the files that aborted checkpoints and broken-off deletions of
// this job left in its folder. It returns how many it deleted.
//
// It is for a JobManager that has just become the job's leader, BEFORE it triggers
// the first checkpoint: files of a checkpoint in progress belong to no manifest.
// Two jobs must not share the folder (execution.checkpointing.create-subdir).
//
// What it leaves alone:
//   - everything that does not look like a file of ours: chk-<n>/<32 hex digits>
//     and shared/<32 hex digits>;
//   - files that a manifest in keep names, whatever folder the manifest lies in
//     and however its address is written: names are compared without folders;
//   - every _metadata in the folder, kept or not, and the files that it names:
//     whether it is to go is not decided here;
//   - all files beside a _metadata that cannot be read, and all shared files if
//     there is one: nobody knows which of them it needs.
func (s *Storage) Sweep(ctx context.Context, keep []*checkpoint.Manifest) (deleted int, err error) {
	if s.own == nil {
		return 0, nil
	}
	needed := map[string]bool{}
	need := func(m *checkpoint.Manifest) {
		for _, h := range handles(m) {
			needed[path.Base(h.Name)] = true
		}
	}
	for _, m := range keep {
		need(m)
	}
	l, err := s.list(ctx)
	if err != nil {
		return 0, err
	}
	unread, keepShared := map[string]bool{}, false
	for _, c := range l.manifests {
		m, err := s.ReadManifest(ctx, c.path(s.dir))
		if err != nil {
			unread[strings.TrimSuffix(c.Name, metadataName)] = true
			keepShared = true
			continue
		}
		need(m)
	}
	var errs []error
	for name := range l.sizes {
		folder, file := path.Split(name)
		if !isFileName(file) || needed[file] || unread[folder] || folder == sharedFolder+"/" && keepShared {
			continue
		}
		if _, _, ok := inCheckpoint(name); !ok && folder != sharedFolder+"/" || strings.Count(name, "/") != 1 {
			continue
		}
		if err := s.own.Delete(ctx, name); err != nil {
			errs = append(errs, err)
			continue
		}
		deleted++
	}
	return deleted, errors.Join(errs...)
}
