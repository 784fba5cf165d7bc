package filesystem

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/metrics"
	"github.com/flottstream/flott/internal/types"
)

func lookupOf(t testing.TB, tab connector.Table, keys ...int) *lookup {
	t.Helper()
	s, ok := newSource(t, scanOf(tab)).(connector.Lookuper)
	if !ok {
		t.Fatal("the source cannot look up")
	}
	l, err := s.Lookup(&connector.ReaderContext{Parallelism: 1, Metrics: metrics.NewGroup(nil), Context: t.Context()}, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.(*lookup)
}

// find asks for keys of two columns, a BIGINT and a STRING, and returns "key: row"
// per match.
func find(t testing.TB, l *lookup, keys *batch.Batch) string {
	t.Helper()
	schema := l.source.scan.Schema()
	out := batch.NewBatch(schema, 0)
	matches, err := l.Find(keys, out, nil)
	if err != nil {
		t.Fatal(err)
	}
	if out.N != len(matches) {
		t.Fatalf("%d rows, %d matches", out.N, len(matches))
	}
	var lines []string
	for i, k := range matches {
		lines = append(lines, fmt.Sprintf("%d: %s", k, rowText(out, i)))
	}
	return strings.Join(lines, "\n")
}

func rowText(b *batch.Batch, i int) string {
	var fields []string
	for _, c := range b.Cols {
		switch {
		case c.IsNull(i):
			fields = append(fields, "null")
		case c.Type.IsCharacter():
			fields = append(fields, string(c.At(i)))
		default:
			fields = append(fields, fmt.Sprint(c.Int64s()[i]))
		}
	}
	return strings.Join(fields, " ")
}

func askInts(xs ...int64) *batch.Batch {
	b := batch.NewBatch(types.Schema{{Name: "k", Type: types.Of(types.BigInt)}}, len(xs))
	for _, x := range xs {
		b.Cols[0].AppendInt64(x)
	}
	b.SetLen()
	return b
}

// All rows of all files are found by their key, in the order of the files;
// NULL matches nothing.
func TestLookup(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/1.json", []byte(`{"a": 1, "b": "one"}
{"a": 2, "b": "two"}
{"b": "none"}
`))
	put(t, dir+"/2.json", []byte(`{"a": 1, "b": "uno"}`+"\n"))
	put(t, dir+"/_hidden", []byte("not read"))
	l := lookupOf(t, table(dir, "a BIGINT, b STRING", "format=json"), 0)
	want := "0: 1 one\n0: 1 uno\n2: 2 two\n3: 1 one\n3: 1 uno"
	if got := find(t, l, askInts(1, 7, 2, 1)); got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
	if got := find(t, l, askInts()); got != "" {
		t.Errorf("no key found\n%s", got)
	}
	if got := find(t, l, askInts(8, 9)); got != "" {
		t.Errorf("unknown keys found\n%s", got)
	}
}

// A key of several columns is a STRING and a BIGINT, in the order asked for.
func TestLookupByTwoColumns(t *testing.T) {
	dir := t.TempDir()
	put(t, dir+"/1.csv", []byte("1,x,p\n1,y,q\n2,x,r\n1,x,s\n"))
	l := lookupOf(t, table(dir, "a BIGINT, b STRING, c STRING", "format=csv"), 1, 0)
	keys := batch.NewBatch(types.Schema{{Name: "b", Type: types.String().NotNull()}, {Name: "a", Type: types.Of(types.BigInt).NotNull()}}, 2)
	for _, s := range []string{"x", "y", "y"} {
		keys.Cols[0].AppendString(s)
	}
	for _, n := range []int64{1, 2, 1} {
		keys.Cols[1].AppendInt64(n)
	}
	keys.SetLen()
	if got, want := find(t, l, keys), "0: 1 x p\n0: 1 x s\n2: 1 y q"; got != want {
		t.Errorf("found\n%s\nwant\n%s", got, want)
	}
}

// With a reload interval the files are read again once it has passed; without
// one they are not.
func TestLookupReload(t *testing.T) {
	for _, reload := range []bool{false, true} {
		dir := t.TempDir()
		put(t, dir+"/1.csv", []byte("1,old\n"))
		options := []string{"format=csv"}
		if reload {
			options = append(options, "lookup.full-cache.periodic-reload.interval=1 h")
		}
		l := lookupOf(t, table(dir, "a BIGINT, b STRING", options...), 0)
		put(t, dir+"/1.csv", []byte("1,new\n"))
		if got := find(t, l, askInts(1)); got != "0: 1 old" {
			t.Errorf("reload %v: before the interval found %q", reload, got)
		}
		l.loaded = l.loaded.Add(-2 * time.Hour)
		want := "0: 1 old"
		if reload {
			want = "0: 1 new"
		}
		if got := find(t, l, askInts(1)); got != want {
			t.Errorf("reload %v: after the interval found %q, want %q", reload, got, want)
		}
	}
}

// A lookup of many rows agrees with a scan over them.
func TestLookupAgainstScan(t *testing.T) {
	dir := t.TempDir()
	var text strings.Builder
	want := map[int64]int{}
	for i := range int64(20_000) {
		k := i * i % 977
		want[k]++
		fmt.Fprintf(&text, "%d,%d\n", k, i)
	}
	put(t, dir+"/1.csv", []byte(text.String()))
	l := lookupOf(t, table(dir, "a BIGINT, b BIGINT", "format=csv"), 0)
	for k := range int64(1000) {
		out := batch.NewBatch(l.source.scan.Schema(), 0)
		matches, err := l.Find(askInts(k), out, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(matches) != want[k] {
			t.Errorf("key %d has %d rows, want %d", k, len(matches), want[k])
		}
		for i := range out.N {
			if got := out.Cols[0].Int64s()[i]; got != k {
				t.Fatalf("key %d found a row of key %d", k, got)
			}
		}
	}
}

// Options of lookup tables are honoured or refused by name.
func TestLookupOptions(t *testing.T) {
	for _, c := range []struct{ option, want string }{
		{"lookup.cache=FULL", ""},
		{"lookup.full-cache.reload-strategy=periodic", ""},
		{"lookup.full-cache.periodic-reload.schedule-mode=FIXED_DELAY", ""},
		{"lookup.cache=PARTIAL", "option 'lookup.cache' = 'PARTIAL' is not supported"},
		{"lookup.cache=some", "must be one of NONE, PARTIAL, FULL"},
		{"lookup.full-cache.reload-strategy=TIMED", "'lookup.full-cache.reload-strategy' = 'TIMED' is not supported"},
		{"lookup.full-cache.periodic-reload.interval=0 s", "must be greater than 0"},
		{"lookup.async=true", "'lookup.async' = 'true' is not supported"},
		{"lookup.max-retries=3", "'lookup.max-retries' = '3' is not supported"},
		{"lookup.partial-cache.max-rows=5", "'lookup.partial-cache.max-rows' = '5' is not supported"},
	} {
		_, err := Factory{}.Source(testEnv(), scanOf(table(t.TempDir(), "a BIGINT", "format=csv", c.option)))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.option, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: error %v, want one with %q", c.option, err, c.want)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	dir := b.TempDir()
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "%d,value-%d\n", i, i)
	}
	put(b, dir+"/1.csv", []byte(text.String()))
	l := lookupOf(b, table(dir, "a BIGINT, b STRING", "format=csv"), 0)
	keys := batch.NewBatch(types.Schema{{Name: "k", Type: types.Of(types.BigInt)}}, 4096)
	for i := range int64(4096) {
		keys.Cols[0].AppendInt64(i * 7 % 10_000)
	}
	keys.SetLen()
	out := batch.NewBatch(l.source.scan.Schema(), 4096)
	var matches []int32
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		var err error
		if matches, err = l.Find(keys, out, matches[:0]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/key")
}
