package task

import (
	"container/heap"
	"math"
)

// timerQueue holds the processing-time calls that operators asked for, by time.
// It belongs to the subtask's goroutine.
type timerQueue []timer

type timer struct {
	at   int64 // ms since the epoch
	node *node
}

// nodeTimers is the operator.Timers of one operator.
type nodeTimers struct {
	queue *timerQueue
	node  *node
}

// Set asks for a call at or after at; a request for the same time is kept once.
func (t nodeTimers) Set(at int64) {
	for _, other := range *t.queue {
		if other.at == at && other.node == t.node {
			return
		}
	}
	heap.Push(t.queue, timer{at, t.node})
}

// next returns the time of the earliest call in ms, MaxInt64 if there is none.
func (q timerQueue) next() int64 {
	if len(q) == 0 {
		return math.MaxInt64
	}
	return q[0].at
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (q timerQueue) Len() int           { return len(q) }
func (q timerQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q timerQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *timerQueue) Push(x any)        { *q = append(*q, x.(timer)) }
func (q *timerQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
