package hdfs

import (
	"context"
	"path"

	"github.com/flottstream/flott/internal/blob"
)

var _ blob.Mover = (*Store)(nil)

// Move renames a file.
func (s *Store) Move(ctx context.Context, from, to string) error {
	if err := s.check(ctx, "rename", from); err != nil {
		return err
	}
	if err := s.check(ctx, "write", to); err != nil {
		return err
	}
	file, _, err := s.find(from)
	if err != nil {
		return s.failed("rename", from, err)
	}
	target := s.path(to)
	if err := s.client.MkdirAll(path.Dir(target), 0o755); err != nil {
		return s.failedWrite(to, err)
	}
	if err := s.publish(file, target); err != nil {
		return s.failedWrite(to, err)
	}
	s.removeEmpty(path.Dir(file))
	return nil
}
