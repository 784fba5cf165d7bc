package filesystem

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

func baseName(path string) string { return filepath.Base(path) }

// reader reads the splits of a subtask one after the other.
type reader struct {
	*source
	decoder format.StreamDecoder
	find    bufio.SplitFunc
	left    int64 // rows until the scan's limit, -1: no limit
	queue   []*splitState

	// Of the split being read, nil if none.
	split *splitState
	file  *os.File
	text  io.ReadCloser // file, decompressed
	// buf[from:to] has been read and not yet decoded; buf[from] is the byte at
	// split.Pos.
	buf      []byte
	from, to int
	atEOF    bool
	constant []*batch.Vector // values of the fixed columns
	rows     batch.Batch     // view of the output without the fixed columns
	zeros    []int32
}

func newReader(s *source, dec format.StreamDecoder) *reader {
	r := &reader{source: s, decoder: dec, find: dec.Split(), left: s.scan.Limit}
	if r.left < 0 {
		r.left = -1
	}
	r.rows.Cols = make([]*batch.Vector, len(s.decoded))
	return r
}

// Add queues splits.
func (r *reader) Add(splits []connector.Split) error {
	for _, s := range splits {
		st, err := readSplit(s)
		if err != nil {
			return err
		}
		r.queue = append(r.queue, st)
	}
	return nil
}

// Read decodes up to limit rows of the current split.
func (r *reader) Read(b *batch.Batch, limit int) (connector.Progress, error) {
	if r.left == 0 {
		r.closeSplit()
		r.queue = nil
	}
	if r.split == nil {
		if len(r.queue) == 0 {
			return connector.Progress{State: connector.Drained}, nil
		}
		if err := r.open(r.queue[0]); err != nil {
			return connector.Progress{}, err
		}
		r.queue = r.queue[1:]
	}
	if r.left >= 0 {
		limit = int(min(int64(limit), r.left))
	}
	for i, k := range r.decoded {
		r.rows.Cols[i] = b.Cols[k]
	}
	r.rows.N, r.rows.Kinds = 0, nil
	ended, err := r.records(limit)
	if err != nil {
		return connector.Progress{}, err
	}
	r.finish(b)
	if r.left >= 0 {
		r.left = max(0, r.left-int64(b.N))
	}
	p := connector.Progress{State: connector.More, Split: r.split.id()}
	if ended {
		p.State = connector.Finished
		r.closeSplit()
	}
	return p, nil
}

// finish gives the rows their values of the fixed columns.
func (r *reader) finish(b *batch.Batch) {
	b.N, b.Kinds = r.rows.N, r.rows.Kinds
	if len(r.fixed) == 0 {
		return
	}
	for len(r.zeros) < b.N {
		r.zeros = append(r.zeros, 0)
	}
	for i, c := range r.fixed {
		b.Cols[c.out].AppendSelected(r.constant[i], r.zeros[:b.N])
	}
}

// records decodes up to limit rows and says whether the split ended.
func (r *reader) records(limit int) (ended bool, err error) {
	end := r.split.End
	for r.rows.N < limit {
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
			if err := r.decoder.Decode(record, &r.rows); err != nil {
				return false, r.place(err)
			}
		}
		r.from += n
		r.split.Pos += int64(n)
	}
	return false, nil
}

// fill reads more of the file behind what is there.
func (r *reader) fill() error {
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

// open begins a split at its position.
func (r *reader) open(st *splitState) error {
	file, err := os.Open(st.Path)
	if err != nil {
		return r.unreadable(st.Path, err)
	}
	r.file, r.split, r.from, r.to, r.atEOF = file, st, 0, 0, false
	if err := r.seek(); err != nil {
		r.closeSplit()
		return err
	}
	r.constant = r.constant[:0]
	for i := range r.fixed {
		v, err := r.fixed[i].value(st, r.defaultPart)
		if err != nil {
			r.closeSplit()
			return fmt.Errorf("file '%s': %w", st.Path, err)
		}
		r.constant = append(r.constant, v)
	}
	return nil
}

// seek goes to the first record at or after the split's position.
func (r *reader) seek() error {
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
func (r *reader) skipPartOfLine() error {
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
func (r *reader) skipMark() error {
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

func (r *reader) shrunk(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		err = errors.New("it is shorter than when it was read before")
	}
	return fmt.Errorf("table %s: cannot go on reading file '%s' at byte %d: %w%w", r.table.Name, r.split.Path, r.split.Pos, err, connector.ErrUser)
}

// place says in which file, line and byte a record is that cannot be decoded.
func (r *reader) place(err error) error {
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

// Wait is ready at once: a reader of files never waits.
func (r *reader) Wait() <-chan struct{} {
	ready := make(chan struct{})
	close(ready)
	return ready
}

// Positions returns the splits that are not finished.
func (r *reader) Positions() ([]connector.Split, error) {
	var out []connector.Split
	if r.split != nil {
		out = append(out, r.split.split())
	}
	for _, st := range r.queue {
		out = append(out, st.split())
	}
	return out, nil
}

func (r *reader) closeSplit() {
	if r.text != nil && r.text != io.ReadCloser(r.file) {
		r.text.Close()
	}
	if r.file != nil {
		r.file.Close()
	}
	r.file, r.text, r.split = nil, nil, nil
}

// Close closes the file being read.
func (r *reader) Close() error {
	r.closeSplit()
	r.queue = nil
	return nil
}
