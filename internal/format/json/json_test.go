package json

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/types"
)

func TestStories(t *testing.T) {
	for _, name := range []string{"decode", "encode"} {
		t.Run(name, func(t *testing.T) {
			formattest.RunStory(t, "testdata/"+name+".txt", Factory{}, Factory{})
		})
	}
}

const everyType = "i INT, l BIGINT, s SMALLINT, t TINYINT, o BOOLEAN, d DOUBLE, f FLOAT, e DECIMAL(38, 18), c STRING, " +
	"y BYTES, a DATE, m TIME(3), p TIMESTAMP(9), z TIMESTAMP_LTZ(3), " +
	"r ROW<x INT, y STRING, n ROW<q BOOLEAN>>, g ARRAY<ROW<x INT>>, h MAP<STRING, ARRAY<INT>>, u MULTISET<STRING>"

// Whatever comes in, the decoder neither panics nor leaves half a row, and
// what it accepts comes out of the encoder and in again unchanged.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"i":1,"c":"x\u00e9\n","r":{"x":1,"n":{"q":true}},"g":[{"x":1},null],"h":{"a":[1,2],"a":null}}`,
		`[{"e":1.5e3,"p":"2024-02-29 12:00:00.123"},{"z":"2024-02-29 12:00:00Z"}]`, `{"d":1e-7,"f":"NaN","y":"aGk=","u":{"q":2}}`,
		`{"i":"12","l":-9223372036854775808,"a":"2024-02-29","m":"23:59:59.999","c":{"k":[1.50,"\ud83d\ude00"]}}`, `{"i":1`, `{"c":"\ud800"}`, ``} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	schema := formattest.Schema(everyType)
	f.Fuzz(func(t *testing.T, msg []byte, ignore bool) {
		options := map[string]string{optIgnoreErrors: fmt.Sprint(ignore), optMapNullKeyMode: "LITERAL"}
		dec, err := Factory{}.NewDecoder(schema, options)
		if err != nil {
			t.Fatal(err)
		}
		enc, _ := Factory{}.NewEncoder(schema, options)
		b := batch.NewBatch(schema, 1)
		seed := []byte(`{"c":"before","r":{"y":"z"},"g":[{"x":7}]}`)
		if err := dec.Decode(seed, b); err != nil {
			t.Fatal(err)
		}
		before := formattest.Rows(b)
		if err := dec.Decode(msg, b); err != nil {
			if ignore {
				t.Fatalf("ignored errors surface: %v", err)
			}
			if after := formattest.Rows(b); after != before {
				t.Fatalf("a malformed message changed the batch:\n%s%s", before, after)
			}
		}
		formattest.Check(t, b)
		again := batch.NewBatch(schema, 1)
		for i := range b.N {
			text, err := enc.Encode(nil, b, i)
			if err != nil {
				t.Fatal(err)
			}
			if err := dec.Decode(text, again); err != nil {
				t.Fatalf("cannot read back %s: %v", text, err)
			}
		}
		if got, want := formattest.Rows(again), formattest.Rows(b); got != want {
			t.Fatalf("round trip:\n%s%s", want, got)
		}
	})
}

// Keys in a new order, unknown keys in between: the answer does not depend on
// what was learned from earlier messages.
func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	schema := formattest.Schema("a INT, b INT, c INT")
	dec, _ := Factory{}.NewDecoder(schema, nil)
	members := []string{`"a":1`, `"b":2`, `"c":3`, `"x":{"a":[9,{}]}`, `"y":"\"a\":5"`, `"\u0061":1`}
	for n := range 200 {
		var parts []string
		for k := range members {
			parts = append(parts, members[(k*(n%5+1)+n)%len(members)])
		}
		b := batch.NewBatch(schema, 1)
		text := "{" + strings.Join(append(parts, members[:3]...), ", ") + "}"
		if err := dec.Decode([]byte(text), b); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := formattest.Rows(b); got != "+I(1 | 2 | 3)\n" {
			t.Fatalf("%s: %s", text, got)
		}
	}
}

// TestNamesThatNeedEscapes: the first guess of a key is what JSON would hold.
func TestNamesThatNeedEscapes(t *testing.T) {
	schema := types.Schema{{Name: `a":1,"b`, Type: types.Of(types.Int)}}
	dec, _ := Factory{}.NewDecoder(schema, nil)
	b := batch.NewBatch(schema, 2)
	for _, text := range []string{`{"a":1,"b":2}`, `{"a\":1,\"b":7}`} {
		if err := dec.Decode([]byte(text), b); err != nil {
			t.Fatal(err)
		}
	}
	if got := formattest.Rows(b); got != "+I(null)\n+I(7)\n" {
		t.Errorf("got %s", got)
	}
}

func TestEncoderRefusesOtherKinds(t *testing.T) {
	schema := formattest.Schema("a INT")
	enc, _ := Factory{}.NewEncoder(schema, nil)
	b := batch.NewBatch(schema, 1)
	b.Cols[0].AppendInt32(1)
	b.AppendKind(batch.Delete)
	if _, err := enc.Encode(nil, b, 0); err == nil || !strings.Contains(err.Error(), "-D") {
		t.Fatalf("got %v", err)
	}
}

func benchmarkMessages(n int) [][]byte {
	msgs := make([][]byte, n)
	for i := range msgs {
		msgs[i] = fmt.Appendf(nil, `{"auction":%d,"bidder":%d,"price":%d,"channel":"channel-%d","url":"https://www.nexmark.com/abc/de/item.htm?query=1&channel_id=%d","dateTime":"2024-02-28 23:50:0%d.%03d","extra":"abcdefghijklmnopqrstuvwxyz%d"}`,
			1000+i%97, 2000+i%31, i*37%100000, i%50, i*1234567, i%10, i%1000, i)
	}
	return msgs
}

func benchmarkDecode(b *testing.B, columns string, msgs [][]byte) {
	schema := formattest.Schema(columns)
	dec, err := Factory{}.NewDecoder(schema, nil)
	if err != nil {
		b.Fatal(err)
	}
	out := batch.NewBatch(schema, batch.Capacity)
	total := 0
	for _, m := range msgs {
		total += len(m)
	}
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
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(msgs)), "ns/row")
}

const bid = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING"

func BenchmarkDecodeBid(b *testing.B) { benchmarkDecode(b, bid, benchmarkMessages(1000)) }

func BenchmarkDecodeTwoOfSeven(b *testing.B) {
	benchmarkDecode(b, "auction BIGINT, price BIGINT", benchmarkMessages(1000))
}

func BenchmarkDecodeNumbers(b *testing.B) {
	msgs := make([][]byte, 1000)
	for i := range msgs {
		msgs[i] = fmt.Appendf(nil, `{"id":%d,"temperature":%d.%02d,"humidity":0.%04d,"ok":%t,"count":%d}`, i, i%50, i%100, i, i%2 == 0, i*i)
	}
	benchmarkDecode(b, "id BIGINT, temperature DOUBLE, humidity DOUBLE, ok BOOLEAN, count BIGINT", msgs)
}

func BenchmarkEncodeBid(b *testing.B) {
	schema := formattest.Schema(bid)
	dec, _ := Factory{}.NewDecoder(schema, nil)
	rows := batch.NewBatch(schema, 1000)
	for _, m := range benchmarkMessages(1000) {
		if err := dec.Decode(m, rows); err != nil {
			b.Fatal(err)
		}
	}
	var enc format.Encoder
	enc, _ = Factory{}.NewEncoder(schema, nil)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = dst[:0]
		for i := range rows.N {
			dst, _ = enc.Encode(dst, rows, i)
		}
	}
	b.SetBytes(int64(len(dst)))
	if !bytes.Contains(dst, []byte("channel-7")) {
		b.Fatal("nothing was written")
	}
}

// TestQuoted puts every byte at every place of short and long texts and
// compares with a version that looks at one byte at a time.
func TestQuoted(t *testing.T) {
	for length := range 20 {
		text := []byte("abcdefghijklmnopqrst"[:length])
		for at := range text {
			for c := range 256 {
				old := text[at]
				text[at] = byte(c)
				got := appendQuoted([]byte("x"), text)
				if want := append([]byte("x"), quotedSlowly(text)...); !bytes.Equal(got, want) {
					t.Fatalf("%q became %s, want %s", text, got, want)
				}
				text[at] = old
			}
		}
	}
	got := appendQuoted(nil, []byte("é\n€ 😀 and 😀\"\\, \xf0\x9f!"))
	if want := `"é\n€ \uD83D\uDE00 and \uD83D\uDE00\"\\, ??!"`; strings.ReplaceAll(string(got), "\x9f", "?") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func quotedSlowly(text []byte) []byte {
	dst := []byte{'"'}
	for _, c := range text {
		switch {
		case c < ' ' || c == '"' || c == '\\':
			dst = appendControl(dst, c)
		case c >= 0xf0: // alone it is no character
			dst = append(dst, '?')
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
