package filesystem

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

const (
	readBytes      = 256 << 10 // of a file at a time
	maxRecordBytes = 256 << 20 // of one record; more is taken for a missing quote or line end
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// records are the content of files whose records follow each other, perhaps
// compressed. The position in a split is a byte of the text.
type records struct {
	*source
	decoder format.StreamDecoder
	find    bufio.SplitFunc

	// Of the split being read.
	split *splitState
	file  *os.File
	text  io.ReadCloser // file, decompressed
	// buf[from:to] has been read and not yet decoded; buf[from] is the byte at
	// split.Pos.
	buf      []byte
	from, to int
	atEOF    bool
}

// open goes to the first record of the split that is to be read.
func (r *records) open(file *os.File, st *splitState) error {
	r.file, r.split, r.from, r.to, r.atEOF = file, st, 0, 0, false
	return r.seek()
}

// close ends what decompresses.
func (r *records) close() error {
	text := r.text
	r.text = nil
	if text == nil || text == io.ReadCloser(r.file) {
		return nil
	}
	return text.Close()
}

// read decodes up to limit rows and says whether the split ended.
func (r *records) read(rows *batch.Batch, limit int) (ended bool, err error) {
	end := r.split.End
	for rows.N < limit {
		if end >= 0 && r.split.Pos >= end {
			return true, nil
		}
		n, record, err := r.find(r.buf[r.from:r.to], r.atEOF)
		if err != nil {
			return false, r.place(err)
		}
		if n == 0 {
			if r.atEOF {
				return true, nil
			}
			if err := r.fill(); err != nil {
				return false, err
			}
			continue
		}
		if record != nil {
			if err := r.decoder.Decode(record, rows); err != nil {
				return false, r.place(err)
			}
		}
		r.from += n
		r.split.Pos += int64(n)
	}
	return false, nil
}

// fill reads more of the file behind what is there.
func (r *records) fill() error {
	if r.from > 0 {
		copy(r.buf, r.buf[r.from:r.to])
		r.to -= r.from
		r.from = 0
	}
	if r.to == len(r.buf) {
		if len(r.buf) >= maxRecordBytes {
			return r.place(fmt.Errorf("a record is longer than %d MB; is a quote or a line end missing?", maxRecordBytes>>20))
		}
		r.buf = append(r.buf, make([]byte, max(readBytes, len(r.buf)))...)
	}
	n, err := r.text.Read(r.buf[r.to:])
	r.to += n
	switch {
	case err == io.EOF:
		r.atEOF = true
	case err != nil:
		return fmt.Errorf("table %s: cannot read file '%s' at byte %d: %w%w", r.table.Name, r.split.Path, r.split.Pos, err, connector.ErrUser)
	}
	return nil
}

// seek goes to the first record at or after the split's position.
func (r *records) seek() error {
	st := r.split
	if compressed(st.Path) {
		text, err := decompressed(st.Path, bufio.NewReaderSize(r.file, readBytes))
		if err != nil {
			return fmt.Errorf("table %s: cannot decompress file '%s': %w%w", r.table.Name, st.Path, err, connector.ErrUser)
		}
		r.text = text
		if _, err := io.CopyN(io.Discard, text, st.Pos); err != nil {
			return r.shrunk(err)
		}
		return r.skipMark()
	}
	r.text = r.file
	if info, err := r.file.Stat(); err != nil || info.Size() < st.Pos {
		return r.shrunk(err)
	}
	if st.Pos > st.Start || st.Start == 0 {
		if _, err := r.file.Seek(st.Pos, io.SeekStart); err != nil {
			return r.unreadable(st.Path, err)
		}
		return r.skipMark()
	}
	return r.skipPartOfLine()
}

// skipPartOfLine begins a block after the first line feed at or after the byte
// before it: a line that begins in the block before is not ours.
func (r *records) skipPartOfLine() error {
	st := r.split
	if _, err := r.file.Seek(st.Start-1, io.SeekStart); err != nil {
		return r.unreadable(st.Path, err)
	}
	st.Pos = st.Start - 1
	for {
		if i := bytes.IndexByte(r.buf[r.from:r.to], '\n'); i >= 0 {
			r.from += i + 1
			st.Pos += int64(i + 1)
			return nil
		}
		st.Pos += int64(r.to - r.from)
		r.from, r.to = 0, 0
		if r.atEOF {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// skipMark skips the byte order mark some programs put before UTF-8.
func (r *records) skipMark() error {
	if r.split.Pos > 0 {
		return nil
	}
	for r.to < len(byteOrderMark) && !r.atEOF {
		if err := r.fill(); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(r.buf[:r.to], byteOrderMark) {
		r.from = len(byteOrderMark)
		r.split.Pos = int64(r.from)
	}
	return nil
}

func (r *records) shrunk(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		err = errors.New("it is shorter than when it was read before")
	}
	return fmt.Errorf("table %s: cannot go on reading file '%s' at byte %d: %w%w", r.table.Name, r.split.Path, r.split.Pos, err, connector.ErrUser)
}

// place says in which file, line and byte a record is that cannot be decoded.
func (r *records) place(err error) error {
	where := fmt.Sprintf("file '%s', byte %d", r.split.Path, r.split.Pos)
	if line, ok := lineAt(r.split.Path, r.split.Pos); ok {
		where = fmt.Sprintf("file '%s', line %d (byte %d)", r.split.Path, line, r.split.Pos)
	}
	err = fmt.Errorf("%s: %w%w", where, err, connector.ErrUser)
	if option := "ignore-parse-errors"; slices.Contains(r.format.Options(), option) {
		return connector.WithHint(err, fmt.Sprintf("'%s.%s' = 'true' leaves such records out", r.format.Name(), option))
	}
	return err
}

// lineAt counts the lines before an offset in the text of a file. It reads the
// file again, which only the end of a job pays for.
func lineAt(path string, offset int64) (line int64, ok bool) {
	file, err := os.Open(path)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	text, err := decompressed(path, bufio.NewReaderSize(file, readBytes))
	if err != nil {
		return 0, false
	}
	defer text.Close()
	buf := make([]byte, readBytes)
	line = 1
	for offset > 0 {
		n, err := text.Read(buf[:min(offset, int64(len(buf)))])
		line += int64(bytes.Count(buf[:n], []byte{'\n'}))
		offset -= int64(n)
		if err != nil {
			return line, offset == 0
		}
	}
	return line, true
}
