package snapshot

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/flottstream/flott/internal/checkpoint"
	"github.com/flottstream/flott/internal/state"
)

// manifestHead is the magic and the version of a _metadata file.
const manifestHead = "FLTM\x01"

// headerBytes is as much of a manifest as is read to learn whose it is.
const headerBytes = 4096

// EncodeManifest writes a _metadata file. Of a savepoint, files below its path are
// named relative to it.
func EncodeManifest(m *checkpoint.Manifest) []byte {
	base := ""
	if m.Kind.IsSavepoint() {
		base = m.Path
	}
	var h writer
	h.header(m)
	w := &writer{}
	w.begin(manifestHead)
	w.bytes(h.buf)
	w.sum(crc32.Checksum(w.buf, castagnoli))
	w.count(len(m.Vertices))
	for i := range m.Vertices {
		w.vertex(&m.Vertices[i], base)
	}
	return w.end()
}

func (w *writer) header(m *checkpoint.Manifest) {
	w.string(m.Job)
	w.string(m.Name)
	w.int(m.ID)
	w.int(m.Timestamp)
	w.byte(byte(m.Kind))
	w.string(string(m.Format))
	w.string(m.Path)
	w.bool(m.Unaligned)
	w.int(m.Size)
	w.int(m.Increment)
}

func (w *writer) bool(b bool) {
	if b {
		w.byte(1)
	} else {
		w.byte(0)
	}
}

func (w *writer) vertex(v *checkpoint.VertexState, base string) {
	w.string(v.UID)
	w.string(v.Name)
	w.count(v.MaxParallelism)
	w.count(len(v.Operators))
	for _, op := range v.Operators {
		w.string(op.UID)
		w.string(op.Name)
	}
	w.bool(v.Coordinator != nil)
	if v.Coordinator != nil {
		w.state(v.Coordinator, base)
	}
	w.count(len(v.Subtasks))
	for i := range v.Subtasks {
		w.bool(v.Subtasks[i].Finished)
		w.state(&v.Subtasks[i].State, base)
	}
}

func (w *writer) state(s *checkpoint.State, base string) {
	w.bytes(s.Data)
	names := make([]string, len(s.Handles))
	for i, h := range s.Handles {
		names[i] = relative(h.Name, base)
	}
	w.names(names)
	for _, h := range s.Handles {
		w.int(h.Size)
	}
}

// DecodeManifest reads a _metadata file that lies in the folder base; "" keeps the
// path that was written down.
func DecodeManifest(data []byte, base string) (*checkpoint.Manifest, error) {
	const what = "the metadata"
	r, err := open(what, manifestHead, data)
	if err != nil {
		return nil, err
	}
	m, err := decodeHeader(data)
	if err != nil {
		return nil, err
	}
	if base != "" {
		m.Path = base
	}
	r.bytes() // the header
	r.sum()
	m.Vertices = slice(&r, func(r *reader) checkpoint.VertexState { return r.vertex(m.Path) })
	return m, r.close(what)
}

// decodeHeader reads the beginning of a _metadata file: everything but the
// vertices. It fails with errShort if data ends before.
func decodeHeader(data []byte) (*checkpoint.Manifest, error) {
	const what = "the metadata"
	n := len(manifestHead)
	if len(data) < n || string(data[:n-1]) != manifestHead[:n-1] {
		return nil, fmt.Errorf("%w: this is not %s of flott", state.ErrCorrupt, what)
	}
	if data[n-1] != manifestHead[n-1] {
		return nil, fmt.Errorf("%s has format version %d, but this flott reads version %d only; use the version that wrote it, or a newer one", what, data[n-1], manifestHead[n-1])
	}
	r := reader{buf: data[n:]}
	header := reader{buf: r.bytes()}
	end := len(data) - len(r.buf)
	sum := r.take(4)
	if r.err != nil {
		return nil, fmt.Errorf("%w: %s is damaged: %w", state.ErrCorrupt, what, r.err)
	}
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(sum) {
		return nil, fmt.Errorf("%w: the checksum of the head of %s does not match", state.ErrCorrupt, what)
	}
	m := &checkpoint.Manifest{Job: header.string(), Name: header.string(), ID: header.int(), Timestamp: header.int()}
	if m.Kind = checkpoint.Kind(header.byte()); m.Kind > checkpoint.SyncSavepoint {
		header.fail(fmt.Errorf("unknown kind %d", m.Kind))
	}
	m.Format, m.Path = checkpoint.Format(header.string()), header.string()
	m.Unaligned = header.bool()
	m.Size, m.Increment = header.int(), header.int()
	return m, header.close(what)
}

func (r *reader) bool() bool {
	b := r.byte()
	if b > 1 {
		r.fail(fmt.Errorf("a truth value of %d", b))
	}
	return b == 1
}

func (r *reader) vertex(base string) (v checkpoint.VertexState) {
	v.UID, v.Name, v.MaxParallelism = r.string(), r.string(), r.number()
	v.Operators = slice(r, func(r *reader) checkpoint.OperatorName {
		return checkpoint.OperatorName{UID: r.string(), Name: r.string()}
	})
	if r.bool() {
		s := r.state(base)
		v.Coordinator = &s
	}
	v.Subtasks = slice(r, func(r *reader) checkpoint.SubtaskState {
		return checkpoint.SubtaskState{Finished: r.bool(), State: r.state(base)}
	})
	return v
}

func (r *reader) state(base string) (s checkpoint.State) {
	s.Data = r.bytes()
	for _, name := range r.names() {
		s.Handles = append(s.Handles, checkpoint.Handle{Name: absolute(name, base)})
	}
	for i := range s.Handles {
		s.Handles[i].Size = r.int()
	}
	return s
}
