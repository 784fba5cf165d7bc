package filesystem

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/csv"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/format/json"
	"github.com/flottstream/flott/internal/format/raw"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
)

func testEnv() *connector.Env {
	return &connector.Env{Formats: map[string]format.Factory{"json": json.Factory{}, "csv": csv.Factory{}, "raw": raw.Factory{}}}
}

func put(t testing.TB, path string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// table is a Table of columns with options "key=value".
func table(dir, columns string, options ...string) connector.Table {
	tab := connector.Table{Name: "default_catalog.default_database.t", Options: map[string]string{"path": dir}, Streaming: true}
	for _, f := range formattest.Schema(columns) {
		c := connector.Column{Name: f.Name, Type: f.Type}
		if key, ok := strings.CutPrefix(f.Name, "$"); ok {
			c.Metadata, c.Virtual = key, true
		}
		tab.Columns = append(tab.Columns, c)
	}
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		if key == "partitioned by" {
			tab.Partition = strings.Split(value, ",")
			continue
		}
		tab.Options[key] = value
	}
	return tab
}

// scanOf reads the columns of those names, all if none is given.
func scanOf(tab connector.Table, names ...string) *connector.Scan {
	scan := &connector.Scan{Table: tab, Limit: -1}
	if len(names) == 0 {
		for _, c := range tab.Columns {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		for i, c := range tab.Columns {
			if c.Name == name {
				scan.Fields = append(scan.Fields, connector.ScanField{Name: name, Type: c.Type, Column: i})
			}
		}
	}
	return scan
}

func newSource(t testing.TB, scan *connector.Scan) connector.Source {
	t.Helper()
	s, err := Factory{}.Source(testEnv(), scan)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func csvLines(from, n int) (text []byte, rows []string) {
	for i := from; i < from+n; i++ {
		text = fmt.Appendf(text, "%d,\"row, %d\",%d.5\n", i, i, i)
		rows = append(rows, fmt.Sprintf("%d | row, %d | %d.5", i, i, i))
	}
	return text, rows
}

const threeColumns = "a BIGINT, b STRING, c DOUBLE"

// A directory with files in directories, compressed in every way, empty,
// without a last line feed, and with names that are not data.
func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	var rows []string
	next := 0
	add := func(name string, compress func([]byte) []byte) {
		text, r := csvLines(next, 40)
		next += 40
		rows = append(rows, r...)
		put(t, filepath.Join(dir, name), compress(text))
	}
	add("a.csv", func(b []byte) []byte { return b })
	add("deep/er/b.csv", func(b []byte) []byte { return bytes.TrimSuffix(b, []byte("\n")) })
	add("mark.csv", func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) })
	add("c.csv.gz", func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		w.Write(b[:100])
		w.Close()
		w = gzip.NewWriter(&out) // files of several members are common
		w.Write(b[100:])
		w.Close()
		return out.Bytes()
	})
	add("d.zst", func(b []byte) []byte {
		w, _ := zstd.NewWriter(nil)
		return w.EncodeAll(b, nil)
	})
	add("e.deflate", func(b []byte) []byte {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		w.Write(b)
		w.Close()
		return out.Bytes()
	})
	put(t, filepath.Join(dir, "empty.csv"), nil)
	for _, name := range []string{"_SUCCESS", ".part-1.inprogress", "_temporary/x.csv", ".hidden/y.csv"} {
		put(t, filepath.Join(dir, name), []byte("not,a,number,at,all\n"))
	}
	connectortest.TestSource(t, connectortest.Source{
		New: func(t *testing.T) connector.Source {
			return newSource(t, scanOf(table("file://"+dir, threeColumns, "format=csv")))
		},
		Schema: formattest.Schema(threeColumns), Rows: rows,
	})
}

// Files of lines are cut into blocks wherever the cut falls.
func TestBlocks(t *testing.T) {
	dir := t.TempDir()
	var text []byte
	var rows []string
	for i := range 60 {
		text = fmt.Appendf(text, `{"a":%d,"b":"%s"}`+"\n", i, strings.Repeat("x", i*i%37))
		rows = append(rows, fmt.Sprintf("%d | %s", i, strings.Repeat("x", i*i%37)))
	}
	put(t, filepath.Join(dir, "lines.json"), text)
	for _, block := range []int64{1, 10, 15, 17, 64, 333, 100_000} {
		t.Run(fmt.Sprint(block), func(t *testing.T) {
			connectortest.TestSource(t, connectortest.Source{
				New: func(t *testing.T) connector.Source {
					s := newSource(t, scanOf(table(dir, "a BIGINT, b STRING", "format=json"))).(*source)
					s.block = block
					return s
				},
				Schema: formattest.Schema("a BIGINT, b STRING"), Rows: rows,
			})
		})
	}
}

func readAll(t testing.TB, s connector.Source, schema types.Schema) (text string, err error) {
	t.Helper()
	e, err := s.Enumerator(t.Context(), 1)
	if err != nil {
		return "", err
	}
	splits, err := e.Discover(t.Context())
	if err != nil {
		return "", err
	}
	return readSplits(t, s, schema, splits)
}

func readSplits(t testing.TB, s connector.Source, schema types.Schema, splits []connector.Split) (text string, err error) {
	t.Helper()
	r, err := s.Reader(&connector.ReaderContext{Parallelism: 1, Metrics: metrics.NewGroup(nil), Context: t.Context()})
	if err != nil {
		return "", err
	}
	defer r.Close()
	if err := r.Add(splits); err != nil {
		return "", err
	}
	for {
		b := batch.NewBatch(schema, 16)
		p, err := r.Read(b, 5)
		if err != nil {
			return text, err
		}
		formattest.Check(t, b)
		text += formattest.Rows(b)
		if p.State == connector.Drained {
			return text, nil
		}
	}
}

func TestPartitionsAndMetadata(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "day=2024-02-29/kind=a%2Fb/x.json"), []byte(`{"v":1,"u":{"w":2}}`+"\n"+`{"v":2}`))
	put(t, filepath.Join(dir, "day=__DEFAULT_PARTITION__/kind=c/y.json"), []byte(`{"v":3}`))
	put(t, filepath.Join(dir, "stray.json"), []byte(`{"v":4}`))
	stamp := time.UnixMilli(1709200000123)
	if err := os.Chtimes(filepath.Join(dir, "day=2024-02-29/kind=a%2Fb/x.json"), stamp, stamp); err != nil {
		t.Fatal(err)
	}
	tab := table(dir, "day DATE, v INT, kind STRING, $file.name STRING, $file.size BIGINT, $file.modification-time TIMESTAMP_LTZ(3), $file.path STRING",
		"format=json", "partitioned by=day,kind")
	for _, test := range []struct {
		names []string
		want  string
	}{
		{[]string{"v", "day", "kind"}, "+I(1 | 2024-02-29 | a/b)\n+I(2 | 2024-02-29 | a/b)\n+I(3 | null | c)\n"},
		{[]string{"kind"}, "+I(a/b)\n+I(a/b)\n+I(c)\n"},
		{[]string{"$file.name", "v", "$file.size"}, "+I(x.json | 1 | 27)\n+I(x.json | 2 | 27)\n+I(y.json | 3 | 7)\n"},
	} {
		scan := scanOf(tab, test.names...)
		got, err := readAll(t, newSource(t, scan), scan.Schema())
		if err != nil {
			t.Fatal(err)
		}
		if sorted(got) != sorted(test.want) {
			t.Errorf("%v:\n%s", test.names, got)
		}
	}
	scan := scanOf(tab, "$file.modification-time", "$file.path")
	got, err := readAll(t, newSource(t, scan), scan.Schema())
	if err != nil || !strings.Contains(got, "(2024-02-29T09:46:40.123Z | "+dir+"/day=2024-02-29/kind=a%2Fb/x.json)") {
		t.Errorf("%v\n%s", err, got)
	}
	scan = scanOf(table(dir, "day INT, v INT, kind STRING", "format=json", "partitioned by=day,kind"), "day", "v")
	if _, err := readAll(t, newSource(t, scan), scan.Schema()); err == nil ||
		!strings.Contains(err.Error(), "partition column 'day': cannot read '2024-02-29' as INT") {
		t.Errorf("got %v", err)
	}
}

func sorted(text string) string {
	rows := strings.Split(text, "\n")
	for i := range rows {
		for j := i; j > 0 && rows[j] < rows[j-1]; j-- {
			rows[j], rows[j-1] = rows[j-1], rows[j]
		}
	}
	return strings.Join(rows, "\n")
}

// No columns are asked for: SELECT COUNT(*) still counts the rows.
func TestNoColumns(t *testing.T) {
	dir := t.TempDir()
	text, _ := csvLines(0, 12)
	put(t, filepath.Join(dir, "a.csv"), text)
	scan := scanOf(table(dir, threeColumns, "format=csv"))
	scan.Fields = nil
	got, err := readAll(t, newSource(t, scan), nil)
	if err != nil || strings.Count(got, "+I()\n") != 12 {
		t.Fatalf("%v: %q", err, got)
	}
}

func TestLimit(t *testing.T) {
	dir := t.TempDir()
	text, rows := csvLines(0, 12)
	put(t, filepath.Join(dir, "a.csv"), text)
	put(t, filepath.Join(dir, "b.csv"), text)
	scan := scanOf(table(dir, threeColumns, "format=csv"))
	scan.Limit = 7
	got, err := readAll(t, newSource(t, scan), scan.Schema())
	if err != nil || got != "+I("+strings.Join(rows[:7], ")\n+I(")+")\n" {
		t.Fatalf("%v:\n%s", err, got)
	}
}

// A malformed record is named with file, line and byte, also in the middle of
// a block and in a compressed file.
func TestPlaceOfMalformedRecord(t *testing.T) {
	dir := t.TempDir()
	good := strings.Repeat(`{"a":1}`+"\n", 20)
	put(t, filepath.Join(dir, "x.json"), []byte(good+`{"a":"one"}`+"\n"+good))
	scan := scanOf(table(dir, "a INT", "format=json"))
	s := newSource(t, scan).(*source)
	s.block = 33
	_, err := readAll(t, s, scan.Schema())
	want := fmt.Sprintf(`file '%s/x.json', line 21 (byte 160): malformed json record: field "a": cannot read "one" as INT: "{\"a\":\"one\"}"`, dir)
	if err == nil || err.Error() != want || !errors.Is(err, connector.ErrUser) {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	var malformed *format.Malformed
	if !errors.As(err, &malformed) {
		t.Errorf("%T does not hold a *format.Malformed", err)
	}
}

func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "x.xz"), []byte("x"))
	put(t, filepath.Join(dir, "y.gz/y.gz"), []byte("this is not gzip"))
	for _, test := range []struct {
		path    string
		options []string
		want    string
	}{
		{dir + "/nowhere", []string{"format=csv"}, "the path '" + dir + "/nowhere' does not exist"},
		{"ftp://host/x", []string{"format=csv"}, "there is no file system for scheme 'ftp'"},
		{"hdfs://host/x", []string{"format=csv"}, "reads files of this machine only yet"},
		{"file://host/x", []string{"format=csv"}, "files of another host"},
		{dir + "/x.xz", []string{"format=csv"}, "compression '.xz' is not supported"},
		{dir + "/y.gz", []string{"format=csv"}, "cannot decompress file"},
		{dir, nil, "One or more required options are missing.\n\nMissing required options are:\n\nformat"},
		{dir, []string{"format=orc"}, "Could not find any format factory for identifier 'orc' in the classpath."},
		{dir, []string{"format=csv", "csv.colour=red"}, "Unsupported options:\n\ncsv.colour"},
		{dir, []string{"format=csv", "csv.allow-comments=perhaps"}, "option 'csv.allow-comments' is \"perhaps\""},
		{dir, []string{"format=csv", "auto-compaction=true"}, "option 'auto-compaction' = 'true' is not supported"},
		{dir, []string{"format=csv", "source.path.regex-pattern=("}, "is no regular expression"},
		{dir, []string{"format=csv", "partition.time-extractor.kind=custom"}, "'partition.time-extractor.kind' = 'custom' is not supported"},
		{dir, []string{"format=csv", "source.monitor-interval=soon"}, "must be a duration"},
		{dir, []string{"format=csv", "partitioned by=z"}, "Partition column 'z' not defined"},
	} {
		scan := scanOf(table(test.path, threeColumns, test.options...))
		s, err := Factory{}.Source(testEnv(), scan)
		if err == nil {
			_, err = readAll(t, s, scan.Schema())
		}
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %v:\n got %v\nwant %s", test.path, test.options, err, test.want)
		}
	}
}

// A watched directory: files are found once, whatever happens to them later.
func TestWatchedDirectory(t *testing.T) {
	dir := t.TempDir()
	text, rows := csvLines(0, 3)
	put(t, filepath.Join(dir, "a.csv"), text)
	scan := scanOf(table(dir, threeColumns, "format=csv", "source.monitor-interval=5 s", "source.path.regex-pattern=.*/[a-z]\\.csv"))
	s := newSource(t, scan)
	if s.Abilities().Bounded {
		t.Error("a watched directory is bounded")
	}
	e, err := s.Enumerator(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if e.Interval() != 5*time.Second {
		t.Errorf("looks every %v", e.Interval())
	}
	discover := func(want int) []connector.Split {
		t.Helper()
		splits, err := e.Discover(t.Context())
		if err != nil || len(splits) != want {
			t.Fatalf("%d splits, %v, want %d", len(splits), err, want)
		}
		return splits
	}
	discover(1)
	put(t, filepath.Join(dir, "a.csv"), append(text, text...))
	put(t, filepath.Join(dir, "upper/B.csv"), text)
	discover(0)
	put(t, filepath.Join(dir, "sub/b.csv"), text)
	got, err := readSplits(t, s, scan.Schema(), discover(1))
	if err != nil || got != "+I("+strings.Join(rows, ")\n+I(")+")\n" {
		t.Errorf("%v:\n%s", err, got)
	}
}

func BenchmarkReadCSV(b *testing.B) {
	dir := b.TempDir()
	text, _ := csvLines(0, 200_000)
	put(b, filepath.Join(dir, "a.csv"), text)
	scan := scanOf(table(dir, threeColumns, "format=csv"))
	s := newSource(b, scan)
	out := batch.NewBatch(scan.Schema(), batch.Capacity)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		e, _ := s.Enumerator(b.Context(), 1)
		splits, _ := e.Discover(b.Context())
		r, _ := s.Reader(&connector.ReaderContext{Parallelism: 1})
		if err := r.Add(splits); err != nil {
			b.Fatal(err)
		}
		for {
			out.Reset()
			p, err := r.Read(out, batch.Capacity)
			if err != nil {
				b.Fatal(err)
			}
			if p.State == connector.Drained {
				break
			}
		}
		r.Close()
	}
}
