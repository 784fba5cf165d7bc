package exchange

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/align"
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/stream"
)

// One subtask with several inputs, driven step by step at random: every checkpoint it
// takes holds, for each channel, exactly the rows that were sent before the barrier,
// in its state or in flight. It carries out verdicts as a task does.
func TestCheckpointsAreWhole(t *testing.T) {
	taken, persisted := map[string]int{}, 0
	for seed := range uint64(3000) {
		s := newSubtask(seed)
		for range 400 {
			s.step()
		}
		s.finish()
		if s.failure != "" {
			t.Fatalf("seed %d: %s", seed, s.failure)
		}
		for how, n := range s.taken {
			taken[how] += n
		}
		persisted += s.persisted
	}
	t.Logf("checkpoints taken: %v, rows persisted: %d", taken, persisted)
	for _, how := range []string{"aligned", "unaligned", "at least once", "aborted"} {
		if taken[how] < 1000 {
			t.Errorf("only %d checkpoints %s: the test does not reach what it is for", taken[how], how)
		}
	}
}

type subtask struct {
	r       *rand.Rand
	now     int64
	failure string

	writers []*Writer
	sent    []int64           // rows per producer
	barrier []map[int64]int64 // per producer and checkpoint: rows sent before it
	last    []int64           // per producer: newest barrier
	ended   []bool

	trigger stream.CheckpointBarrier // newest
	decided map[int64]bool

	gate      *Gate
	aligner   *align.Aligner
	processed []int64
	open      int

	// Of the unaligned checkpoint under way:
	atState  []int64 // rows in the state
	inflight []int64 // rows persisted, following those
	taken    map[string]int

	persisted int
}

func newSubtask(seed uint64) *subtask {
	s := &subtask{r: rand.New(rand.NewPCG(seed, 1)), now: 1, decided: map[int64]bool{}, taken: map[string]int{}}
	n := 1 + s.r.IntN(4)
	channels := make([]*Channel, n)
	for i := range channels {
		channels[i] = NewChannel(Limits{Exclusive: 1 + s.r.IntN(2)})
	}
	s.gate = NewGate(channels, s.r.IntN(3), make(chan struct{}, 1))
	s.aligner, s.open = align.New(n), n
	for i, c := range channels {
		dist := jobgraph.Hash
		if s.r.IntN(4) == 0 {
			dist = jobgraph.Forward
		}
		if !Overtakes(dist) {
			s.aligner.KeepOrder(i)
		}
		s.writers = append(s.writers, NewWriter(WriterConfig{
			Context: context.Background(), Edge: jobgraph.Edge{Dist: dist, Keys: []int{0}, Schema: schema},
			Channels: []*Channel{c}, MaxParallelism: 128, BatchRows: 3, Waited: new(metrics.Timer), Overdraft: 1,
		}))
		s.barrier = append(s.barrier, map[int64]int64{})
	}
	s.sent, s.last, s.ended, s.processed = make([]int64, n), make([]int64, n), make([]bool, n), make([]int64, n)
	return s
}

func (s *subtask) fail(format string, args ...any) {
	if s.failure == "" {
		s.failure = fmt.Sprintf(format, args...)
	}
}

// step is one thing that happens to somebody.
func (s *subtask) step() {
	s.now += int64(s.r.IntN(3))
	p := s.r.IntN(len(s.writers))
	switch n := s.r.IntN(100); {
	case n < 45:
		s.produce(p)
	case n < 60:
		s.sendBarrier(p)
	case n < 92:
		s.consume()
	case n < 97:
		s.next()
	case n < 99:
		s.abort()
	case s.r.IntN(6) == 0:
		s.end(p)
	}
}

func (s *subtask) produce(p int) {
	if w := s.writers[p]; !s.ended[p] && w.Available() {
		w.Emit(rows(s.sent[p]))
		s.sent[p]++
		if s.r.IntN(5) == 0 {
			w.Send(stream.Element{Kind: stream.Watermark, Time: s.sent[p]})
		}
	}
}

func (s *subtask) sendBarrier(p int) {
	if s.ended[p] || s.last[p] == s.trigger.ID || s.trigger.ID == 0 {
		return
	}
	b := s.trigger
	if b.AlignedTimeout > 0 && s.r.IntN(4) == 0 { // the producer was late itself
		b.Aligned, b.Unaligned, b.AlignedTimeout = false, true, 0
	}
	s.last[p], s.barrier[p][b.ID] = b.ID, s.sent[p]
	s.writers[p].Send(stream.Element{Kind: stream.Barrier, Checkpoint: b})
}

func (s *subtask) end(p int) {
	if !s.ended[p] && s.last[p] == s.trigger.ID && s.writers[p].Available() {
		s.ended[p] = true
		s.writers[p].Send(stream.Element{Kind: stream.EndOfData})
		s.writers[p].Send(stream.Element{Kind: stream.End})
	}
}

// next triggers a checkpoint if there is none.
func (s *subtask) next() {
	if s.trigger.ID != 0 && !s.decided[s.trigger.ID] {
		return
	}
	b := stream.CheckpointBarrier{ID: s.trigger.ID + 1, Timestamp: s.now}
	switch s.r.IntN(4) {
	case 0:
		b.Unaligned = true
	case 1:
		b.Aligned, b.AlignedTimeout = true, time.Duration(s.r.IntN(60))*time.Millisecond
	case 2:
		b.Aligned = true
	}
	s.trigger = b
}

// abort is the coordinator giving the checkpoint up; the producers may send its
// barrier nevertheless.
func (s *subtask) abort() {
	if id := s.trigger.ID; id != 0 && !s.decided[id] {
		s.decided[id] = true
		s.taken["aborted"]++
		s.follow(s.aligner.Aborted(id), -1)
	}
}

func (s *subtask) consume() {
	if s.now >= s.aligner.Deadline() {
		s.follow(s.aligner.Tick(s.now), -1)
	}
	e, c, ok := s.gate.Poll()
	if !ok {
		return
	}
	switch {
	case e.Kind == stream.Records:
		keep := s.aligner.Active() && s.aligner.Rows(c, int64(e.Batch.SizeBytes()))
		if keep {
			s.persist(c, e.Batch)
		}
		for _, k := range e.Batch.Cols[0].Int64s() {
			if k != s.processed[c] {
				s.fail("channel %d: row %d comes, want %d", c, k, s.processed[c])
			}
			s.processed[c]++
		}
		s.gate.Recycle(c, e.Batch)
	case e.Kind == stream.Barrier && e.Announced:
		s.follow(s.aligner.Announced(c, e.Checkpoint, s.now), c)
	case e.Kind == stream.Barrier:
		s.follow(s.aligner.Barrier(c, e.Checkpoint, s.now), c)
	case e.Kind == stream.End && e.Announced:
		s.follow(s.aligner.EndAnnounced(c, s.now), c)
	case e.Kind == stream.End:
		s.open--
		s.follow(s.aligner.End(c, s.now), c)
	}
}

// persist writes rows of a channel to the checkpoint: they follow those in the state.
func (s *subtask) persist(c int, b *batch.Batch) {
	if !Overtakes(s.writers[c].dist) {
		s.fail("rows of channel %d are persisted, but its edge keeps order", c)
	}
	for _, k := range b.Cols[0].Int64s() {
		if want := s.atState[c] + s.inflight[c]; k != want {
			s.fail("channel %d: row %d is persisted, want %d", c, k, want)
		}
		s.inflight[c]++
		s.persisted++
	}
}

func (s *subtask) follow(v align.Verdict, channel int) {
	if v.Aborted != 0 {
		s.decided[v.Aborted] = true
		s.taken["overtaken"]++
	}
	if v.Unblock {
		s.gate.Unblock()
	}
	if b := v.Complete; b != nil {
		if b.Aligned || b.Unaligned {
			s.check(b.ID, s.processed, make([]int64, len(s.processed)), "aligned")
		} else {
			s.check(b.ID, s.processed, nil, "at least once")
		}
	}
	if v.Unaligned != nil {
		s.atState, s.inflight = append([]int64(nil), s.processed...), make([]int64, len(s.processed))
	}
	for _, c := range v.Overtake {
		ahead, ok := s.gate.Overtake(c, s.trigger.ID)
		if !ok {
			s.fail("channel %d: neither barrier nor end is there", c)
		}
		for _, b := range ahead {
			s.persist(c, b)
		}
	}
	for _, c := range v.Await {
		s.gate.Await(c)
	}
	if v.Done != 0 {
		s.check(v.Done, s.atState, s.inflight, "unaligned")
	}
	if v.Block {
		s.gate.Block(channel)
	}
}

// check compares what a checkpoint holds with what was sent before its barrier.
func (s *subtask) check(id int64, state, inflight []int64, how string) {
	if s.decided[id] {
		s.fail("checkpoint %d is taken %s, but was given up", id, how)
	}
	s.decided[id] = true
	s.taken[how]++
	for c := range s.writers {
		want, there := s.barrier[c][id]
		if !there {
			want = s.sent[c] // ended before
		}
		switch {
		case !there && !s.ended[c]:
			s.fail("checkpoint %d is taken %s, but channel %d has no barrier", id, how, c)
		case inflight == nil && state[c] < want:
			s.fail("checkpoint %d %s lacks rows of channel %d: %d of %d", id, how, c, state[c], want)
		case inflight != nil && state[c]+inflight[c] != want:
			s.fail("checkpoint %d %s: channel %d has %d rows in the state and %d in flight, sent were %d", id, how, c, state[c], inflight[c], want)
		}
	}
}

// finish sends the barriers that are due, ends all inputs and processes everything:
// the checkpoint under way must have been decided.
func (s *subtask) finish() {
	for p := range s.writers {
		s.sendBarrier(p)
	}
	for range 10_000 {
		s.now++
		for p := range s.writers {
			s.end(p)
		}
		s.consume()
		if s.open == 0 {
			break
		}
	}
	if s.open > 0 {
		s.fail("%d channels do not end", s.open)
	}
	for c, n := range s.processed {
		if n != s.sent[c] {
			s.fail("channel %d: %d rows processed of %d", c, n, s.sent[c])
		}
		if used, _ := s.gate.channels[c].InFlight(); used != 0 {
			s.fail("channel %d: %d buffers are still accounted for", c, used)
		}
	}
	for p, id := range s.last { // unless all had ended when it was triggered
		if id == s.trigger.ID && id != 0 && !s.decided[id] {
			s.fail("checkpoint %d is not decided, but producer %d sent its barrier", id, p)
		}
	}
	if s.gate.floating.used.Load() != 0 {
		s.fail("floating buffers are still accounted for")
	}
}
