package rest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/rpc"
)

// figure is a metric under Flink's name.
type figure struct {
	name     string
	value    float64
	double   bool   // of a type with a fraction
	text     string // of a metric that is no number
	operator *jobgraph.Operator
}

// print is the value as Flink's REST API prints it.
func (f *figure) print() string {
	switch {
	case f.text != "":
		return f.text
	case f.double:
		return number(f.value).String()
	}
	return whole(f.value)
}

// whole prints a count or a time; the ends of event time do not fit a float64.
func whole(v float64) string {
	switch {
	case v <= -9.2e18:
		return "-9223372036854775808"
	case v >= 9.2e18:
		return "9223372036854775807"
	case v == float64(int64(v)):
		return strconv.FormatInt(int64(v), 10)
	}
	return number(v).String()
}

// list collects figures.
type list struct {
	figures  []figure
	operator *jobgraph.Operator
}

func (l *list) count(name string, value float64) {
	l.figures = append(l.figures, figure{name: name, value: value, operator: l.operator})
}

func (l *list) double(name string, value float64) {
	l.figures = append(l.figures, figure{name: name, value: value, double: true, operator: l.operator})
}

// meter is a counter and its rate.
func (l *list) meter(name string, now, then, seconds float64) {
	l.count(name, now)
	l.double(name+"PerSecond", rate(now, then, seconds))
}

// subtask returns the figures of a subtask, those of its operators last.
func (r *reading) subtask(vertex, subtask int) []figure {
	s, v := &r.vertices[vertex].subtasks[subtask], r.vertices[vertex].vertex
	old, seconds := r.before(vertex, subtask)
	if s.execution.State != rpc.Running {
		seconds = 0
	}
	var l list
	l.meter("numRecordsIn", s.recordsIn(v), old.recordsIn(v), seconds)
	l.meter("numRecordsOut", s.recordsOut(v), old.recordsOut(v), seconds)
	l.meter("numBytesIn", s.counters[bytesIn], old.counters[bytesIn], seconds)
	l.meter("numBytesOut", s.counters[bytesOut], old.counters[bytesOut], seconds)
	l.meter("numBuffersOut", s.counters[buffersOut], old.counters[buffersOut], seconds)
	l.pressure(r, vertex, subtask)
	l.buffers(s, len(v.Inputs) > 0, old, seconds)
	l.ofCheckpoint(s)
	if w, ok := s.headWatermark(v); ok {
		l.count("currentInputWatermark", w)
	}
	l.count("mailboxQueueSize", s.gauges["mailboxQueueSize"])
	if begun, runs := s.execution.Entered(rpc.Initializing), s.execution.Entered(rpc.Running); begun > 0 && runs > 0 {
		l.count("initializationTime", float64(runs-begun))
	}
	for place, n := range v.Chain {
		l.operator = n.Op
		l.ofOperator(s, old, place, len(v.Inputs) == 0 && place == 0, seconds)
	}
	return l.figures
}

// headWatermark is the event time that the inputs have reached.
func (s *subtaskReading) headWatermark(v *jobgraph.Vertex) (float64, bool) {
	if len(v.Inputs) == 0 || len(s.operators) == 0 {
		return 0, false
	}
	w, ok := s.operators[0]["currentInputWatermark"]
	return w, ok
}

func (l *list) pressure(r *reading, vertex, subtask int) {
	s, t := &r.vertices[vertex].subtasks[subtask], r.times(vertex, subtask)
	l.double("busyTimeMsPerSecond", t.busy)
	l.double("idleTimeMsPerSecond", t.idle)
	l.double("backPressuredTimeMsPerSecond", t.backPressured())
	l.double("softBackPressuredTimeMsPerSecond", t.soft)
	l.double("hardBackPressuredTimeMsPerSecond", t.hard)
	busy, idle, pressed := s.accumulated(r.at)
	l.double("accumulateBusyTimeMs", busy)
	l.count("accumulateIdleTimeMs", float64(int64(idle)))
	l.count("accumulateBackPressuredTimeMs", float64(int64(pressed)))
	text := "false"
	if s.gauges["isBackPressured"] != 0 && s.execution.State == rpc.Running {
		text = "true"
	}
	l.figures = append(l.figures, figure{name: "isBackPressured", value: s.gauges["isBackPressured"], text: text})
}

// buffers are the figures of the exchange, under the names of Flink's shuffle and
// the shorter ones from before it.
func (l *list) buffers(s *subtaskReading, input bool, old *subtaskReading, seconds float64) {
	exclusive, floating := 0.0, 0.0
	if input {
		exclusive, floating = s.gauges["inPoolUsage"], s.gauges["floatingBuffersUsage"]
	}
	for _, prefix := range []string{"Shuffle.Netty.Input.Buffers.", "buffers."} {
		l.double(prefix+"inPoolUsage", max(exclusive, floating))
		l.double(prefix+"inputExclusiveBuffersUsage", exclusive)
		l.double(prefix+"inputFloatingBuffersUsage", floating)
		l.count(prefix+"inputQueueLength", s.gauges["inputQueueLength"])
		l.count(prefix+"inputQueueSize", s.gauges["inputQueueSize"])
	}
	for _, prefix := range []string{"Shuffle.Netty.Output.Buffers.", "buffers."} {
		l.double(prefix+"outPoolUsage", s.gauges["outPoolUsage"])
		l.count(prefix+"outputQueueLength", s.gauges["outputQueueLength"])
		l.count(prefix+"outputQueueSize", s.gauges["outputQueueSize"])
	}
	for _, prefix := range []string{"", "Shuffle.Netty.Input."} {
		l.meter(prefix+"numBytesInLocal", s.counters[bytesIn], old.counters[bytesIn], seconds)
		l.meter(prefix+"numBytesInRemote", 0, 0, 0)
	}
}

func (l *list) ofCheckpoint(s *subtaskReading) {
	if s.snapshot == nil {
		return
	}
	l.count("checkpointAlignmentTime", float64(s.snapshot.Alignment.Nanoseconds()))
	l.count("checkpointStartDelayNanos", float64(s.snapshot.StartDelay.Nanoseconds()))
}

func (l *list) ofOperator(s, old *subtaskReading, place int, source bool, seconds float64) {
	was := [2]float64{}
	if place < len(old.records) {
		was = old.records[place]
	}
	in, wasIn := s.records[place][0], was[0]
	if source { // what a source reads is what it emits
		in, wasIn = s.records[place][1], was[1]
	}
	l.meter("numRecordsIn", in, wasIn, seconds)
	l.meter("numRecordsOut", s.records[place][1], was[1], seconds)
	for _, name := range slices.Sorted(maps.Keys(s.operators[place])) {
		if source && name == "currentInputWatermark" {
			continue // it has none
		}
		v := s.operators[place][name]
		if name == "numLateRecordsDropped" {
			then := 0.0
			if place < len(old.operators) {
				then = old.operators[place][name]
			}
			l.double("lateRecordsDroppedRate", rate(v, then, seconds))
		}
		if v == float64(int64(v)) || v <= -9.2e18 {
			l.count(name, v)
		} else {
			l.double(name, v)
		}
	}
}

// operatorNameMax is where Flink cuts the names of operators in metrics.
const operatorNameMax = 80

// id is the figure's ID among those of a subtask.
func (f *figure) id() string {
	if f.operator == nil {
		return f.name
	}
	return scope(f.operator.Name) + "." + f.name
}

// scope is the name of an operator in the ID of a metric.
func scope(name string) string {
	if len(name) > operatorNameMax {
		name = strings.ToValidUTF8(name[:operatorNameMax], "")
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '.', ':', ',':
			return '_'
		}
		return r
	}, name)
}
