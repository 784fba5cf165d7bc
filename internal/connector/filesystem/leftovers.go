package filesystem

import (
	"strings"

	"github.com/flottstream/flott/internal/blob"
)

// clean removes from the staging folder what earlier attempts of this subtask,
// and of subtasks that there are no more, have written after the restored
// checkpoint. Files from before it are in the records of some subtask. What was
// marked as complete since is forgotten: it may speak of checkpoints that come
// again. A subtask without a record of its own may have finished before the
// checkpoint: then its last report still stands.
func (w *writer) clean(restored int64, own bool) error {
	mine := func(subtask int) bool { return subtask%w.ctx.Parallelism == w.ctx.Subtask }
	err := w.sweep(w.stage, func(folder string) bool { subtask, ok := parseFolder(folder); return ok && mine(subtask) })
	if err != nil {
		return err
	}
	return w.each(w.stage, func(name string) error {
		if subtask, after, ok := parseFile(name); ok && mine(subtask) && after >= restored {
			return w.delete(name)
		}
		if r, ok := parseReport(strings.TrimPrefix(name, commitFolder)); ok && mine(r.subtask) {
			if !own && r.kind == final && r.subtask == w.ctx.Subtask && r.parallelism == w.ctx.Parallelism && r.checkpoint <= restored && restored > 0 {
				w.idle = append(w.idle, name)
				return nil
			}
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
	for i := 0; i < len(queue); i++ {
		s := queue[i]
		if err := w.sweep(s, func(folder string) bool { _, ok := parseFolder(folder); return ok }); err != nil {
			return err
		}
		err := w.each(s, func(name string) error {
			if next, ok := parseNext(name); ok {
				if next != w.stage {
					w.marks = append(w.marks, string(s)+name) // until then it leads the next one there, too
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
			if r, ok := parseReport(strings.TrimPrefix(name, commitFolder)); ok && r.kind == final && r.checkpoint <= restored {
				return w.adopt(string(s) + name)
			}
			return w.store.Delete(w.ctx.Context, string(s)+name)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// adopt takes over the partitions that a subtask left when it finished: no
// checkpoint has them. The report stays until one of ours does.
func (w *writer) adopt(name string) error {
	var r report
	if ok, err := w.getJSON(name, &r); err != nil || !ok {
		return err
	}
	for _, p := range r.Partitions {
		w.waiting.add(p)
	}
	w.marks = append(w.marks, name)
	return nil
}

// sweep removes what writers that were killed have left in the folders of a stage
// that dead names.
func (w *writer) sweep(s stage, dead func(folder string) bool) error {
	sweeper, ok := w.store.(blob.Sweeper)
	if !ok {
		return nil
	}
	return sweeper.Sweep(w.ctx.Context, string(s), dead)
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

// unmark removes what inherit left: this job has a checkpoint of its own.
func (w *writer) unmark() error {
	for _, mark := range w.marks {
		if err := w.store.Delete(w.ctx.Context, mark); err != nil {
			return err
		}
	}
	w.marks = nil
	return nil
}
