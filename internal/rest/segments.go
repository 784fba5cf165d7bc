package rest

import "github.com/flottstream/flott/internal/exchange"

// workerFigures are the metrics of the process as a TaskManager: with the memory
// that rows between tasks take. Flink takes it from one pool of a fixed size;
// flott's is what the gates of all running tasks may hold together.
func (h *Handler) workerFigures() []figure {
	l := list{figures: h.process.figures()}
	used, total := 0.0, 0.0
	for _, j := range h.cluster.Jobs() {
		if terminal(j.Status()) {
			continue
		}
		r := h.figures.of(j)
		for v := range r.vertices {
			for s := range r.vertices[v].subtasks {
				used += r.vertices[v].subtasks[s].gauges["usedMemorySegments"]
				total += r.vertices[v].subtasks[s].gauges["totalMemorySegments"]
			}
		}
	}
	l.count("Status.Shuffle.Netty.TotalMemorySegments", total)
	l.count("Status.Shuffle.Netty.UsedMemorySegments", used)
	l.count("Status.Shuffle.Netty.AvailableMemorySegments", total-used)
	l.count("Status.Shuffle.Netty.TotalMemory", total*exchange.SegmentBytes)
	l.count("Status.Shuffle.Netty.UsedMemory", used*exchange.SegmentBytes)
	l.count("Status.Shuffle.Netty.AvailableMemory", (total-used)*exchange.SegmentBytes)
	return l.figures
}
