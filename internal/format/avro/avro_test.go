package avro

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

const everyType = "i INT, l BIGINT, s SMALLINT, t TINYINT, o BOOLEAN, d DOUBLE, f FLOAT, e DECIMAL(38, 18), c STRING, " +
	"y BYTES, a DATE, m TIME(3), p TIMESTAMP(3), r ROW<x INT, y STRING, n ROW<q BOOLEAN>>, g ARRAY<ROW<x INT>>, h MAP<STRING, ARRAY<INT>>, u MULTISET<STRING>"

var sample = []string{
	`{"i":1,"l":-5,"s":3,"t":-4,"o":true,"d":1.5,"f":2.5,"e":-12345678901234567890.5,"c":"é","y":"aGk=","a":"2024-02-29","m":"12:34:56","p":"2024-02-29 12:00:00.123","r":{"x":1,"n":{"q":true}},"g":[{"x":1},null],"h":{"a":[1,2],"b":null},"u":{"q":2}}`,
	`{}`, `{"e":0.000000000000000127,"i":-2147483648,"l":9223372036854775807}`, `{"e":-0.000000000000000129,"g":[]}`,
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

func TestRoundTrip(t *testing.T) {
	formattest.RoundTrip(t, Factory{}, nil, rows(t, formattest.Schema(everyType), sample...))
}

func FuzzDecode(f *testing.F) {
	schema := formattest.Schema(everyType)
	b := rows(f, schema, sample...)
	enc, _ := Factory{}.NewEncoder(schema, nil)
	c := formattest.FuzzCase{Factory: Factory{}, Schema: everyType}
	for i := range b.N {
		msg, err := enc.Encode(nil, b, i)
		if err != nil {
			f.Fatal(err)
		}
		c.First = msg
		c.Seeds = append(c.Seeds, string(msg), string(msg[:len(msg)/2]))
	}
	formattest.Fuzz(f, c)
}

// What one schema wrote another one reads: by name, numbers widened, the rest
// NULL or left out.
func TestResolution(t *testing.T) {
	written, err := Parse([]byte(`{"type":"record","name":"a.b.R","fields":[
		{"name":"i","type":"int"},
		{"name":"skip","type":["null",{"type":"record","name":"Node","fields":[{"name":"next","type":["null","Node"]},{"name":"e","type":{"type":"enum","name":"E","symbols":["x","y"]}}]}]},
		{"name":"e","type":"E"},
		{"name":"f","type":{"type":"fixed","name":"F","size":2}},
		{"name":"m","type":{"type":"map","values":"float"}},
		{"name":"s","type":["string","null"]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	msg := []byte{2, // i = 1
		2, 2, 0, 2, 0, // skip: {next: {next: null, e: y}, e: x}
		2,    // e = y
		1, 2, // f
		2, 2, 'k', 0, 0, 0xc0, 0x3f, 0, // m = {k: 1.5}
		0, 2, 'q'}
	for columns, want := range map[string]string{
		"i BIGINT, e STRING, absent INT, s STRING": "+I(1 | y | null | q)\n",
		"m MAP<STRING, DOUBLE>, f BYTES, i DOUBLE": "+I({k=1.5} | x'0102' | 1.0)\n",
		"f DECIMAL(5, 2)":                          "+I(2.58)\n",
		"i STRING":                                 "field 'i' was written as int, which cannot be read as STRING",
		"s INT":                                    "field 's' was written as string, which cannot be read as INT",
	} {
		schema := formattest.Schema(columns)
		r, err := NewRecords("avro", written, schema)
		if err != nil {
			if err.Error() != want {
				t.Errorf("%s: %v, want %s", columns, err, want)
			}
			continue
		}
		b := batch.NewBatch(schema, 1)
		if err := r.Append(msg, b); err != nil {
			t.Errorf("%s: %v", columns, err)
		} else if got := formattest.Rows(b); got != want {
			t.Errorf("%s: %s, want %s", columns, got, want)
		}
		formattest.Check(t, b)
	}
}

func TestSchemaText(t *testing.T) {
	s, err := mappings{legacy: true}.schemaOf(formattest.Schema("a INT, r ROW<x DECIMAL(5, 2), y ROW<z TIMESTAMP(3)>>, m MULTISET<STRING>"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"record","name":"record","namespace":"org.apache.flink.avro.generated","fields":[{"name":"a","type":["null","int"],"default":null},` +
		`{"name":"r","type":["null",{"type":"record","name":"record_r","fields":[{"name":"x","type":["null",{"type":"bytes","logicalType":"decimal","precision":5,"scale":2}],"default":null},` +
		`{"name":"y","type":["null",{"type":"record","name":"record_r_y","fields":[{"name":"z","type":["null",{"type":"long","logicalType":"timestamp-millis"}],"default":null}]}],"default":null}]}],"default":null},` +
		`{"name":"m","type":["null",{"type":"map","values":"int"}],"default":null}]}`
	if s.String() != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	again, err := Parse([]byte(s.String()))
	if err != nil || again.String() != want {
		t.Errorf("read again: %v %v", again, err)
	}
}

func TestContainers(t *testing.T) {
	schema := formattest.Schema(everyType)
	var lines []string
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf(`{"i":%d,"c":"a text of row %d"}`, i, i))
	}
	b := rows(t, schema, append(lines, sample...)...)
	all := make([]int32, b.N)
	keep := make([]int, len(schema))
	for i := range all {
		all[i] = int32(i)
	}
	for i := range keep {
		keep[i] = i
	}
	for _, codec := range []string{"null", "deflate", "snappy", "zstandard"} {
		var file bytes.Buffer
		w, err := Factory{}.CreateFile(&file, schema, map[string]string{"codec": codec})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(b, all); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, first := range []int64{0, 1, 1234, int64(b.N) - 1, int64(b.N)} {
			r, err := Factory{}.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()), schema, keep, nil, first)
			if err != nil {
				t.Fatal(err)
			}
			out := batch.NewBatch(schema, 1)
			for {
				if err := r.Read(out, 700); err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			formattest.Check(t, out)
			want := batch.NewBatch(schema, 1)
			want.AppendSelected(b, all[first:])
			if formattest.Rows(out) != formattest.Rows(want) {
				t.Errorf("%s from %d: %d rows, want %d", codec, first, out.N, want.N)
			}
		}
		damaged := bytes.Clone(file.Bytes())
		damaged[len(damaged)/2] ^= 0x55
		_, _ = readAll(damaged, schema, keep) // must not panic
		if _, err := readAll(file.Bytes()[:file.Len()-20], schema, keep); err == nil || !strings.Contains(err.Error(), "malformed avro") {
			t.Errorf("%s: a file that is cut off: %v", codec, err)
		}
	}
}

func readAll(file []byte, schema types.Schema, keep []int) (*batch.Batch, error) {
	r, err := Factory{}.OpenFile(bytes.NewReader(file), int64(len(file)), schema, keep, nil, 0)
	if err != nil {
		return nil, err
	}
	out := batch.NewBatch(schema, 1)
	for {
		if err := r.Read(out, 1000); err != nil {
			if err == io.EOF {
				return out, nil
			}
			return out, err
		}
	}
}

// FuzzContainer: files of any bytes are refused or read, never a panic.
func FuzzContainer(f *testing.F) {
	schema := formattest.Schema("i INT, c STRING, g ARRAY<INT>")
	for _, codec := range []string{"null", "snappy"} {
		var file bytes.Buffer
		w, _ := Factory{}.CreateFile(&file, schema, map[string]string{"codec": codec})
		if err := w.Write(rows(f, schema, `{"i":1,"c":"x","g":[1,2]}`, `{}`), []int32{0, 1}); err != nil {
			f.Fatal(err)
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if b, err := readAll(file, schema, []int{0, 1, 2}); err == nil {
			formattest.Check(t, b)
		}
	})
}

func TestOptions(t *testing.T) {
	schema := formattest.Schema("i INT")
	for option, want := range map[string]string{
		"codec=lz9": "Unrecognized codec: lz9", "encoding=xml": "must be binary or json", "timestamp_mapping.legacy=1": "must be true or false",
	} {
		key, value, _ := strings.Cut(option, "=")
		if _, err := (Factory{}).NewEncoder(schema, map[string]string{key: value}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", option, err)
		}
	}
	for columns, want := range map[string]string{
		"t TIMESTAMP(6)": "Avro does not support TIMESTAMP type with precision: 6, it only supports precision less than 3.",
		"t MAP<INT,INT>": "Avro format doesn't support non-string as key type of map. The key type is: INT",
	} {
		if _, err := (Factory{}).NewDecoder(formattest.Schema(columns), nil); err == nil || err.Error() != want {
			t.Errorf("%s: %v", columns, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	schema := formattest.Schema("auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING")
	var lines []string
	for i := range 1000 {
		lines = append(lines, fmt.Sprintf(`{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/abc/de/item.htm?query=1&channel_id=%d","dateTime":"2024-02-28 23:50:0%d.%03d","extra":"abcdefghijklmnopqrstuvwxyz%d"}`,
			1000+i%97, 2000+i%31, i*37%100000, i%50, i*1234567, i%10, i%1000, i))
	}
	in := rows(b, schema, lines...)
	enc, _ := Factory{}.NewEncoder(schema, nil)
	msgs, total := make([][]byte, in.N), 0
	for i := range msgs {
		msgs[i], _ = enc.Encode(nil, in, i)
		total += len(msgs[i])
	}
	var dec format.Decoder
	dec, _ = Factory{}.NewDecoder(schema, nil)
	out := batch.NewBatch(schema, 1000)
	b.SetBytes(int64(total))
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		for _, m := range msgs {
			if err := dec.Decode(m, out); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// The schema follows from the table's columns, even where an expression that
// is written is NOT NULL.
func TestNotNullVectors(t *testing.T) {
	enc, err := Factory{}.NewEncoder(formattest.Schema("i INT, a ARRAY<INT>"), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &batch.Batch{Cols: []*batch.Vector{batch.New(types.Of(types.Int).NotNull(), 1), batch.New(types.ArrayOf(types.Of(types.Int).NotNull()).NotNull(), 1)}}
	b.Cols[0].AppendInt32(1)
	b.Cols[1].Kids[0].AppendInt32(2)
	b.Cols[1].EndList()
	b.AppendKind(batch.Insert)
	if msg, err := enc.Encode(nil, b, 0); err != nil || string(msg) != "\x02\x02\x02\x02\x02\x04\x00" {
		t.Errorf("%x %v", msg, err)
	}
}
