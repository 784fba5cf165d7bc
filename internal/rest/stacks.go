package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
)

// stack is what some goroutines of the process are doing at one moment.
type stack struct {
	count  int
	parked bool              // they wait: for input, a lock, a file
	labels map[string]string // job, vertex and task, of goroutines of subtasks
	frames []frame           // innermost first
}

type frame struct{ function, file, line string }

// stacks takes a profile of all goroutines. It stops the process for a moment.
func stacks() ([]stack, error) {
	var out bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&out, 1); err != nil {
		return nil, err
	}
	return parseStacks(out.String()), nil
}

// parseStacks reads the runtime's text form of a goroutine profile:
//
//	2 @ 0x47 0x48
//	# labels: {"job":"…"}
//	#	0x47	package.function+0xce	/path/file.go:435
func parseStacks(text string) (out []stack) {
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		head, counters, isHead := strings.Cut(line, " @")
		count, err := strconv.Atoi(head)
		switch {
		case isHead && err == nil && count > 0:
			out = append(out, stack{count: count, parked: parked(counters)})
		case len(out) == 0:
		case strings.HasPrefix(line, "# labels: "):
			labels := map[string]string{}
			if json.Unmarshal([]byte(strings.TrimPrefix(line, "# labels: ")), &labels) == nil {
				out[len(out)-1].labels = labels
			}
		case strings.HasPrefix(line, "#\t"):
			if f, ok := parseFrame(line); ok {
				s := &out[len(out)-1]
				s.frames = append(s.frames, f)
			}
		}
	}
	return out
}

// parked looks at the innermost program counter: the frames of the runtime itself
// are left out of the list that follows.
func parked(counters string) bool {
	fields := strings.Fields(counters)
	if len(fields) == 0 {
		return false
	}
	pc, err := strconv.ParseUint(strings.TrimPrefix(fields[0], "0x"), 16, 64)
	if err != nil {
		return false
	}
	f := runtime.FuncForPC(uintptr(pc))
	return f != nil && f.Name() == "runtime.gopark"
}

func parseFrame(line string) (frame, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 {
		return frame{}, false
	}
	function := fields[2]
	if at := strings.LastIndex(function, "+0x"); at > 0 {
		function = function[:at]
	}
	place := fields[3]
	place = place[strings.LastIndexByte(place, '/')+1:]
	file, number, _ := strings.Cut(place, ":")
	return frame{function, file, number}, true
}

type threadsBody struct {
	Threads []thread `json:"threadInfos"`
}

type thread struct {
	Name string `json:"threadName"`
	Info string `json:"stringifiedThreadInfo"`
}

// processThreads shows goroutines as threads, in the form of Java's thread dumps:
// those of subtasks under the subtask's name.
func processThreads(*request) (any, error) {
	list, err := stacks()
	if err != nil {
		return nil, err
	}
	b := threadsBody{Threads: []thread{}}
	for i := range list {
		b.Threads = append(b.Threads, list[i].thread(i+1))
	}
	return b, nil
}

func taskManagerThreads(r *request) (any, error) {
	if err := r.taskManager(); err != nil {
		return nil, err
	}
	return processThreads(r)
}

func (s *stack) thread(id int) thread {
	name := s.labels["task"]
	if name != "" && !s.own() { // a client or a helper inherits the labels of the subtask that started it
		name = s.frames[max(len(s.frames)-1, 0)].function + " of " + name
	}
	if name == "" {
		name = "goroutine"
		if n := len(s.frames); n > 0 {
			name = s.frames[n-1].function
		}
		if s.count > 1 {
			name += fmt.Sprintf(" (%d goroutines)", s.count)
		}
	}
	state := "RUNNABLE"
	if s.parked {
		state = "WAITING"
	}
	var sb strings.Builder
	fmt.Fprintf(&sb, "%q Id=%d %s\n", name, id, state)
	for _, f := range s.frames {
		fmt.Fprintf(&sb, "\tat %s(%s:%s)\n", f.function, f.file, f.line)
	}
	return thread{name, sb.String() + "\n"}
}

// own reports whether it is a subtask's own goroutine.
func (s *stack) own() bool {
	return len(s.frames) == 0 || slices.ContainsFunc(s.frames, func(f frame) bool { return strings.HasSuffix(f.function, "task.(*Task).Run") })
}

// flameNode is a function with how often it was seen, by caller.
type flameNode struct {
	Name     string       `json:"name"`
	Value    int          `json:"value"`
	Children []*flameNode `json:"children"`
}

func (n *flameNode) child(name string) *flameNode {
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	c := &flameNode{Name: name, Children: []*flameNode{}}
	n.Children = append(n.Children, c)
	return c
}

// add counts a stack.
func (n *flameNode) add(s *stack) {
	n.Value += s.count
	for _, f := range slices.Backward(s.frames) {
		n = n.child(f.function + ":" + f.line)
		n.Value += s.count
	}
}

type flameBody struct {
	End  int64      `json:"endTimestamp"`
	Data *flameNode `json:"data,omitempty"`
}

// flameGraph shows what the subtasks of a vertex do. The first question starts the
// sampling, which takes a second; -1 says that it is not over.
func flameGraph(r *request) (any, error) {
	j, v, err := r.vertex()
	if err != nil {
		return nil, err
	}
	kind := strings.ToLower(r.query.Get("type"))
	switch kind {
	case "":
		kind = "full"
	case "full", "on_cpu", "off_cpu":
	default:
		return nil, badQuery("type", r.query.Get("type"))
	}
	only := ""
	if text := r.query.Get("subtaskindex"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= v.Parallelism {
			return nil, badQuery("subtaskindex", text)
		}
		only = fmt.Sprintf(" (%d/%d)#", n+1, v.Parallelism)
	}
	sampled, end := r.h.flames.samples(func() bool {
		return slices.ContainsFunc(r.h.cluster.Jobs(), func(j Job) bool { return !terminal(j.Status()) })
	})
	if sampled == nil {
		return flameBody{End: -1}, nil
	}
	root := &flameNode{Name: "root", Children: []*flameNode{}}
	for i := range sampled {
		s := &sampled[i]
		if s.labels["job"] != j.Info().ID || s.labels["vertex"] != v.UID || !strings.Contains(s.labels["task"], only) {
			continue
		}
		if kind == "full" || (kind == "off_cpu") == s.parked {
			root.add(s)
		}
	}
	return flameBody{end, root}, nil
}
