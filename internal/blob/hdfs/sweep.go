package hdfs

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/flottstream/flott/internal/blob"
)

var _ blob.Sweeper = (*Store)(nil)

// Sweep removes the hidden files and folders in folders in which nobody writes.
func (s *Store) Sweep(ctx context.Context, prefix string, dead func(folder string) bool) error {
	if err := blob.CheckPrefix(prefix); err != nil {
		return fmt.Errorf("cannot sweep %s: %w", s.url, err)
	}
	return s.sweepFolder(ctx, strings.TrimSuffix(prefix, "/"), "", dead)
}

// sweepFolder sweeps a folder below top and those in it.
func (s *Store) sweepFolder(ctx context.Context, top, folder string, dead func(folder string) bool) error {
	name := path.Join(top, folder)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("cannot sweep %s: %w", s.URL(name), err)
	}
	entries, err := s.client.ReadDir(s.path(name))
	if isNotExist(err) {
		return nil
	}
	if err != nil {
		return s.failed("sweep", name, err)
	}
	swept := false
	for _, entry := range entries {
		below := path.Join(folder, entry.Name())
		switch {
		// The file of an object of PutNew is no leftover.
		case strings.HasPrefix(entry.Name(), blob.Reserved) && entry.Name() != objectFile:
			if dead(folder) {
				if err := s.client.RemoveAll(s.path(path.Join(top, below))); err != nil && !isNotExist(err) {
					return s.failed("sweep", path.Join(top, below), err)
				}
				swept = true
			}
		case entry.IsDir():
			if err := s.sweepFolder(ctx, top, below, dead); err != nil {
				return err
			}
		}
	}
	if swept {
		s.removeEmpty(s.path(name))
	}
	return nil
}
