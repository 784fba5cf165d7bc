package aggregate

import (
	"bytes"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/types"
)

// resolveExtreme finds MIN or MAX.
func resolveExtreme(f *Function, maximum bool) error {
	f.Type = f.Args[0]
	f.rebuilt = true
	switch f.Args[0].Physical() {
	case types.LayoutInt8:
		f.impl = extreme[int8]{maximum}
	case types.LayoutInt16:
		f.impl = extreme[int16]{maximum}
	case types.LayoutInt32:
		f.impl = extreme[int32]{maximum}
	case types.LayoutInt64:
		f.impl = extreme[int64]{maximum}
	case types.LayoutFloat32:
		f.impl = extreme[float32]{maximum}
	case types.LayoutFloat64:
		f.impl = extreme[float64]{maximum}
	case types.LayoutDecimal:
		f.impl = extremeDecimal{maximum}
	case types.LayoutBool:
		f.impl = extremeBool{maximum}
	case types.LayoutBytes:
		if f.Args[0].IsCharacter() {
			f.impl = extremeText{maximum}
		}
	}
	return nil
}

// appendOnly is embedded by functions that cannot retract; a Set gives them a
// view instead, or refuses the call.
type appendOnly struct{}

func (appendOnly) retract(*update) error { panic("retraction from a function that cannot retract") }

// extreme is MIN or MAX of a number or time: value (8), 1 if there is one (8).
type extreme[T integer | float] struct{ maximum bool }

func (extreme[T]) width() int            { return 16 }
func (extreme[T]) retract(*update) error { return appendOnly{}.retract(nil) }

func (e extreme[T]) accumulate(u *update) error {
	vals := batch.Values[T](u.args[0])
	if e.maximum {
		for k, i := range u.rows {
			p := u.recs[u.gid[k]][u.off : u.off+16]
			if x := vals[i]; p[8] == 0 || x > load[T](p) {
				store(p, x)
			}
		}
		return nil
	}
	for k, i := range u.rows {
		p := u.recs[u.gid[k]][u.off : u.off+16]
		if x := vals[i]; p[8] == 0 || x < load[T](p) {
			store(p, x)
		}
	}
	return nil
}

func (e extreme[T]) merge(m *merger) error {
	for k, g := range m.gid {
		p, q := m.recs[g][m.off:m.off+16], m.src[k][m.off:m.off+16]
		if q[8] == 0 {
			continue
		}
		x, y := load[T](p), load[T](q)
		if p[8] == 0 || e.maximum && y > x || !e.maximum && y < x {
			store(p, y)
		}
	}
	return nil
}

func (extreme[T]) result(r *results, out *batch.Vector) error {
	start := out.Len()
	out.Resize(start + len(r.recs))
	vals := batch.Values[T](out)[start:]
	for k, rec := range r.recs {
		vals[k] = load[T](rec[r.off:])
	}
	nullWhereZero(r, 8, out, start)
	return nil
}

type extremeDecimal struct{ maximum bool }

func (extremeDecimal) width() int            { return 24 }
func (extremeDecimal) retract(*update) error { return appendOnly{}.retract(nil) }

func (e extremeDecimal) offer(rec []byte, off int, x decimal.Num) {
	if rec[off+16] != 0 {
		if c := decimal.Cmp(x, getNum(rec, off)); c == 0 || (c > 0) != e.maximum {
			return
		}
	}
	putNum(rec, off, x)
	rec[off+16] = 1
}

func (e extremeDecimal) accumulate(u *update) error {
	vals := u.args[0].Decimals()
	for k, i := range u.rows {
		e.offer(u.recs[u.gid[k]], u.off, vals[i])
	}
	return nil
}

func (e extremeDecimal) merge(m *merger) error {
	for k, g := range m.gid {
		if m.src[k][m.off+16] != 0 {
			e.offer(m.recs[g], m.off, getNum(m.src[k], m.off))
		}
	}
	return nil
}

func (extremeDecimal) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		if rec[r.off+16] == 0 {
			out.AppendNull()
		} else {
			batch.AppendFixed(out, getNum(rec, r.off))
		}
	}
	return nil
}

// extremeBool keeps one byte: 0 nothing yet, 1 FALSE, 2 TRUE.
type extremeBool struct{ maximum bool }

func (extremeBool) width() int            { return 8 }
func (extremeBool) retract(*update) error { return appendOnly{}.retract(nil) }

func (e extremeBool) offer(p []byte, x byte) {
	if x != 0 && (p[0] == 0 || e.maximum == (x > p[0])) {
		p[0] = x
	}
}

func (e extremeBool) accumulate(u *update) error {
	for k, i := range u.rows {
		x := byte(1)
		if u.args[0].Bool(int(i)) {
			x = 2
		}
		e.offer(u.recs[u.gid[k]][u.off:], x)
	}
	return nil
}

func (e extremeBool) merge(m *merger) error {
	for k, g := range m.gid {
		e.offer(m.recs[g][m.off:], m.src[k][m.off])
	}
	return nil
}

func (extremeBool) result(r *results, out *batch.Vector) error {
	for _, rec := range r.recs {
		if x := rec[r.off]; x == 0 {
			out.AppendNull()
		} else {
			out.AppendBool(x == 2)
		}
	}
	return nil
}

// extremeText is MIN or MAX of strings; the record holds 1 if there is a value,
// which is a variable.
type extremeText struct{ maximum bool }

func (extremeText) width() int            { return 8 }
func (extremeText) variable()             {}
func (extremeText) retract(*update) error { return appendOnly{}.retract(nil) }

func (e extremeText) offer(rec []byte, off int, v *variable, x []byte) {
	if rec[off] != 0 {
		if c := bytes.Compare(x, v.b); c == 0 || (c > 0) != e.maximum {
			return
		}
	}
	rec[off] = 1
	v.set(x)
}

func (e extremeText) accumulate(u *update) error {
	for k, i := range u.rows {
		g := u.gid[k]
		e.offer(u.recs[g], u.off, &u.vars[g], u.args[0].At(int(i)))
	}
	return nil
}

func (e extremeText) merge(m *merger) error {
	for k, g := range m.gid {
		if m.src[k][m.off] != 0 {
			e.offer(m.recs[g], m.off, &m.vars[g], m.from[k].b)
		}
	}
	return nil
}

func (extremeText) result(r *results, out *batch.Vector) error {
	for k, rec := range r.recs {
		if rec[r.off] == 0 {
			out.AppendNull()
		} else {
			out.AppendBytes(r.vars[k].b)
		}
	}
	return nil
}
