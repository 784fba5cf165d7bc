package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/blob"
)

// disk is durable storage: what was committed survives every crash, what was being
// written does not.
type disk struct {
	w       *world
	mu      sync.Mutex        // of objects: the threads of backends are real ones
	objects map[string]object // by URL
	trouble float64           // chance that a call fails
	slow    time.Duration     // a call takes up to so long
	tricky  bool              // what fails may have happened all the same
	failed  int
	// keeps are deletions to lose, so that the checker of leaks can be shown to work.
	keeps int
}

type object struct {
	data     []byte
	modified int64
}

var errDead = errors.New("the process is dead")

var errDisk = errors.New("simulated trouble of the disk")

// store is the disk as a process sees it below a root.
type store struct {
	d    *disk
	p    *process // nil: a checker's, which has no trouble
	root string
}

func (d *disk) open(p *process) func(url string, options map[string]string) (blob.Store, error) {
	return func(url string, _ map[string]string) (blob.Store, error) {
		return &store{d, p, strings.TrimSuffix(url, "/")}, nil
	}
}

// data is begin of a call that reads or writes state. A backend does so in threads
// of its own, which the world does not know: for it, calls take no time and fail only
// because the process is dead.
func (s *store) data(ctx context.Context, what, name string) error {
	switch {
	case s.p == nil || !s.p.s.plan.rocks:
		if what == "create" { // callers hold locks
			return s.chance(ctx, what, name)
		}
		return s.begin(ctx, what, name)
	case s.p.dead:
		return errDead
	}
	return ctx.Err()
}

// begin is the start of a call: it takes time, and may fail.
func (s *store) begin(ctx context.Context, what, name string) error {
	if err := blob.CheckName(name); err != nil && what != "list" {
		return err
	}
	if s.p == nil {
		return nil
	}
	if s.d.slow > 0 {
		s.d.w.Wait(s.d.w.now.Add(time.Duration(s.d.w.r.Int64N(int64(s.d.slow)))), ctx.Done(), nil, nil)
	}
	return s.chance(ctx, what, name)
}

func (s *store) chance(ctx context.Context, what, name string) error {
	switch {
	case s.p == nil:
		return nil
	case s.p.dead:
		return errDead
	case ctx.Err() != nil:
		return ctx.Err()
	case s.d.trouble > 0 && s.d.w.r.Float64() < s.d.trouble:
		s.d.failed++
		return fmt.Errorf("cannot %s %s: %w", what, s.URL(name), errDisk)
	}
	return nil
}

// Create begins an object. It takes no time: callers hold locks.
func (s *store) Create(ctx context.Context, name string) (blob.Writer, error) {
	if err := blob.CheckName(name); err != nil {
		return nil, err
	}
	if err := s.data(ctx, "create", name); err != nil {
		return nil, err
	}
	return &objectWriter{s: s, ctx: ctx, name: name}, nil
}

type objectWriter struct {
	s     *store
	ctx   context.Context
	name  string
	buf   bytes.Buffer
	ended bool
}

func (w *objectWriter) Write(p []byte) (int, error) { return w.buf.Write(p) }

func (w *objectWriter) Commit() error {
	err := w.s.data(w.ctx, "commit", w.name)
	w.ended = true
	if err == nil || w.s.happens(err) {
		w.s.put(w.name, w.buf.Bytes())
	}
	return err
}

// happens reports whether a call that fails does what it is for.
func (s *store) happens(err error) bool {
	return s.d.tricky && errors.Is(err, errDisk) && s.d.w.r.IntN(2) == 0
}

func (w *objectWriter) Abort() { w.ended = true }

func (s *store) put(name string, data []byte) {
	s.d.mu.Lock()
	defer s.d.mu.Unlock()
	s.d.objects[s.URL(name)] = object{slices.Clone(data), s.d.w.now.UnixMilli()}
}

// PutNew implements blob.Store.
func (s *store) PutNew(ctx context.Context, name string, data []byte) error {
	err := s.begin(ctx, "write", name)
	if err != nil && !s.happens(err) {
		return err
	}
	if _, ok := s.d.objects[s.URL(name)]; ok {
		if err == nil {
			err = fmt.Errorf("%s: %w", s.URL(name), blob.ErrExist)
		}
		return err
	}
	s.put(name, data)
	return err
}

// Open implements blob.Store.
func (s *store) Open(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if err := s.data(ctx, "open", name); err != nil {
		return nil, err
	}
	s.d.mu.Lock()
	o, ok := s.d.objects[s.URL(name)]
	s.d.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("%s: %w", s.URL(name), blob.ErrNotExist)
	}
	data := o.data[min(offset, int64(len(o.data))):]
	if length >= 0 {
		data = data[:min(length, int64(len(data)))]
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// List implements blob.Store.
func (s *store) List(ctx context.Context, prefix string) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		if err := s.begin(ctx, "list", prefix); err != nil {
			yield(blob.Info{}, err)
			return
		}
		for _, url := range s.d.names() {
			name, ok := strings.CutPrefix(url, s.root+"/")
			if !ok || !strings.HasPrefix(name, prefix) {
				continue
			}
			o, ok := s.d.objects[url]
			if ok && !yield(blob.Info{Name: name, Size: int64(len(o.data)), Modified: o.modified}, nil) {
				return
			}
		}
	}
}

// Stat implements blob.Store.
func (s *store) Stat(ctx context.Context, name string) (blob.Info, error) {
	if err := s.begin(ctx, "look at", name); err != nil {
		return blob.Info{}, err
	}
	o, ok := s.d.objects[s.URL(name)]
	if !ok {
		return blob.Info{}, fmt.Errorf("%s: %w", s.URL(name), blob.ErrNotExist)
	}
	return blob.Info{Name: name, Size: int64(len(o.data)), Modified: o.modified}, nil
}

// Delete implements blob.Store.
func (s *store) Delete(ctx context.Context, name string) error {
	err := s.begin(ctx, "delete", name)
	if err != nil && !s.happens(err) {
		return err
	}
	if s.d.keeps > 0 && s.p != nil {
		s.d.keeps--
		return nil
	}
	delete(s.d.objects, s.URL(name))
	return err
}

// URL implements blob.Store.
func (s *store) URL(name string) string {
	if name == "" {
		return s.root
	}
	return s.root + "/" + name
}

// Close implements blob.Store.
func (s *store) Close() error { return nil }

// names are the URLs of all objects, in order.
func (d *disk) names() []string {
	names := make([]string, 0, len(d.objects))
	for n := range d.objects {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
