package lsm

import (
	"bytes"
	"encoding/binary"

	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// loader puts restored entries into the tree, past the cache: the layout of cells
// is open until the operator's first key.
type loader struct {
	b     *Backend
	n     named
	run   *run
	bytes int64
	now   int64 // ms since 1970: what counts as written now

	width, sub int // of keys and sub-keys so far; -1: none yet, 0: they vary
	key        []byte
	value      []byte

	// The list that is being put together.
	list       []byte
	inList     bool
	chunk      []byte
	count      uint64
	chunkCount uint64
}

// loadBytes is how much is sorted at a time.
const loadBytes = 32 << 20

func (b *Backend) newLoader(n named) *loader {
	return &loader{b: b, n: n, now: b.now(), width: -1, sub: -1}
}

// add takes an entry.
func (l *loader) add(e *state.Entry) error {
	hash := keygroup.Hash(e.Key)
	group := keygroup.Of(hash, l.b.maxParallelism)
	if !l.b.owner.Contains(group) {
		return nil
	}
	l.width = joinWidth(l.width, len(e.Key))
	switch s := l.n.state.(type) {
	case *table:
		l.key = append(appendSigned(appendPrefix(l.key[:0], group, s.at), e.Namespace), e.Key...)
		l.put(s.store, s.open(e.Namespace), group, l.record(s.store, e))
	case *mapState:
		l.sub = joinWidth(l.sub, len(e.Sub))
		l.key = append(appendSized(appendPrefix(l.key[:0], group, s.at), e.Key), e.Sub...)
		l.put(s.store, s.sp, group, l.record(s.store, e))
	case *timers:
		l.key = append(appendSigned(appendPrefix(l.key[:0], group, s.at), e.Time), e.Key...)
		l.put(s.store, s.sp, group, nil)
	case *list:
		l.addToList(s, e)
	}
	return l.b.failure
}

func joinWidth(width, n int) int {
	if width < 0 {
		return n
	}
	if width != n {
		return 0
	}
	return width
}

// record builds the value of an entry in l.value.
func (l *loader) record(s *store, e *state.Entry) []byte {
	v := l.value[:0]
	if s.TTL > 0 {
		v = le.AppendUint64(v, uint64(l.stamp(e)))
	}
	v = append(append(v, e.Fixed...), e.Var...)
	l.value = v
	return v
}

// stamp: an entry without one counts as written now.
func (l *loader) stamp(e *state.Entry) int64 {
	if e.Stamp == 0 {
		return l.now
	}
	return e.Stamp
}

// put adds one record under l.key.
func (l *loader) put(s *store, sp *space, group int, value []byte) {
	if l.run == nil {
		l.run = l.b.flusher.newRun()
	}
	r := l.run
	size := len(l.key) + len(value)
	b := r.bulk.open(size)
	it := item{chunk: int32(len(r.bulk.chunks) - 1), at: int32(len(b)), key: int32(len(l.key)), value: int32(len(value))}
	it.note(l.key)
	r.bulk.chunks[it.chunk] = append(append(b, l.key...), value...)
	r.items = append(r.items, it)
	sp.addCold(s, group-l.b.owner.Start, 1)
	if l.bytes += int64(size); l.bytes >= loadBytes {
		l.send()
	}
}

// addCold counts entries that the tree holds.
func (sp *space) addCold(s *store, group int, n int32) {
	if sp.groups == nil {
		sp.groups = make([]int32, s.b.owner.Len())
	}
	sp.groups[group] += n
	sp.cold += int(n)
	sp.count += int(n)
	s.count += int(n)
}

func (l *loader) send() {
	if l.run == nil {
		return
	}
	l.b.flusher.waitFor(l.run.number - 1) // one run in memory, one being written
	l.b.flusher.add(l.run)
	l.run, l.bytes = nil, 0
}

// addToList takes the next record of a list; those of one list come together.
func (l *loader) addToList(s *list, e *state.Entry) {
	if l.inList && !bytes.Equal(l.list, e.Key) {
		l.endList(s)
	}
	if !l.inList {
		l.inList = true
		l.list = append(l.list[:0], e.Key...)
		l.chunk, l.count, l.chunkCount = l.chunk[:0], 0, 0
	}
	size := len(e.Fixed) + len(e.Var)
	if len(l.chunk) > 0 && len(l.chunk)+size+18 > largestChunk {
		l.endChunk(s)
	}
	l.chunk = binary.AppendUvarint(l.chunk, uint64(size))
	if s.recordTTL > 0 {
		l.chunk = le.AppendUint64(l.chunk, uint64(l.stamp(e)))
	}
	l.chunk = append(append(l.chunk, e.Fixed...), e.Var...)
	l.count++
}

func (l *loader) endChunk(s *list) {
	group := keygroup.Of(keygroup.Hash(l.list), l.b.maxParallelism)
	l.key = be.AppendUint64(appendSized(appendPrefix(l.key[:0], group, s.chunks.at), l.list), l.chunkCount)
	l.put(s.chunks.store, s.csp, group, l.chunk)
	l.chunkCount++
	l.chunk = l.chunk[:0]
}

func (l *loader) endList(s *list) {
	l.endChunk(s)
	group := keygroup.Of(keygroup.Hash(l.list), l.b.maxParallelism)
	l.key = append(appendPrefix(l.key[:0], group, s.at), l.list...)
	v := le.AppendUint64(l.value[:0], 0)
	v = le.AppendUint64(v, l.chunkCount)
	v = le.AppendUint64(v, l.count)
	l.value = le.AppendUint32(v, uint32(l.chunkCount))
	l.put(s.store, s.sp, group, l.value)
	l.inList = false
}

// finish writes what is left and waits until all of it is in the tree.
func (l *loader) finish() error {
	if s, ok := l.n.state.(*list); ok && l.inList {
		l.endList(s)
	}
	l.send()
	l.b.flusher.wait()
	l.settleLayout()
	return l.b.settle()
}

// settleLayout notes what the restored keys tell of the layout and of Len.
func (l *loader) settleLayout() { l.n.restored(l.width, l.sub) }

// restored is told of a restored state how wide keys and sub-keys are (-1: there
// are none, 0: they vary).
func (n *named) restored(width, sub int) {
	width = max(width, 0)
	if variable(n.desc.Key) {
		width = 0
	}
	switch s := n.state.(type) {
	case *table:
		s.guess = width
	case *list:
		s.guess = width
		s.nonEmpty = s.count
	case *mapState:
		s.heads.guess = width
		s.guess = 0
		if sub > 0 {
			s.guess = slab.HeadBytes + sub
		}
	case *timers:
		if s.sp.cold > 0 {
			s.endless, s.horizon = false, minTime
		}
	}
}
