package format

import (
	"io"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// FileFormat is a Factory that reads and writes files as a whole: their
// messages cannot be told apart without it (parquet, avro).
type FileFormat interface {
	// CheckFile refuses bad options and columns that cannot be read.
	CheckFile(schema types.Schema, options map[string]string) error
	// OpenFile returns a reader of the columns keep of physical. Columns are found
	// by name. first rows are left out: where an earlier reader of the same file
	// had come.
	OpenFile(file io.ReaderAt, size int64, physical types.Schema, keep []int, options map[string]string, first int64) (FileReader, error)
	// CreateFile returns a writer of rows of schema. Bad options and types are
	// refused here, before anything is written.
	CreateFile(out io.Writer, schema types.Schema, options map[string]string) (FileWriter, error)
}

// PrunedFormat is a FileFormat whose files say what lies in parts of them.
type PrunedFormat interface {
	FileFormat
	// OpenPruned is OpenFile which may leave out rows that cannot pass the filter
	// (over physical; nil: none). Its reader is Positioned.
	OpenPruned(file io.ReaderAt, size int64, physical types.Schema, keep []int, options map[string]string, first int64, filter *Filter) (FileReader, error)
}

// Positioned is a FileReader that leaves out rows.
type Positioned interface {
	// Position is how many rows of the file were read or left out: what to open it
	// with to go on.
	Position() int64
}

// FileReader reads the rows of a file in order. It is used by one goroutine.
type FileReader interface {
	// Read appends up to limit rows to out, io.EOF with none left. A malformed
	// file is a *Malformed.
	Read(out *batch.Batch, limit int) error
	// Close frees what the reader holds; the file stays open.
	Close() error
}

// FileWriter writes rows to a file. It is used by one goroutine.
type FileWriter interface {
	// Write appends the rows sel of b; they are copied or written before it
	// returns.
	Write(b *batch.Batch, sel []int32) error
	// Size is about how many bytes the file would have if it were closed now.
	Size() int64
	// Close completes the file. Without it there is none.
	Close() error
}
