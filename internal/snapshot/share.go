package snapshot

import (
	"github.com/flottstream/flott/internal/state"
)

// shareLists gives a new subtask its operator state.
func (op *oldOperator) shareLists(r *OperatorRestore, parallelism, subtask int) {
	same := len(op.parts) == parallelism
	s := sharing{r: r, subtask: subtask, next: map[string]int{}}
	for old, part := range op.parts {
		if part == nil {
			continue
		}
		s.own = old == subtask
		for _, l := range part.Lists {
			s.list(l, parallelism, same)
		}
		for _, l := range part.Large {
			s.large(l, parallelism, same)
		}
	}
}

// sharing deals the lists of one operator out to one subtask.
type sharing struct {
	r       *OperatorRestore
	subtask int
	own     bool           // the part is that of the same subtask
	next    map[string]int // per list: how many parts or records came before
}

// list takes the subtask's share of a list.
func (s *sharing) list(l state.ListContent, parallelism int, same bool) {
	if !s.wants(l.Name, l.Mode, parallelism, same) {
		return
	}
	records := l.Records
	if l.Mode == state.Split && !same {
		first := s.deal(l.Name, len(records), parallelism)
		records = nil
		for i := first; i < len(l.Records); i += parallelism {
			records = append(records, l.Records[i])
		}
	}
	s.r.Lists = addRecords(s.r.Lists, l.Name, l.Mode, records)
}

func (s *sharing) large(l LargeList, parallelism int, same bool) {
	if !s.wants(l.Name, l.Mode, parallelism, same) {
		return
	}
	if l.First, l.Step = 0, 1; l.Mode == state.Split && !same {
		l.First, l.Step = s.deal(l.Name, l.Count, parallelism), parallelism
	}
	s.r.Large = append(s.r.Large, l)
}

// wants reports whether records of this part may fall to the subtask. Of a
// broadcast list, which is the same everywhere, one part will do.
func (s *sharing) wants(name string, mode state.Redistribution, parallelism int, same bool) bool {
	switch {
	case mode == state.Union, mode == state.Split && !same:
		return true
	case mode == state.Split || same:
		return s.own
	}
	s.next[name]++
	return s.next[name] == 1
}

// deal counts n records of a list, and returns the first that falls to the subtask.
func (s *sharing) deal(name string, n, parallelism int) (first int) {
	before := s.next[name]
	s.next[name] += n
	return ((s.subtask-before)%parallelism + parallelism) % parallelism
}
