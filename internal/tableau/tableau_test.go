package tableau

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

var columns = types.Schema{{Name: "id", Type: types.Of(types.BigInt)}, {Name: "na\"me", Type: types.String()}}

// fill makes a row of texts; "NULL" is NULL.
func fill(r *Row, fields ...string) *Row {
	r.Reset()
	for _, f := range fields {
		if f == "NULL" {
			r.Null()
			continue
		}
		r.Text = append(r.Text, f...)
		r.End()
	}
	return r
}

func TestStyles(t *testing.T) {
	for _, c := range []struct {
		style     Style
		changelog bool
		want      string
	}{
		{Tableau, false, `+------+-----------+
|   id | na"me     |
+------+-----------+
|    1 | a, "b"    |
| 1000 | <NULL>    |
| NULL | new\nline |
+------+-----------+
3 rows in set
`},
		{Tableau, true, `+----+------+-----------+
| op |   id | na"me     |
+----+------+-----------+
| +I |    1 | a, "b"    |
| -U | 1000 | <NULL>    |
| +U | NULL | new\nline |
+----+------+-----------+
Received a total of 3 rows
`},
		{CSV, true, "op,id,\"na\"\"me\"\n+I,1,\"a, \"\"b\"\"\"\n-U,1000,\n+U,NULL,\"new\nline\"\n"},
		{JSON, false, `{"id":1,"na\"me":"a, \"b\""}` + "\n" + `{"id":1000,"na\"me":null}` + "\n" + `{"id":NULL,"na\"me":"new\nline"}` + "\n"},
	} {
		var out strings.Builder
		w, err := New(&out, c.style, columns, c.changelog)
		if err != nil {
			t.Fatal(err)
		}
		var r Row
		w.Row(batch.Insert, fill(&r, "1", `a, "b"`))
		w.Row(batch.UpdateBefore, fill(&r, "1000", "NULL"))
		r.Reset()
		r.Text = append(r.Text, "NULL"...) // a text that reads NULL
		r.End()
		r.Text = append(r.Text, "new\nline"...)
		r.End()
		w.Row(batch.UpdateAfter, &r)
		if err := w.End(); err != nil {
			t.Fatal(err)
		}
		if out.String() != c.want {
			t.Errorf("%s, changelog %v:\n%s\nwant\n%s", c.style, c.changelog, out.String(), c.want)
		}
	}
}

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "日本": 4, "e\u0301x": 2, "a日b": 4, "👩‍👩‍👧": 2} {
		if got := Width([]byte(text)); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
	for _, c := range []struct {
		text  string
		cells int
		want  string
	}{{"abcdef", 6, "abcdef"}, {"abcdef", 5, "abcd…"}, {"日本語", 5, "日本…"}, {"日本語", 4, "日…"}, {"日本語", 6, "日本語"}, {"abc", 0, ""}} {
		if got := Cut(c.text, c.cells); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.text, c.cells, got, c.want)
		}
	}
}

// Every text becomes a JSON string that reads back as that text.
func FuzzJSONString(f *testing.F) {
	for _, seed := range []string{"", "a\"b\\c", "\x00\x1f\n\r\t", "ü😀\xff", "</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := appendJSONString(nil, []byte(text))
		var back string
		if err := json.Unmarshal(quoted, &back); err != nil {
			t.Fatalf("%q is written %s: %v", text, quoted, err)
		}
		if utf8.ValidString(text) && back != text {
			t.Errorf("%q reads back as %q", text, back)
		}
	})
}

// Keys are equal for equal rows alone.
func TestAppendKey(t *testing.T) {
	rows := [][]string{{"a", "b"}, {"ab", ""}, {"", "ab"}, {"NULL", "ab"}, {"ab", "NULL"}, {"NULL", "NULL"}, {"\x00", "a"}}
	seen := map[string]int{}
	var r Row
	for i, fields := range rows {
		key := string(fill(&r, fields...).AppendKey(nil))
		if k, ok := seen[key]; ok {
			t.Errorf("rows %q and %q have the same key", rows[k], fields)
		}
		seen[key] = i
		clone := r.Clone()
		if string(clone.AppendKey(nil)) != key {
			t.Errorf("the copy of %q has another key", fields)
		}
	}
}

func BenchmarkRow(b *testing.B) {
	for _, style := range []Style{Tableau, CSV, JSON} {
		b.Run(string(style), func(b *testing.B) {
			w, err := New(io.Discard, style, columns, true)
			if err != nil {
				b.Fatal(err)
			}
			var r Row
			for range sample {
				w.Row(batch.Insert, fill(&r, "123456", "some text"))
			}
			b.ReportAllocs()
			for b.Loop() {
				w.Row(batch.Insert, fill(&r, "123456", "some text"))
			}
		})
	}
}
