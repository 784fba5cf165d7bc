package csv

import (
	"fmt"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
)

func TestStories(t *testing.T) {
	for _, name := range []string{"decode", "encode"} {
		t.Run(name, func(t *testing.T) {
			formattest.RunStory(t, "testdata/"+name+".txt", Factory{}, json.Factory{})
		})
	}
}

const everyType = "i INT, l BIGINT, s SMALLINT, t TINYINT, o BOOLEAN, d DOUBLE, f FLOAT, e DECIMAL(20, 5), c STRING, " +
	"y BYTES, a DATE, m TIME(3), p TIMESTAMP(6), z TIMESTAMP_LTZ(3), g ARRAY<STRING>, r ROW<x INT, y STRING>"

// splitAll cuts data into records, growing the window as a file reader does.
func splitAll(t *testing.T, dec format.Decoder, data []byte) (records [][]byte) {
	split := dec.(format.StreamDecoder).Split()
	for window := 1; len(data) > 0; {
		window = min(window, len(data))
		n, token, err := split(data[:window], window == len(data))
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			if window == len(data) {
				t.Fatalf("no record in %q", data)
			}
			window++
			continue
		}
		records = append(records, token)
		data, window = data[n:], 1
	}
	return records
}

// Whatever comes in, the decoder neither panics nor leaves half a row, the
// records do not depend on how much of the file is seen at once, and what is
// accepted survives the encoder.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		"1,2,3,4,true,1.5,2.5,1.005,abc,aGk=,2024-02-29,12:00:00,2024-02-29 12:00:00.123456,2024-02-29 12:00:00Z,a;b,1;x\n",
		"1,\"a\"\"b\nc\",\r\n#x\r\\\"", ",,,,,,,,,,,,,,,", "\"\n\n\"", "é,\xff"} {
		f.Add([]byte(s), uint8(0))
		f.Add([]byte(s), uint8(255))
	}
	schema := formattest.Schema(everyType)
	f.Fuzz(func(t *testing.T, data []byte, flags uint8) {
		options := map[string]string{}
		for bit, pair := range [][2]string{{optIgnoreErrors, "true"}, {optEscape, `\`}, {optTrim, "true"}, {optComments, "true"},
			{optEmptyAsNull, "true"}, {optNullLiteral, "NA"}, {optUnmappable, "true"}, {optDelimiter, ";"}} {
			if flags>>bit&1 != 0 {
				options[pair[0]] = pair[1]
			}
		}
		ignore := options[optIgnoreErrors] != ""
		dec, err := Factory{}.NewDecoder(schema, options)
		if err != nil {
			t.Fatal(err)
		}
		whole, atOnce := [][]byte{}, data
		split := dec.(format.StreamDecoder).Split()
		for len(atOnce) > 0 {
			n, token, _ := split(atOnce, true)
			whole, atOnce = append(whole, token), atOnce[n:]
		}
		records := splitAll(t, dec, data)
		if fmt.Sprintf("%q", whole) != fmt.Sprintf("%q", records) {
			t.Fatalf("records depend on the window:\n%q\n%q", whole, records)
		}
		b := batch.NewBatch(schema, 1)
		for _, r := range records {
			before := formattest.Rows(b)
			if err := dec.Decode(r, b); err != nil {
				if ignore {
					t.Fatalf("ignored errors surface: %v", err)
				}
				if after := formattest.Rows(b); after != before {
					t.Fatalf("a malformed record changed the batch:\n%s%s", before, after)
				}
			}
			formattest.Check(t, b)
		}
	})
}

// What the encoder writes the decoder reads back, whatever the strings hold.
func FuzzRoundTrip(f *testing.F) {
	f.Add("a,b", "\"", 1.5, int64(-3), uint8(0))
	f.Add("a\nb", " x ", -0.0, int64(1<<62), uint8(3))
	schema := formattest.Schema("s STRING, t STRING, d DOUBLE, l BIGINT, e DECIMAL(30, 10)")
	f.Fuzz(func(t *testing.T, s, u string, d float64, l int64, flags uint8) {
		options := map[string]string{optNullLiteral: "\x01null"}
		for bit, pair := range [][2]string{{optEscape, `\`}, {optDelimiter, "|"}, {optQuote, "'"}, {optScientific, "true"}} {
			if flags>>bit&1 != 0 {
				options[pair[0]] = pair[1]
			}
		}
		b := batch.NewBatch(schema, 1)
		b.Cols[0].AppendString(string([]rune(s)))
		b.Cols[1].AppendString(string([]rune(u)))
		b.Cols[2].AppendFloat64(d)
		b.Cols[3].AppendInt64(l)
		b.Cols[4].AppendNull()
		b.AppendKind(batch.Insert)
		enc, _ := Factory{}.NewEncoder(schema, options)
		dec, _ := Factory{}.NewDecoder(schema, options)
		text, err := enc.Encode(nil, b, 0)
		if err != nil {
			t.Fatal(err)
		}
		records := splitAll(t, dec, append(text, '\n'))
		if len(records) != 1 {
			t.Fatalf("%q is %d records", text, len(records))
		}
		again := batch.NewBatch(schema, 1)
		if err := dec.Decode(records[0], again); err != nil {
			t.Fatal(err)
		}
		if got, want := formattest.Rows(again), formattest.Rows(b); got != want {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
	})
}

func TestProjection(t *testing.T) {
	physical := formattest.Schema("a INT, b STRING, c BIGINT, d STRING")
	for _, test := range []struct {
		keep []int
		want string
	}{{[]int{3, 0}, "+I(z\"z | 1)\n"}, {nil, "+I()\n"}, {[]int{2}, "+I(7)\n"}} {
		dec, err := format.NewProjected(Factory{}, physical, test.keep, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := &batch.Batch{}
		for _, k := range test.keep {
			b.Cols = append(b.Cols, batch.New(physical[k].Type, 1))
		}
		if err := dec.Decode([]byte(`1,not looked at,7,"z""z"`), b); err != nil {
			t.Fatal(err)
		}
		if got := formattest.Rows(b); got != test.want {
			t.Errorf("%v: %q, want %q", test.keep, got, test.want)
		}
		if err := dec.Decode([]byte(`1,2,3`), b); err == nil {
			t.Errorf("%v: a record of three fields was accepted", test.keep)
		}
	}
}

func benchmarkDecode(b *testing.B, columns string, line func(i int) []byte) {
	schema := formattest.Schema(columns)
	dec, err := Factory{}.NewDecoder(schema, nil)
	if err != nil {
		b.Fatal(err)
	}
	var data []byte
	for i := range 1000 {
		data = append(append(data, line(i)...), '\n')
	}
	split := dec.(format.StreamDecoder).Split()
	out := batch.NewBatch(schema, batch.Capacity)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		for rest := data; len(rest) > 0; {
			n, record, _ := split(rest, false)
			if err := dec.Decode(record, out); err != nil {
				b.Fatal(err)
			}
			rest = rest[n:]
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*1000), "ns/row")
}

const bid = "auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING"

func bidLine(i int) []byte {
	return fmt.Appendf(nil, "%d,%d,%d,channel-%d,https://www.nexmark.com/abc/de/item.htm?query=1&channel_id=%d,2024-02-28 23:50:0%d.%03d,abcdefghijklmnopqrstuvwxyz%d",
		1000+i%97, 2000+i%31, i*37%100000, i%50, i*1234567, i%10, i%1000, i)
}

func BenchmarkDecodeBid(b *testing.B) { benchmarkDecode(b, bid, bidLine) }

func BenchmarkDecodeQuoted(b *testing.B) {
	benchmarkDecode(b, "a INT, s STRING, t STRING", func(i int) []byte {
		return fmt.Appendf(nil, `%d,"a description, with a comma","and ""quotes"" %d"`, i, i)
	})
}

func BenchmarkDecodeNumbers(b *testing.B) {
	benchmarkDecode(b, "id BIGINT, temperature DOUBLE, price DECIMAL(10, 2), ok BOOLEAN, count INT", func(i int) []byte {
		return fmt.Appendf(nil, "%d,%d.%02d,%d.%02d,%t,%d", i, i%50, i%100, i*3, i%100, i%2 == 0, i*i)
	})
}

func BenchmarkEncodeBid(b *testing.B) {
	schema := formattest.Schema(bid)
	dec, _ := Factory{}.NewDecoder(schema, nil)
	rows := batch.NewBatch(schema, 1000)
	for i := range 1000 {
		if err := dec.Decode(bidLine(i), rows); err != nil {
			b.Fatal(err)
		}
	}
	enc, _ := Factory{}.NewEncoder(schema, nil)
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = dst[:0]
		for i := range rows.N {
			dst, _ = enc.Encode(dst, rows, i)
		}
	}
	b.SetBytes(int64(len(dst)))
}
