package aggregate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// resolvePercentile finds PERCENTILE(value, percentage[, frequency]); with an
// array of percentages the result is an array.
func resolvePercentile(f *Function) error {
	p := f.Args[1]
	many := p.Kind == types.Array && p.Elem.IsNumeric() && !p.Elem.Nullable
	if !f.Args[0].IsNumeric() || p.Nullable || !p.IsNumeric() && !many || len(f.Args) > 2 && !f.Args[2].IsInteger() {
		return fmt.Errorf("Invalid input arguments. Expected signatures are:\n" +
			"PERCENTILE(expr <NUMERIC>, percentage [<NUMERIC NOT NULL> | ARRAY<NUMERIC NOT NULL> NOT NULL])\n" +
			"PERCENTILE(expr <NUMERIC>, percentage [<NUMERIC NOT NULL> | ARRAY<NUMERIC NOT NULL> NOT NULL], frequency <INTEGER_NUMERIC>)")
	}
	f.Type = types.Of(types.Double)
	if many {
		f.Type = types.ArrayOf(types.Of(types.Double))
	}
	f.impl = &percentile{many: many}
	return nil
}

// percentile keeps the values with their frequencies, in order, as a variable:
//
//	n = percentages (8) | percentage (8) × n | value (8), frequency (8) | …
//
// The percentages are those of the group's first row, as in Flink.
type percentile struct {
	many   bool
	news   []weighted
	merged []byte
}

// weighted is a value that comes (or goes, if n is negative) n times to a group.
type weighted struct {
	gid int32
	x   float64
	n   int64
}

func (*percentile) width() int { return 0 }
func (*percentile) variable()  {}

func (p *percentile) accumulate(u *update) error { return p.add(u, 1) }
func (p *percentile) retract(u *update) error    { return p.add(u, -1) }

func (p *percentile) add(u *update, sign int64) error {
	p.news = p.news[:0]
	for k, i := range u.rows {
		n := int64(1)
		if len(u.args) > 2 {
			if u.args[2].IsNull(int(i)) {
				continue
			}
			n = integerAt(u.args[2], int(i))
		}
		if n <= 0 {
			continue
		}
		gid := u.gid[k]
		if len(u.vars[gid].b) == 0 {
			if err := p.begin(&u.vars[gid], u.args[1], int(i)); err != nil {
				return err
			}
		}
		p.news = append(p.news, weighted{gid, numberAt(u.args[0], int(i)), sign * n})
	}
	slices.SortStableFunc(p.news, func(a, b weighted) int {
		return cmp.Or(cmp.Compare(a.gid, b.gid), cmp.Compare(a.x, b.x))
	})
	for rest := p.news; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].gid == rest[0].gid {
			n++
		}
		p.mergeInto(&u.vars[rest[0].gid], rest[:n])
		rest = rest[n:]
	}
	return nil
}

// begin writes the percentages of row i.
func (p *percentile) begin(v *variable, arg *batch.Vector, i int) error {
	from, to := i, i+1
	if p.many {
		from, to = int(arg.Offsets[i]), int(arg.Offsets[i+1])
		arg = arg.Kids[0]
	}
	head := le.AppendUint64(nil, uint64(to-from))
	for k := from; k < to; k++ {
		x := numberAt(arg, k)
		if !(x >= 0 && x <= 1) {
			return fmt.Errorf("PERCENTILE: a percentage must be between [0.0, 1.0], not %v", x)
		}
		head = le.AppendUint64(head, math.Float64bits(x))
	}
	v.set(head)
	return nil
}

// headSize is the number of bytes before the values.
func headSize(b []byte) int { return 8 + 8*int(le.Uint64(b)) }

// mergeInto adds values in order to those of a group. What no longer occurs is
// left out.
func (p *percentile) mergeInto(v *variable, news []weighted) {
	at := headSize(v.b)
	out := append(p.merged[:0], v.b[:at]...)
	put := func(x float64, n int64) {
		if n != 0 {
			out = le.AppendUint64(out, math.Float64bits(x))
			out = le.AppendUint64(out, uint64(n))
		}
	}
	old := v.b[at:]
	for len(old) > 0 || len(news) > 0 {
		var x float64
		switch {
		case len(news) == 0:
			out = append(out, old...)
			old = nil
			continue
		case len(old) > 0 && cmp.Compare(floatAt(old), news[0].x) <= 0:
			x = floatAt(old)
		default:
			x = news[0].x
		}
		n := int64(0)
		if len(old) > 0 && cmp.Compare(floatAt(old), x) == 0 {
			n, old = getInt(old, 8), old[16:]
		}
		for len(news) > 0 && cmp.Compare(news[0].x, x) == 0 {
			n, news = n+news[0].n, news[1:]
		}
		put(x, n)
	}
	p.merged = out
	v.set(out)
}

func floatAt(b []byte) float64 { return math.Float64frombits(le.Uint64(b)) }

func (p *percentile) merge(m *merger) error {
	for k, gid := range m.gid {
		v, from := &m.vars[gid], m.from[k].b
		if len(from) == 0 {
			continue
		}
		if len(from) < 8 || headSize(from) > len(from) || (len(from)-headSize(from))%16 != 0 {
			return fmt.Errorf("%w: the values of PERCENTILE", rowcodec.ErrCorrupt)
		}
		if len(v.b) == 0 {
			v.set(from)
			continue
		}
		p.news = p.news[:0]
		for rest := from[headSize(from):]; len(rest) > 0; rest = rest[16:] {
			p.news = append(p.news, weighted{x: floatAt(rest), n: getInt(rest, 8)})
		}
		p.mergeInto(v, p.news)
	}
	return nil
}

func (p *percentile) result(r *results, out *batch.Vector) error {
	for k := range r.recs {
		b := r.vars[k].b
		total := int64(0)
		if len(b) > 0 {
			for rest := b[headSize(b):]; len(rest) > 0; rest = rest[16:] {
				total += max(0, getInt(rest, 8))
			}
		}
		if total == 0 {
			out.AppendNull()
			continue
		}
		values := b[headSize(b):]
		for head := b[8:headSize(b)]; len(head) > 0; head = head[8:] {
			x := percentileOf(values, total, floatAt(head))
			if p.many {
				out.Kids[0].AppendFloat64(x)
			} else {
				out.AppendFloat64(x)
			}
		}
		if p.many {
			out.EndList()
		}
	}
	return nil
}

// percentileOf interpolates between the two values around a position, counted
// from 1 and rounded as Flink does.
func percentileOf(values []byte, total int64, percentage float64) float64 {
	position := float64(total-1)*percentage + 1
	lower, upper := math.Floor(position), math.Ceil(position)
	x := valueAt(values, int64(lower)-1)
	if lower == upper {
		return x
	}
	return (upper-position)*x + (position-lower)*valueAt(values, int64(upper)-1)
}

// valueAt is the value at a place, counted from 0 with its frequencies.
func valueAt(values []byte, at int64) float64 {
	for rest := values; len(rest) > 0; rest = rest[16:] {
		if at -= max(0, getInt(rest, 8)); at < 0 {
			return floatAt(rest)
		}
	}
	return math.NaN()
}

// integerAt is value i of an integer vector.
func integerAt(v *batch.Vector, i int) int64 {
	switch v.Type.Physical() {
	case types.LayoutInt8:
		return int64(v.Int8s()[i])
	case types.LayoutInt16:
		return int64(v.Int16s()[i])
	case types.LayoutInt32:
		return int64(v.Int32s()[i])
	}
	return v.Int64s()[i]
}
