package operators

import (
	"encoding/binary"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/jobgraph"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// joinSide keeps the rows of one input of a regular join by join key, in one of
// two ways:
//
//	insert-only input  a List of records, appended
//	other inputs       a Map; the sub-key is the input's unique key, or, if it has
//	                   none, the whole row with the number of its copies
//
// Where the join must know whether a row has partners (the outer side of an
// outer join, the left side of a semi or anti join), each record carries that
// number as a little-endian uint64.
type joinSide struct {
	spec    jobgraph.JoinSide
	counted bool // records carry the number of their partners
	copies  bool // Map records are whole rows with a number of copies

	keys   *rowcodec.KeyEncoder
	sub    *rowcodec.KeyEncoder // of spec.Unique
	rows   *rowcodec.RowEncoder
	types  []types.Type
	list   state.List
	rowMap state.Map

	keyBuf, subBuf, oneKey state.Keys
	refs                   []state.Ref
	created                []int32
	records                rowcodec.Records
	scratch                []byte
	unmatchable            []bool // per row of the batch: a join key is NULL
	anyUnmatchable         bool

	expiry *expiry // nil: rows are never final
	ending *batch.Batch
	gone   []bool
}

func newJoinSide(name string, spec jobgraph.JoinSide, counted bool, ctx *operator.Context) (*joinSide, error) {
	s := &joinSide{spec: spec, counted: counted, types: spec.Schema.Types()}
	keyTypes := columnTypes(spec.Schema, spec.Keys)
	s.keys = rowcodec.NewKeyEncoder(keyTypes)
	s.rows = rowcodec.NewRowEncoder(s.types)
	st := state.Spec{Name: name, Key: keyTypes, Value: spec.Schema, TTL: state.TTL{After: spec.TTL}}
	if counted {
		st.FixedWidth = 8
	}
	var err error
	if s.expiry, err = newExpiry(name+"-timers", spec.Latest, spec.Done, spec.Schema, ctx); err != nil {
		return nil, err
	}
	if spec.Changes.InsertOnly() {
		s.list, err = ctx.State.List(st)
		return s, err
	}
	if spec.Unique != nil {
		s.sub = rowcodec.NewKeyEncoder(columnTypes(spec.Schema, spec.Unique))
	} else {
		s.copies = true
		st.FixedWidth += 8
	}
	s.rowMap, err = ctx.State.Map(st)
	return s, err
}

// columnTypes picks the types of columns.
func columnTypes(schema types.Schema, cols []int) []types.Type {
	out := make([]types.Type, len(cols))
	for i, c := range cols {
		out[i] = schema[c].Type
	}
	return out
}

// begin encodes the keys of a batch and notes the rows that can match nothing.
func (s *joinSide) begin(b *batch.Batch, nullSafe []bool) {
	s.keys.Encode(b, s.spec.Keys, b.Sel, &s.keyBuf)
	s.anyUnmatchable = false
	s.unmatchable = resize(s.unmatchable, b.Rows())
	clear(s.unmatchable)
	for i, c := range s.spec.Keys {
		if v := b.Cols[c]; !nullSafe[i] && v.Valid != nil {
			for k := range s.unmatchable {
				if v.IsNull(b.Row(k)) {
					s.unmatchable[k], s.anyUnmatchable = true, true
				}
			}
		}
	}
}

func resize[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}

// match is a record of the other side with the join key of a row.
type match struct {
	row      int32  // of the batch, in order of the selection
	copy     int32  // which copy of the record; partners are counted at the first
	partners []byte // the record's count, nil if it has none
}

// find collects, in order of the rows, what s holds for the keys of the other
// side's batch. Records alias state until s is written.
func (s *joinSide) find(from *joinSide, matches []match, records [][]byte) ([]match, [][]byte, error) {
	if s.list != nil {
		return s.findInList(from, matches, records)
	}
	for k := range from.keyBuf.Len() {
		if from.unmatchable[k] {
			continue
		}
		err := s.rowMap.Scan(&from.keyBuf, k, func(r state.Ref) state.Action {
			m, fixed := match{row: int32(k)}, s.rowMap.Fixed(r)
			if s.counted {
				m.partners = s.rowMap.Mutable(r)[:8]
			}
			row, copies := s.rowMap.Var(r), uint64(1)
			if s.copies {
				row, copies = s.rowMap.Sub(r), binary.LittleEndian.Uint64(fixed[len(fixed)-8:])
			}
			for c := range copies {
				m.copy = int32(c)
				matches, records = append(matches, m), append(records, row)
			}
			return state.Keep
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return matches, records, nil
}

func (s *joinSide) findInList(from *joinSide, matches []match, records [][]byte) ([]match, [][]byte, error) {
	s.refs = resize(s.refs, from.keyBuf.Len())
	if err := s.list.Get(&from.keyBuf, s.refs); err != nil {
		return nil, nil, err
	}
	row := int32(0)
	visit := func(rec []byte) state.Action {
		m := match{row: row}
		if s.counted {
			m.partners, rec = rec[:8], rec[8:]
		}
		matches, records = append(matches, m), append(records, rec)
		return state.Keep
	}
	for k, r := range s.refs {
		if r == state.None || from.unmatchable[k] {
			continue
		}
		row = int32(k)
		if s.counted {
			s.list.ScanMutable(r, visit)
		} else {
			s.list.Scan(r, visit)
		}
	}
	return matches, records, nil
}

// store adds and removes the rows of the batch begun, each with its number of
// partners (nil: not counted).
func (s *joinSide) store(b *batch.Batch, partners []uint64) error {
	if err := s.endRows(b); err != nil {
		return err
	}
	if s.list != nil {
		return s.append(b, partners)
	}
	for k := range b.Rows() {
		if s.unmatchable[k] {
			continue
		}
		if err := s.change(b, k, partners); err != nil {
			return err
		}
	}
	return nil
}

func (s *joinSide) append(b *batch.Batch, partners []uint64) error {
	s.rows.Encode(b, b.Sel, &s.records)
	s.refs = resize(s.refs, s.keyBuf.Len())
	if err := s.list.Upsert(&s.keyBuf, s.refs); err != nil {
		return err
	}
	for k, r := range s.refs {
		if s.anyUnmatchable && s.unmatchable[k] {
			continue
		}
		rec := s.records.At(k)
		if s.counted {
			s.scratch = binary.LittleEndian.AppendUint64(s.scratch[:0], partners[k])
			s.scratch = append(s.scratch, rec...)
			rec = s.scratch
		}
		s.list.Append(r, rec)
	}
	return nil
}

// change adds or removes row k in the Map.
func (s *joinSide) change(b *batch.Batch, k int, partners []uint64) error {
	i := b.Row(k)
	key, sub := s.single(b, k, i)
	add := b.Kind(i).IsAdd()
	var ref [1]state.Ref
	if !add {
		if err := s.rowMap.Get(key, sub, ref[:]); err != nil || ref[0] == state.None {
			return err // expired meanwhile, or a retraction of what never came
		}
		return s.remove(ref[0])
	}
	if _, err := s.rowMap.Upsert(key, sub, ref[:], s.created[:0]); err != nil {
		return err
	}
	fixed := s.rowMap.Mutable(ref[0])
	if s.counted {
		binary.LittleEndian.PutUint64(fixed, partners[k])
	}
	if s.copies {
		n := fixed[len(fixed)-8:]
		binary.LittleEndian.PutUint64(n, binary.LittleEndian.Uint64(n)+1)
		return nil
	}
	s.scratch = s.rows.Append(s.scratch[:0], b, i)
	s.rowMap.SetVar(ref[0], s.scratch)
	return nil
}

func (s *joinSide) remove(r state.Ref) error {
	if s.copies {
		fixed := s.rowMap.Mutable(r)
		n := fixed[len(fixed)-8:]
		left := binary.LittleEndian.Uint64(n) - 1
		binary.LittleEndian.PutUint64(n, left)
		if left > 0 {
			return nil
		}
	}
	s.rowMap.Delete(r)
	return nil
}

// single returns the key and sub-key of row k (physical row i) by themselves.
func (s *joinSide) single(b *batch.Batch, k, i int) (key, sub *state.Keys) {
	bytes := s.keyBuf.At(k)
	s.oneKey = state.Keys{Hash: s.keyBuf.Hash[k : k+1], Width: s.keyBuf.Width, Bytes: bytes, Offsets: s.oneKey.Offsets[:0]}
	if s.keyBuf.Width == 0 {
		s.oneKey.Offsets = append(s.oneKey.Offsets, 0, int32(len(bytes)))
	}
	if s.sub != nil {
		s.sub.Encode(b, s.spec.Unique, []int32{int32(i)}, &s.subBuf)
		return &s.oneKey, &s.subBuf
	}
	s.subBuf.Bytes = s.rows.Append(s.subBuf.Bytes[:0], b, i)
	s.subBuf.Width, s.subBuf.Offsets = 0, append(s.subBuf.Offsets[:0], 0, int32(len(s.subBuf.Bytes)))
	s.subBuf.Hash = append(s.subBuf.Hash[:0], keyHash(s.subBuf.Bytes))
	return &s.oneKey, &s.subBuf
}

// each visits all records of an insert-only side.
func (s *joinSide) each(visit func(partners uint64, row []byte) error) error {
	if s.list == nil {
		return fmt.Errorf("a join of updating inputs cannot wait for their end")
	}
	var failed error
	err := s.list.Each(func(r state.Ref) bool {
		s.list.Scan(r, func(rec []byte) state.Action {
			if failed = visit(binary.LittleEndian.Uint64(rec), rec[8:]); failed != nil {
				return state.Stop
			}
			return state.Keep
		})
		return failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}
