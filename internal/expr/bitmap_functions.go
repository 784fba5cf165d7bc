package expr

import (
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flottstream/flott/internal/types"
)

// bitmapFunctions work on BITMAP, sets of 32-bit integers. A value is kept in the
// portable roaring format with its runs found, so that equal sets have equal
// bytes.
func bitmapFunctions() []function {
	set := types.Of(types.Bitmap)
	two := func(op func(a, b *roaring.Bitmap)) func(*builder) (node, error) { return strict(combineBitmaps(op)) }
	return []function{
		{name: "BITMAP_BUILD", min: 1, max: 1, typing: params(strictly(set), arrayOfInts), build: strict(buildBitmap)},
		{name: "BITMAP_FROM_BYTES", min: 1, max: 1, typing: params(strictly(set), aBinary), build: strict(bitmapFromBytes)},
		{name: "BITMAP_TO_BYTES", min: 1, max: 1, typing: params(strictly(types.Bytes()), aBitmap), build: strict(copyBytes)},
		{name: "BITMAP_TO_ARRAY", min: 1, max: 1, typing: params(strictly(types.ArrayOf(types.Of(types.Int))), aBitmap), build: strict(bitmapToArray)},
		{name: "BITMAP_TO_STRING", min: 1, max: 1, typing: func(s *signature) (types.Type, error) {
			return params(strictly(types.String()), aBitmap)(s)
		}, build: func(b *builder) (node, error) { return newStrict(b, castToText(set, types.String(), b.env)), nil }},
		{name: "BITMAP_CARDINALITY", min: 1, max: 1, typing: params(strictly(types.Of(types.BigInt)), aBitmap), build: strict(bitmapCardinality)},
		{name: "BITMAP_AND", min: 2, max: 2, typing: params(strictly(set), aBitmap), build: two(func(a, b *roaring.Bitmap) { a.And(b) })},
		{name: "BITMAP_OR", min: 2, max: 2, typing: params(strictly(set), aBitmap), build: two(func(a, b *roaring.Bitmap) { a.Or(b) })},
		{name: "BITMAP_XOR", min: 2, max: 2, typing: params(strictly(set), aBitmap), build: two(func(a, b *roaring.Bitmap) { a.Xor(b) })},
		{name: "BITMAP_ANDNOT", min: 2, max: 2, typing: params(strictly(set), aBitmap), build: two(func(a, b *roaring.Bitmap) { a.AndNot(b) })},
	}
}

// aBitmap takes a BITMAP; a bare NULL has no type here, as in Flink.
func aBitmap(s *signature, i int) error {
	if s.typ(i).Kind == types.Bitmap {
		return nil
	}
	return s.refuse(i, "A BITMAP is expected; BITMAP_BUILD and BITMAP_FROM_BYTES make one")
}

// arrayOfInts takes arrays of integers up to INT, as ARRAY<INT>.
func arrayOfInts(s *signature, i int) error {
	t := s.typ(i)
	if t.Kind != types.Array || !t.Elem.IsInteger() || t.Elem.Kind == types.BigInt {
		return s.refuse(i, "Use CAST(… AS ARRAY<INT>)")
	}
	return s.coerce(i, types.ArrayOf(types.Of(types.Int).WithNull(t.Elem.Nullable)))
}

// appendBitmap appends b in the form that values are kept in.
func appendBitmap(dst []byte, b *roaring.Bitmap) []byte {
	b.RunOptimize()
	data, err := b.ToBytes()
	if err != nil {
		panic(fmt.Sprintf("expr: a bitmap cannot be written: %v", err)) // to memory: no way to fail
	}
	return append(dst, data...)
}

// readBitmap reads a value; it shares the bytes until it is changed.
func readBitmap(c *kernelCall, b *roaring.Bitmap, data []byte) error {
	b.Clear()
	if _, err := b.FromUnsafeBytes(data); err != nil {
		return c.fail("the bytes are no roaring bitmap: %s", err)
	}
	return nil
}

func buildBitmap(c *kernelCall, rows []int32) error {
	w, x, set := c.text(), c.args[0], roaring.New()
	for _, i := range rows {
		set.Clear()
		kid := x.Kids[0]
		for k := x.Offsets[x.at(i)]; k < x.Offsets[x.at(i)+1]; k++ {
			if !kid.IsNull(int(k)) {
				set.Add(uint32(kid.Int32s()[k]))
			}
		}
		w.buf = appendBitmap(w.buf, set)
		w.end(i)
	}
	return nil
}

// bitmapFromBytes checks foreign bytes and brings them to the form values have.
func bitmapFromBytes(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		set := roaring.New()
		if err := set.UnmarshalBinary(c.args[0].bytesAt(i)); err != nil {
			return c.fail("the bytes are no roaring bitmap in the portable format: %s", err)
		}
		if err := set.Validate(); err != nil && !set.IsEmpty() {
			return c.fail("the bytes are no roaring bitmap in the portable format: %s", err)
		}
		w.buf = appendBitmap(w.buf, set)
		w.end(i)
	}
	return nil
}

func copyBytes(c *kernelCall, rows []int32) error {
	w := c.text()
	for _, i := range rows {
		w.buf = append(w.buf, c.args[0].bytesAt(i)...)
		w.end(i)
	}
	return nil
}

func bitmapToArray(c *kernelCall, rows []int32) error {
	w, set := c.text(), roaring.New()
	for _, i := range rows {
		if err := readBitmap(c, set, c.args[0].bytesAt(i)); err != nil {
			return err
		}
		for it := set.Iterator(); it.HasNext(); {
			w.kid.AppendInt32(int32(it.Next()))
		}
		w.endList(i)
	}
	return nil
}

func bitmapCardinality(c *kernelCall, rows []int32) error {
	out, set := c.out.Int64s(), roaring.New()
	for _, i := range rows {
		if err := readBitmap(c, set, c.args[0].bytesAt(i)); err != nil {
			return err
		}
		out[i] = int64(set.GetCardinality())
	}
	return nil
}

// combineBitmaps applies op, which changes its first argument.
func combineBitmaps(op func(a, b *roaring.Bitmap)) castFunc {
	return func(c *kernelCall, rows []int32) error {
		w, other := c.text(), roaring.New()
		for _, i := range rows {
			set := roaring.New()
			if err := set.UnmarshalBinary(c.args[0].bytesAt(i)); err != nil {
				return c.fail("the bytes are no roaring bitmap: %s", err)
			}
			if err := readBitmap(c, other, c.args[1].bytesAt(i)); err != nil {
				return err
			}
			op(set, other)
			w.buf = appendBitmap(w.buf, set)
			w.end(i)
		}
		return nil
	}
}
