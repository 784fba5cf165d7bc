package rowbatch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/decimal"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/rowcodec"
	"github.com/flottstream/flott/internal/types"
)

var update = flag.Bool("update", false, "write the golden files of the current version")

// everything has a column of every layout, nested ones included.
func everything() types.Schema {
	text := types.String()
	pair := types.RowOf(types.Field{Name: "a", Type: types.Of(types.Int).NotNull()}, types.Field{Name: "b", Type: types.String()})
	ts := []types.Type{
		types.Of(types.Boolean), types.Of(types.TinyInt), types.Of(types.SmallInt), types.Of(types.Int), types.Of(types.BigInt),
		types.Of(types.Float), types.Of(types.Double), types.DecimalOf(38, 4), types.Of(types.Date), types.TimestampOf(9),
		types.String(), types.Bytes().NotNull(), types.Of(types.Null), types.Of(types.BigInt).NotNull(),
		types.ArrayOf(types.ArrayOf(types.String())), types.MapOf(types.String().NotNull(), pair),
		{Kind: types.Multiset, Elem: &text, Nullable: true},
		types.RowOf(types.Field{Name: "x", Type: types.ArrayOf(types.Of(types.Boolean))}, types.Field{Name: "y", Type: pair}),
	}
	schema := make(types.Schema, len(ts))
	for i, t := range ts {
		schema[i] = types.Field{Name: fmt.Sprint("c", i), Type: t}
	}
	return schema
}

// filled returns rows whose values follow from draw, a number in [0, n).
func filled(schema types.Schema, rows int, kinds bool, draw func(n int) int) *batch.Batch {
	b := batch.NewBatch(schema, 0)
	for range rows {
		for _, v := range b.Cols {
			fill(v, draw)
		}
		kind := batch.Insert
		if kinds {
			kind = batch.RowKind(draw(4))
		}
		b.AppendKind(kind)
	}
	return b
}

func fill(v *batch.Vector, draw func(n int) int) {
	if v.Type.Kind == types.Null || v.Type.Nullable && draw(4) == 0 {
		v.AppendNull()
		return
	}
	x := int64(draw(100000)) * 0x1234567 >> draw(30)
	switch v.Type.Physical() {
	case types.LayoutBool:
		v.AppendBool(x&1 == 0)
	case types.LayoutInt8:
		batch.AppendFixed(v, int8(x))
	case types.LayoutInt16:
		batch.AppendFixed(v, int16(x))
	case types.LayoutInt32:
		v.AppendInt32(int32(x))
	case types.LayoutInt64:
		v.AppendInt64(-x)
	case types.LayoutFloat32:
		batch.AppendFixed(v, float32(x)/7)
	case types.LayoutFloat64:
		v.AppendFloat64(-float64(x) / 7)
	case types.LayoutDecimal:
		batch.AppendFixed(v, decimal.Num{Lo: uint64(x), Hi: -x})
	case types.LayoutBytes:
		v.AppendString("some text of some length"[:draw(25)])
	case types.LayoutList, types.LayoutMap:
		for range draw(4) {
			for _, k := range v.Kids {
				fill(k, draw)
			}
		}
		v.EndList()
	case types.LayoutRow:
		for _, k := range v.Kids {
			fill(k, draw)
		}
		v.EndRow()
	}
}

// same compares the rows that are there, by another encoding.
func same(t *testing.T, schema types.Schema, got, want *batch.Batch) {
	t.Helper()
	if got.Rows() != want.Rows() {
		t.Fatalf("%d rows, want %d", got.Rows(), want.Rows())
	}
	ts := make([]types.Type, len(schema))
	for i, f := range schema {
		ts[i] = f.Type
	}
	e := rowcodec.NewRowEncoder(ts)
	for k := range want.Rows() {
		i, j := got.Row(k), want.Row(k)
		if a, b := e.Append(nil, got, i), e.Append(nil, want, j); !bytes.Equal(a, b) {
			t.Fatalf("row %d:\n got %x\nwant %x", k, a, b)
		}
		if got.Kind(i) != want.Kind(j) {
			t.Fatalf("row %d is %s, want %s", k, got.Kind(i), want.Kind(j))
		}
	}
}

// What was written is what is read, selection applied, whatever b held before.
func TestRoundTrip(t *testing.T) {
	schema := everything()
	for _, compress := range []bool{false, true} {
		r := rand.New(rand.NewPCG(1, 2))
		e, d := NewEncoder(schema, compress), NewDecoder(schema)
		var stream []byte
		var want []*batch.Batch
		for _, rows := range []int{1, 7, 8, 63, 64, 65, 128, 500} {
			b := filled(schema, rows, rows%2 == 0, r.IntN)
			if rows > 64 {
				for i := range rows {
					if r.IntN(3) > 0 {
						b.Sel = append(b.Sel, int32(i))
					}
				}
			}
			stream = e.Append(stream, b)
			want = append(want, b)
		}
		got := batch.NewBatch(schema, 0)
		rest, in := stream, bytes.NewReader(stream)
		for _, w := range want {
			var err error
			if rest, err = d.Decode(rest, got); err != nil {
				t.Fatal(err)
			}
			same(t, schema, got, w)
			if err = d.Read(in, got); err != nil {
				t.Fatal(err)
			}
			same(t, schema, got, w)
			copied := batch.NewBatch(schema, 0) // what was read can be gone on with
			copied.AppendSelected(got, nil)
			copied.AppendSelected(w, nil)
			same(t, schema, copied, twice(schema, w))
		}
		if len(rest) != 0 {
			t.Errorf("%d bytes are left", len(rest))
		}
		if err := d.Read(in, got); err != io.EOF {
			t.Errorf("end of the stream: %v", err)
		}
	}
}

func twice(schema types.Schema, b *batch.Batch) *batch.Batch {
	out := batch.NewBatch(schema, 0)
	for range 2 {
		for k := range b.Rows() {
			out.AppendRow(b, b.Row(k), b.Kind(b.Row(k)))
		}
	}
	return out
}

func TestNoRowsAreNoBytes(t *testing.T) {
	schema := everything()
	b := filled(schema, 3, false, func(n int) int { return n - 1 })
	b.Sel = []int32{}
	if got := NewEncoder(schema, true).Append([]byte("x"), b); string(got) != "x" {
		t.Errorf("got %q", got)
	}
}

// Every damaged byte and every cut is found, and leaves an empty batch.
func TestDamageIsFound(t *testing.T) {
	schema := everything()
	r := rand.New(rand.NewPCG(3, 4))
	d, b := NewDecoder(schema), batch.NewBatch(schema, 0)
	for _, compress := range []bool{false, true} {
		frame := NewEncoder(schema, compress).Append(nil, filled(schema, 20, true, r.IntN))
		check := func(what string, data []byte) {
			t.Helper()
			if _, err := d.Decode(data, b); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("%s: %v", what, err)
			}
			if b.Rows() != 0 {
				t.Fatalf("%s: %d rows in spite of the error", what, b.Rows())
			}
			if err := d.Read(bytes.NewReader(data), b); !errors.Is(err, ErrCorrupt) && (err != io.EOF || len(data) > 0) {
				t.Fatalf("%s, from a reader: %v", what, err)
			}
		}
		for i := range frame {
			check(fmt.Sprintf("cut at %d", i), frame[:i])
			damaged := bytes.Clone(frame)
			damaged[i] ^= 1 << r.IntN(8)
			check(fmt.Sprintf("bit of byte %d", i), damaged)
		}
	}
}

func TestOtherSchema(t *testing.T) {
	schema := everything()
	frame := NewEncoder(schema, false).Append(nil, filled(schema, 2, false, func(n int) int { return n - 1 }))
	other := append(types.Schema{}, schema...)
	other[3].Type = types.Of(types.BigInt)
	if _, err := NewDecoder(other).Decode(frame, batch.NewBatch(other, 0)); !errors.Is(err, ErrSchema) {
		t.Errorf("got %v", err)
	}
	other[3].Type = types.Of(types.Date).NotNull() // as INT in memory
	if _, err := NewDecoder(other).Decode(frame, batch.NewBatch(other, 0)); err != nil {
		t.Errorf("a type of the same layout: %v", err)
	}
}

// Golden files are read for ever; the uncompressed one is also what is written.
func TestGolden(t *testing.T) {
	schema := everything()
	n := 0
	want := filled(schema, 70, true, func(limit int) int { n += 7919; return n % limit })
	for name, compress := range map[string]bool{"v1_plain": false, "v1_snappy": true} {
		path := filepath.Join("testdata", name+".inflight")
		frame := NewEncoder(schema, compress).Append(nil, want)
		if *update {
			if err := os.WriteFile(path, frame, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		golden, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := batch.NewBatch(schema, 0)
		if rest, err := NewDecoder(schema).Decode(golden, got); err != nil || len(rest) > 0 {
			t.Fatalf("%s: %v, %d bytes left", name, err, len(rest))
		}
		same(t, schema, got, want)
		if !compress && !bytes.Equal(frame, golden) {
			t.Errorf("%s: what is written has changed", name)
		}
	}
}

// Each row belongs to exactly one of the subtasks, the one that the exchange sends it to.
func TestKeyFilter(t *testing.T) {
	schema := types.Schema{{Name: "s", Type: types.String()}, {Name: "k", Type: types.Of(types.BigInt).NotNull()}}
	const width = 3
	all := filled(schema, 1000, false, rand.New(rand.NewPCG(5, 6)).IntN)
	for i := 0; i < all.N; i += 2 {
		all.Sel = append(all.Sel, int32(i))
	}
	seen := 0
	for subtask := range width {
		f := NewKeyFilter(schema, []int{1}, 128, keygroup.RangeOf(subtask, 128, width))
		b := *all
		f.Keep(&b)
		seen += b.Rows()
		for k := range b.Rows() {
			key := b.Cols[1].Int64s()[b.Row(k)]
			if owner := keygroup.Subtask(keygroup.Of(keygroup.Hash8(uint64(key)), 128), 128, width); owner != subtask {
				t.Fatalf("key %d is with subtask %d, it belongs to %d", key, subtask, owner)
			}
			if b.Row(k)%2 == 1 {
				t.Fatalf("row %d was not there", b.Row(k))
			}
		}
	}
	if seen != all.Rows() {
		t.Errorf("%d rows of %d", seen, all.Rows())
	}
	none := NewKeyFilter(schema, []int{1}, 128, keygroup.Range{Start: 0, End: -1})
	if b := *all; true {
		if none.Keep(&b); b.Rows() != 0 {
			t.Errorf("no key groups, but %d rows", b.Rows())
		}
	}
}

// Whatever is in a frame with a right checksum: an error or rows that can be used.
func FuzzDecode(f *testing.F) {
	schema := everything()
	r := rand.New(rand.NewPCG(7, 8))
	for _, rows := range []int{1, 9} {
		b := filled(schema, rows, rows > 1, r.IntN)
		for _, compress := range []bool{false, true} {
			frame := NewEncoder(schema, compress).Append(nil, b)
			f.Add(uint32(rows), uint32(binary.LittleEndian.Uint32(frame[offBody:])), compress, frame[headerSize:])
		}
	}
	d, b := NewDecoder(schema), batch.NewBatch(schema, 0)
	f.Fuzz(func(t *testing.T, rows, size uint32, compress bool, stored []byte) {
		frame := make([]byte, headerSize, headerSize+len(stored))
		binary.LittleEndian.PutUint32(frame[offSize:], uint32(len(stored)))
		frame[offVersion] = version
		if compress {
			frame[offCompression] = snappy
		}
		binary.LittleEndian.PutUint32(frame[offSchema:], fingerprint(schema))
		binary.LittleEndian.PutUint32(frame[offRows:], rows)
		binary.LittleEndian.PutUint32(frame[offBody:], size)
		frame = append(frame, stored...)
		binary.LittleEndian.PutUint32(frame[offSum:], crc32.Checksum(frame[offVersion:], castagnoli))
		if _, err := d.Decode(frame, b); err != nil {
			return
		}
		again := NewEncoder(schema, false).Append(nil, b)
		copied := batch.NewBatch(schema, 0)
		if _, err := d.Decode(again, copied); err != nil {
			t.Fatalf("what was read cannot be written and read: %v", err)
		}
		same(t, schema, copied, b)
	})
}

func bids(rows int) (types.Schema, *batch.Batch) {
	schema := types.Schema{{Name: "a", Type: types.Of(types.BigInt)}, {Name: "b", Type: types.Of(types.BigInt)},
		{Name: "p", Type: types.Of(types.BigInt)}, {Name: "c", Type: types.String()}, {Name: "t", Type: types.TimestampOf(3)}, {Name: "x", Type: types.String()}}
	b := batch.NewBatch(schema, rows)
	r := rand.New(rand.NewPCG(1, 1))
	for range rows {
		for _, c := range []int{0, 1, 2, 4} {
			b.Cols[c].AppendInt64(r.Int64N(1000))
		}
		b.Cols[3].AppendString("channel-4711")
		b.Cols[5].AppendString("a text of some forty bytes as in Nexmark")
	}
	b.SetLen()
	return schema, b
}

func BenchmarkAppend(b *testing.B) {
	for name, compress := range map[string]bool{"plain": false, "snappy": true} {
		b.Run(name, func(b *testing.B) {
			schema, in := bids(batch.Capacity)
			e, dst := NewEncoder(schema, compress), []byte(nil)
			b.SetBytes(int64(in.SizeBytes()))
			b.ReportAllocs()
			for b.Loop() {
				dst = e.Append(dst[:0], in)
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, compress := range map[string]bool{"plain": false, "snappy": true} {
		b.Run(name, func(b *testing.B) {
			schema, in := bids(batch.Capacity)
			frame := NewEncoder(schema, compress).Append(nil, in)
			d, out := NewDecoder(schema), batch.NewBatch(schema, 0)
			b.SetBytes(int64(in.SizeBytes()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Decode(frame, out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
