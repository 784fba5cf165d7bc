package state

import (
	"context"
	"errors"
	"io"

	"github.com/flottstream/flott/internal/keygroup"
)

// ErrCorrupt is returned (wrapped, with the file named) when bytes of a
// checkpoint are torn, missing or fail their checksum. Another checkpoint may do.
var ErrCorrupt = errors.New("corrupt checkpoint data")

// Shape is the kind of a state.
type Shape uint8

// The shapes. Their numbers are part of file formats.
const (
	ShapeTable  Shape = 1
	ShapeList   Shape = 2
	ShapeMap    Shape = 3
	ShapeTimers Shape = 4
)

// String names the shape as messages do.
func (s Shape) String() string {
	switch s {
	case ShapeTable:
		return "table"
	case ShapeList:
		return "list"
	case ShapeMap:
		return "map"
	case ShapeTimers:
		return "timers"
	}
	return "unknown shape"
}

// Description is a state as a snapshot records it. Of Timers only the name is set.
type Description struct {
	Spec
	Shape Shape
}

// Entry is one record of keyed state in canonical form, which every backend
// gives and takes. Its slices are valid during the call they are passed to.
type Entry struct {
	Key       []byte
	Sub       []byte    // Map
	Namespace Namespace // Table
	Time      int64     // Timers
	Fixed     []byte    // Spec.FixedWidth bytes
	Var       []byte    // variable part, or payload of a List's record
	Stamp     int64     // last write in ms since 1970; 0 if the state has no TTL
}

// ListContent is an OperatorList as a snapshot records it.
type ListContent struct {
	Name    string
	Mode    Redistribution
	Records [][]byte
}

// Snapshot is the content of a backend frozen between two elements. Making it
// takes time that does not grow with the state; later writes do not show in it.
// Everything but Release may be called by one other goroutine while the backend
// is being used. Release is called once by that goroutine, last.
type Snapshot interface {
	// States describes the keyed states, in order of name.
	States() []Description
	// Scan visits the entries of a state in any order; the records of one list
	// come one after the other in their order. Expired entries may be left out.
	// A state is scanned at most once: what has been read need not be kept.
	Scan(name string, visit func(*Entry) error) error
	Lists() []ListContent
	Release()
}

// Native is a Snapshot that can also write itself in its backend's own format,
// and then only what is new since an earlier checkpoint.
type Native interface {
	Snapshot
	// Persist writes the keyed states. It may refer to files that the checkpoint
	// base persisted (0: to none), never to those of another checkpoint.
	Persist(ctx context.Context, files Files, base int64) (Part, error)
}

// Part is keyed state of one backend in a checkpoint: bytes that its Format
// explains, in Segments and, if small, in Data. Data refers to segments by index,
// so that files can be moved. The canonical format is that of package statefile.
type Part struct {
	Format   string // with version: "canonical.1", "lsm.1"
	Data     []byte
	Segments []Segment // every piece of a file it refers to
	// Bytes were written for this checkpoint, FullBytes is the state in full.
	Bytes, FullBytes int64
}

// Segment is a piece of a durable file. A file may hold many small ones, and a
// very small piece lies in no file but travels with the Segment.
type Segment struct {
	File           string // unique name in the checkpoint storage of the job; empty: see Inline
	Offset, Length int64  // bytes
	Sum            uint32 // CRC-32C of the piece
	Inline         string // the bytes of a piece that lies in no file
}

// Slice is the length bytes of the piece from offset on, whose sum is given.
func (s Segment) Slice(offset, length int64, sum uint32) Segment {
	if s.File == "" {
		return Segment{Inline: s.Inline[offset : offset+length], Length: length, Sum: sum}
	}
	return Segment{File: s.File, Offset: s.Offset + offset, Length: length, Sum: sum}
}

// Files is the part of the checkpoint storage that a snapshot is written to and
// read from. It may be used by many goroutines.
type Files interface {
	// Create begins a piece. One that is shared may be part of later checkpoints;
	// one that is not is deleted with its checkpoint.
	Create(ctx context.Context, shared bool) (FileWriter, error)
	// Open reads a piece, or a part of one as a Segment of its own. Reading to its
	// end checks the sum (ErrCorrupt).
	Open(ctx context.Context, s Segment) (io.ReadCloser, error)
}

// FileWriter writes one piece. Exactly one of Commit and Abort ends it.
type FileWriter interface {
	io.Writer
	Commit() (Segment, error)
	Abort()
}

// Source is keyed state read back from a checkpoint, in canonical form.
type Source interface {
	States() []Description
	// Scan visits the entries whose keys belong to groups, as Snapshot.Scan does.
	Scan(ctx context.Context, name string, groups keygroup.Range, visit func(*Entry) error) error
	Close() error
}

// Restore is what a new backend starts from. A state is filled when it is asked
// for by name: then its Spec is known. A TTL may differ from that in the
// snapshot (entries without a Stamp count as written now); any other difference
// is an error that names both.
type Restore struct {
	Sources []Source      // of every old subtask that had keys of this backend
	Lists   []ListContent // already shared out to this subtask
}
