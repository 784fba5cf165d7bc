package rest

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// prometheus answers /metrics in Prometheus' text format, under the names of
// Flink's reporter.
func (h *Handler) prometheus(w http.ResponseWriter, _ *http.Request) {
	e := exposition{families: map[string]*family{}}
	host := []label{{"host", hostName()}}
	worker := append(host, label{"tm_id", h.options.TaskManager})
	for _, f := range h.jobManagerFigures() {
		e.add("jobmanager", &f, host)
	}
	for _, f := range h.workerFigures() {
		e.add("taskmanager", &f, worker)
	}
	for _, j := range h.cluster.Jobs() {
		info := j.Info()
		of := []label{{"job_id", info.ID}, {"job_name", info.Name}}
		for _, f := range jobFigures(j, h.now()) {
			e.add("jobmanager_job", &f, slices.Concat(host, of))
		}
		if terminal(j.Status()) {
			continue
		}
		r := h.figures.of(j)
		for v := range r.vertices {
			for n := range r.vertices[v].subtasks {
				e.addSubtask(r, v, n, slices.Concat(worker, of))
			}
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Write(e.text())
}

var hostName = sync.OnceValue(func() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
})

type label struct{ name, value string }

// family is the samples of one name.
type family struct {
	help  string
	lines []byte
}

// exposition is an answer being made.
type exposition struct{ families map[string]*family }

func (e *exposition) addSubtask(r *reading, vertex, subtask int, labels []label) {
	v, x := r.vertices[vertex].vertex, &r.vertices[vertex].subtasks[subtask].execution
	labels = append(labels,
		label{"task_id", v.UID}, label{"task_name", v.Name}, label{"task_attempt_id", x.ID},
		label{"task_attempt_num", strconv.Itoa(x.Attempt)}, label{"subtask_index", strconv.Itoa(subtask)})
	for _, f := range r.subtask(vertex, subtask) {
		if f.operator == nil {
			e.add("taskmanager_job_task", &f, labels)
			continue
		}
		name := f.operator.Name
		if len(name) > operatorNameMax {
			name = strings.ToValidUTF8(name[:operatorNameMax], "")
		}
		e.add("taskmanager_job_task_operator", &f, append(slices.Clip(labels), label{"operator_id", f.operator.UID}, label{"operator_name", name}))
	}
}

// add adds a sample. A text is 0, as it is in Flink, but true is 1.
func (e *exposition) add(scope string, f *figure, labels []label) {
	name := "flink_" + scope + "_" + word(f.name)
	fam := e.families[name]
	if fam == nil {
		fam = &family{help: fmt.Sprintf("# HELP %s %s (scope: %s)\n# TYPE %s gauge\n", name, f.name, scope, name)}
		e.families[name] = fam
	}
	b := append(fam.lines, name...)
	b = append(b, '{')
	for i, l := range labels {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, l.name...)
		b = append(b, `="`...)
		b = append(b, word(l.value)...)
		b = append(b, '"')
	}
	b = append(b, "} "...)
	v := f.value
	switch {
	case f.text == "true":
		v = 1
	case f.text != "":
		v = 0
	}
	switch {
	case math.IsInf(v, 1):
		b = append(b, "+Inf"...)
	case math.IsInf(v, -1):
		b = append(b, "-Inf"...)
	default:
		b = strconv.AppendFloat(b, v, 'g', -1, 64)
	}
	fam.lines = append(b, '\n')
}

// text is the answer, by name.
func (e *exposition) text() []byte {
	names := make([]string, 0, len(e.families))
	for name := range e.families {
		names = append(names, name)
	}
	slices.Sort(names)
	var out bytes.Buffer
	for _, name := range names {
		out.WriteString(e.families[name].help)
		out.Write(e.families[name].lines)
	}
	return out.Bytes()
}

// word makes a text one of Prometheus' names, as Flink does it by default with the
// values of labels too.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ':', r == '_':
			return r
		}
		return '_'
	}, s)
}
