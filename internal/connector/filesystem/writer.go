package filesystem

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/stream"
	"github.com/flottstream/flott/internal/valuetext"
)

// writer writes the rows of a subtask, one file per partition at a time.
type writer struct {
	*sink
	ctx       *connector.WriterContext
	log       *slog.Logger
	store     blob.Store // of the table's path
	stage     stage
	run       string             // random, of the names of this attempt's files
	encoder   format.FileEncoder // nil if whole is there
	separator []byte
	whole     format.FileFormat

	restored int64            // checkpoint
	after    int64            // newest checkpoint that was prepared or restored
	count    int              // files begun
	parts    map[string]*part // by partition directory
	finished []*part          // closed since the last Prepare
	epochs   []epoch          // prepared and not known to be published, oldest first
	marks    []string         // see inherit
	checked  time.Time        // when ages were looked at

	// Of partitions that are marked as complete; else nothing.
	values    map[string][]string // of the open parts, by directory
	waiting   partitions
	watermark int64
	told      int64    // newest checkpoint of tell
	ended     bool     // told that nothing follows
	idle      []string // reports of this subtask that end with its first Prepare

	rows batch.Batch // view of the input without partition columns
	text []byte      // a message
	key  []byte      // a partition directory
}

var (
	_ connector.Committer       = (*writer)(nil)
	_ connector.WatermarkWriter = (*writer)(nil)
)

func newWriter(s *sink, ctx *connector.WriterContext, store blob.Store, enc format.FileEncoder) *writer {
	w := &writer{
		sink: s, ctx: ctx, log: ctx.Log, store: store, stage: stageOf(ctx.Operator, ctx.Job), run: newID(),
		encoder: enc, parts: map[string]*part{}, checked: s.now(),
		values: map[string][]string{}, waiting: partitions{}, watermark: stream.MinTime, told: -1,
	}
	if enc == nil {
		w.whole = s.format.(format.FileFormat)
	} else {
		w.separator = enc.Separator()
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
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
		if w.whole != nil {
			p.rows = append(p.rows, int32(i))
			continue
		}
		var err error
		if w.text, err = w.encoder.Encode(w.text[:0], &w.rows, i); err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
		w.text = append(w.text, w.separator...)
		if err := p.write(w.text); err != nil {
			return w.failed(err)
		}
		if p.size >= w.rollSize {
			if err := w.roll(string(w.key)); err != nil {
				return err
			}
			p = nil
		}
	}
	if err := w.flushWhole(); err != nil {
		return err
	}
	if now.Sub(w.checked) >= w.checks {
		w.checked = now
		return w.rollOld(now)
	}
	return nil
}

// flushWhole gives the rows of a batch to the formats of their files, and ends
// files that are large enough.
func (w *writer) flushWhole() error {
	if w.whole == nil {
		return nil
	}
	for key, p := range w.parts {
		if err := p.flush(&w.rows); err != nil {
			return w.failed(err)
		}
		if p.size >= w.rollSize {
			if err := w.roll(key); err != nil {
				return err
			}
		}
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
	f := stagedFile{Staged: w.stage.file(w.ctx.Subtask, w.after, w.run, w.count), Name: fmt.Sprintf("part-%s-%d-%d", w.run, w.ctx.Subtask, w.count)}
	if key != "" {
		f.Name = key + "/" + f.Name
	}
	p, err := openPart(w.ctx.Context, w.store, f, key, now)
	if err != nil {
		return nil, w.failed(err)
	}
	if w.whole != nil {
		if p.whole, err = w.whole.CreateFile(p.buf, w.contentSchema(), w.options); err != nil {
			p.discard()
			return nil, w.failed(err)
		}
	}
	w.count++
	w.parts[key] = p
	if w.commits() {
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

// roll ends the file of a partition. A streaming job without checkpoints shows
// it at once.
func (w *writer) roll(key string) error {
	p := w.parts[key]
	delete(w.parts, key)
	if err := p.finish(); err != nil {
		return w.failed(err)
	}
	w.finished = append(w.finished, p)
	if w.commits() {
		w.waiting.add(partition{Path: key, Values: w.values[key], Since: p.opened.UnixMilli(), Last: w.after + 1})
		delete(w.values, key)
	}
	if w.immediate() {
		return w.publishFinished()
	}
	return nil
}

// immediate reports that files are published as soon as they are rolled: in a
// streaming job that takes no checkpoints and was not started from one.
func (w *writer) immediate() bool {
	return w.table.Streaming && !w.ctx.Checkpointing && w.after == 0
}

// rollAll ends all files.
func (w *writer) rollAll() error {
	for key := range w.parts {
		if err := w.roll(key); err != nil {
			return err
		}
	}
	return nil
}

// rollOld ends the files that are too old or were not written to for long.
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

// publishFinished gives the closed files their names.
func (w *writer) publishFinished() error {
	var files []stagedFile
	for _, p := range w.finished {
		if err := w.replace(p.key); err != nil {
			return err
		}
		files = append(files, p.stagedFile)
	}
	if err := w.publish(files, w.gone); err != nil {
		return err
	}
	w.finished = nil
	return nil
}

// replace removes the files that an overwrite found in a directory.
func (w *writer) replace(dir string) error {
	for _, name := range w.overwrite[dir] {
		if err := w.store.Delete(w.ctx.Context, name); err != nil {
			return fmt.Errorf("table %s: cannot overwrite: %w%w", w.table.Name, err, connector.ErrUser)
		}
	}
	delete(w.overwrite, dir)
	return nil
}

// Flush publishes what was written: the sink of a job without checkpoints. In
// batch mode files appear at the end alone.
func (w *writer) Flush(end bool) error {
	if end {
		return w.Finish()
	}
	if !w.table.Streaming {
		return nil
	}
	if err := w.rollAll(); err != nil {
		return err
	}
	return w.publishFinished()
}

// Finish publishes every file. The job takes no more checkpoints.
func (w *writer) Finish() error {
	if err := w.Commit(w.after); err != nil {
		return err
	}
	if err := w.rollAll(); err != nil {
		return err
	}
	if err := w.publishFinished(); err != nil {
		return err
	}
	if len(w.keys) == 0 {
		if err := w.replace(""); err != nil { // an overwrite with no rows
			return err
		}
	}
	w.watermark = stream.MaxTime
	return w.failed(w.tell(report{Checkpoint: w.after + 1, Watermark: w.watermark, Partitions: w.waiting.list()}))
}

// Watermark notes how far event time has come. Without checkpoints, the one
// writer of a streaming job publishes and marks the partitions that are over.
func (w *writer) Watermark(ms int64) error {
	w.watermark = ms
	if w.byTime == nil || !w.commits() || !w.immediate() || w.ctx.Parallelism > 1 {
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
	for _, p := range w.waiting.list() {
		if complete, err := w.passed(p.Values, ms); err != nil {
			return err
		} else if complete {
			if err := w.mark(p.Path); err != nil {
				return err
			}
			delete(w.waiting, p.Path)
		}
	}
	return nil
}

// Close drops what no checkpoint has. What one may have stays, for Recover.
func (w *writer) Close() error {
	for key, p := range w.parts {
		p.discard()
		delete(w.parts, key)
	}
	err := w.dropFinished()
	if w.store != nil {
		err = errors.Join(err, w.store.Close())
		w.store = nil
	}
	return err
}
