package protobuf

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/types"
)

// located is the format with the descriptor set of testdata.
type located struct {
	Factory
	file string
}

func (l located) with(options map[string]string) map[string]string {
	options = maps.Clone(options)
	if options == nil {
		options = map[string]string{}
	}
	for name, value := range map[string]string{optDescriptors: l.file, optMessage: "shop.Every"} {
		if _, given := options[name]; !given {
			options[name] = value
		}
	}
	return options
}

func (l located) NewDecoder(schema types.Schema, options map[string]string) (format.Decoder, error) {
	return l.Factory.NewDecoder(named(schema), l.with(options))
}

func (l located) NewEncoder(schema types.Schema, options map[string]string) (format.Encoder, error) {
	return l.Factory.NewEncoder(named(schema), l.with(options))
}

// named gives the columns of everyKind their names back, which a batch has not.
func named(schema types.Schema) types.Schema {
	if len(schema) == 0 || schema[0].Name != "f0" {
		return schema
	}
	out := formattest.Schema(everyKind)
	for i := range out {
		out[i].Type = schema[i].Type
	}
	return out
}

func locate(t testing.TB) located {
	t.Helper()
	text, err := os.ReadFile("testdata/shop.txtpb")
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := prototext.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	data, err := proto.Marshal(&set)
	if err != nil {
		t.Fatal(err)
	}
	l := located{file: filepath.Join(t.TempDir(), "shop.pb")}
	if err := os.WriteFile(l.file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return l
}

const everyKind = "i INT, l BIGINT, u INT, v BIGINT, s INT, t BIGINT, x INT, y BIGINT, f FLOAT, d DOUBLE, o BOOLEAN, c STRING, b BYTES, " +
	"e INT, r ROW<z INT, a ARRAY<STRING>>, g ARRAY<INT>, h ARRAY<STRING>, k ARRAY<ROW<z INT, a ARRAY<STRING>>>, m MAP<STRING, BIGINT>, " +
	"n MAP<INT, ROW<z INT>>, q INT, left STRING, right ROW<z INT>, w ARRAY<INT>, es ARRAY<INT>"

// TestStories states messages as text and lets Go's own implementation turn
// them into bytes, and back.
func TestStories(t *testing.T) {
	l := locate(t)
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			options := map[string]string{optMessage: "shop.Every"}
			var schema types.Schema
			var lines []string
			for _, line := range strings.Split(d.Input, "\n") {
				if rest, ok := strings.CutPrefix(line, "schema: "); ok {
					schema = formattest.Schema(rest)
				} else if rest, ok := strings.CutPrefix(line, "options: "); ok {
					for _, pair := range strings.Split(rest, " & ") {
						key, value, _ := strings.Cut(pair, "=")
						options[key] = value
					}
				} else {
					lines = append(lines, line)
				}
			}
			return strings.ReplaceAll(tell(t, l, d.Cmd, schema, options, lines), filepath.Dir(l.file), "")
		})
	})
}

func tell(t *testing.T, l located, cmd string, schema types.Schema, options map[string]string, lines []string) string {
	var out strings.Builder
	b := batch.NewBatch(schema, 1)
	dec, err := l.NewDecoder(schema, options)
	if err == nil && cmd == "encode" {
		dec, err = json.Factory{}.NewDecoder(schema, nil)
	}
	if err != nil {
		return "refused: " + err.Error() + "\n"
	}
	desc, err := find(l.file, options[optMessage])
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		b.Reset()
		m := dynamicpb.NewMessage(desc)
		if cmd == "decode" {
			if err := (prototext.UnmarshalOptions{AllowPartial: true}).Unmarshal([]byte(line), m); err != nil {
				t.Fatal(err)
			}
			msg, err := proto.MarshalOptions{AllowPartial: true, Deterministic: true}.Marshal(m) // map entries by key
			if err != nil {
				t.Fatal(err)
			}
			if err := dec.Decode(msg, b); err != nil {
				out.WriteString("malformed: " + err.(*format.Malformed).Reason + "\n")
			}
			formattest.Check(t, b)
			out.WriteString(formattest.Rows(b))
			continue
		}
		if err := dec.Decode([]byte(line), b); err != nil {
			t.Fatal(err)
		}
		enc, err := l.NewEncoder(schema, options)
		if err != nil {
			return "refused: " + err.Error() + "\n"
		}
		msg, err := enc.Encode(nil, b, 0)
		if err == nil {
			err = proto.Unmarshal(msg, m)
		}
		if err != nil {
			out.WriteString("error: " + err.Error() + "\n")
			continue
		}
		// The printer puts one blank or two, so that nobody relies on it.
		out.WriteString(strings.Join(strings.Fields(prototext.MarshalOptions{}.Format(m)), " ") + "\n")
	}
	return out.String()
}

// seeds are messages as the wire has them.
func seeds(t testing.TB, l located) (list []string) {
	desc, err := find(l.file, "shop.Every")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`i: -1 l: 5 u: 4000000000 v: 9 s: -3 t: -4 x: 7 y: -8 f: 1.5 d: -2.5 o: true c: "é" b: "\x00\xff" e: LOST r {z: 1 a: "x" a: ""} g: [1, -2] h: "p" k {} k {z: 3} m {key: "a" value: 1} n {key: -1 value {z: 2}} q: 0 left: "l" w: [1, 2] es: [SENT, LOST]`,
		``, `right {} q: 5`, `m {key: "a" value: 1} m {key: "b"} n {}`,
	} {
		m := dynamicpb.NewMessage(desc)
		if err := prototext.Unmarshal([]byte(text), m); err != nil {
			t.Fatal(err)
		}
		msg, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(msg))
	}
	return append(list,
		"\x7a\x02\x08\x01\x7a\x03\x12\x01x",                                // a message in two parts
		"\x9a\x01\x05\x0a\x01a\x10\x01\x9a\x01\x05\x0a\x01a\x10\x02",       // a key twice
		"\x80\x01\x01\x82\x01\x02\x02\x03", "\x08\x01\x08\x02", "\x0a\x00", // packed and not; twice; another wire type
	)
}

func TestRoundTrip(t *testing.T) {
	l := locate(t)
	for _, seed := range seeds(t, l) {
		b := batch.NewBatch(formattest.Schema(everyKind), 1)
		dec, err := l.NewDecoder(formattest.Schema(everyKind), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := dec.Decode([]byte(seed), b); err != nil {
			t.Fatal(err)
		}
		formattest.RoundTrip(t, l, nil, b)
	}
}

func FuzzDecode(f *testing.F) {
	l := locate(f)
	list := seeds(f, l)
	formattest.Fuzz(f, formattest.FuzzCase{Factory: l, Schema: everyKind, Ignore: optIgnoreErrors, First: []byte(list[0]), Seeds: append(list, list[0][:20], "\x0b", "\xff\xff")})
}

func BenchmarkDecode(b *testing.B) {
	l := locate(b)
	dec, err := l.NewDecoder(formattest.Schema(everyKind), nil)
	if err != nil {
		b.Fatal(err)
	}
	msg := []byte(seeds(b, l)[0])
	out := batch.NewBatch(formattest.Schema(everyKind), 1024)
	b.SetBytes(int64(len(msg)))
	b.ReportAllocs()
	for b.Loop() {
		if out.N == 1024 {
			out.Reset()
		}
		if err := dec.Decode(msg, out); err != nil {
			b.Fatal(err)
		}
	}
}
