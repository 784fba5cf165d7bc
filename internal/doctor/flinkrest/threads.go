package flinkrest

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// threads samples what the busiest tasks are doing, from thread dumps of the
// TaskManagers they run on. A dump costs the TaskManager some milliseconds.
func (r *reader) threads(ctx context.Context) {
	if r.options.Samples <= 0 {
		r.miss(snapshot.Threads, fmt.Errorf("thread dumps were not asked for"))
		return
	}
	chosen := r.suspects()
	reads := make([]func(), len(chosen))
	for i, id := range chosen {
		reads[i] = func() { r.sample(ctx, id) }
	}
	all(reads...)
}

// suspects are the TaskManagers of the subtasks with most work, best first.
func (r *reader) suspects() (ids []string) {
	weight := map[string]float64{}
	there := map[string]bool{} // a subtask that waits for a slot names none
	for i := range r.snap.TaskManagers {
		there[r.snap.TaskManagers[i].ID] = true
	}
	for i := range r.snap.Jobs {
		for k := range r.snap.Jobs[i].Vertices {
			v := &r.snap.Jobs[i].Vertices[k]
			for _, s := range v.Subtasks {
				if !there[s.TaskManager] {
					continue
				}
				w := s.Busy
				if math.IsNaN(w) { // a source of the old kind does not say
					w = 0.6
				}
				if w > weight[s.TaskManager] {
					weight[s.TaskManager] = w
				}
			}
		}
	}
	for id, w := range weight {
		if w >= 0.5 {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if weight[a] != weight[b] {
			if weight[a] > weight[b] {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return ids[:min(len(ids), dumpsMax)]
}

func (r *reader) sample(ctx context.Context, id string) {
	path := "/taskmanagers/" + url.PathEscape(id) + "/thread-dump"
	for n := range r.options.Samples {
		if n > 0 && pause(ctx, r.options.Interval) != nil {
			return
		}
		var w threadDumpWire
		if err := r.json(ctx, path, &w); err != nil {
			if n == 0 {
				r.miss(snapshot.Threads, err)
			}
			return
		}
		r.mu.Lock()
		for i := range r.snap.Jobs {
			for k := range r.snap.Jobs[i].Vertices {
				addStacks(&r.snap.Jobs[i].Vertices[k], id, &w)
			}
		}
		r.mu.Unlock()
	}
}

// addStacks gives each subtask of v that runs on a TaskManager the stack of its
// thread. A source of the old kind works in a thread of its own.
func addStacks(v *snapshot.Vertex, taskManager string, w *threadDumpWire) {
	for i := range v.Subtasks {
		s := &v.Subtasks[i]
		if s.TaskManager != taskManager {
			continue
		}
		name := fmt.Sprintf("%s (%d/%d)#%d", v.Name, s.Index+1, v.Parallelism, s.Attempt)
		var own, legacy *snapshot.Stack
		for _, t := range w.Threads {
			switch t.Name {
			case name:
				own = parseStack(t.Info)
			case "Legacy Source Thread - " + name:
				legacy = parseStack(t.Info)
			}
		}
		switch {
		case legacy != nil:
			s.Stacks = append(s.Stacks, *legacy)
		case own != nil:
			s.Stacks = append(s.Stacks, *own)
		}
	}
}

// parseStack reads one thread of a dump:
//
//	"name" Id=66 BLOCKED on java.util… owned by "other" Id=65
//		at app//org.apache.flink….take(TaskMailboxImpl.java:161)
//		-  locked java.lang.Object@…
func parseStack(info string) *snapshot.Stack {
	s := &snapshot.Stack{}
	head, rest, _ := strings.Cut(info, "\n")
	// A thread that is blocked names the owner of the lock behind it, in the same way.
	if at := strings.Index(head, `" Id=`); at >= 0 {
		if fields := strings.Fields(head[at+1:]); len(fields) > 1 {
			s.State = fields[1]
		}
	}
	for line := range strings.Lines(rest) {
		frame, ok := strings.CutPrefix(strings.TrimSpace(line), "at ")
		if !ok {
			continue
		}
		if module, after, ok := strings.Cut(frame, "/"); ok && !strings.ContainsAny(module, "($") {
			frame = strings.TrimPrefix(after, "/") // "app//" or "java.base@17/"
		}
		s.Frames = append(s.Frames, frame)
		if len(s.Frames) == 120 {
			break
		}
	}
	return s
}
