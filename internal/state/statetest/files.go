package statetest

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/flottstream/flott/internal/state"
)

// MemoryFiles is a checkpoint storage in memory. It checks what it is told: sums
// of the pieces it reads, and that writers end in Commit or Abort.
type MemoryFiles struct {
	mu    sync.Mutex
	files map[string][]byte
	open  int
	made  int
}

var _ state.Files = (*MemoryFiles)(nil)

// Create implements state.Files.
func (m *MemoryFiles) Create(context.Context, bool) (state.FileWriter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open++
	m.made++
	return &memoryWriter{files: m, name: fmt.Sprint("file-", m.made)}, nil
}

// Open implements state.Files.
func (m *MemoryFiles) Open(_ context.Context, s state.Segment) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.files[s.File]
	if !ok || s.Offset < 0 || s.Offset+s.Length > int64(len(b)) {
		return nil, fmt.Errorf("%w: piece %+v of %d bytes", state.ErrCorrupt, s, len(b))
	}
	b = b[s.Offset : s.Offset+s.Length]
	if crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) != s.Sum {
		return nil, fmt.Errorf("%w: the sum of piece %+v does not match", state.ErrCorrupt, s)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// Len is the number of committed files; open is that of writers not ended.
func (m *MemoryFiles) Len() (committed, open int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.files), m.open
}

// Mangle changes the bytes of every file.
func (m *MemoryFiles) Mangle(change func([]byte) []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, b := range m.files {
		m.files[name] = change(b)
	}
}

type memoryWriter struct {
	files *MemoryFiles
	name  string
	buf   []byte
}

func (w *memoryWriter) Write(b []byte) (int, error) {
	w.buf = append(w.buf, b...)
	return len(b), nil
}

func (w *memoryWriter) Commit() (state.Segment, error) {
	w.Abort()
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	if w.files.files == nil {
		w.files.files = map[string][]byte{}
	}
	// The piece does not begin where its file begins.
	const before = 13
	w.files.files[w.name] = append(make([]byte, before), w.buf...)
	return state.Segment{File: w.name, Offset: before, Length: int64(len(w.buf)),
		Sum: crc32.Checksum(w.buf, crc32.MakeTable(crc32.Castagnoli))}, nil
}

func (w *memoryWriter) Abort() {
	w.files.mu.Lock()
	defer w.files.mu.Unlock()
	w.files.open--
}
