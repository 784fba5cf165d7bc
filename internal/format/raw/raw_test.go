package raw

import (
	"fmt"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/format/formattest"
)

func TestValues(t *testing.T) {
	for _, test := range []struct{ typ, charset, endianness, msg, want string }{
		{"STRING", "", "", "grüß", "grüß"},
		{"STRING", "", "", "", ""},
		{"STRING", "ISO-8859-1", "", "gr\xfc\xdf", "grüß"},
		{"STRING", "utf-16le", "", "a\x00=\xd8\x00\xde", "a😀"},
		{"STRING", "UTF-16BE", "", "\x00a\xd8\x3d\xde\x00", "a😀"},
		{"BYTES", "", "", "\x00\xff", "x'00ff'"},
		{"BOOLEAN", "", "", "\x01", "true"},
		{"TINYINT", "", "", "\xff", "-1"},
		{"SMALLINT", "", "", "\x01\x02", "258"},
		{"SMALLINT", "", "little-endian", "\x01\x02", "513"},
		{"INT", "", "", "\xff\xff\xff\xfe", "-2"},
		{"BIGINT", "", "little-endian", "\x05\x00\x00\x00\x00\x00\x00\x00", "5"},
		{"FLOAT", "", "", "\x3f\xc0\x00\x00", "1.5"},
		{"DOUBLE", "", "", "\x3f\xf8\x00\x00\x00\x00\x00\x00", "1.5"},
	} {
		t.Run(fmt.Sprintf("%s/%q", test.typ, test.msg), func(t *testing.T) {
			schema := formattest.Schema("v " + test.typ)
			options := map[string]string{optCharset: test.charset, optEndianness: test.endianness}
			dec, err := Factory{}.NewDecoder(schema, options)
			if err != nil {
				t.Fatal(err)
			}
			enc, _ := Factory{}.NewEncoder(schema, options)
			b := batch.NewBatch(schema, 1)
			if err := dec.Decode([]byte(test.msg), b); err != nil {
				t.Fatal(err)
			}
			formattest.Check(t, b)
			if got := formattest.Rows(b); got != "+I("+test.want+")\n" {
				t.Fatalf("%q, want %q", got, test.want)
			}
			if back, err := enc.Encode(nil, b, 0); err != nil || string(back) != test.msg {
				t.Fatalf("written as %q, %v", back, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for columns, options := range map[string]map[string]string{
		"a INT, b INT": nil,
		"a DATE":       nil,
		"a STRING":     {optCharset: "EBCDIC"},
		"a INT":        {optEndianness: "middle"},
	} {
		if _, err := (Factory{}).NewDecoder(formattest.Schema(columns), options); err == nil {
			t.Errorf("%s %v was accepted", columns, options)
		}
	}
	dec, _ := Factory{}.NewDecoder(formattest.Schema("a INT"), nil)
	b := batch.NewBatch(formattest.Schema("a INT"), 1)
	if err := dec.Decode([]byte("abc"), b); err == nil || b.N != 0 || b.Cols[0].Len() != 0 {
		t.Errorf("three bytes as INT: %v, %d rows", err, b.N)
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\xd8\x00\xdc"), "UTF-16")
	f.Add([]byte("\xff\xfe\x00"), "US-ASCII")
	schema := formattest.Schema("v STRING")
	f.Fuzz(func(t *testing.T, msg []byte, charset string) {
		dec, err := Factory{}.NewDecoder(schema, map[string]string{optCharset: charset})
		if err != nil {
			return
		}
		b := batch.NewBatch(schema, 1)
		if err := dec.Decode(msg, b); err != nil {
			t.Fatal(err)
		}
		formattest.Check(t, b)
	})
}
