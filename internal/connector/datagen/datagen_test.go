package datagen

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/connector/connectortest"
	"github.com/flottstream/flott/internal/format/formattest"
	"github.com/flottstream/flott/internal/types"
)

func scanOf(columns string, options ...string) *connector.Scan {
	scan := &connector.Scan{Table: connector.Table{Name: "t", Options: map[string]string{}}, Limit: -1}
	for i, f := range formattest.Schema(columns) {
		scan.Table.Columns = append(scan.Table.Columns, connector.Column{Name: f.Name, Type: f.Type})
		scan.Fields = append(scan.Fields, connector.ScanField{Name: f.Name, Type: f.Type, Column: i})
	}
	for _, o := range options {
		key, value, _ := strings.Cut(o, "=")
		scan.Table.Options[key] = value
	}
	return scan
}

func newSource(t testing.TB, scan *connector.Scan) *source {
	t.Helper()
	s, err := Factory{}.Source(nil, scan)
	if err != nil {
		t.Fatal(err)
	}
	src := s.(*source)
	// A clock that stands still but for the pace: every look is a second later.
	now := time.UnixMilli(1_700_000_000_000)
	src.now = func() time.Time { now = now.Add(time.Second); return now }
	return src
}

// generate returns the first n rows as one reader makes them.
func generate(t testing.TB, scan *connector.Scan, n int) *batch.Batch {
	t.Helper()
	s := newSource(t, scan)
	s.rate = 1 << 40
	e, _ := s.Enumerator(t.Context(), 1)
	splits, _ := e.Discover(t.Context())
	r, _ := s.Reader(nil)
	if err := r.Add(splits); err != nil {
		t.Fatal(err)
	}
	all := batch.NewBatch(scan.Schema(), n)
	for all.N < n {
		b := batch.NewBatch(scan.Schema(), n)
		p, err := r.Read(b, n-all.N)
		if err != nil || b.N == 0 || p.State != connector.More {
			t.Fatalf("%d rows, %+v, %v", b.N, p, err)
		}
		formattest.Check(t, b)
		all.AppendSelected(b, nil)
	}
	return all
}

const everyType = "a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT, f DOUBLE, g DECIMAL(38, 10), h DECIMAL(5, 2), i BOOLEAN, " +
	"j CHAR(5), k VARCHAR(7), l STRING, m BINARY(3), n BYTES, o TIMESTAMP(6), p TIMESTAMP_LTZ(3), " +
	"q ARRAY<INT>, r MAP<STRING, BIGINT>, s MULTISET<BOOLEAN>, t ROW<x INT, y ROW<z STRING>>, u STRING, v TIMESTAMP(3)"

func TestConformance(t *testing.T) {
	scan := scanOf(everyType, "rows-per-second=1000000000", "number-of-rows=101", "flott.seed=7", "fields.u.kind=sequence", "fields.u.start=-3",
		"fields.u.end=1000", "fields.t.y.z.null-rate=0.5", "fields.c.null-rate=0.3", "fields.q.element.max=3", "flott.fields.v.start=2024-01-01 00:00:00",
		"flott.fields.o.out-of-order=1 min", "fields.b.distribution=zipf", "fields.l.var-len=true")
	// The moments that look at the clock are left out: they differ by nature.
	for i, f := range scan.Fields {
		if f.Name == "p" || f.Name == "o" {
			scan.Fields[i] = scan.Fields[0]
		}
	}
	connectortest.TestSource(t, connectortest.Source{
		New:    func(t *testing.T) connector.Source { return newSource(t, scan) },
		Schema: scan.Schema(),
	})
}

// Without a seed two tables differ, and the rows of one are not all the same.
func TestSeeds(t *testing.T) {
	rows := func(options ...string) string {
		return formattest.Rows(generate(t, scanOf("a BIGINT, b BIGINT", options...), 50))
	}
	if rows() == rows() {
		t.Error("two runs without a seed are the same")
	}
	if rows("flott.seed=1") != rows("flott.seed=1") || rows("flott.seed=1") == rows("flott.seed=2") {
		t.Error("the seed does not decide")
	}
	b := generate(t, scanOf("a BIGINT, b BIGINT"), 50)
	for i := range 49 {
		if b.Cols[0].Int64s()[i] == b.Cols[0].Int64s()[i+1] || b.Cols[0].Int64s()[i] == b.Cols[1].Int64s()[i] {
			t.Fatal("values repeat")
		}
	}
}

// The bounds of every option are reached and not crossed.
func TestBounds(t *testing.T) {
	scan := scanOf(everyType, "flott.seed=1", "fields.a.min=-1", "fields.a.max=1", "fields.e.min=-2.5", "fields.e.max=-2", "fields.h.min=-1.5", "fields.h.max=0.25",
		"fields.k.length=4", "fields.k.var-len=true", "fields.n.length=2", "fields.o.max-past=1 min", "fields.q.length=2", "fields.q.element.min=5",
		"fields.q.element.max=6", "fields.r.length=1", "fields.c.null-rate=0.25", "fields.d.min=10", "fields.d.max=12")
	const n = 4000
	b := generate(t, scan, n)
	col := func(name string) *batch.Vector { return b.Cols[scan.Schema().Index(name)] }
	seen := map[string]int{}
	for i := range n {
		seen["a"+fmt.Sprint(col("a").Int8s()[i])]++
		seen["d"+fmt.Sprint(col("d").Int64s()[i])]++
		seen["k"+fmt.Sprint(len(col("k").At(i)))]++
		seen["i"+fmt.Sprint(col("i").Bool(i))]++
		if col("c").IsNull(i) {
			seen["c null"]++
		}
		if e := col("e").Float32s()[i]; e < -2.5 || e > -2 {
			t.Fatalf("e is %v", e)
		}
		if h := int64(col("h").Decimals()[i].Lo); h < -150 || h > 25 {
			t.Fatalf("h is %d", h)
		}
		if len(col("j").At(i)) != 5 || len(col("l").At(i)) != 100 || len(col("m").At(i)) != 3 || len(col("n").At(i)) != 2 {
			t.Fatalf("row %d has texts of wrong lengths", i)
		}
		if o := col("o").Int64s()[i]/1000 - 1_700_000_000_000; o < -60_000 || o > 30_000 {
			t.Fatalf("o is %d ms from the clock", o)
		} else if o < -30_000 {
			seen["o early"]++
		}
		if r := col("r"); r.Offsets[i+1]-r.Offsets[i] != 1 {
			t.Fatalf("map %d has %d entries", i, r.Offsets[i+1]-r.Offsets[i])
		}
	}
	for _, x := range col("q").Kids[0].Int32s() {
		seen["q"+fmt.Sprint(x)]++
	}
	for what, share := range map[string]float64{"a-1": 1. / 3, "a0": 1. / 3, "a1": 1. / 3, "d10": 1. / 3, "d12": 1. / 3, "k1": 0.25, "k4": 0.25,
		"itrue": 0.5, "c null": 0.25, "q5": 1, "q6": 1, "o early": 0.6} {
		if got := float64(seen[what]) / n; math.Abs(got-share) > 0.03 && (what != "o early" || got < 0.4 || got > 0.9) {
			t.Errorf("%s is %.3f of the values, want %.3f", what, got, share)
		}
	}
	if seen["k0"]+seen["k5"] > 0 {
		t.Error("k is empty or longer than its length")
	}
}

// The share of every rank is what the law says, for exponents on both sides of 1.
func TestZipf(t *testing.T) {
	for _, s := range []float64{0.5, 1, 1.5, 3} {
		const n, keys = 60_000, 50
		scan := scanOf("k INT", "flott.seed=3", "fields.k.min=100", "fields.k.max=149", "fields.k.distribution=zipf", fmt.Sprintf("fields.k.zipf.s=%v", s))
		b := generate(t, scan, n)
		var counts [keys]float64
		for _, k := range b.Cols[0].Int32s() {
			counts[k-100]++
		}
		sum := 0.0
		for k := range keys {
			sum += math.Pow(float64(k+1), -s)
		}
		for k := range keys {
			want := math.Pow(float64(k+1), -s) / sum * n
			if math.Abs(counts[k]-want) > 5*math.Sqrt(want)+1 {
				t.Errorf("s=%v: rank %d came %v times, want about %.0f", s, k+1, counts[k], want)
			}
		}
	}
}

// A time series goes on by its interval and is late by at most its disorder.
func TestTimeSeries(t *testing.T) {
	scan := scanOf("t TIMESTAMP(3), u TIMESTAMP_LTZ(6)", "flott.seed=3", "flott.fields.t.start=2024-01-01 00:00:00", "flott.fields.t.interval=250 ms",
		"flott.fields.u.start=1000", "flott.fields.u.interval=1 s", "flott.fields.u.out-of-order=10 s")
	b := generate(t, scan, 1000)
	late := 0
	for i := range 1000 {
		if got, want := b.Cols[0].Int64s()[i], 1704067200000+int64(i)*250; got != want {
			t.Fatalf("row %d is at %d, want %d", i, got, want)
		}
		behind := (1000+int64(i)*1000)*1000 - b.Cols[1].Int64s()[i]
		if behind < 0 || behind > 10_000_000 {
			t.Fatalf("row %d is %d µs late", i, behind)
		}
		if behind > 5_000_000 {
			late++
		}
	}
	if late < 400 || late > 600 {
		t.Errorf("%d of 1000 rows are late by more than half the bound", late)
	}
}

func TestSequencesEndTheTable(t *testing.T) {
	scan := scanOf("a INT, b STRING, c DECIMAL(6, 2), d DOUBLE", "rows-per-second=1000000", "fields.a.kind=sequence", "fields.a.start=1", "fields.a.end=5",
		"fields.b.kind=sequence", "fields.b.start=8", "fields.b.end=10", "fields.c.kind=sequence", "fields.c.start=-1", "fields.c.end=100",
		"fields.d.kind=sequence", "fields.d.start=0", "fields.d.end=9")
	connectortest.TestSource(t, connectortest.Source{
		New: func(t *testing.T) connector.Source { return newSource(t, scan) }, Schema: scan.Schema(),
		Rows: []string{"1 | 8 | -1.00 | 0.0", "2 | 9 | 0.00 | 1.0", "3 | 10 | 1.00 | 2.0"},
	})
	// Also if the column that ends is not read.
	scan.Fields = scan.Fields[2:3]
	connectortest.TestSource(t, connectortest.Source{
		New: func(t *testing.T) connector.Source { return newSource(t, scan) }, Schema: scan.Schema(), Rows: []string{"-1.00", "0.00", "1.00"},
	})
}

// The pace is kept whatever the size of the reads, and time lost is not made up.
func TestPace(t *testing.T) {
	s := newSource(t, scanOf("a INT", "rows-per-second=100"))
	now := time.UnixMilli(0)
	s.now = func() time.Time { return now }
	if s.Abilities().Bounded {
		t.Error("a table without an end is bounded")
	}
	e, _ := s.Enumerator(t.Context(), 2)
	splits, _ := e.Discover(t.Context())
	r, _ := s.Reader(nil)
	if err := r.Add(splits[:1]); err != nil { // half of the table: 50 rows a second
		t.Fatal(err)
	}
	total := 0
	readDue := func() (rows int) {
		for {
			b := batch.NewBatch(types.Schema{{Name: "a", Type: types.Of(types.Int)}}, 8)
			p, err := r.Read(b, 8)
			if err != nil {
				t.Fatal(err)
			}
			if p.State == connector.Waiting {
				return rows
			}
			rows += b.N
		}
	}
	for range 40 {
		now = now.Add(100 * time.Millisecond)
		total += readDue()
	}
	if total < 195 || total > 205 {
		t.Errorf("%d rows in 4 s, want 200", total)
	}
	now = now.Add(time.Hour)
	if n := readDue(); n > 60 {
		t.Errorf("%d rows after an hour of back pressure", n)
	}
	if w := r.(*reader).wait; w < minWait || w > 100*time.Millisecond {
		t.Errorf("waits %v", w)
	}
}

func TestMistakes(t *testing.T) {
	for _, test := range []struct{ columns, option, want string }{
		{"a INT", "fields.a.max=2147483648", "within the range of INT"},
		{"a INT", "fields.a.min=x", "must be a whole number"},
		{"a INT", "fields.a.length=3", "Unsupported options:\n\nfields.a.length"},
		{"a INT", "fields.b.min=3", "Unsupported options:\n\nfields.b.min"},
		{"a STRING", "fields.a.distribution=zipf", "Unsupported options:\n\nfields.a.distribution"},
		{"a BIGINT", "fields.a.distribution=zipf", "min and max must be given"},
		{"a CHAR(3)", "fields.a.length=2", "Custom length for fixed-length type (CHAR/BINARY) field 'a' is not supported."},
		{"a VARCHAR(3)", "fields.a.length=4", "should be shorter than '3' defined in the schema."},
		{"a BOOLEAN", "fields.a.kind=sequence", "Unsupported type: BOOLEAN"},
		{"a INT", "fields.a.kind=sequence", "Could not find required property 'fields.a.start' for sequence generator."},
		{"a INT", "fields.a.kind=magic", "one of random, sequence"},
		{"a INT", "fields.a.null-rate=1.5", "from 0 to 1"},
		{"a INT", "rows-per-second=0", "at least 1"},
		{"a DECIMAL(3, 1)", "fields.a.max=1000", `must be a DECIMAL(3, 1)`},
		{"a TIMESTAMP(3)", "flott.fields.a.start=noon", "must be a time such as"},
	} {
		_, err := Factory{}.Source(nil, scanOf(test.columns, test.option))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %s:\n got %v\nwant %s", test.columns, test.option, err, test.want)
		}
	}
	if _, err := (Factory{}).Sink(nil, nil); err == nil || !strings.Contains(err.Error(), "can only be used as a source") {
		t.Errorf("got %v", err)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for _, c := range []struct{ name, columns, option string }{
		{"bigint", "a BIGINT", "flott.seed=1"},
		{"zipf", "a BIGINT", "fields.a.distribution=zipf"},
		{"string20", "a STRING", "fields.a.length=20"},
		{"mixed", "a BIGINT, b DOUBLE, c STRING, d TIMESTAMP(3), e BOOLEAN", "fields.c.length=20"},
	} {
		b.Run(c.name, func(b *testing.B) {
			options := []string{c.option}
			if c.name == "zipf" {
				options = append(options, "fields.a.min=0", "fields.a.max=99999")
			}
			scan := scanOf(c.columns, options...)
			s := newSource(b, scan)
			s.rate = 1 << 50
			e, _ := s.Enumerator(b.Context(), 1)
			splits, _ := e.Discover(b.Context())
			r, _ := s.Reader(nil)
			if err := r.Add(splits); err != nil {
				b.Fatal(err)
			}
			out := batch.NewBatch(scan.Schema(), batch.Capacity)
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				out.Reset()
				if _, err := r.Read(out, batch.Capacity); err != nil {
					b.Fatal(err)
				}
				rows += out.N
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(rows), "ns/row")
		})
	}
}
