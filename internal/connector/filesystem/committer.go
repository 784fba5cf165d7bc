package filesystem

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/connector"
)

// epoch is what a Prepare closed.
type epoch struct {
	report
	files []stagedFile
}

// Recover publishes what the restored checkpoint has and removes what is of no
// checkpoint up to it.
func (w *writer) Recover(checkpoint int64, records [][]byte) error {
	w.restored, w.after = checkpoint, checkpoint
	jobs, own := map[stage]bool{}, false
	var files []stagedFile
	for _, r := range records {
		k, err := readKeepsake(r)
		if err != nil {
			return fmt.Errorf("table %s: %w", w.table.Name, err)
		}
		jobs[stageOf(k.Operator, k.Job)] = true
		files = append(files, k.Files...)
		w.marks = append(w.marks, k.Marks...)
		if k.Subtask == w.ctx.Subtask && k.Parallelism == w.ctx.Parallelism {
			own, w.watermark = true, k.Watermark
		}
		for _, p := range k.Partitions {
			w.waiting.add(p)
		}
	}
	if err := w.unmark(); err != nil {
		return w.failed(err)
	}
	if err := w.clean(checkpoint, own); err != nil {
		return w.failed(err)
	}
	if err := w.inherit(checkpoint, jobs); err != nil {
		return w.failed(err)
	}
	if err := w.publish(files, w.missing); err != nil {
		return err
	}
	if checkpoint == 0 {
		return nil
	}
	r := report{Checkpoint: checkpoint, Watermark: w.watermark, Partitions: w.waiting.list()}
	if !own && len(r.Partitions) == 0 && !r.ends() {
		return w.failed(w.tellIdle(r))
	}
	return w.failed(w.tell(r))
}

// Prepare closes every file.
func (w *writer) Prepare(checkpoint int64) ([][]byte, error) {
	if err := w.rollAll(); err != nil {
		return nil, err
	}
	if err := w.untellIdle(); err != nil {
		return nil, w.failed(err)
	}
	e := epoch{report: report{Checkpoint: checkpoint, Watermark: w.watermark}}
	for _, p := range w.finished {
		e.files = append(e.files, p.stagedFile)
		if w.commits() {
			w.waiting[p.key].Last = checkpoint
		}
	}
	e.Partitions = w.waiting.list()
	w.finished, w.after = nil, checkpoint
	w.epochs = append(w.epochs, e)
	k := keepsake{Version: keepsakeVersion, Operator: w.ctx.Operator, Job: w.ctx.Job,
		Subtask: w.ctx.Subtask, Parallelism: w.ctx.Parallelism, Watermark: w.watermark, Marks: w.marks, Partitions: e.Partitions}
	for _, e := range w.epochs {
		k.Files = append(k.Files, e.files...)
	}
	return [][]byte{k.encode()}, nil
}

// Commit publishes the files of a checkpoint and of those before it.
func (w *writer) Commit(checkpoint int64) error {
	n, told := 0, false
	var files []stagedFile
	for n < len(w.epochs) && w.epochs[n].Checkpoint <= checkpoint {
		files = append(files, w.epochs[n].files...)
		told = w.epochs[n].Checkpoint == checkpoint
		n++
	}
	if n == 0 {
		return nil // it comes again
	}
	if err := w.publish(files, w.gone); err != nil {
		return err
	}
	if err := w.unmark(); err != nil {
		return w.failed(err)
	}
	if told {
		if err := w.tell(w.epochs[n-1].report); err != nil {
			return w.failed(err)
		}
	}
	w.epochs = w.epochs[n:]
	return nil
}

// publishers is how many files a writer publishes at once: stores far away take
// their time.
const publishers = 8

// publish gives files their names, in any order. missing judges a file that is
// neither in the staging folder nor published.
func (w *writer) publish(files []stagedFile, missing func(stagedFile) error) error {
	if len(files) == 1 {
		return w.publishOne(files[0], missing)
	}
	var wg sync.WaitGroup
	failures := make([]error, len(files))
	turns := make(chan struct{}, publishers)
	for i, f := range files {
		turns <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			failures[i] = w.publishOne(f, missing)
			<-turns
		}()
	}
	wg.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) publishOne(f stagedFile, missing func(stagedFile) error) error {
	err := blob.Move(w.ctx.Context, w.store, f.Staged, f.Name)
	if !errors.Is(err, blob.ErrNotExist) {
		return w.failed(err)
	}
	_, err = w.store.Stat(w.ctx.Context, f.Name)
	if errors.Is(err, blob.ErrNotExist) {
		return missing(f)
	}
	return w.failed(err) // nil: it was published before
}

// missing is for a file of a restored checkpoint: it was published and taken
// away since, as a program that consumes the table's files does.
func (w *writer) missing(f stagedFile) error {
	w.log.Warn("a file of the restored checkpoint is not there: it was published and removed, or somebody emptied the staging folder",
		"table", w.table.Name, "file", w.store.URL(f.Name), "staged", w.store.URL(f.Staged))
	return nil
}

// gone is for a file of our own that was there.
func (w *writer) gone(f stagedFile) error {
	return fmt.Errorf("table %s: the file %s was removed before it was published as %s: does another job that goes on from the same checkpoint write the table? End one of them%w",
		w.table.Name, w.store.URL(f.Staged), w.store.URL(f.Name), connector.ErrUser)
}

// dropTimeout bounds what Close asks of a store that may not answer.
const dropTimeout = 10 * time.Second

// dropFinished removes closed files that no Prepare has.
func (w *writer) dropFinished() (err error) {
	if len(w.finished) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx.Context), dropTimeout)
	defer cancel()
	for _, p := range w.finished {
		err = errors.Join(err, w.store.Delete(ctx, p.Staged))
	}
	w.finished = nil
	return err
}

// failed says which table it is that cannot be written, nil of nil.
func (w *writer) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("table %s: %w%w", w.table.Name, err, connector.ErrUser)
}
