package filesystem

import (
	"strings"

	"github.com/flottstream/flott/internal/blob"
)

// clean removes from the staging folder what earlier attempts of this subtask,
// and of subtasks that there are no more, have written after the restored
// checkpoint. Files from before it are in the records of some subtask. What was
// marked as complete since is forgotten: it may speak of checkpoints that come
// again.
func (w *writer) clean(restored int64) error {
	mine := func(subtask int) bool { return subtask%w.ctx.Parallelism == w.ctx.Subtask }
	return w.each(w.stage, func(name string) error {
		if subtask, after, ok := parseFile(name); ok && mine(subtask) && after >= restored {
			return w.delete(name)
		}
		if r, ok := parseReport(strings.TrimPrefix(name, commitFolder)); ok && mine(r.subtask) {
			return w.delete(name)
		}
		if name == commitFolder+doneName {
			return w.delete(name)
		}
		return nil
	})
}

// inherit cleans up after jobs whose checkpoint this one goes on from, and after
// those that did the same before and came to no checkpoint of their own: marks
// tell which. None of them can publish anything from now on.
func (w *writer) inherit(restored int64, jobs map[stage]bool) error {
	var queue []stage
	for s := range jobs {
		if s == w.stage {
			continue
		}
		queue = append(queue, s)
		mark := s.next(w.stage)
		if err := blob.Put(w.ctx.Context, w.store, mark, nil); err != nil {
			return err
		}
		w.marks = append(w.marks, mark)
	}
	var read []string // marks whose jobs are in the queue
	for i := 0; i < len(queue); i++ {
		s := queue[i]
		err := w.each(s, func(name string) error {
			if next, ok := parseNext(name); ok {
				if next != w.stage {
					read = append(read, string(s)+name)
					if !jobs[next] {
						jobs[next] = true
						queue = append(queue, next)
					}
				}
				return nil
			}
			if _, after, ok := parseFile(name); ok && after < restored {
				return nil // of a record
			}
			return w.store.Delete(w.ctx.Context, string(s)+name)
		})
		if err != nil {
			return err
		}
	}
	for _, mark := range read {
		if err := w.store.Delete(w.ctx.Context, mark); err != nil {
			return err
		}
	}
	return nil
}

// each calls f with the names of a stage, without it.
func (w *writer) each(s stage, f func(name string) error) error {
	var names []string
	for info, err := range w.store.List(w.ctx.Context, string(s)) {
		if err != nil {
			return err
		}
		names = append(names, strings.TrimPrefix(info.Name, string(s)))
	}
	for _, name := range names {
		if err := f(name); err != nil {
			return err
		}
	}
	return nil
}

// delete removes an object of our stage.
func (w *writer) delete(name string) error {
	return w.store.Delete(w.ctx.Context, string(w.stage)+name)
}

// unmark removes the marks of inherit: this job has a checkpoint of its own.
func (w *writer) unmark() error {
	for _, mark := range w.marks {
		if err := w.store.Delete(w.ctx.Context, mark); err != nil {
			return err
		}
	}
	w.marks = nil
	return nil
}
