package aggregate

import (
	"encoding/binary"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

func le2Uvarint(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }

// cutItem cuts the first item off a list that this package wrote.
func cutItem(list []byte) (item, rest []byte) {
	size, n := binary.Uvarint(list)
	if n <= 0 || size > uint64(len(list)-n) {
		return nil, nil
	}
	return list[n : n+int(size)], list[n+int(size):]
}

func resolveArrayAgg(f *Function) error {
	f.Type = types.ArrayOf(f.Args[0].WithoutTime())
	f.keepNulls = true
	f.impl = arrayAgg{list{rowcodec.NewRowEncoder(f.Args)}}
	return nil
}

// arrayAgg is ARRAY_AGG: NULL of no rows.
type arrayAgg struct{ list }

func (a arrayAgg) result(r *results, out *batch.Vector) error {
	into := []*batch.Vector{out.Kids[0]}
	for k := range r.recs {
		rest := r.vars[k].b
		if len(rest) == 0 {
			out.AppendNull()
			continue
		}
		for len(rest) > 0 {
			var item []byte
			item, rest = cutItem(rest)
			if err := a.row.Decode(item, into); err != nil {
				return err
			}
		}
		out.EndList()
	}
	return nil
}

func resolveCollect(f *Function) error {
	elem := f.Args[0].WithoutTime()
	f.Type = types.Type{Kind: types.Multiset, Elem: &elem}
	f.impl = collect{list{rowcodec.NewRowEncoder(f.Args)}}
	return nil
}

// collect is COLLECT: a multiset, empty of no rows. Equal values are counted in
// the result.
type collect struct{ list }

func (c collect) result(r *results, out *batch.Vector) error {
	into := []*batch.Vector{out.Kids[0]}
	for k := range r.recs {
		seen := map[string]int{} // item to its place in counts
		var counts []int32
		for rest := r.vars[k].b; len(rest) > 0; {
			var item []byte
			item, rest = cutItem(rest)
			if at, ok := seen[string(item)]; ok {
				counts[at]++
				continue
			}
			seen[string(item)] = len(counts)
			counts = append(counts, 1)
			if err := c.row.Decode(item, into); err != nil {
				return err
			}
		}
		for _, n := range counts {
			out.Kids[1].AppendInt32(n)
		}
		out.EndList()
	}
	return nil
}

func resolveListAgg(f *Function) error {
	if !f.Args[0].IsCharacter() || len(f.Args) > 1 && !f.Args[1].IsCharacter() {
		return nil
	}
	f.Type = f.Args[0] // Flink's too, although the text is longer
	f.impl = listAgg{}
	return nil
}

// listAgg is LISTAGG: pairs of separator and value as items. The first value's
// separator is not shown.
type listAgg struct{}

func (listAgg) width() int { return 0 }
func (listAgg) variable()  {}

func separator(u *update, i int32) []byte {
	if len(u.args) > 1 && !u.args[1].IsNull(int(i)) {
		return u.args[1].At(int(i))
	}
	return []byte(",")
}

func (listAgg) accumulate(u *update) error {
	var item []byte
	for k, i := range u.rows {
		item = appendItem(item[:0], separator(u, i))
		item = appendItem(item, u.args[0].At(int(i)))
		u.vars[u.gid[k]].add(item)
	}
	return nil
}

func (listAgg) retract(u *update) error {
	for k, i := range u.rows {
		v := &u.vars[u.gid[k]]
		at := 0
		for rest := v.b; len(rest) > 0; {
			_, tail := cutItem(rest)
			value, tail := cutItem(tail)
			size := len(rest) - len(tail)
			if string(value) == string(u.args[0].At(int(i))) {
				v.remove(at, size)
				break
			}
			at += size
			rest = tail
		}
	}
	return nil
}

func (listAgg) merge(m *merger) error { return list{}.merge(m) }

func (listAgg) result(r *results, out *batch.Vector) error {
	for k := range r.recs {
		rest := r.vars[k].b
		if len(rest) == 0 {
			out.AppendNull()
			continue
		}
		for first := true; len(rest) > 0; first = false {
			var sep, value []byte
			sep, rest = cutItem(rest)
			value, rest = cutItem(rest)
			if !first {
				out.Bytes = append(out.Bytes, sep...)
			}
			out.Bytes = append(out.Bytes, value...)
		}
		out.EndBytes()
	}
	return nil
}
