// Package cloud keeps objects in a bucket of Amazon S3 (or what speaks its
// protocol), Google Cloud Storage or Azure Blob Storage.
//
// An object is uploaded in parts as it is written, so a Writer holds a few
// parts in memory whatever the size; it appears when the upload is completed.
// PutNew asks the service to refuse a name that is taken. A process that dies
// while it uploads leaves parts that no listing of objects shows: let a
// lifecycle rule of the bucket remove incomplete uploads.
//
// S3 and Azure are driven by gocloud.dev's drivers, Google's by one of our own.
//
// No error and no log line has a credential in it.
package cloud

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/blob"
	cdk "gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// putMark is the metadata that tells whose a PutNew was: one whose answer got
// lost is sent again, and then finds its own object.
const putMark = "flottput"

// Store keeps objects below a prefix of a bucket.
type Store struct {
	bucket *cdk.Bucket
	url    string // of the root, with no slash at the end
	prefix string // of keys: "" or "folder/"
	write  cdk.WriterOptions
	remove func(ctx context.Context, key string) error // nil: the bucket's own
	// secrets never appear in an error.
	secrets []string
}

// Location is a place in a bucket.
type Location struct {
	Scheme string // as the user wrote it
	Bucket string
	Path   string // "" or a name
}

func (l Location) url() string {
	if l.Path == "" {
		return l.Scheme + "://" + l.Bucket
	}
	return l.Scheme + "://" + l.Bucket + "/" + l.Path
}

func (l Location) prefix() string {
	if l.Path == "" {
		return ""
	}
	return l.Path + "/"
}

func (l Location) check() error {
	if l.Bucket == "" {
		return fmt.Errorf("%s:// needs the name of a bucket: write %s://BUCKET/PATH", l.Scheme, l.Scheme)
	}
	if l.Path == "" {
		return nil
	}
	if err := blob.CheckName(l.Path); err != nil {
		return fmt.Errorf("%s is not a place for objects: %w", l.url(), err)
	}
	return nil
}

// reach asks for a name, so that a misspelt bucket or a wrong key is known
// before anything is written. One may be allowed to write but not to list.
func (s *Store) reach(ctx context.Context, bucket string) error {
	_, _, err := s.bucket.ListPage(ctx, cdk.FirstPageToken, 1, &cdk.ListOptions{Prefix: s.prefix})
	if err == nil || isDenied(err) {
		return nil
	}
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("cannot open %s: the bucket %s does not exist, or is not for these credentials", s.url, bucket)
	}
	return s.failed(ctx, "open", "", err)
}

// URL writes addresses as the user wrote the root.
func (s *Store) URL(name string) string {
	if name == "" {
		return s.url
	}
	return s.url + "/" + name
}

// Close ends idle connections.
func (s *Store) Close() error { return s.bucket.Close() }

// check is what every operation on a name begins with.
func (s *Store) check(ctx context.Context, what, name string) error {
	if ctx.Err() != nil {
		return s.failed(ctx, what, name, ctx.Err())
	}
	if err := blob.CheckName(name); err != nil {
		return fmt.Errorf("cannot %s an object in %s: %w", what, s.url, err)
	}
	return nil
}

// PutNew writes a small object unless its name is taken.
func (s *Store) PutNew(ctx context.Context, name string, data []byte) error {
	if err := s.check(ctx, "write", name); err != nil {
		return err
	}
	mark := rand.Text()
	options := s.write
	options.IfNotExist = true
	options.Metadata = map[string]string{putMark: mark}
	for try := 0; ; try++ {
		err := s.bucket.Upload(ctx, s.prefix+name, bytes.NewReader(data), &options)
		switch {
		case err == nil:
			return nil
		case isTaken(err):
			found, err := s.bucket.Attributes(ctx, s.prefix+name)
			if err == nil && found.Metadata[putMark] == mark {
				return nil // ours: the answer to the first attempt was lost
			}
			return fmt.Errorf("cannot write %s: %w", s.URL(name), blob.ErrExist)
		case !isConflict(err) || try == 10:
			return s.failed(ctx, "write", name, err)
		}
		// Another call for this name is under way; who wins is not decided yet.
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(try+1) * 20 * time.Millisecond):
		}
	}
}

// Stat describes one object.
func (s *Store) Stat(ctx context.Context, name string) (blob.Info, error) {
	if err := s.check(ctx, "find", name); err != nil {
		return blob.Info{}, err
	}
	found, err := s.bucket.Attributes(ctx, s.prefix+name)
	if err != nil {
		return blob.Info{}, s.failed(ctx, "find", name, err)
	}
	return blob.Info{Name: name, Size: found.Size, Modified: found.ModTime.UnixMilli()}, nil
}

// Open reads length bytes from offset on.
func (s *Store) Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if err := s.check(ctx, "read", name); err != nil {
		return nil, err
	}
	if offset < 0 {
		return nil, fmt.Errorf("cannot read %s from offset %d: it must not be negative", s.URL(name), offset)
	}
	r, err := s.bucket.NewRangeReader(ctx, s.prefix+name, offset, length, nil)
	if err == nil {
		return &reader{r, ctx, s, name}, nil
	}
	if gcerrors.Code(err) != gcerrors.NotFound {
		// The services refuse ranges past the end, where there is nothing to read.
		if found, err := s.bucket.Attributes(ctx, s.prefix+name); err == nil && offset >= found.Size {
			return io.NopCloser(bytes.NewReader(nil)), nil
		}
	}
	return nil, s.failed(ctx, "read", name, err)
}

type reader struct {
	r    *cdk.Reader
	ctx  context.Context
	s    *Store
	name string
}

func (r *reader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && err != io.EOF {
		err = r.s.failed(r.ctx, "read", r.name, err)
	}
	return n, err
}

func (r *reader) Close() error { return r.r.Close() }

// List yields the objects whose names begin with prefix, in order of name.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := blob.CheckPrefix(prefix); err != nil {
			yield(blob.Info{}, fmt.Errorf("cannot list %s: %w", s.url, err))
			return
		}
		objects := s.bucket.List(&cdk.ListOptions{Prefix: s.prefix + prefix})
		for {
			object, err := objects.Next(ctx)
			if err == io.EOF {
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(blob.Info{}, s.failed(ctx, "list", "", err))
				return
			}
			name := strings.TrimPrefix(object.Key, s.prefix)
			if blob.CheckName(name) != nil {
				continue // the marks of "folders" that consoles write
			}
			if !yield(blob.Info{Name: name, Size: object.Size, Modified: object.ModTime.UnixMilli()}, nil) {
				return
			}
		}
	}
}

// Delete removes an object.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := s.check(ctx, "delete", name); err != nil {
		return err
	}
	remove := s.bucket.Delete
	if s.remove != nil {
		remove = s.remove
	}
	err := remove(ctx, s.prefix+name)
	if err == nil || errors.Is(err, gcerrors.ErrNotFound) {
		return nil
	}
	return s.failed(ctx, "delete", name, err)
}
