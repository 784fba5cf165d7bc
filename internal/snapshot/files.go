package snapshot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/state"
)

// MaxMemoryBytes bounds a piece of state that is kept in the JobManager's memory,
// as in Flink.
const MaxMemoryBytes = 5 << 20

// The kinds of files: those of one checkpoint, and those of several.
const (
	exclusive = 0
	shared    = 1
)

// Files are the files of one subtask's part of one checkpoint. Small pieces go one
// after the other into the same file; pieces that are written at the same time go
// into different ones. A piece of one checkpoint only that fits InlineBytes is no
// part of any file. It may be used by many goroutines.
//
// Invariant: an open file is either in idle or belongs to one pieceWriter.
type Files struct {
	s           *Storage
	ctx         context.Context
	base        string    // of a savepoint: the folder that files are named relative to
	folders     [2]folder // by kind
	memory      bool      // no file at all
	inlineBytes int
	mergeBytes  int64
	bufferBytes int

	mu      sync.Mutex
	idle    [2][]*openFile // with room for more, by kind
	writing int            // pieces not ended
	made    []madeFile     // committed
	err     error          // why nothing more is written
}

// folder is where files of a kind go.
type folder struct {
	store     blob.Store
	name, url string // before a file's name; "/" at the end
}

type madeFile struct {
	store blob.Store
	name  string
}

// openFile is a file being written.
type openFile struct {
	w      blob.Writer
	buf    *bufio.Writer
	in     madeFile
	url    string
	size   int64
	pieces int // committed
}

// Encode writes a subtask's state with its files named as this checkpoint names them.
func (f *Files) Encode(s *Subtask) checkpoint.State { return Encode(s, f.base) }

// Create begins a piece.
func (f *Files) Create(ctx context.Context, isShared bool) (state.FileWriter, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	f.writing++
	w := &pieceWriter{f: f, ctx: ctx}
	if isShared {
		w.kind = shared
	}
	return w, nil
}

// Open reads a piece of this or another checkpoint.
func (f *Files) Open(ctx context.Context, g state.Segment) (io.ReadCloser, error) {
	return f.s.open(ctx, g)
}

// acquire gives out a file to write a piece to.
func (f *Files) acquire(kind int) (*openFile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	if n := len(f.idle[kind]); n > 0 {
		file := f.idle[kind][n-1]
		f.idle[kind] = f.idle[kind][:n-1]
		return file, nil
	}
	dir, name := f.folders[kind], f.s.name()
	w, err := dir.store.Create(f.ctx, dir.name+name)
	if err != nil {
		return nil, err
	}
	return &openFile{w: w, buf: bufio.NewWriterSize(w, max(f.bufferBytes, 512)), in: madeFile{dir.store, dir.name + name}, url: dir.url + name}, nil
}

// release takes a file back after a piece: it is ended if it is full, or if
// nothing is in it.
func (f *Files) release(kind int, file *openFile) error {
	f.mu.Lock()
	stopped := f.err != nil
	if !stopped && file.pieces > 0 && file.size < f.mergeBytes {
		f.idle[kind] = append(f.idle[kind], file)
		f.mu.Unlock()
		return nil
	}
	f.mu.Unlock()
	if stopped || file.pieces == 0 {
		file.w.Abort()
		return nil
	}
	return f.commit(file)
}

// commit makes a file durable.
func (f *Files) commit(file *openFile) error {
	err := file.buf.Flush()
	if err == nil {
		err = file.w.Commit()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		file.w.Abort()
		f.stop(err)
	}
	// A failed Commit may have made it all the same.
	f.made = append(f.made, file.in)
	return err
}

// stop ends the writing for good. The lock is held.
func (f *Files) stop(err error) {
	if f.err == nil {
		f.err = err
	}
}

// Flush makes all pieces durable; all of them must have ended. After an error all
// is as after Abort.
func (f *Files) Flush() error {
	f.mu.Lock()
	err, writing := f.err, f.writing
	var open []*openFile
	if err == nil && writing == 0 {
		open = append(f.idle[exclusive], f.idle[shared]...)
		f.idle = [2][]*openFile{}
	}
	f.mu.Unlock()
	if writing > 0 && err == nil {
		err = fmt.Errorf("%d pieces of state are still being written", writing)
	}
	for i, file := range open {
		if err = f.commit(file); err != nil {
			for _, rest := range open[i+1:] {
				rest.w.Abort()
			}
			break
		}
	}
	if err != nil {
		f.Abort()
	}
	return err
}

// errAborted is what writing meets after Abort.
var errAborted = errors.New("the checkpoint was aborted")

// Abort deletes everything written, flushed or not. It does so although the
// context may have ended; what cannot be deleted is left to Storage.Sweep.
func (f *Files) Abort() {
	f.mu.Lock()
	f.stop(errAborted)
	open, made := append(f.idle[exclusive], f.idle[shared]...), f.made
	f.idle, f.made = [2][]*openFile{}, nil
	f.mu.Unlock()
	for _, file := range open {
		file.w.Abort()
	}
	for _, file := range made {
		_ = file.store.Delete(context.WithoutCancel(f.ctx), file.name)
	}
}

// pieceWriter writes one piece: to memory as long as it may be inline, then to a file.
type pieceWriter struct {
	f     *Files
	ctx   context.Context
	kind  int
	head  []byte
	file  *openFile
	start int64 // in the file
	n     int64
	sum   uint32
	ended bool
	err   error
}

// errEnded is what a piece that was committed or aborted answers.
var errEnded = errors.New("the piece of state has ended already")

// Write appends to the piece.
func (w *pieceWriter) Write(p []byte) (int, error) {
	switch {
	case w.ended:
		return 0, errEnded
	case w.err != nil:
		return 0, w.err
	}
	if w.err = w.ctx.Err(); w.err != nil {
		return 0, w.err
	}
	if err := w.write(p); err != nil {
		w.err = err
		return 0, err
	}
	w.sum = crc32.Update(w.sum, castagnoli, p)
	w.n += int64(len(p))
	return len(p), nil
}

func (w *pieceWriter) write(p []byte) error {
	if w.file == nil {
		total := len(w.head) + len(p)
		if total <= w.f.inlineBytes && (w.kind == exclusive || w.f.memory) {
			w.head = append(w.head, p...)
			return nil
		}
		if w.f.memory {
			return fmt.Errorf("Size of the state is larger than the maximum permitted memory-backed state. Size=%d, maxSize=%d. Consider using a different checkpoint storage: set 'execution.checkpointing.dir'", total, MaxMemoryBytes)
		}
		file, err := w.f.acquire(w.kind)
		if err != nil {
			return err
		}
		w.file, w.start = file, file.size
		if err := w.append(w.head); err != nil {
			return err
		}
		w.head = nil
	}
	return w.append(p)
}

// append writes to the file. If that fails, the other pieces in the file are lost
// too, and with them the checkpoint.
func (w *pieceWriter) append(p []byte) error {
	_, err := w.file.buf.Write(p)
	w.file.size += int64(len(p))
	if err != nil {
		w.f.mu.Lock()
		w.f.stop(err)
		w.f.mu.Unlock()
	}
	return err
}

// end takes the piece off the books.
func (w *pieceWriter) end() (stopped error) {
	w.ended = true
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	w.f.writing--
	return w.f.err
}

// Commit ends the piece. It is durable after Files.Flush.
func (w *pieceWriter) Commit() (state.Segment, error) {
	if w.ended {
		return state.Segment{}, errEnded
	}
	if w.err != nil {
		w.Abort()
		return state.Segment{}, w.err
	}
	g := state.Segment{Length: w.n, Sum: w.sum}
	if w.file == nil {
		g.Inline = string(w.head)
		return g, w.end()
	}
	g.File, g.Offset = w.file.url, w.start
	w.file.pieces++
	err := w.f.release(w.kind, w.file)
	return g, errors.Join(err, w.end())
}

// Abort gives the piece up. What it wrote to a file stays there as a gap.
func (w *pieceWriter) Abort() {
	if w.ended {
		return
	}
	if w.file != nil {
		_ = w.f.release(w.kind, w.file)
	}
	w.end()
}

// pieceReader reads a piece and checks it on the way.
type pieceReader struct {
	r    io.ReadCloser
	g    state.Segment
	left int64
	sum  uint32
	err  error
}

// Read returns the piece's bytes; the sum is checked with the last of them.
func (r *pieceReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.left == 0 {
		r.err = r.check()
		return 0, r.err
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.r.Read(p)
	r.sum = crc32.Update(r.sum, castagnoli, p[:n])
	r.left -= int64(n)
	switch {
	case r.left == 0:
		if r.err = r.check(); r.err == io.EOF {
			return n, nil
		}
		return n, r.err
	case err == io.EOF:
		r.err = fmt.Errorf("%w: %s ends %d bytes early", state.ErrCorrupt, r.where(), r.left)
	case err != nil:
		r.err = err
	}
	return n, r.err
}

// check returns io.EOF if the piece is sound.
func (r *pieceReader) check() error {
	if r.sum != r.g.Sum {
		return fmt.Errorf("%w: the checksum of %s does not match", state.ErrCorrupt, r.where())
	}
	return io.EOF
}

func (r *pieceReader) where() string {
	if r.g.File == "" {
		return "a piece of state in the metadata"
	}
	return fmt.Sprintf("the file %s (%d bytes from %d on)", r.g.File, r.g.Length, r.g.Offset)
}

// Close ends the reading.
func (r *pieceReader) Close() error { return r.r.Close() }
