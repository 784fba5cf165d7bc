package parquet

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// Row groups that cannot have rows that pass are not read; where the reader stands
// counts them, so that another one can go on from there, by another filter too.
func TestPrunedRowGroups(t *testing.T) {
	schema := types.Schema{{Name: "id", Type: types.Of(types.Int)}, {Name: "s", Type: types.String()}, {Name: "d", Type: types.Of(types.Date)}, {Name: "n", Type: types.Of(types.BigInt)}}
	const count = 3000
	b := batch.NewBatch(schema, count)
	for i := range count {
		b.Cols[0].AppendInt32(int32(i))
		b.Cols[1].AppendString(fmt.Sprintf("row %05d", i))
		b.Cols[2].AppendInt32(int32(i / 10))
		b.Cols[3].AppendNull()
		b.AppendKind(batch.Insert)
	}
	file := write(t, b, schema, map[string]string{"block.size": "4096", "page.size": "256", "enable.dictionary": "false"}, 100)
	number := func(x int64) *batch.Vector {
		v := batch.New(types.Of(types.BigInt), 1)
		v.AppendInt64(x)
		return v
	}
	word := func(x string) *batch.Vector {
		v := batch.New(types.String(), 1)
		v.AppendString(x)
		return v
	}
	one := func(column int, op format.ComparisonOp, v *batch.Vector) *format.Filter {
		return &format.Filter{Alternatives: [][]format.Comparison{{{Column: column, Op: op, Values: v}}}}
	}
	for _, c := range []struct {
		filter   *format.Filter
		from, to int32 // ids that pass
		most     int   // rows that are read
	}{
		{nil, 0, count, count},
		{one(0, format.Less, number(10)), 0, 10, 600},
		{one(0, format.GreaterEqual, number(2990)), 2990, count, 600},
		{one(1, format.Equal, word("row 01234")), 1234, 1235, 600},
		{one(2, format.Equal, number(100)), 1000, 1010, 1100},
		{one(3, format.Equal, number(1)), 0, 0, 0},
		{one(0, format.Greater, number(count)), 0, 0, 0},
	} {
		for _, step := range []int{7, 100000} {
			passed, read := int32(0), 0
			position := int64(0)
			for again := true; again; { // each reader goes on where the one before stopped
				r, err := Factory{}.OpenPruned(bytes.NewReader(file), int64(len(file)), schema, []int{0}, nil, position, c.filter)
				if err != nil {
					t.Fatal(err)
				}
				for range 40 {
					out := batch.NewBatch(schema[:1], 1)
					if err := r.Read(out, step); err == io.EOF {
						again = false
						break
					} else if err != nil {
						t.Fatal(err)
					}
					read += out.N
					for _, id := range out.Cols[0].Int32s() {
						if id >= c.from && id < c.to {
							passed++
						}
					}
					position = r.(format.Positioned).Position()
					if last := out.Cols[0].Int32s()[out.N-1]; position < int64(last)+1 {
						t.Fatalf("at %d behind row %d", position, last)
					}
				}
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if passed != c.to-c.from || read > c.most {
				t.Errorf("%+v in steps of %d: %d rows pass, %d were read", c, step, passed, read)
			}
		}
	}
}
