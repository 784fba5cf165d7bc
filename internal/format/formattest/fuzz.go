package formattest

import (
	"maps"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
)

// EveryType is a schema with every type that JSON-like formats know.
const EveryType = "i INT, l BIGINT, s SMALLINT, t TINYINT, o BOOLEAN, d DOUBLE, f FLOAT, e DECIMAL(38, 18), c STRING, " +
	"y BYTES, a DATE, m TIME(3), p TIMESTAMP(3), z TIMESTAMP_LTZ(3), " +
	"r ROW<x INT, y STRING, n ROW<q BOOLEAN>>, g ARRAY<ROW<x INT>>, h MAP<STRING, ARRAY<INT>>, u MULTISET<STRING>"

// FuzzCase says how to fuzz a format.
type FuzzCase struct {
	Factory format.Factory
	Schema  string
	Options map[string]string
	Ignore  string // the option that has malformed messages left out, "" if there is none
	First   []byte // a message that is accepted
	Seeds   []string
}

// Fuzz feeds any bytes to the decoder. It neither panics nor leaves half a
// row, a malformed message leaves the batch as it was, and what it accepts
// comes out of the encoder and in again unchanged.
func Fuzz(f *testing.F, c FuzzCase) {
	f.Add(c.First, false)
	for _, s := range c.Seeds {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	schema := Schema(c.Schema)
	f.Fuzz(func(t *testing.T, msg []byte, ignore bool) {
		options := maps.Clone(c.Options)
		if options == nil {
			options = map[string]string{}
		}
		if ignore && c.Ignore != "" {
			options[c.Ignore] = "true"
		} else {
			ignore = false
		}
		dec, err := c.Factory.NewDecoder(schema, options)
		if err != nil {
			t.Fatal(err)
		}
		b := batch.NewBatch(schema, 1)
		if err := dec.Decode(c.First, b); err != nil {
			t.Fatal(err)
		}
		before := Rows(b)
		if err := dec.Decode(msg, b); err != nil {
			if ignore {
				t.Fatalf("ignored errors surface: %v", err)
			}
			if after := Rows(b); after != before {
				t.Fatalf("a malformed message changed the batch:\n%s%s", before, after)
			}
		}
		Check(t, b)
		RoundTrip(t, c.Factory, options, b)
	})
}

// RoundTrip encodes the rows of b, decodes the messages and wants the same
// rows; of updates that are written as deletion and insertion, those.
func RoundTrip(t testing.TB, f format.Factory, options map[string]string, b *batch.Batch) {
	t.Helper()
	schema := SchemaOf(b)
	enc, err := f.NewEncoder(schema, options)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := f.NewDecoder(schema, options)
	if err != nil {
		t.Fatal(err)
	}
	again := batch.NewBatch(schema, b.N)
	for i := range b.N {
		msg, err := enc.Encode(nil, b, i)
		if err != nil {
			t.Fatal(err)
		}
		if err := dec.Decode(msg, again); err != nil {
			t.Fatalf("cannot read back %q: %v", msg, err)
		}
	}
	Check(t, again)
	for i, k := range b.Kinds {
		b.Kinds[i] = batch.Delete
		if k.IsAdd() {
			b.Kinds[i] = batch.Insert
		}
	}
	if got, want := Rows(again), Rows(b); got != want {
		t.Fatalf("round trip:\n%s%s", want, got)
	}
}
