package expr

import (
	"bytes"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr/jsonpath"
)

// FuzzForeignBytes feeds BITMAP_FROM_BYTES and TRY_PARSE_JSON with anything: they fail or give a value that reads back.
func FuzzForeignBytes(f *testing.F) {
	set := roaring.BitmapOf(1, 5, 70000)
	data, err := set.ToBytes()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{data, {0}, {0x3a, 0x30, 0, 0}, []byte(`{"a":[1,2.50,"x"]}`), []byte(`1e400`), []byte(`-0.0`)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, fn := range []string{"BITMAP_FROM_BYTES", "TRY_PARSE_JSON"} {
			arg := Expr(BytesLit(data))
			if fn == "TRY_PARSE_JSON" {
				arg = StringLit(string(data))
			}
			e, err := Resolve(fn, []Expr{arg})
			if err != nil {
				t.Fatal(err)
			}
			p, err := Compile(e, nil)
			if err != nil {
				t.Fatal(err)
			}
			v, err := p.Eval(&batch.Batch{N: 1}, nil)
			if err != nil || v.IsNull(0) {
				continue
			}
			if fn == "TRY_PARSE_JSON" {
				// Infinity is no JSON, and the DOUBLE of a number too large is that.
				if _, err := jsonpath.Parse(v.At(0)); err != nil && !bytes.Contains(v.At(0), []byte("Infinity")) {
					t.Fatalf("%q does not read back: %v", v.At(0), err)
				}
			} else if err := roaring.New().UnmarshalBinary(v.At(0)); err != nil {
				t.Fatal(err)
			}
		}
	})
}
