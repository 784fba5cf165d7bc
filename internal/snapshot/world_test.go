package snapshot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/flottstream/flott/internal/blob"
)

// world is all object storage there is, in memory, by full address. Objects appear
// at Commit; the clock goes one millisecond per object.
type world struct {
	mu      sync.Mutex
	objects map[string]object
	clock   int64
	opened  []string // roots
	deleted []string // in order
	fail    func(op, url string) error
}

type object struct {
	data     []byte
	modified int64
}

func newWorld() *world { return &world{objects: map[string]object{}} }

func (w *world) open(root string, _ map[string]string) (blob.Store, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened = append(w.opened, root)
	return &worldStore{w, strings.TrimSuffix(root, "/") + "/"}, nil
}

func (w *world) check(ctx context.Context, op, url string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.fail != nil {
		return w.fail(op, url)
	}
	return nil
}

func (w *world) put(url string, data []byte) {
	w.clock++
	w.objects[url] = object{data, w.clock}
}

// names are the addresses of all objects, in order.
func (w *world) names() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.objects))
}

type worldStore struct {
	w    *world
	root string
}

func (s *worldStore) URL(name string) string { return strings.TrimSuffix(s.root+name, "/") }
func (s *worldStore) Close() error           { return nil }

func (s *worldStore) Create(ctx context.Context, name string) (blob.Writer, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if err := errors.Join(s.w.check(ctx, "create", s.root+name), blob.CheckName(name)); err != nil {
		return nil, err
	}
	return &worldWriter{s: s, ctx: ctx, url: s.root + name}, nil
}

func (s *worldStore) PutNew(ctx context.Context, name string, data []byte) error {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if err := s.w.check(ctx, "put", s.root+name); err != nil {
		return err
	}
	if _, ok := s.w.objects[s.root+name]; ok {
		return fmt.Errorf("%s: %w", s.root+name, blob.ErrExist)
	}
	s.w.put(s.root+name, bytes.Clone(data))
	return nil
}

func (s *worldStore) Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if err := s.w.check(ctx, "open", s.root+name); err != nil {
		return nil, err
	}
	o, ok := s.w.objects[s.root+name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", s.root+name, blob.ErrNotExist)
	}
	data := o.data[min(offset, int64(len(o.data))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (s *worldStore) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		for _, url := range s.w.names() {
			if name, ok := strings.CutPrefix(url, s.root); ok && strings.HasPrefix(name, prefix) {
				info, err := s.Stat(ctx, name)
				if !yield(info, err) {
					return
				}
			}
		}
	}
}

func (s *worldStore) Stat(ctx context.Context, name string) (blob.Info, error) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	o, ok := s.w.objects[s.root+name]
	if !ok {
		return blob.Info{}, fmt.Errorf("%s: %w", s.root+name, blob.ErrNotExist)
	}
	return blob.Info{Name: name, Size: int64(len(o.data)), Modified: o.modified}, s.w.check(ctx, "stat", s.root+name)
}

func (s *worldStore) Delete(ctx context.Context, name string) error {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	if err := s.w.check(ctx, "delete", s.root+name); err != nil {
		return err
	}
	s.w.deleted = append(s.w.deleted, s.root+name)
	delete(s.w.objects, s.root+name)
	return nil
}

type worldWriter struct {
	s    *worldStore
	ctx  context.Context
	url  string
	data []byte
	done bool
}

func (w *worldWriter) Write(p []byte) (int, error) {
	w.s.w.mu.Lock()
	defer w.s.w.mu.Unlock()
	if err := w.s.w.check(w.ctx, "write", w.url); err != nil {
		return 0, err
	}
	w.data = append(w.data, p...)
	return len(p), nil
}

func (w *worldWriter) Commit() error {
	w.s.w.mu.Lock()
	defer w.s.w.mu.Unlock()
	if w.done {
		return errors.New("ended twice")
	}
	w.done = true
	if err := w.s.w.check(w.ctx, "commit", w.url); err != nil {
		return err
	}
	w.s.w.put(w.url, w.data)
	return nil
}

func (w *worldWriter) Abort() { w.done = true }
