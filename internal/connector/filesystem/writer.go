package filesystem

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/valuetext"
)

// writer writes the rows of a subtask, one file per partition at a time.
type writer struct {
	*sink
	encoder     format.FileEncoder
	separator   []byte
	subtask     int
	count       int                  // files begun
	parts       map[string]*part     // by partition directory
	finished    []keyedPart          // not yet visible
	values      map[string][]string  // of the partitions seen, by directory; trigger 'partition-time'
	uncommitted map[string]time.Time // partitions with published files, since when; success-file policy
	checked     time.Time            // when ages were looked at

	rows batch.Batch // view of the input without partition columns
	text []byte      // a message
	key  []byte      // a partition directory
}

func newWriter(s *sink, enc format.FileEncoder, subtask int) *writer {
	w := &writer{sink: s, encoder: enc, separator: enc.Separator(), subtask: subtask,
		parts: map[string]*part{}, values: map[string][]string{}, uncommitted: map[string]time.Time{}, checked: s.now()}
	w.rows.Cols = make([]*batch.Vector, len(s.content))
	return w
}

// Write appends the rows of b to the files of their partitions.
func (w *writer) Write(b *batch.Batch) error {
	for i, k := range w.content {
		w.rows.Cols[i] = b.Cols[k]
	}
	w.rows.N, w.rows.Kinds = b.N, b.Kinds
	now := w.now()
	var p *part
	for k := range b.Rows() {
		i := b.Row(k)
		if len(w.keys) > 0 || p == nil {
			var err error
			if p, err = w.part(b, i, now); err != nil {
				return err
			}
		}
		var err error
		if w.text, err = w.encoder.Encode(w.text[:0], &w.rows, i); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
		if err := p.write(append(w.text, w.separator...)); err != nil {
			return err
		}
		if p.size >= w.rollSize {
			if err := w.roll(string(w.key)); err != nil {
				return err
			}
			p = nil
		}
	}
	if now.Sub(w.checked) >= w.checks {
		w.checked = now
		return w.rollOld(now)
	}
	return nil
}

// part returns the open file of the partition of row i and leaves the
// partition's directory, relative to the path, in w.key.
func (w *writer) part(b *batch.Batch, i int, now time.Time) (*part, error) {
	w.key = w.key[:0]
	for n, k := range w.keys {
		if n > 0 {
			w.key = append(w.key, '/')
		}
		w.key = appendEscapedPath(w.key, []byte(w.schema[k].Name))
		w.key = append(w.key, '=')
		w.key = w.appendValue(w.key, b.Cols[k], i)
	}
	if p := w.parts[string(w.key)]; p != nil {
		p.used = now
		return p, nil
	}
	key := string(w.key)
	name := fmt.Sprintf("%s-%d-%d", w.prefix, w.subtask, w.count)
	p, err := openPart(filepath.Join(w.path, filepath.FromSlash(key)), name, now)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", w.table.Name, err)
	}
	w.count++
	w.parts[key] = p
	if w.byTime != nil {
		w.values[key] = w.partitionValues(b, i)
	}
	return p, nil
}

// partitionValues are the values of the partition columns of row i as text.
func (w *writer) partitionValues(b *batch.Batch, i int) []string {
	values := make([]string, len(w.keys))
	for n, k := range w.keys {
		if !b.Cols[k].IsNull(i) {
			values[n] = string(valuetext.AppendPrint(nil, b.Cols[k], i, nil))
		}
	}
	return values
}

// appendValue appends a partition column's value as its directory names it.
func (w *writer) appendValue(dst []byte, v *batch.Vector, i int) []byte {
	w.text = w.text[:0]
	if !v.IsNull(i) {
		w.text = valuetext.AppendPrint(w.text, v, i, nil)
	}
	if len(w.text) == 0 {
		return append(dst, w.defaultPart...)
	}
	return appendEscapedPath(dst, w.text)
}

// roll ends the file of a partition. A streaming job shows it at once, a batch
// job when all rows are written.
func (w *writer) roll(key string) error {
	p := w.parts[key]
	delete(w.parts, key)
	if err := p.finish(); err != nil {
		p.discard()
		return fmt.Errorf("table %s: %w", w.table.Name, err)
	}
	w.finished = append(w.finished, keyedPart{key, p})
	if w.table.Streaming {
		return w.publish()
	}
	return nil
}

// publish gives the finished files their names.
func (w *writer) publish() error {
	for len(w.finished) > 0 {
		p := w.finished[0]
		if err := w.replace(p.dir); err != nil {
			return err
		}
		if err := p.publish(); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
		w.finished = w.finished[1:]
		if _, waiting := w.uncommitted[p.key]; !waiting && w.successFile != "" && len(w.keys) > 0 {
			w.uncommitted[p.key] = p.opened
		}
	}
	return nil
}

// replace removes the files that an overwrite found in a directory.
func (w *writer) replace(dir string) error {
	for _, path := range w.overwrite[dir] {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("table %s: cannot overwrite '%s': %w%w", w.table.Name, path, err, connector.ErrUser)
		}
	}
	return nil
}

// rollOld publishes the files that are too old or were not written to for long.
func (w *writer) rollOld(now time.Time) error {
	for key, p := range w.parts {
		if now.Sub(p.opened) >= w.rollAge || now.Sub(p.used) >= w.rollIdle {
			if err := w.roll(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// Flush publishes every file and, with end or when the delay has passed, marks
// their partitions as complete. In batch mode files appear at the end alone.
func (w *writer) Flush(end bool) error {
	if !end && !w.table.Streaming {
		return nil
	}
	for key := range w.parts {
		if err := w.roll(key); err != nil {
			return err
		}
	}
	if err := w.publish(); err != nil {
		return err
	}
	if end && len(w.keys) == 0 {
		if err := w.replace(w.path); err != nil { // an overwrite with no rows
			return err
		}
	}
	now := w.now()
	for key, since := range w.uncommitted {
		if !end && (w.byTime != nil || now.Sub(since) < w.commitDelay) {
			continue
		}
		if err := w.commit(key); err != nil {
			return err
		}
	}
	return nil
}

// commit marks a partition as complete.
func (w *writer) commit(key string) error {
	name := filepath.Join(w.path, filepath.FromSlash(key), w.successFile)
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		return fmt.Errorf("table %s: cannot mark a partition as complete: %w%w", w.table.Name, err, connector.ErrUser)
	}
	delete(w.uncommitted, key)
	return nil
}

// Watermark publishes and marks the partitions whose time, and the delay, event
// time has passed: trigger 'partition-time' of a streaming job.
func (w *writer) Watermark(ms int64) error {
	if w.byTime == nil || !w.table.Streaming {
		return nil
	}
	for key := range w.parts {
		if complete, err := w.passed(w.values[key], ms); err != nil {
			return err
		} else if complete {
			if err := w.roll(key); err != nil {
				return err
			}
		}
	}
	for key := range w.uncommitted {
		if complete, err := w.passed(w.values[key], ms); err != nil {
			return err
		} else if complete {
			if err := w.commit(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// passed reports whether event time has left the partition of these values.
func (w *writer) passed(values []string, ms int64) (bool, error) {
	at, err := w.byTime.of(w.table.Partition, values)
	if err != nil {
		return false, fmt.Errorf("table %s: %w", w.table.Name, err)
	}
	return ms > at+w.commitDelay.Milliseconds(), nil
}

// Close drops what was not flushed.
func (w *writer) Close() error {
	for key, p := range w.parts {
		p.discard()
		delete(w.parts, key)
	}
	for _, p := range w.finished {
		p.discard()
	}
	w.finished = nil
	return nil
}

// keyedPart is a finished file and its partition directory.
type keyedPart struct {
	key string
	*part
}
