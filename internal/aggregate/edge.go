package aggregate

import (
	"bytes"
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// resolveEdge finds FIRST_VALUE or LAST_VALUE: of the rows as they come, NULLs
// left out.
func resolveEdge(f *Function, last bool) error {
	f.Type = f.Args[0]
	switch f.Args[0].Physical() {
	case types.LayoutInt8:
		f.impl = edge[int8]{last}
	case types.LayoutInt16:
		f.impl = edge[int16]{last}
	case types.LayoutInt32:
		f.impl = edge[int32]{last}
	case types.LayoutInt64:
		f.impl = edge[int64]{last}
	case types.LayoutFloat32:
		f.impl = edge[float32]{last}
	case types.LayoutFloat64:
		f.impl = edge[float64]{last}
	default:
		f.impl = edgeAny{last, rowcodec.NewRowEncoder(f.Args)}
	}
	return nil
}

// retracting returns f for input that retracts: FIRST_VALUE, LAST_VALUE and the
// BITMAP aggregates then keep all values.
func (f Function) retracting() Function {
	switch e := f.impl.(type) {
	case interface{ isLast() bool }:
		f.impl = edgeList{list{rowcodec.NewRowEncoder(f.Args[:1])}, e.isLast()}
	case bitmapAgg:
		f.impl = e.retracting(f.Args)
	}
	return f
}

// edge is FIRST_VALUE or LAST_VALUE of a number: value (8), 1 if there is one (8).
type edge[T integer | float] struct{ last bool }

func (e edge[T]) isLast() bool        { return e.last }
func (edge[T]) width() int            { return 16 }
func (edge[T]) retract(*update) error { return appendOnly{}.retract(nil) }

func (e edge[T]) accumulate(u *update) error {
	vals := batch.Values[T](u.args[0])
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		if e.last || p[8] == 0 {
			store(p, vals[i])
		}
	}
	return nil
}

func (e edge[T]) merge(m *merger) error {
	for k, g := range m.gid {
		p, q := m.recs[g][m.off:m.off+16], m.src[k][m.off:m.off+16]
		if q[8] != 0 && (e.last || p[8] == 0) {
			copy(p, q)
		}
	}
	return nil
}

func (edge[T]) result(r *results, out *batch.Vector) error { return extreme[T]{}.result(r, out) }

// edgeAny is the same for every other type: 1 if there is a value (8), and the
// value as a variable.
type edgeAny struct {
	last bool
	row  *rowcodec.RowEncoder
}

func (e edgeAny) isLast() bool        { return e.last }
func (edgeAny) width() int            { return 8 }
func (edgeAny) variable()             {}
func (edgeAny) retract(*update) error { return appendOnly{}.retract(nil) }

func (e edgeAny) accumulate(u *update) error {
	var scratch []byte
	for k, i := range u.rows {
		g := u.gid[k]
		if rec := u.recs[g]; e.last || rec[u.off] == 0 {
			rec[u.off] = 1
			scratch = e.row.AppendColumns(scratch[:0], u.args[:1], int(i))
			u.vars[g].set(scratch)
		}
	}
	return nil
}

func (e edgeAny) merge(m *merger) error {
	for k, g := range m.gid {
		if rec := m.recs[g]; m.src[k][m.off] != 0 && (e.last || rec[m.off] == 0) {
			rec[m.off] = 1
			m.vars[g].set(m.from[k].b)
		}
	}
	return nil
}

func (e edgeAny) result(r *results, out *batch.Vector) error {
	into := []*batch.Vector{out}
	for k, rec := range r.recs {
		if rec[r.off] == 0 {
			out.AppendNull()
		} else if err := e.row.Decode(r.vars[k].b, into); err != nil {
			return err
		}
	}
	return nil
}

// edgeList is FIRST_VALUE or LAST_VALUE of a changelog: all values in order.
type edgeList struct {
	list
	last bool
}

func (e edgeList) result(r *results, out *batch.Vector) error {
	into := []*batch.Vector{out}
	for k := range r.recs {
		var want []byte
		for rest := r.vars[k].b; len(rest) > 0; {
			want, rest = cutItem(rest)
			if !e.last {
				break
			}
		}
		if want == nil {
			out.AppendNull()
		} else if err := e.row.Decode(want, into); err != nil {
			return err
		}
	}
	return nil
}

// resolveSingle finds SINGLE_VALUE, which a scalar subquery makes sure of its
// one row with.
func resolveSingle(f *Function) error {
	f.Type = f.Args[0].WithNull(true)
	f.keepNulls = true
	f.impl = single{list{rowcodec.NewRowEncoder(f.Args)}}
	return nil
}

type single struct{ list }

func (s single) result(r *results, out *batch.Vector) error {
	into := []*batch.Vector{out}
	for k := range r.recs {
		if len(r.vars[k].b) == 0 {
			out.AppendNull()
			continue
		}
		item, rest := cutItem(r.vars[k].b)
		if len(rest) > 0 {
			return fmt.Errorf("a scalar subquery returned more than one row; add LIMIT 1 or an aggregate that makes it one")
		}
		if err := s.row.Decode(item, into); err != nil {
			return err
		}
	}
	return nil
}

// list keeps all values of the first argument, in order, as a variable: uvarint
// size and record of each.
type list struct{ row *rowcodec.RowEncoder }

func (list) width() int { return 0 }
func (list) variable()  {}

func (l list) accumulate(u *update) error {
	var rec, item []byte
	for k, i := range u.rows {
		rec = l.row.AppendColumns(rec[:0], u.args[:1], int(i))
		item = appendItem(item[:0], rec)
		u.vars[u.gid[k]].add(item)
	}
	return nil
}

func (l list) retract(u *update) error {
	var rec []byte
	for k, i := range u.rows {
		rec = l.row.AppendColumns(rec[:0], u.args[:1], int(i))
		removeItem(&u.vars[u.gid[k]], rec)
	}
	return nil
}

func (list) merge(m *merger) error {
	for k, g := range m.gid {
		m.vars[g].add(m.from[k].b)
	}
	return nil
}

func appendItem(dst, item []byte) []byte {
	dst = le2Uvarint(dst, len(item))
	return append(dst, item...)
}

// removeItem takes the first item equal to rec out of a list.
func removeItem(v *variable, rec []byte) {
	at := 0
	for rest := v.b; len(rest) > 0; {
		item, tail := cutItem(rest)
		size := len(rest) - len(tail)
		if bytes.Equal(item, rec) {
			v.remove(at, size)
			return
		}
		at += size
		rest = tail
	}
}
