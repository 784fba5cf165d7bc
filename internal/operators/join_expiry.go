package operators

import (
	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/operator"
	"github.com/flottstream/flott/internal/state"
)

// endRows says when the rows of the batch begun are final.
func (s *joinSide) endRows(b *batch.Batch) error {
	if s.expiry == nil {
		return nil
	}
	times, err := s.expiry.done.read(b)
	if err != nil {
		return err
	}
	for k := range b.Rows() {
		if i := b.Row(k); !s.unmatchable[k] && b.Kind(i).IsAdd() {
			if err := s.expiry.set(times[i], s.keyBuf.Hash[k], s.keyBuf.At(k)); err != nil {
				return err
			}
		}
	}
	return nil
}

// OnWatermark forgets the rows that can meet no partner any more.
func (j *join) OnWatermark(time int64, out operator.Output) (int64, error) {
	for _, s := range j.sides {
		if s.expiry == nil {
			continue
		}
		s.expiry.time = time
		if err := s.forget(time); err != nil {
			return time, err
		}
	}
	return time, nil
}

// forget removes the rows that are final at a time.
func (s *joinSide) forget(time int64) error {
	x := s.expiry
	if next, ok := x.timers.Next(); !ok || next > time {
		return nil
	}
	keys, err := x.due.pop(x.timers, time, s.keys.Width())
	if err != nil {
		return err
	}
	if s.ending == nil {
		s.ending = batch.NewBatch(s.spec.Schema, 0)
	}
	if s.list != nil {
		return s.forgetInList(keys, time)
	}
	var refs []state.Ref
	var rows [][]byte
	visit := func(r state.Ref) state.Action {
		row := s.rowMap.Var(r)
		if s.copies {
			row = s.rowMap.Sub(r)
		}
		refs, rows = append(refs, r), append(rows, row)
		return state.Keep
	}
	for k := range keys.Len() {
		if err := s.rowMap.Scan(keys, k, visit); err != nil {
			return err
		}
	}
	if err := s.markGone(rows, time); err != nil {
		return err
	}
	for i, r := range refs {
		if s.gone[i] {
			s.rowMap.Delete(r)
		}
	}
	return nil
}

func (s *joinSide) forgetInList(keys *state.Keys, time int64) error {
	s.refs = resize(s.refs, keys.Len())
	if err := s.list.Get(keys, s.refs); err != nil {
		return err
	}
	var rows [][]byte
	fixed := 0
	if s.counted {
		fixed = 8
	}
	for _, r := range s.refs {
		if r != state.None {
			s.list.Scan(r, func(rec []byte) state.Action {
				rows = append(rows, rec[fixed:])
				return state.Keep
			})
		}
	}
	if err := s.markGone(rows, time); err != nil {
		return err
	}
	next := 0
	for _, r := range s.refs {
		if r == state.None {
			continue
		}
		s.list.Scan(r, func([]byte) state.Action {
			next++
			if s.gone[next-1] {
				return state.Remove
			}
			return state.Keep
		})
	}
	return nil
}

// markGone sets gone for the records that are final at a time.
func (s *joinSide) markGone(rows [][]byte, time int64) error {
	s.ending.Reset()
	if err := s.rows.DecodeAll(rows, s.ending.Cols); err != nil {
		return err
	}
	s.ending.N = len(rows)
	times, err := s.expiry.done.read(s.ending)
	if err != nil {
		return err
	}
	s.gone = resize(s.gone, len(rows))
	for i, t := range times[:len(rows)] {
		s.gone[i] = t <= time
	}
	return nil
}
