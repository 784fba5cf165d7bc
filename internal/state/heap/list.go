package heap

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/state/slab"
)

// list keeps a head per key and the records in a chain of arena blocks:
//
//	head    first chunk | last chunk | records | bytes used in last chunk    (8 bytes each)
//	chunk   next chunk (8) | end of records (4) | records
//	record  uvarint size | TTL stamp if there is a TTL (8) | bytes
//
// TTL counts per record.
type list struct {
	*entries
	sp        *space
	userFixed int
	recordTTL int64
	nonEmpty  int
	emptied   []state.Ref // heads without records, removed at the next call with keys
	record    []byte      // scratch of load
}

var _ state.List = (*list)(nil)

const (
	listHead     = 24
	chunkHead    = 16
	firstChunk   = 64
	largestChunk = 4 << 10
)

func newList(b *Backend, spec state.Spec) *list {
	l := &list{entries: newEntries(b, listHead, state.TTL{}), userFixed: spec.FixedWidth,
		recordTTL: spec.TTL.After.Milliseconds()}
	l.sp = l.newSpace(0)
	l.hasVars = true
	return l
}

func (l *list) start(keys *state.Keys, refs int) error {
	if err := l.begin(keys, refs); err != nil {
		return err
	}
	if l.recordTTL > 0 {
		l.Now = l.b.now()
	}
	for _, r := range l.emptied {
		if l.live[r>>slab.PageShift][r&slab.PageMask>>6]>>(r&63)&1 != 0 && l.Count(r) == 0 {
			l.remove(r)
		}
	}
	l.emptied = l.emptied[:0]
	return nil
}

func (l *list) Get(keys *state.Keys, refs []state.Ref) error {
	if err := l.start(keys, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	l.find(l.sp, keys, refs)
	return nil
}

func (l *list) Upsert(keys *state.Keys, refs []state.Ref) error {
	if err := l.start(keys, len(refs)); err != nil || len(refs) == 0 {
		return err
	}
	l.misses = l.upsert(l.sp, keys, refs, nil)
	for _, i := range l.misses {
		l.emptied = append(l.emptied, refs[i])
	}
	return nil
}

func (l *list) Count(r state.Ref) int { return int(le.Uint64(l.Record(r)[16:])) }

func (l *list) Append(r state.Ref, record []byte) {
	need := len(record)
	if l.recordTTL > 0 {
		need += 8
	}
	var size [binary.MaxVarintLen32]byte
	sizeBytes := binary.PutUvarint(size[:], uint64(len(record)))
	need += sizeBytes
	if l.up {
		l.touch(r)
	}
	chunk, end := l.roomFor(r, need)
	le.PutUint32(chunk[8:], uint32(end+need))
	end += copy(chunk[end:], size[:sizeBytes])
	if l.recordTTL > 0 {
		le.PutUint64(chunk[end:], uint64(l.Now))
		end += 8
	}
	copy(chunk[end:], record)
	head := l.Record(r)
	n := le.Uint64(head[16:])
	if n == 0 {
		l.nonEmpty++
	}
	le.PutUint64(head[16:], n+1)
}

// roomFor returns the last chunk of a list, with need bytes free from end on.
func (l *list) roomFor(r state.Ref, need int) (chunk []byte, end int) {
	head := l.Record(r)
	last := slab.Handle(le.Uint64(head[8:]))
	size := firstChunk
	if last != 0 {
		chunk = l.arena.Bytes(last)
		end = int(le.Uint32(chunk[8:]))
		if end+need <= len(chunk) {
			if l.up {
				l.arena.touch(last)
			}
			return chunk, end
		}
		size = min(2*last.Size(), largestChunk)
	}
	next := l.arena.alloc(max(size, chunkHead+need))
	if last == 0 {
		le.PutUint64(head, uint64(next))
	} else {
		if l.up {
			l.arena.touch(last)
		}
		le.PutUint64(l.arena.Bytes(last), uint64(next))
	}
	le.PutUint64(head[8:], uint64(next))
	chunk = l.arena.Bytes(next)
	le.PutUint64(chunk, 0)
	return chunk, chunkHead
}

func (l *list) Scan(r state.Ref, visit func([]byte) state.Action) { l.walk(r, visit, false) }

// ScanMutable does not renew the TTL of the records.
func (l *list) ScanMutable(r state.Ref, visit func([]byte) state.Action) { l.walk(r, visit, true) }

// walk visits the records of a list. Records that stay move over removed ones
// within their chunk; chunks left empty are freed.
func (l *list) walk(r state.Ref, visit func([]byte) state.Action, writes bool) {
	head := l.Record(r)
	removed := 0
	var prev slab.Handle
	stop := false
	for at := slab.Handle(le.Uint64(head)); at != 0 && !stop; {
		chunk := l.arena.Bytes(at)
		next := slab.Handle(le.Uint64(chunk))
		gone := 0
		if l.up && writes {
			l.arena.touch(at)
		}
		gone, stop = l.walkChunk(at, chunk, visit)
		removed += gone
		if gone > 0 && le.Uint32(chunk[8:]) == chunkHead {
			if l.up {
				l.touch(r)
			}
			l.dropChunk(head, prev, at, next)
		} else {
			prev = at
		}
		at = next
	}
	if removed == 0 {
		return
	}
	if l.up {
		l.touch(r)
	}
	n := le.Uint64(head[16:]) - uint64(removed)
	le.PutUint64(head[16:], n)
	if n == 0 {
		l.nonEmpty--
		l.emptied = append(l.emptied, r)
	}
}

func (l *list) walkChunk(h slab.Handle, chunk []byte, visit func([]byte) state.Action) (removed int, stop bool) {
	end := int(le.Uint32(chunk[8:]))
	keep := chunkHead // where the next record that stays goes
	at := chunkHead
	for at < end && !stop {
		size, n := binary.Uvarint(chunk[at:end])
		body := at + n
		action := state.Keep
		if l.recordTTL > 0 {
			if l.Now-int64(le.Uint64(chunk[body:])) >= l.recordTTL {
				action = state.Remove
			}
			body += 8
		}
		after := body + int(size)
		if action == state.Keep {
			action = visit(chunk[body:after:after])
		}
		stop = action == state.Stop || action == state.RemoveStop
		if action == state.Remove || action == state.RemoveStop {
			if l.up && removed == 0 {
				l.arena.touch(h)
			}
			removed++
		} else {
			if keep != at {
				copy(chunk[keep:], chunk[at:after])
			}
			keep += after - at
		}
		at = after
	}
	if removed > 0 {
		keep += copy(chunk[keep:], chunk[at:end])
		le.PutUint32(chunk[8:], uint32(keep))
	}
	return removed, stop
}

// nextRecord splits the first record off the records of a chunk.
func nextRecord(b []byte, stamped bool) (stamp int64, record, rest []byte) {
	size, n := binary.Uvarint(b)
	b = b[n:]
	if stamped {
		stamp = int64(le.Uint64(b))
		b = b[8:]
	}
	return stamp, b[:size], b[size:]
}

// dropChunk unlinks and frees a chunk of the list with the given head.
func (l *list) dropChunk(head []byte, prev, at, next slab.Handle) {
	if prev == 0 {
		le.PutUint64(head, uint64(next))
	} else {
		if l.up {
			l.arena.touch(prev)
		}
		le.PutUint64(l.arena.Bytes(prev), uint64(next))
	}
	if next == 0 {
		le.PutUint64(head[8:], uint64(prev))
	}
	l.arena.release(at)
}

func (l *list) Clear(r state.Ref) {
	head := l.Record(r)
	for at := slab.Handle(le.Uint64(head)); at != 0; {
		next := slab.Handle(le.Uint64(l.arena.Bytes(at)))
		l.arena.release(at)
		at = next
	}
	if le.Uint64(head[16:]) > 0 {
		l.nonEmpty--
	}
	l.remove(r)
}

func (l *list) Key(r state.Ref) []byte { return l.KeyAt(r) }

func (l *list) Each(fn func(state.Ref) bool) error {
	l.scan(l.sp, func(r state.Ref) bool {
		return l.Count(r) == 0 || fn(r)
	})
	return nil
}

func (l *list) Len() int { return l.nonEmpty }

func (l *list) memoryBytes() int64 { return l.memory() }
