package rowcodec

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/keygroup"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

// Equal rows have equal key bytes and unequal rows have not; hashes are those
// of the bytes; decoding gives the row back.
func TestKeysAreEqualExactlyWhenRowsAre(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		ts := randomTypes(r, r.IntN(4), 2, false)
		b := randomBatch(r, ts, 1+r.IntN(40))
		cols := make([]int, len(ts))
		for i := range cols {
			cols[i] = i
		}
		var sel []int32
		if r.IntN(2) == 0 {
			for i := range b.N {
				if r.IntN(2) == 0 {
					sel = append(sel, int32(i))
				}
			}
		}
		e := NewKeyEncoder(ts)
		var keys state.Keys
		e.Encode(b, cols, sel, &keys)
		back, all := vectorsOf(ts), vectorsOf(ts)
		var list [][]byte
		for k := range keys.Len() {
			list = append(list, keys.At(k))
		}
		if err := e.DecodeKeys(list, all); err != nil {
			t.Fatal(err)
		}
		for k := range keys.Len() {
			key := keys.At(k)
			if e.Width() != 0 && len(key) != e.Width() {
				t.Fatalf("key of %d bytes, Width says %d", len(key), e.Width())
			}
			if keys.Hash[k] != keygroup.Hash(key) {
				t.Fatalf("%v: Hash[%d] is not the hash of the key", ts, k)
			}
			if err := e.DecodeKey(key, back); err != nil {
				t.Fatal(err)
			}
			want := rowText(b.Cols, pick(sel, k), true)
			if got := rowText(back, k, true); got != want {
				t.Fatalf("%v: decoded key %s, want %s", ts, got, want)
			}
			if got := rowText(all, k, true); got != want {
				t.Fatalf("%v: DecodeKeys gave %s, want %s", ts, got, want)
			}
			for j := range k {
				same := rowText(b.Cols, pick(sel, j), true) == want
				if same != bytes.Equal(key, keys.At(j)) {
					t.Fatalf("%v: rows equal %v, keys equal %v: %s", ts, same, !same, want)
				}
			}
		}
	}
}

func TestSingleIntegerKeysAreEightBytes(t *testing.T) {
	for _, kind := range []types.Kind{types.TinyInt, types.SmallInt, types.Int, types.BigInt, types.Date} {
		if w := NewKeyEncoder([]types.Type{types.Of(kind).NotNull()}).Width(); w != 8 {
			t.Errorf("key of one %s NOT NULL has %d bytes, want 8", kind, w)
		}
	}
}

func TestRowsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		ts := randomTypes(r, 1+r.IntN(6), 3, false)
		b := randomBatch(r, ts, 1+r.IntN(30))
		e := NewRowEncoder(ts)
		var recs Records
		e.Encode(b, nil, &recs)
		one, all := vectorsOf(ts), vectorsOf(ts)
		some := vectorsOf(ts)
		for i := range some {
			if r.IntN(2) == 0 {
				some[i] = nil
			}
		}
		list := make([][]byte, b.N)
		for i := range b.N {
			rec := e.Append(nil, b, i)
			if !bytes.Equal(rec, recs.At(i)) {
				t.Fatalf("%v: Append and Encode differ for %s", ts, rowText(b.Cols, i, false))
			}
			if err := e.Decode(rec, one); err != nil {
				t.Fatal(err)
			}
			list[i] = rec
		}
		if err := e.DecodeAll(list, all); err != nil {
			t.Fatal(err)
		}
		if err := e.DecodeAll(list, some); err != nil {
			t.Fatal(err)
		}
		for i := range b.N {
			want := rowText(b.Cols, i, false)
			if got := rowText(one, i, false); got != want {
				t.Fatalf("%v: Decode gave %s, want %s", ts, got, want)
			}
			if got := rowText(all, i, false); got != want {
				t.Fatalf("%v: DecodeAll gave %s, want %s", ts, got, want)
			}
			for k, v := range some {
				if v != nil && text(v, i, false) != text(b.Cols[k], i, false) {
					t.Fatalf("%v: projected column %d differs", ts, k)
				}
			}
		}
	}
}

func TestSortKeysCompareAsSQL(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		ts := randomTypes(r, 1+r.IntN(3), 2, true)
		b := randomBatch(r, ts, 20)
		cols := make([]SortColumn, len(ts))
		for i := range cols {
			cols[i] = SortColumn{Column: i, Type: ts[i], Descending: r.IntN(2) == 0, NullsFirst: r.IntN(2) == 0}
		}
		s, err := NewSortKey(cols)
		if err != nil {
			t.Fatal(err)
		}
		var keys Records
		s.Encode(b, nil, &keys)
		for i := range b.N {
			for j := range b.N {
				want := compareRows(b, cols, i, j)
				got := bytes.Compare(keys.At(i), keys.At(j))
				if sign(got) != sign(want) {
					t.Fatalf("%v: order %d, want %d\n%s\n%s", cols, got, want, rowText(b.Cols, i, true), rowText(b.Cols, j, true))
				}
			}
		}
	}
}

func compareRows(b *batch.Batch, cols []SortColumn, i, j int) int {
	for _, c := range cols {
		v := b.Cols[c.Column]
		x, y := v.IsNull(i), v.IsNull(j)
		if x || y {
			if x && y {
				continue
			}
			return order(x == c.NullsFirst)
		}
		if o := compareValues(v, i, j); o != 0 {
			if c.Descending {
				return -o
			}
			return o
		}
	}
	return 0
}

func sign(x int) int {
	switch {
	case x < 0:
		return -1
	case x > 0:
		return 1
	}
	return 0
}

func TestSortKeyRefusesMaps(t *testing.T) {
	_, err := NewSortKey([]SortColumn{{Type: types.ArrayOf(types.MapOf(types.String(), types.String()))}})
	if err == nil {
		t.Fatal("a MAP was accepted in ORDER BY")
	}
}

// Whatever the bytes, decoding answers with rows or ErrCorrupt.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 8))
	for seed := range uint64(8) {
		ts := fuzzTypes(seed)
		b := randomBatch(r, ts, 1)
		f.Add(seed, NewRowEncoder(ts).Append(nil, b, 0))
	}
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		ts := fuzzTypes(seed)
		rows, keys := NewRowEncoder(ts), NewKeyEncoder(ts)
		for _, err := range []error{
			rows.Decode(data, vectorsOf(ts)),
			rows.DecodeAll([][]byte{data, data}, vectorsOf(ts)),
			keys.DecodeKey(data, vectorsOf(ts)),
			keys.DecodeKeys([][]byte{data, data}, vectorsOf(ts)),
		} {
			if err != nil && !errors.Is(err, ErrCorrupt) {
				t.Fatalf("error is not ErrCorrupt: %v", err)
			}
		}
		into := vectorsOf(ts)
		if rows.Decode(data, into) != nil {
			return
		}
		again := NewRowEncoder(ts).AppendColumns(nil, into, 0)
		twice := vectorsOf(ts)
		if err := rows.Decode(again, twice); err != nil {
			t.Fatalf("re-encoded row does not decode: %v", err)
		}
		if rowText(into, 0, false) != rowText(twice, 0, false) {
			t.Fatalf("row changed: %s and %s", rowText(into, 0, false), rowText(twice, 0, false))
		}
	})
}

func fuzzTypes(seed uint64) []types.Type {
	r := rand.New(rand.NewPCG(seed%64, 9))
	return randomTypes(r, 1+r.IntN(4), 3, false)
}
