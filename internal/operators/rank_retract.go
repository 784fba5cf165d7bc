package operators

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
)

// retractRank is Top-N over an input with updates or deletes. When a row of the
// result goes, the next best one moves up, so all rows are kept:
//
//	rows      Map partition → row. The sub-key is the input's unique key, or, if
//	          it has none, the whole row. Fixed part: number of copies, sequence
//	          number of arrival. Variable part: sort key and, under a unique key,
//	          the row.
//	top-rows  Table partition → the first rows in order (rankList), End and some
//	          more. Fixed part: next sequence number, 1 if the list has all rows.
//
// A change only touches the list, unless so many of its rows went that fewer
// than End are left: then the partition is scanned.
type retractRank struct {
	spec  *jobgraph.Rank
	limit int // rows in a list at most
	// perRecord: every record's changes are emitted, not the net change of a batch.
	perRecord bool

	keys  *rowcodec.KeyEncoder
	sub   *rowcodec.KeyEncoder // of spec.Unique; nil: whole rows
	sort  *rowcodec.SortKey
	all   state.Map
	top   state.Table
	diffs *rankOutput

	keyBuf, subBuf state.Keys
	refs, rowRefs  []state.Ref
	created        []int32
	sortBuf        rowcodec.Records
	rowBuf         rowcodec.Records
	touched, seen  refIndex
	changed        []retractChange
	scanned        []scannedRow
	scratch        []byte
	dead           []state.Ref
	freeList       []rankList
}

// retractChange is a partition touched by the batch.
type retractChange struct {
	ref      state.Ref
	key      int  // a row of the batch with the partition's key
	complete bool // the list has all rows of the partition
	short    bool // the list misses rows it needs: the partition must be scanned
	old, now rankList
}

// scannedRow is a row met while scanning a partition.
type scannedRow struct {
	entry    rankEntry
	sequence uint64
	copies   uint64
}

// The fixed parts of entries and lists.
const (
	rankCopies   = 0
	rankSequence = 8
	rankComplete = 8 // of a list; the sequence is at 0
)

func newRetractRank(spec *jobgraph.Rank) operator.Operator {
	return &retractRank{spec: spec, limit: int(spec.End) + max(16, min(int(spec.End), 256))}
}

// Open makes the states.
func (r *retractRank) Open(ctx *operator.Context) (err error) {
	r.perRecord = ctx.Settings.PerRecord
	keyTypes := columnTypes(r.spec.Schema, r.spec.Partition)
	r.keys, r.diffs = rowcodec.NewKeyEncoder(keyTypes), newRankOutput(r.spec)
	if r.spec.Unique != nil {
		r.sub = rowcodec.NewKeyEncoder(columnTypes(r.spec.Schema, r.spec.Unique))
	}
	if r.sort, err = rowcodec.NewSortKey(sortColumns(r.spec.Order, r.spec.Schema)); err != nil {
		return err
	}
	st := state.Spec{Name: "rows", Key: keyTypes, FixedWidth: 16, Value: r.spec.Schema, TTL: state.TTL{After: r.spec.TTL}}
	if r.all, err = ctx.State.Map(st); err != nil {
		return err
	}
	st.Name = "top-rows"
	r.top, err = ctx.State.Table(st)
	return err
}

// ProcessBatch applies the changes of b and emits what they change in the result.
func (r *retractRank) ProcessBatch(_ int, b *batch.Batch, out operator.Output) error {
	if r.perRecord {
		return eachRow(b, func(one *batch.Batch) error { return r.process(one, out) })
	}
	return r.process(b, out)
}

func (r *retractRank) process(b *batch.Batch, out operator.Output) error {
	if err := r.lookUp(b); err != nil {
		return err
	}
	r.touched.reset(len(r.refs))
	r.changed = r.changed[:0]
	for k, ref := range r.refs {
		x, fresh := r.touched.add(ref)
		if fresh {
			r.open(ref, k)
		}
		if b.Kind(b.Row(k)).IsAdd() {
			r.add(&r.changed[x], k)
		} else {
			r.remove(&r.changed[x], k)
		}
	}
	r.diffs.begin()
	for i := range r.changed {
		c := &r.changed[i]
		if c.short {
			if err := r.scan(c); err != nil {
				return err
			}
		}
		r.diffs.diff(c.old, c.now)
	}
	if err := r.diffs.emit(b, out); err != nil {
		return err
	}
	r.store()
	return nil
}

// lookUp encodes the batch and finds its partitions and rows in state. A row
// that is not there is created, also for a retraction: it then has no copy, and
// goes at the end of the batch.
func (r *retractRank) lookUp(b *batch.Batch) (err error) {
	r.keys.Encode(b, r.spec.Partition, b.Sel, &r.keyBuf)
	r.sort.Encode(b, b.Sel, &r.sortBuf)
	r.diffs.rows.Encode(b, b.Sel, &r.rowBuf)
	n := r.keyBuf.Len()
	if r.sub != nil {
		r.sub.Encode(b, r.spec.Unique, b.Sel, &r.subBuf)
	} else {
		wholeRowKeys(&r.rowBuf, n, &r.subBuf)
	}
	r.refs, r.rowRefs = resize(r.refs, n), resize(r.rowRefs, n)
	if r.created, err = r.top.Upsert(0, &r.keyBuf, r.refs, r.created[:0]); err != nil {
		return err
	}
	r.created, err = r.all.Upsert(&r.keyBuf, &r.subBuf, r.rowRefs, r.created[:0])
	return err
}

// wholeRowKeys makes keys of n encoded rows. They alias rows.
func wholeRowKeys(rows *rowcodec.Records, n int, keys *state.Keys) {
	keys.Width, keys.Offsets, keys.Bytes = 0, rows.Offsets, rows.Bytes
	keys.Hash = resize(keys.Hash, n)
	for k := range n {
		keys.Hash[k] = keyHash(rows.At(k))
	}
}

// open begins the change of a partition.
func (r *retractRank) open(ref state.Ref, k int) {
	data := r.top.Var(ref)
	c := retractChange{ref: ref, key: k, old: r.list().parse(data), now: r.list().parse(data)}
	c.complete = len(data) == 0 || r.top.Fixed(ref)[rankComplete] != 0
	r.changed = append(r.changed, c)
}

func (r *retractRank) list() rankList {
	if n := len(r.freeList); n > 0 {
		l := r.freeList[n-1]
		r.freeList = r.freeList[:n-1]
		return l[:0]
	}
	return make(rankList, 0, min(r.limit, 64))
}

// stored returns the sort key and the row of an entry.
func (r *retractRank) stored(ref state.Ref) (sort, row []byte) {
	v := r.all.Var(ref)
	if r.sub == nil {
		return v, r.all.Sub(ref)
	}
	size, n := binary.Uvarint(v)
	return v[n : n+int(size)], v[n+int(size):]
}

// add adds row k, or, under a unique key, puts it in the place of the one there.
func (r *retractRank) add(c *retractChange, k int) {
	ref, sort, row := r.rowRefs[k], r.sortBuf.At(k), r.rowBuf.At(k)
	fixed := r.all.Mutable(ref)
	copies := binary.LittleEndian.Uint64(fixed[rankCopies:])
	if r.sub != nil && copies > 0 {
		oldSort, oldRow := r.stored(ref)
		r.drop(c, oldSort, oldRow)
		copies = 0
	}
	binary.LittleEndian.PutUint64(fixed[rankCopies:], copies+1)
	if copies == 0 {
		next := r.top.Mutable(c.ref)[:8]
		sequence := binary.LittleEndian.Uint64(next)
		binary.LittleEndian.PutUint64(next, sequence+1)
		binary.LittleEndian.PutUint64(fixed[rankSequence:], sequence)
		if r.sub == nil {
			r.all.SetVar(ref, sort)
		} else {
			r.scratch = binary.AppendUvarint(r.scratch[:0], uint64(len(sort)))
			r.scratch = append(append(r.scratch, sort...), row...)
			r.all.SetVar(ref, r.scratch)
		}
	}
	r.put(c, rankEntry{sort: sort, row: row, from: -1})
}

// put inserts a row into the list unless it belongs behind what the list knows.
func (r *retractRank) put(c *retractChange, e rankEntry) {
	switch full := len(c.now) == r.limit; {
	case c.short:
	case c.complete:
		c.now, _ = c.now.insert(e, r.limit)
		c.complete = !full
	case bytes.Compare(e.sort, c.now[len(c.now)-1].sort) >= 0:
		// What stands behind the last one is not known.
	case full:
		c.now, _ = c.now.insert(e, len(c.now))
	default:
		c.now, _ = c.now.insert(e, len(c.now)+1)
	}
}

// remove takes row k away.
func (r *retractRank) remove(c *retractChange, k int) {
	ref := r.rowRefs[k]
	fixed := r.all.Mutable(ref)
	sort, row := r.sortBuf.At(k), r.rowBuf.At(k)
	if copies := binary.LittleEndian.Uint64(fixed[rankCopies:]); copies > 0 {
		binary.LittleEndian.PutUint64(fixed[rankCopies:], copies-1)
		if r.sub != nil {
			sort, row = r.stored(ref)
		}
	}
	r.drop(c, sort, row)
}

// drop takes a row out of the list, if it is there.
func (r *retractRank) drop(c *retractChange, sort, row []byte) {
	if c.short {
		return
	}
	at, _ := slices.BinarySearchFunc(c.now, sort, func(e rankEntry, s []byte) int { return bytes.Compare(e.sort, s) })
	for ; at < len(c.now) && bytes.Equal(c.now[at].sort, sort); at++ {
		if bytes.Equal(c.now[at].row, row) {
			// An entry may alias what add is about to overwrite: it goes now.
			c.now = slices.Delete(c.now, at, at+1)
			c.short = !c.complete && len(c.now) < int(r.spec.End)
			return
		}
	}
}

// scan makes the list anew from all rows of the partition.
func (r *retractRank) scan(c *retractChange) error {
	r.scanned = r.scanned[:0]
	c.complete = true
	err := r.all.Scan(&r.keyBuf, c.key, func(ref state.Ref) state.Action {
		fixed := r.all.Fixed(ref)
		copies := binary.LittleEndian.Uint64(fixed[rankCopies:])
		if copies == 0 {
			return state.Keep
		}
		sort, row := r.stored(ref)
		r.scanned = append(r.scanned, scannedRow{
			entry: rankEntry{sort: sort, row: row, from: -1}, copies: copies,
			sequence: binary.LittleEndian.Uint64(fixed[rankSequence:]),
		})
		if len(r.scanned) >= 4*r.limit {
			sortScanned(r.scanned)
			r.scanned, c.complete = r.scanned[:r.limit], false
		}
		return state.Keep
	})
	if err != nil {
		return err
	}
	sortScanned(r.scanned)
	c.now, c.short = c.now[:0], false
	for _, s := range r.scanned {
		for range s.copies {
			if len(c.now) == r.limit {
				c.complete = false
				return nil
			}
			c.now = append(c.now, s.entry)
		}
	}
	return nil
}

func sortScanned(rows []scannedRow) {
	slices.SortFunc(rows, func(a, b scannedRow) int {
		if x := bytes.Compare(a.entry.sort, b.entry.sort); x != 0 {
			return x
		}
		if a.sequence < b.sequence {
			return -1
		}
		return 1
	})
}

// store writes the lists and removes what has no copy left.
func (r *retractRank) store() {
	for i := range r.changed {
		c := &r.changed[i]
		if len(c.now) == 0 && c.complete {
			r.top.Delete(c.ref)
		} else {
			r.scratch = c.now.append(r.scratch[:0])
			r.top.SetVar(c.ref, r.scratch)
			r.top.Mutable(c.ref)[rankComplete] = 0
			if c.complete {
				r.top.Mutable(c.ref)[rankComplete] = 1
			}
		}
		r.freeList = append(r.freeList, c.old, c.now)
		c.old, c.now = nil, nil
	}
	r.seen.reset(len(r.rowRefs))
	r.dead = r.dead[:0]
	for _, ref := range r.rowRefs {
		if _, fresh := r.seen.add(ref); fresh && binary.LittleEndian.Uint64(r.all.Fixed(ref)[rankCopies:]) == 0 {
			r.dead = append(r.dead, ref)
		}
	}
	for _, ref := range r.dead {
		r.all.Delete(ref)
	}
}
