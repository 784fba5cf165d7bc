package rowcodec

import (
	"math/rand/v2"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/state"
	"github.com/flottstream/flott/internal/types"
)

const benchRows = 4096

func bidTypes() []types.Type {
	return []types.Type{types.Of(types.BigInt), types.Of(types.BigInt), types.Of(types.BigInt),
		types.String(), types.TimestampOf(3), types.String()}
}

func bids() *batch.Batch {
	r := rand.New(rand.NewPCG(1, 1))
	b := &batch.Batch{Cols: vectorsOf(bidTypes()), N: benchRows}
	for range benchRows {
		for _, c := range []int{0, 1, 2, 4} {
			b.Cols[c].AppendInt64(r.Int64N(1000))
		}
		b.Cols[3].AppendString("channel-4711")
		b.Cols[5].AppendString("a text of some forty bytes as in Nexmark")
	}
	return b
}

func benchKeys(b *testing.B, ts []types.Type, data *batch.Batch, cols ...int) {
	e := NewKeyEncoder(ts)
	var keys state.Keys
	b.ReportAllocs()
	for b.Loop() {
		e.Encode(data, cols, nil, &keys)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
}

func BenchmarkKey(b *testing.B) {
	data, ts := bids(), bidTypes()
	notNull := ts[0].NotNull()
	b.Run("bigint_not_null", func(b *testing.B) { benchKeys(b, []types.Type{notNull}, data, 0) })
	b.Run("bigint", func(b *testing.B) { benchKeys(b, ts[:1], data, 0) })
	b.Run("two_bigints", func(b *testing.B) { benchKeys(b, ts[:2], data, 0, 1) })
	b.Run("string", func(b *testing.B) { benchKeys(b, ts[3:4], data, 3) })
	b.Run("bigint_string", func(b *testing.B) { benchKeys(b, []types.Type{ts[0], ts[3]}, data, 0, 3) })
}

func BenchmarkRow(b *testing.B) {
	data := bids()
	e := NewRowEncoder(bidTypes())
	var recs Records
	e.Encode(data, nil, &recs)
	list := make([][]byte, benchRows)
	for i := range list {
		list[i] = recs.At(i)
	}
	into := vectorsOf(bidTypes())
	perRow := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*benchRows), "ns/row")
	}
	b.Run("append", func(b *testing.B) {
		dst := []byte{}
		b.ReportAllocs()
		for b.Loop() {
			dst = dst[:0]
			for i := range benchRows {
				dst = e.Append(dst, data, i)
			}
		}
		perRow(b)
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Encode(data, nil, &recs)
		}
		perRow(b)
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, v := range into {
				v.Reset()
			}
			for _, rec := range list {
				if err := e.Decode(rec, into); err != nil {
					b.Fatal(err)
				}
			}
		}
		perRow(b)
	})
	b.Run("decode_all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, v := range into {
				v.Reset()
			}
			if err := e.DecodeAll(list, into); err != nil {
				b.Fatal(err)
			}
		}
		perRow(b)
	})
}
