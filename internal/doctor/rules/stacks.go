package rules

import (
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/doctor/snapshot"
)

// The kinds of work a task's thread is seen at.
const (
	WorkIdle     = "idle"           // waiting for records
	WorkPressure = "back-pressured" // waiting for an output buffer
	WorkSink     = "sink"
	WorkLookup   = "lookup"
	WorkState    = "state" // of RocksDB
	WorkUser     = "function"
	WorkOther    = "operator"
)

// Work is what the threads of a vertex were seen doing in several samples.
type Work struct {
	Samples int // that were at work: neither idle nor back-pressured
	Idle    int // samples that were not
	counts  map[string]int
	Blocked float64 // share of the working samples that waited for a lock
	Waiting float64 // share that waited for something outside: socket, sleep, future
	Frame   string  // innermost frame that is neither Java's nor Flink's, most frequent
}

// Share of the working samples of a kind.
func (w Work) Share(kind string) float64 {
	if w.Samples == 0 {
		return 0
	}
	return float64(w.counts[kind]) / float64(w.Samples)
}

// workOf looks at the subtasks that are busy; those of a skewed vertex that have
// nothing to do would dilute it.
func workOf(v *snapshot.Vertex) Work {
	w := Work{counts: map[string]int{}}
	frames := map[string]int{}
	var blocked, waiting int
	for i := range v.Subtasks {
		for _, st := range v.Subtasks[i].Stacks {
			kind, frame := classify(&st)
			if kind == WorkIdle || kind == WorkPressure {
				w.Idle++
				continue
			}
			w.Samples++
			w.counts[kind]++
			if frame != "" {
				frames[frame]++
			}
			if st.State == "BLOCKED" {
				blocked++
			} else if waits(&st) {
				waiting++
			}
		}
	}
	if w.Samples == 0 {
		return w
	}
	w.Blocked, w.Waiting = float64(blocked)/float64(w.Samples), float64(waiting)/float64(w.Samples)
	for f, n := range frames {
		if n > frames[w.Frame] || n == frames[w.Frame] && f < w.Frame {
			w.Frame = f
		}
	}
	return w
}

// owners are parts of frames that say whose work a thread is at. The innermost
// frame that is in the list decides: outer ones only called it.
var owners = []struct{ part, kind string }{
	{"LocalBufferPool.requestMemorySegmentBlocking", WorkPressure},
	{"LocalBufferPool.requestBufferBuilderBlocking", WorkPressure},
	{"LookupJoin", WorkLookup},
	{"LookupFunction", WorkLookup},
	{"AsyncWaitOperator.", WorkLookup},
	{"AsyncSinkWriter", WorkSink},
	{"SinkWriter", WorkSink},
	{"SinkFunction", WorkSink},
	{"StreamSink.", WorkSink},
	{"SinkOperator", WorkSink},
	{"OutputFormatSink", WorkSink},
	{"CommitterOperator", WorkSink},
	{"AbstractStreamingWriter.", WorkSink}, // of files
	{"connector.sink2", WorkSink},
	{"org.rocksdb.", WorkState},
	{"TaskMailboxImpl.take", WorkIdle},
	{"MailboxProcessor.processMailsWhenDefaultActionUnavailable", WorkIdle},
	{"GuavaRateLimiter", WorkIdle},
	{"DataGeneratorSource.run", WorkOther},
	// flott's: goroutines instead of threads.
	{"internal/task.(*Task).rest", WorkIdle}, // or held back: neither is work
	{"internal/exchange.(*", WorkPressure},
	{"internal/operators.(*lookupJoin)", WorkLookup},
	{"internal/operators.(*sink)", WorkSink},
	{"internal/state/lsm.", WorkState},
	{"github.com/cockroachdb/pebble", WorkState},
	{"internal/operators.(*scan)", WorkOther},
}

// classify says whose work a thread is at, and names the innermost frame of user
// code or of a connector.
func classify(st *snapshot.Stack) (kind, frame string) {
	emits := false // a record is in hand
	for _, f := range st.Frames {
		method := f
		if at := strings.LastIndexByte(f, '('); at >= 0 { // the place; Go's methods have brackets before it
			method = f[:at]
		}
		emits = emits || strings.HasSuffix(method, ".processElement") || strings.Contains(method, "utput.collect") || strings.Contains(method, "utput.emit") || strings.Contains(method, "SourceContext")
		if asking(method) && !emits { // a source at its own work, or waiting for its own input
			if waits(st) {
				return WorkIdle, ""
			}
			return WorkOther, ""
		}
		for _, o := range owners {
			if strings.Contains(method, o.part) {
				if o.kind == WorkIdle && yields(st) { // somebody further out waits here
					break
				}
				// A pause of a rate limiter is directly in the source, not in
				// something that it calls.
				switch {
				case o.kind == WorkOther && frame == "" && pausing(st):
					return WorkIdle, ""
				case o.kind == WorkOther && frame != "":
					return WorkUser, frame
				}
				return o.kind, frame
			}
		}
		if frame == "" && foreign(method) {
			frame = method
		}
		if operatorBoundary(method) {
			break
		}
	}
	if frame != "" {
		return WorkUser, frame
	}
	return WorkOther, ""
}

// pausing reports whether the thread sleeps of its own will.
func pausing(st *snapshot.Stack) bool {
	return st.State == "TIMED_WAITING" || len(st.Frames) > 0 && strings.Contains(st.Frames[0], "Thread.sleep")
}

// yields reports whether an operator lets other mails pass while it waits for
// something: room among its asynchronous requests, or for those of a sink.
func yields(st *snapshot.Stack) bool {
	return slices.ContainsFunc(st.Frames, func(f string) bool { return strings.Contains(f, "MailboxExecutorImpl.yield") })
}

// waits reports whether a thread waits for something outside of the process.
func waits(st *snapshot.Stack) bool {
	if st.State == "WAITING" || st.State == "TIMED_WAITING" {
		return true
	}
	for _, f := range st.Frames[:min(len(st.Frames), 6)] {
		for _, part := range []string{"socketRead", "SocketInputStream", "NioSocketImpl.park", "NioSocketImpl.read", "Net.poll", "EPoll.wait", "Thread.sleep", "SocketDispatcher.read"} {
			if strings.Contains(f, part) {
				return true
			}
		}
	}
	return false
}

// asking is a frame in which Flink asks a source of the old or the new kind for
// records.
func asking(method string) bool {
	return strings.HasSuffix(method, "DataGeneratorSource.run") || strings.HasSuffix(method, ".StreamSource.run") || strings.HasSuffix(method, ".SourceOperator.emitNext")
}

// operatorBoundary is a frame in which one operator was called by another.
func operatorBoundary(method string) bool {
	if strings.Contains(method, "internal/task.(*node)") {
		return true
	}
	return strings.HasSuffix(method, ".processElement") && strings.HasPrefix(method, "org.apache.flink.") && strings.Contains(method, "Operator.")
}

// foreign reports whether a frame is neither Java's nor Flink's nor generated.
func foreign(method string) bool {
	for _, prefix := range []string{"java.", "javax.", "jdk.", "sun.", "com.sun.", "org.apache.flink.", "scala.", "StreamExec", "BatchExec", "org.apache.pekko.",
		"github.com/flottstream/flott/", "runtime.", "sync.", "syscall.", "internal/"} {
		if strings.HasPrefix(method, prefix) {
			return false
		}
	}
	return strings.Contains(method, ".") && !strings.Contains(method, "$$Lambda") && !generated(method)
}

// generated are classes of Flink's code generator: Name$12.method.
func generated(method string) bool {
	class, _, _ := strings.Cut(method, ".")
	_, number, ok := strings.Cut(class, "$")
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}
