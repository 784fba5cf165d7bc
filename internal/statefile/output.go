package statefile

import (
	"context"

	"github.com/flottstream/flott/internal/state"
)

// output is the stream being written. It stays in memory up to inline bytes.
type output struct {
	ctx    context.Context
	files  state.Files
	inline int
	shared bool

	file state.FileWriter // nil: none yet
	buf  []byte           // not yet in the file
	size int64            // of the stream so far
}

const writeBytes = 256 << 10

func (o *output) write(b []byte) error {
	o.size += int64(len(b))
	if o.file != nil && len(b) >= blockBytes/2 { // not worth a copy
		if err := o.drain(); err != nil {
			return err
		}
		_, err := o.file.Write(b)
		return err
	}
	o.buf = append(o.buf, b...)
	if o.file == nil && o.size <= int64(o.inline) || o.file != nil && len(o.buf) < writeBytes {
		return nil
	}
	if o.file == nil {
		var err error
		if o.file, err = o.files.Create(o.ctx, o.shared); err != nil {
			o.file = nil
			return err
		}
	}
	return o.drain()
}

func (o *output) drain() error {
	if len(o.buf) == 0 {
		return nil
	}
	_, err := o.file.Write(o.buf)
	o.buf = o.buf[:0]
	return err
}

// finish makes the part of the stream; ends are its header and footer.
func (o *output) finish(ends []byte) (state.Part, error) {
	part := state.Part{Format: Format, Bytes: o.size, FullBytes: o.size}
	if o.file == nil {
		part.Data = o.buf
		return part, nil
	}
	if err := o.drain(); err != nil {
		return state.Part{}, err
	}
	segment, err := o.file.Commit()
	o.file = nil
	if err != nil {
		return state.Part{}, err
	}
	part.Data, part.Segments = ends, []state.Segment{segment}
	part.Bytes += int64(len(ends))
	part.FullBytes = part.Bytes
	return part, nil
}

func (o *output) abort() {
	if o.file != nil {
		o.file.Abort()
		o.file = nil
	}
}
