package main

import (
	"strings"
	"sync"
	"time"
)

// phase is how far a run of the job has come, told by its log.
type phase string

const (
	startUp       phase = "start-up"      // the process is there
	recovery      phase = "recovery"      // it has found its checkpoint
	running       phase = "running"       // all tasks run
	checkpointing phase = "checkpointing" // a checkpoint is under way
	committing    phase = "committing"    // a checkpoint was completed just now
	ending        phase = "ending"        // the input is read to its end
)

var phases = []phase{startUp, recovery, running, checkpointing, committing, ending}

// commitTime is how long after the completion of a checkpoint a kill counts as
// one while committing.
const commitTime = 20 * time.Millisecond

// milestones reads the log of one run. It is safe for concurrent use.
type milestones struct {
	began time.Time
	reach chan moment // what was reached, in order

	mu        sync.Mutex
	phase     phase
	completed time.Time
	ready     time.Duration // from the beginning until all tasks ran; 0 if they never did
	first     time.Duration // until the first checkpoint was complete
	from      string        // the checkpoint it was restored from
	replayed  int           // epochs that were written again, their transactions had been aborted
	ended     int           // transactions of the checkpoint that were over already
	passed    int           // broken checkpoints passed over
	failures  int           // of tasks, followed by a restart in the process
	count     int           // checkpoints completed
}

func newMilestones() *milestones {
	return &milestones{began: time.Now(), reach: make(chan moment, 1<<14), phase: startUp}
}

// read takes a line of the log.
func (m *milestones) read(line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	has := func(text string) bool { return strings.Contains(line, text) }
	switch {
	case has(`msg="Restoring job `):
		m.phase, m.from = recovery, line[strings.LastIndexByte(line, '/')+1:]
		m.tell(restoring)
	case has("; it starts afresh."), has("No checkpoint found during restore"):
		m.phase = recovery
		m.tell(restoring)
	case has(`msg="Starting checkpoint scheduler`):
		if m.phase = running; m.ready == 0 {
			m.ready = time.Since(m.began)
		}
		m.tell(restored)
	case has(`msg="Triggering checkpoint `):
		if m.phase != ending {
			m.phase = checkpointing
		}
		m.tell(triggered)
	case has(`msg="Completed checkpoint `):
		if m.phase != ending {
			m.phase = committing
		}
		m.completed = time.Now()
		if m.count++; m.first == 0 {
			m.first = m.completed.Sub(m.began)
		}
		m.tell(completed)
	case has("were written again: their transaction"), has("were kept and are written again"):
		m.replayed++
	case has("is not open any more"):
		m.ended++
	case has("is passed over"):
		m.passed++
	case has("switched from state RUNNING to RESTARTING"):
		m.failures++
	case has(`msg="Source: `) && has("switched from RUNNING to FINISHED"):
		m.phase = ending
		m.tell(finishing)
	}
}

func (m *milestones) tell(at moment) {
	select {
	case m.reach <- at:
	default:
	}
}

// at is the phase at this moment.
func (m *milestones) at() phase {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.phase == committing && time.Since(m.completed) > commitTime {
		return running
	}
	return m.phase
}
