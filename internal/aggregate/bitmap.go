package aggregate

import (
	"fmt"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

// bitmapOps are what the BITMAP aggregates do with the next value.
var bitmapOps = map[string]func(to, from *roaring.Bitmap){
	"BUILD": (*roaring.Bitmap).Or,
	"AND":   (*roaring.Bitmap).And,
	"OR":    (*roaring.Bitmap).Or,
	"XOR":   (*roaring.Bitmap).Xor,
}

// resolveBitmap finds BITMAP_BUILD_AGG of integers, BITMAP_{AND,OR,XOR}_AGG of
// bitmaps, and BITMAP_…_CARDINALITY_AGG, which is the size of the same.
func resolveBitmap(f *Function) error {
	word := strings.TrimSuffix(strings.TrimPrefix(f.Name, "BITMAP_"), "_AGG")
	word, size := strings.CutSuffix(word, "_CARDINALITY")
	if word == "BUILD" {
		if k := f.Args[0].Kind; k != types.TinyInt && k != types.SmallInt && k != types.Int {
			return fmt.Errorf("%s takes an INT, not %s; use CAST(… AS INT)", f.Name, f.Args[0].WithNull(true))
		}
		f.Args = []types.Type{types.Of(types.Int).WithNull(f.Args[0].Nullable)}
	} else if f.Args[0].Kind != types.Bitmap {
		return fmt.Errorf("%s takes a BITMAP, not %s", f.Name, f.Args[0].WithNull(true))
	}
	f.Type = types.Of(types.Bitmap)
	if size {
		f.Type = types.Of(types.BigInt)
	}
	f.impl = bitmapAgg{op: bitmapOps[word], size: size}
	return nil
}

// bitmapAgg keeps the bitmap in the portable format as its variable; it is empty
// before the first value.
type bitmapAgg struct {
	op   func(to, from *roaring.Bitmap)
	size bool // the result is the number of members
}

func (bitmapAgg) width() int            { return 0 }
func (bitmapAgg) variable()             {}
func (bitmapAgg) retract(*update) error { return appendOnly{}.retract(nil) }

// accumulate reads the bitmap of each group once for the batch.
func (a bitmapAgg) accumulate(u *update) error {
	open := make(map[int32]*roaring.Bitmap)
	for k, i := range u.rows {
		g := u.gid[k]
		set := open[g]
		if set == nil {
			if old := u.vars[g].b; len(old) > 0 {
				set = roaring.New()
				if err := set.UnmarshalBinary(old); err != nil {
					return err
				}
				open[g] = set
			}
		}
		var err error
		if open[g], err = a.next(set, u.args[0], int(i)); err != nil {
			return err
		}
	}
	for g, set := range open {
		if err := storeBitmap(&u.vars[g], set); err != nil {
			return err
		}
	}
	return nil
}

// next is set, nil before the first value, with value i of v.
func (a bitmapAgg) next(set *roaring.Bitmap, v *batch.Vector, i int) (*roaring.Bitmap, error) {
	if v.Type.Kind == types.Int {
		if set == nil {
			set = roaring.New()
		}
		set.Add(uint32(v.Int32s()[i]))
		return set, nil
	}
	other := roaring.New()
	if set == nil {
		return other, other.UnmarshalBinary(v.At(i))
	}
	if _, err := other.FromUnsafeBytes(v.At(i)); err != nil {
		return nil, err
	}
	a.op(set, other)
	return set, nil
}

func storeBitmap(v *variable, set *roaring.Bitmap) error {
	set.RunOptimize()
	b, err := set.ToBytes()
	if err == nil {
		v.set(b)
	}
	return err
}

func (a bitmapAgg) merge(m *merger) error {
	for k, g := range m.gid {
		v, from := &m.vars[g], m.from[k].b
		if len(v.b) == 0 || len(from) == 0 {
			if len(from) > 0 {
				v.set(from)
			}
			continue
		}
		set, other := roaring.New(), roaring.New()
		if err := set.UnmarshalBinary(v.b); err != nil {
			return err
		}
		if err := other.UnmarshalBinary(from); err != nil {
			return err
		}
		a.op(set, other)
		if err := storeBitmap(v, set); err != nil {
			return err
		}
	}
	return nil
}

func (a bitmapAgg) result(r *results, out *batch.Vector) error {
	set := roaring.New()
	for k := range r.recs {
		b := r.vars[k].b
		switch {
		case len(b) == 0:
			out.AppendNull()
		case !a.size:
			out.AppendBytes(b)
		default:
			set.Clear()
			if _, err := set.FromUnsafeBytes(b); err != nil {
				return err
			}
			out.AppendInt64(int64(set.GetCardinality()))
		}
	}
	return nil
}

// bitmapList is the same for input that retracts: it keeps all values.
type bitmapList struct {
	list
	agg  bitmapAgg
	elem types.Type
}

func (a bitmapAgg) retracting(args []types.Type) function {
	return bitmapList{list: list{rowcodec.NewRowEncoder(args)}, agg: a, elem: args[0]}
}

func (a bitmapList) result(r *results, out *batch.Vector) error {
	values := batch.New(a.elem, 0)
	for k := range r.recs {
		values.Reset()
		for rest := r.vars[k].b; len(rest) > 0; {
			var item []byte
			item, rest = cutItem(rest)
			if err := a.row.Decode(item, []*batch.Vector{values}); err != nil {
				return err
			}
		}
		var v variable
		var set *roaring.Bitmap
		for i := range values.Len() {
			var err error
			if set, err = a.agg.next(set, values, i); err != nil {
				return err
			}
		}
		if set != nil {
			if err := storeBitmap(&v, set); err != nil {
				return err
			}
		}
		if err := a.agg.result(&results{recs: r.recs[k : k+1], vars: []variable{v}}, out); err != nil {
			return err
		}
	}
	return nil
}
