package filesystem

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/blob"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/stream"
)

// A partition is complete when its time has come for all subtasks, and then
// only after each of them has published its files. Writers cannot talk to each
// other, so they do it by small objects in the stage's folder commit/:
//
//	report-SUBTASK-PARALLELISM-CHECKPOINT
//	     the subtask has published all its files up to the checkpoint; in
//	     it: its watermark and its partitions at that checkpoint
//	final-SUBTASK-PARALLELISM-CHECKPOINT
//	     the same, and it will write no more: it counts for later ones, too
//	done partitions that were marked, and up to which checkpoint
//
// Whoever finds the reports of all subtasks for one checkpoint marks what is
// complete by them. That may be several at once or the same one again after a
// crash: marking is idempotent. If a report is missing because its subtask was
// restarted, the next checkpoint makes up for it: partitions wait in the
// subtasks' state until they read in done that they were marked.
//
// One operator with parallelism 1 behind the sink, Flink's way, would have to
// hear of files only when they are published, which is after the checkpoint: it
// needs a channel that is open when the last rows are long through, and a
// checkpoint more at the end.

// report is what a subtask says about a checkpoint.
type report struct {
	Checkpoint int64       `json:"checkpoint"`
	Watermark  int64       `json:"watermark"` // ms; the least and greatest int64 are before the first and the end
	Partitions []partition `json:"partitions,omitempty"`
	Idle       bool        `json:"idle,omitempty"` // see tellIdle
}

// ends reports that no rows follow it.
func (r *report) ends() bool { return r.Watermark == stream.MaxTime }

// reportName is what an object of commit/ is named by.
type reportName struct {
	kind                 string // running or final
	subtask, parallelism int
	checkpoint           int64
}

func (n reportName) String() string {
	return fmt.Sprintf("%s-%d-%d-%d", n.kind, n.subtask, n.parallelism, n.checkpoint)
}

func parseReport(name string) (n reportName, ok bool) {
	fields := strings.Split(name, "-")
	if len(fields) != 4 || fields[0] != running && fields[0] != final {
		return n, false
	}
	n.kind = fields[0]
	var errs [3]error
	n.subtask, errs[0] = strconv.Atoi(fields[1])
	n.parallelism, errs[1] = strconv.Atoi(fields[2])
	n.checkpoint, errs[2] = strconv.ParseInt(fields[3], 10, 64)
	return n, errors.Join(errs[:]...) == nil
}

const (
	running, final = "report", "final" // kinds of reports
	doneName       = "done"
)

// marked are partitions that were marked as complete, by path, and up to which
// checkpoint.
type marked map[string]int64

// commits says whether partitions are marked at all.
func (s *sink) commits() bool { return s.successFile != "" && len(s.keys) > 0 }

// tell says that everything of this subtask up to a checkpoint is published, and
// marks what is complete if it is the last to say so.
func (w *writer) tell(r report) error {
	if !w.commits() || r.Checkpoint <= w.told {
		return nil
	}
	if over, err := w.over(); over || err != nil {
		return err
	}
	if w.ctx.Parallelism == 1 {
		done, err := w.markComplete([]report{r}, marked{})
		if err != nil {
			return err
		}
		w.learn(done)
	} else {
		me := reportName{running, w.ctx.Subtask, w.ctx.Parallelism, r.Checkpoint}
		if r.ends() {
			me.kind = final
		}
		if err := w.say(me, r); err != nil {
			return err
		}
	}
	w.told, w.ended = r.Checkpoint, r.ends()
	return nil
}

// over reports that all subtasks have ended and that was acted on. A subtask that
// has ended says so at every checkpoint it still takes part in: the others may
// have been restarted.
func (w *writer) over() (bool, error) {
	if !w.ended || w.ctx.Parallelism == 1 {
		return w.ended, nil
	}
	none := true
	err := w.each(w.stage+commitFolder, func(string) error { none = false; return nil })
	return none, err
}

// tellIdle is tell of a subtask that no record of its own came to. It may have
// finished long ago, and then nothing comes after Recover. So it says that nothing
// follows, and takes that back in Prepare.
func (w *writer) tellIdle(r report) error {
	if !w.commits() || w.ctx.Parallelism == 1 || len(w.idle) > 0 {
		return nil
	}
	r.Watermark, r.Idle = stream.MaxTime, true
	me := reportName{final, w.ctx.Subtask, w.ctx.Parallelism, r.Checkpoint}
	w.idle = append(w.idle, commitFolder+me.String())
	w.told = r.Checkpoint
	return w.say(me, r)
}

// untellIdle takes it back.
func (w *writer) untellIdle() error {
	for _, name := range w.idle {
		if err := w.delete(name); err != nil {
			return err
		}
	}
	w.idle = nil
	return nil
}

// say writes a report, and acts on all of them if it is the last one.
func (w *writer) say(me reportName, r report) error {
	if err := w.putJSON(me.String(), r); err != nil {
		return err
	}
	names, err := w.reports(r.Checkpoint)
	if err != nil {
		return err
	}
	if len(names) == w.ctx.Parallelism {
		return w.closeReports(names, me.checkpoint <= w.restored)
	}
	done, err := w.readDone()
	w.learn(done)
	return err
}

// reports lists which subtasks have said that they published everything up to a
// checkpoint, and removes what this subtask said before. When all have ended,
// their last checkpoints may differ; else one that is ahead of us does not
// count, for it speaks of partitions whose files others have not published.
func (w *writer) reports(checkpoint int64) ([]reportName, error) {
	found, ended := map[int]reportName{}, map[int]reportName{}
	err := w.each(w.stage+commitFolder, func(name string) error {
		n, ok := parseReport(name)
		if !ok || n.parallelism != w.ctx.Parallelism {
			return nil
		}
		if n.subtask == w.ctx.Subtask && n.checkpoint < checkpoint {
			return w.delete(commitFolder + name)
		}
		if n.kind == final {
			ended[n.subtask] = n
		}
		if n.checkpoint == checkpoint || n.kind == final && n.checkpoint < checkpoint {
			found[n.subtask] = n
		}
		return nil
	})
	if len(ended) == w.ctx.Parallelism {
		found = ended
	}
	return slices.Collect(maps.Values(found)), err
}

// closeReports marks what is complete by the reports of all subtasks. What is missing
// was removed by another one that closes, or has moved on: nothing to do.
func (w *writer) closeReports(names []reportName, restored bool) error {
	reports := make([]report, len(names))
	ended, idle := true, true
	for i, n := range names {
		if ok, err := w.getJSON(string(w.stage)+commitFolder+n.String(), &reports[i]); err != nil || !ok {
			return err
		}
		ended, idle = ended && reports[i].ends(), idle && reports[i].Idle
	}
	before, err := w.readDone()
	if err != nil {
		return err
	}
	done, err := w.markComplete(reports, before)
	if err != nil {
		return err
	}
	w.learn(done)
	// What is found when a job is restored may be of the run before, and its
	// subtask may be about to say it again: then the end is at its next checkpoint.
	if !ended || restored && !idle {
		return w.putJSON(doneName, done)
	}
	return w.each(w.stage+commitFolder, func(name string) error { return w.delete(commitFolder + name) })
}

// markComplete marks the partitions whose time has come. It returns them with
// those of before that somebody has not heard of.
func (w *writer) markComplete(reports []report, before marked) (marked, error) {
	var checkpoint int64
	watermark := int64(stream.MaxTime)
	waiting, done := partitions{}, marked{}
	for _, r := range reports {
		checkpoint, watermark = max(checkpoint, r.Checkpoint), min(watermark, r.Watermark)
		for _, p := range r.Partitions {
			if through, ok := before[p.Path]; ok && p.Last <= through {
				done[p.Path] = through
				continue
			}
			waiting.add(p)
		}
	}
	now := w.now().UnixMilli()
	for _, p := range waiting.list() {
		complete := watermark == stream.MaxTime
		if !complete && w.byTime == nil {
			complete = now-p.Since >= w.commitDelay.Milliseconds()
		}
		if !complete && w.byTime != nil {
			var err error
			if complete, err = w.passed(p.Values, watermark); err != nil {
				return nil, err
			}
		}
		if !complete {
			continue
		}
		if err := w.mark(p.Path); err != nil {
			return nil, err
		}
		done[p.Path] = checkpoint
	}
	return done, nil
}

// learn forgets the partitions that were marked.
func (w *writer) learn(done marked) {
	for path, through := range done {
		w.waiting.remove(path, through)
	}
}

// mark writes a partition's success file.
func (w *writer) mark(path string) error {
	name := path + "/" + w.successFile
	if err := w.put(name, nil); err != nil {
		return fmt.Errorf("table %s: cannot mark a partition as complete: %w%w", w.table.Name, err, connector.ErrUser)
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

// put writes a small object. Where a writer that is killed leaves something, it is
// written in this subtask's folder first, where the next attempt removes that.
func (w *writer) put(name string, data []byte) error {
	if _, ok := w.store.(blob.Sweeper); !ok {
		return blob.Put(w.ctx.Context, w.store, name, data)
	}
	staged := w.stage.file(w.ctx.Subtask, w.after, w.run, w.count)
	w.count++
	if err := blob.Put(w.ctx.Context, w.store, staged, data); err != nil {
		return err
	}
	return blob.Move(w.ctx.Context, w.store, staged, name)
}

func (w *writer) readDone() (marked, error) {
	done := marked{}
	_, err := w.getJSON(string(w.stage)+commitFolder+doneName, &done)
	return done, err
}

func (w *writer) putJSON(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // plain data
	}
	return w.put(string(w.stage)+commitFolder+name, text)
}

// getJSON reads an object; it is false if there is none.
func (w *writer) getJSON(name string, value any) (bool, error) {
	text, err := blob.ReadAll(w.ctx.Context, w.store, name)
	if errors.Is(err, blob.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		if err = json.Unmarshal(text, value); err != nil {
			err = fmt.Errorf("cannot read %s: %w", w.store.URL(name), err)
		}
	}
	return err == nil, err
}
