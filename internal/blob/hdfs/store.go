// Package hdfs keeps objects in HDFS.
//
// An object is written to a hidden file in the folder it goes to, which is
// closed and then renamed over what had the name: the NameNode does that in one
// step. Closed means that the DataNodes have all bytes; whether they are on
// their disks then is the cluster's matter (dfs.datanode.synconclose).
//
// HDFS cannot rename a file only if the name is free, but it never renames onto
// a folder that is not empty. So an object of PutNew is a folder of that name
// with its bytes in a hidden file; all operations take the two forms alike.
//
// A hidden file or folder that a crash left behind is removed by the next List
// that sees it once it is an hour old and no client holds its lease.
package hdfs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/colinmarc/hdfs/v2"
	"github.com/flottstream/flott/internal/blob"
)

// objectFile holds the bytes of an object of PutNew, in the folder that has the
// object's name.
const objectFile = blob.Reserved + "object"

// Store keeps objects below a folder of HDFS.
type Store struct {
	client      *hdfs.Client
	url         string // of the root, with no slash at the end
	root        string // absolute and clean
	replication int
	blockSize   int64 // bytes
}

// URL writes addresses as the user wrote the root.
func (s *Store) URL(name string) string {
	if name == "" {
		return s.url
	}
	return s.url + "/" + name
}

// Close ends the connection to the NameNode.
func (s *Store) Close() error { return s.client.Close() }

func (s *Store) path(name string) string { return path.Join(s.root, name) }

// failed says what could not be done to which object and why.
func (s *Store) failed(what, name string, err error) error {
	if isNotExist(err) {
		err = blob.ErrNotExist
	}
	return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), reason(err))
}

// reason is an error in one line without the path, which the URL tells, and
// without Java's stack.
func reason(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	if remote, ok := err.(hdfs.Error); ok {
		exception := remote.Exception()
		message, _, _ := strings.Cut(remote.Message(), "\n")
		return errors.New(exception[strings.LastIndexByte(exception, '.')+1:] + ": " + message)
	}
	return err
}

// isNotExist also knows what the NameNode says when a part of a path is a file.
func isNotExist(err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	remote, ok := err.(hdfs.Error)
	return ok && strings.HasSuffix(remote.Exception(), "ParentNotDirectoryException")
}

// check is what every operation on a name begins with.
func (s *Store) check(ctx context.Context, what, name string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), err)
	}
	if err := blob.CheckName(name); err != nil {
		return fmt.Errorf("cannot %s an object in %s: %w", what, s.url, err)
	}
	return nil
}

// find returns the file that holds an object's bytes.
func (s *Store) find(name string) (file string, info fs.FileInfo, err error) {
	file = s.path(name)
	info, err = s.client.Stat(file)
	if err == nil && info.IsDir() {
		file = path.Join(file, objectFile)
		info, err = s.client.Stat(file)
	}
	return file, info, err
}

func describe(name string, info fs.FileInfo) blob.Info {
	return blob.Info{Name: name, Size: info.Size(), Modified: info.ModTime().UnixMilli()}
}

// Stat describes one object.
func (s *Store) Stat(ctx context.Context, name string) (blob.Info, error) {
	if err := s.check(ctx, "find", name); err != nil {
		return blob.Info{}, err
	}
	_, info, err := s.find(name)
	if err != nil {
		return blob.Info{}, s.failed("find", name, err)
	}
	return describe(name, info), nil
}

// Delete removes an object and the folders that became empty.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := s.check(ctx, "delete", name); err != nil {
		return err
	}
	file, _, err := s.find(name)
	if err == nil {
		err = s.client.Remove(file)
	}
	if err != nil && !isNotExist(err) {
		return s.failed("delete", name, err)
	}
	// A PutNew at this moment finds an empty folder, which does not stop it, or
	// has filled it, and then it stays.
	s.removeEmpty(path.Dir(file))
	return nil
}

// removeEmpty removes a folder and those above it, below the root, as far as
// they are empty.
func (s *Store) removeEmpty(dir string) {
	for ; len(dir) > len(s.root) && strings.HasPrefix(dir, s.root); dir = path.Dir(dir) {
		if err := s.client.Remove(dir); err != nil && !isNotExist(err) {
			return
		}
	}
}
