package parquet

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

const everyType = "i INT, l BIGINT, s SMALLINT, t TINYINT, o BOOLEAN, d DOUBLE, f FLOAT, e DECIMAL(38, 18), e2 DECIMAL(9, 2), c STRING, " +
	"y BYTES, a DATE, m TIME(3), p TIMESTAMP(3), p6 TIMESTAMP(6), p9 TIMESTAMP(9), z TIMESTAMP_LTZ(3), r ROW<x INT, y STRING, n ROW<q BOOLEAN, at TIMESTAMP(3)>>, " +
	"g ARRAY<ROW<x INT>>, h MAP<STRING, ARRAY<INT>>, u MULTISET<STRING>"

var sample = []string{
	`{"i":1,"l":-5,"s":3,"t":-4,"o":true,"d":1.5,"f":2.5,"e":-12345678901234567890.5,"e2":-1.25,"c":"é","y":"aGk=","a":"2024-02-29","m":"12:34:56","p":"2024-02-29 12:00:00.123","p6":"1969-12-31 23:59:59.999999","p9":"2024-02-29 12:00:00.123456789","z":"2024-02-29 12:00:00Z","r":{"x":1,"n":{"q":true,"at":"2024-02-29 12:00:00"}},"g":[{"x":1},null],"h":{"a":[1,2],"b":null},"u":{"q":2}}`,
	`{}`, `{"e":0.000000000000000127,"i":-2147483648,"p":"9999-12-31 23:59:59.999","g":[],"h":{}}`, `{"p":"0001-01-01 00:00:00","r":{}}`,
}

func rows(t testing.TB, schema types.Schema, lines ...string) *batch.Batch {
	t.Helper()
	b := batch.NewBatch(schema, 1)
	dec, err := json.Factory{}.NewDecoder(schema, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if err := dec.Decode([]byte(l), b); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func write(t testing.TB, b *batch.Batch, schema types.Schema, options map[string]string, step int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := Factory{}.CreateFile(&out, schema, options)
	if err != nil {
		t.Fatal(err)
	}
	var sel []int32
	for i := range b.N {
		if sel = append(sel, int32(i)); len(sel) == step || i == b.N-1 {
			if err := w.Write(b, sel); err != nil {
				t.Fatal(err)
			}
			sel = sel[:0]
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(file []byte, schema types.Schema, keep []int, options map[string]string, first int64) (*batch.Batch, error) {
	r, err := Factory{}.OpenFile(bytes.NewReader(file), int64(len(file)), schema, keep, options, first)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	kept := make(types.Schema, len(keep))
	for i, k := range keep {
		kept[i] = schema[k]
	}
	out := batch.NewBatch(kept, 1)
	for {
		if err := r.Read(out, 777); err == io.EOF {
			return out, nil
		} else if err != nil {
			return out, err
		}
	}
}

func TestRoundTrip(t *testing.T) {
	schema := formattest.Schema(everyType)
	var lines []string
	for i := range 3000 {
		lines = append(lines, fmt.Sprintf(`{"i":%d,"c":"a text of row %d","g":[{"x":%d}],"p":"2024-02-29 12:00:%02d"}`, i, i, i, i%60))
	}
	b := rows(t, schema, append(lines, sample...)...)
	for _, options := range []map[string]string{nil, {"compression": "ZSTD", "block.size": "20000"}, {"compression": "GZIP", "block.size": "100"}, {"batch-size": "100", "compression": "UNCOMPRESSED"}} {
		file := write(t, b, schema, options, 1000)
		for _, first := range []int64{0, 1, 1000, 2999, int64(b.N)} {
			out, err := read(file, schema, upTo(len(schema)), options, first)
			if err != nil {
				t.Fatalf("%v from %d: %v", options, first, err)
			}
			formattest.Check(t, out)
			want := batch.NewBatch(schema, 1)
			sel := []int32{}
			for i := int(first); i < b.N; i++ {
				sel = append(sel, int32(i))
			}
			want.AppendSelected(b, sel)
			if got, want := formattest.Rows(out), formattest.Rows(want); got != want {
				t.Fatalf("%v from %d: got\n%.3000s\nwant\n%.3000s", options, first, got, want)
			}
		}
	}
}

func TestProjection(t *testing.T) {
	written := formattest.Schema("i INT, c STRING, p TIMESTAMP(3), r ROW<x INT, y STRING>")
	file := write(t, rows(t, written, `{"i":1,"c":"a","p":"2024-02-29 12:00:00","r":{"x":1,"y":"b"}}`, `{}`), written, nil, 10)
	for columns, want := range map[string]string{
		"c STRING":               "+I(a)\n+I(null)\n",
		"p TIMESTAMP(6)":         "+I(2024-02-29T12:00:00)\n+I(null)\n",
		"none INT, i BIGINT":     "+I(null | 1)\n+I(null | null)\n",
		"r ROW<y STRING, z INT>": "+I((b | null))\n+I(null)\n",
		"none INT":               "+I(null)\n+I(null)\n",
		"i STRING":               "malformed parquet record: column 'i' is int32 in the file, which cannot be read as STRING: \"\"",
		"r ROW<y INT>":           "malformed parquet record: column 'r.y' is utf8 in the file, which cannot be read as INT: \"\"",
		"p INT":                  "malformed parquet record: column 'p': it is INT96 in the file, which cannot be read as INT: \"\"",
		"r INT":                  "malformed parquet record: column 'r' is struct<x: int32, y: utf8> in the file, which cannot be read as INT: \"\"",
	} {
		schema := formattest.Schema(columns)
		out, err := read(file, schema, upTo(len(schema)), nil, 0)
		if err != nil {
			if !strings.HasPrefix(err.Error(), want[:40]) {
				t.Errorf("%s: %v", columns, err)
			}
			continue
		}
		if got := formattest.Rows(out); got != want {
			t.Errorf("%s: got %s, want %s", columns, got, want)
		}
	}
}

// Timestamps as INT64 keep their values in every unit that can hold them.
func TestInt64Timestamps(t *testing.T) {
	schema := formattest.Schema("p TIMESTAMP(3), q TIMESTAMP(6), z TIMESTAMP_LTZ(3)")
	b := rows(t, schema, `{"p":"2024-02-29 12:00:00.123","q":"1969-12-31 23:59:59.999999","z":"2024-02-29 12:00:00Z"}`, `{}`)
	for unit, q := range map[string]string{"micros": "1969-12-31T23:59:59.999999", "nanos": "1969-12-31T23:59:59.999999", "millis": "1969-12-31T23:59:59.999"} {
		file := write(t, b, schema, map[string]string{"write.int64.timestamp": "true", "timestamp.time.unit": unit}, 10)
		out, err := read(file, schema, upTo(3), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := formattest.Rows(out), "+I(2024-02-29T12:00:00.123 | "+q+" | 2024-02-29T12:00:00Z)\n+I(null | null | null)\n"; got != want {
			t.Errorf("%s: got %s, want %s", unit, got, want)
		}
	}
	far := rows(t, schema, `{"p":"9999-12-31 12:00:00"}`)
	w, err := Factory{}.CreateFile(io.Discard, schema, map[string]string{"write.int64.timestamp": "true", "timestamp.time.unit": "nanos"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(far, []int32{0}); err == nil || !strings.Contains(err.Error(), "too far away") {
		t.Errorf("the year 9999 in nanoseconds: %v", err)
	}
}

func TestZones(t *testing.T) {
	berlin := time.FixedZone("X", 3600)
	for _, x := range []int64{0, -1, 1709209056789, -62135596800000} {
		if y := toLocal(fromLocal(x, 1000, berlin), 1000, berlin); y != x {
			t.Errorf("%d became %d", x, y)
		}
	}
	if y := fromLocal(3_600_000, 1000, berlin); y != 0 {
		t.Errorf("one o'clock is %d", y)
	}
}

func TestRefusals(t *testing.T) {
	for option, want := range map[string]string{
		"timestamp.time.unit=x": "Unsupported time unit", "compression=LZO": "is not supported", "batch-size=0": "above 0", "utc-timezone=1": "must be true or false",
	} {
		key, value, _ := strings.Cut(option, "=")
		if err := (Factory{}).CheckFile(formattest.Schema("i INT"), map[string]string{key: value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", option, err)
		}
	}
	schema := formattest.Schema("m MAP<STRING, INT>")
	b := batch.NewBatch(schema, 1)
	b.Cols[0].Kids[0].AppendNull()
	b.Cols[0].Kids[1].AppendInt32(1)
	b.Cols[0].EndList()
	b.AppendKind(batch.Insert)
	w, _ := Factory{}.CreateFile(io.Discard, schema, nil)
	if err := w.Write(b, []int32{0}); err == nil || !strings.Contains(err.Error(), "a key of a map is NULL") {
		t.Errorf("got %v", err)
	}
}

// FuzzFile: files of any bytes are refused or read, never a panic.
func FuzzFile(f *testing.F) {
	schema := formattest.Schema("i INT, c STRING, g ARRAY<INT>, p TIMESTAMP(3)")
	f.Add(write(f, rows(f, schema, `{"i":1,"c":"x","g":[1,2],"p":"2024-02-29 12:00:00"}`, `{}`), schema, map[string]string{"compression": "UNCOMPRESSED"}, 1))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 1<<16 {
			return
		}
		if b, err := read(file, schema, upTo(4), nil, 0); err == nil {
			formattest.Check(t, b)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	schema := formattest.Schema("auction BIGINT, price BIGINT, channel STRING, dateTime TIMESTAMP(3)")
	var lines []string
	for i := range 10000 {
		lines = append(lines, fmt.Sprintf(`{"auction":%d,"price":%d,"channel":"channel-%d","dateTime":"2024-02-28 23:50:%02d.%03d"}`, i, i*37, i%50, i%60, i%1000))
	}
	file := write(b, rows(b, schema, lines...), schema, nil, 10000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read(file, schema, upTo(4), nil, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(lines)), "ns/row")
}
