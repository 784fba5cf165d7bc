package nexmark

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/types"
)

// table is the published table with the given options.
func table(options map[string]string) connector.Table {
	t := connector.Table{Name: "default_catalog.default_database.datagen", Options: options, Streaming: true}
	t.Columns = append(t.Columns, connector.Column{Name: "event_type", Type: types.Of(types.Int)})
	for _, r := range rows {
		var fields []types.Field
		for _, l := range r.leaves {
			typ := types.Of(l.kind)
			switch l.kind {
			case types.Varchar:
				typ = types.String()
			case types.Timestamp:
				typ = types.TimestampOf(3)
			}
			fields = append(fields, types.Field{Name: l.name, Type: typ})
		}
		t.Columns = append(t.Columns, connector.Column{Name: r.name, Type: types.RowOf(fields...)})
	}
	return t
}

// scanOf reads the columns or fields named, such as "bid" and "bid.price".
func scanOf(t connector.Table, names ...string) *connector.Scan {
	scan := &connector.Scan{Table: t, Limit: -1}
	for _, name := range names {
		column, field, nested := strings.Cut(name, ".")
		for i, c := range t.Columns {
			if c.Name != column {
				continue
			}
			f := connector.ScanField{Name: name, Type: c.Type, Column: i}
			if nested {
				for j, x := range c.Type.Fields {
					if x.Name == field {
						f.Type, f.Path = x.Type, []int{j}
					}
				}
			}
			scan.Fields = append(scan.Fields, f)
		}
	}
	return scan
}

func openSource(t *testing.T, scan *connector.Scan) connector.Source {
	t.Helper()
	s, err := Factory{}.Source(&connector.Env{}, scan)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func splitsOf(t *testing.T, s connector.Source, parallelism int) []connector.Split {
	t.Helper()
	e, err := s.Enumerator(context.Background(), parallelism)
	if err != nil {
		t.Fatal(err)
	}
	splits, err := e.Discover(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for i, split := range splits {
		if owner := e.Owner(split); owner != i%parallelism {
			t.Errorf("split %s belongs to subtask %d, want %d", split.ID, owner, i%parallelism)
		}
	}
	if again, _ := e.Discover(context.Background()); again != nil {
		t.Errorf("splits were found twice: %v", again)
	}
	return splits
}

func readerOf(t *testing.T, s connector.Source, splits ...connector.Split) *reader {
	t.Helper()
	r, err := s.Reader(&connector.ReaderContext{Parallelism: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Add(splits); err != nil {
		t.Fatal(err)
	}
	return r.(*reader)
}

// readAll reads until the reader is drained and formats every row with show.
func readAll(t *testing.T, r *reader, scan *connector.Scan, max int, show func(b *batch.Batch, i int) string) (lines []string) {
	t.Helper()
	b := batch.NewBatch(scan.Schema(), max)
	for {
		b.Reset()
		p, err := r.Read(b, max)
		if err != nil {
			t.Fatal(err)
		}
		switch p.State {
		case connector.Drained:
			return lines
		case connector.Waiting:
			t.Fatal("the reader waits")
		}
		for i := range b.N {
			lines = append(lines, show(b, i))
		}
	}
}

// TestWholeRows reads the four columns as declared and compares every value with the naive twin's.
func TestWholeRows(t *testing.T) {
	scan := scanOf(table(map[string]string{"events.num": "5001", "base-time": "2024-01-31 12:00:00.5", "first-event.rate": "1000000"}),
		"event_type", "person", "auction", "bid")
	s := openSource(t, scan)
	for i, split := range splitsOf(t, s, 2) {
		lines := readAll(t, readerOf(t, s, split), scan, 777, showRow)
		c := DefaultConfig()
		c.Generators, c.EventRate, c.BaseTimeMs = 2, 1_000_000, time.Date(2024, 1, 31, 12, 0, 0, 5e8, time.UTC).UnixMilli()
		twin := naive{c, 1 + int64(i)*2500}
		if want := 2500 + i; len(lines) != want {
			t.Fatalf("split %d has %d rows, want %d", i, len(lines), want)
		}
		for at, line := range lines {
			if want, sure := twin.row(int64(at)); line != want && sure {
				t.Fatalf("split %d, row %d:\n got %s\nwant %s", i, at, line, want)
			}
		}
	}
}

// showRow writes the row of four columns as formatRow does.
func showRow(b *batch.Batch, i int) string {
	kind := b.Cols[0].Int32s()[i]
	line := fmt.Sprint(kind)
	for c := int32(0); c < 3; c++ {
		v := b.Cols[1+c]
		if v.IsNull(i) != (c != kind) {
			return fmt.Sprintf("row %d of type %d: column %d is NULL: %t", i, kind, c, v.IsNull(i))
		}
		if c == kind {
			for _, k := range v.Kids {
				line += "|" + showValue(k, i)
			}
		}
	}
	return line
}

func showValue(v *batch.Vector, i int) string {
	if v.IsNull(i) {
		return "NULL"
	}
	switch v.Type.Physical() {
	case types.LayoutBytes:
		return string(v.At(i))
	case types.LayoutInt32:
		return fmt.Sprint(v.Int32s()[i])
	}
	return fmt.Sprint(v.Int64s()[i])
}

// TestNestedProjection reads single fields, one twice and beside its whole row.
func TestNestedProjection(t *testing.T) {
	names := []string{"bid.price", "auction.dateTime", "bid.dateTime", "bid", "person.name", "bid.price", "bid.extra", "bid.extra", "event_type"}
	scan := scanOf(table(map[string]string{"events.num": "1000", "base-time": "0"}), names...)
	whole := scanOf(scan.Table, "event_type", "person", "auction", "bid")
	s, w := openSource(t, scan), openSource(t, whole)
	field := func(b *batch.Batch, column, field, i int) string {
		if b.Cols[column].IsNull(i) {
			return "NULL"
		}
		return showValue(b.Cols[column].Kids[field], i)
	}
	got := readAll(t, readerOf(t, s, splitsOf(t, s, 1)...), scan, 300, func(b *batch.Batch, i int) string {
		var values []string
		for c, v := range b.Cols {
			if c == 3 {
				values = append(values, field(b, 3, 2, i))
			} else {
				values = append(values, showValue(v, i))
			}
		}
		return strings.Join(values, "|")
	})
	want := readAll(t, readerOf(t, w, splitsOf(t, w, 1)...), whole, 1000, func(b *batch.Batch, i int) string {
		return strings.Join([]string{
			field(b, 3, 2, i), field(b, 2, 5, i), field(b, 3, 5, i), field(b, 3, 2, i), field(b, 1, 1, i), field(b, 3, 2, i),
			field(b, 3, 6, i), field(b, 3, 6, i), showValue(b.Cols[0], i),
		}, "|")
	})
	if len(got) != 1000 || len(want) != 1000 {
		t.Fatalf("%d and %d rows, want 1000", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("row %d:\n got %s\nwant %s", i, got[i], want[i])
		}
	}
}

// TestNoColumns counts rows without reading any.
func TestNoColumns(t *testing.T) {
	scan := scanOf(table(map[string]string{"events.num": "12345"}))
	s := openSource(t, scan)
	lines := readAll(t, readerOf(t, s, splitsOf(t, s, 1)...), scan, batch.Capacity, func(*batch.Batch, int) string { return "" })
	if len(lines) != 12345 {
		t.Errorf("%d rows, want 12345", len(lines))
	}
}

// TestPositions stops after some batches and goes on in a reader of both splits.
func TestPositions(t *testing.T) {
	scan := scanOf(table(map[string]string{"events.num": "3000"}), "bid.auction", "bid.extra")
	s := openSource(t, scan)
	splits := splitsOf(t, s, 2)
	show := func(b *batch.Batch, i int) string { return showValue(b.Cols[0], i) + showValue(b.Cols[1], i) }
	want := map[string]int{}
	for _, split := range splits {
		for _, line := range readAll(t, readerOf(t, s, split), scan, 1000, show) {
			want[line]++
		}
	}
	got := map[string]int{}
	var later []connector.Split
	for _, split := range splits {
		r := readerOf(t, s, split)
		b := batch.NewBatch(scan.Schema(), 300)
		for range 2 {
			b.Reset()
			if _, err := r.Read(b, 300); err != nil {
				t.Fatal(err)
			}
			for i := range b.N {
				got[show(b, i)]++
			}
		}
		at, err := r.Positions()
		if err != nil {
			t.Fatal(err)
		}
		later = append(later, at...)
	}
	for _, line := range readAll(t, readerOf(t, s, later...), scan, 300, show) {
		got[line]++
	}
	for line, n := range want {
		if got[line] != n {
			t.Fatalf("%q came %d times, want %d", line, got[line], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d different rows, want %d", len(got), len(want))
	}
}

// TestPacing turns the wall clock by hand: 10 events a second are due every 100 ms from the first one on.
func TestPacing(t *testing.T) {
	for _, option := range []string{"max-emit-speed=false", "rate.limited=true"} {
		key, value, _ := strings.Cut(option, "=")
		scan := scanOf(table(map[string]string{"events.num": "35", "first-event.rate": "10", key: value}), "event_type")
		s := openSource(t, scan)
		r := readerOf(t, s, splitsOf(t, s, 1)...)
		now := time.UnixMilli(5_000_000)
		r.now = func() time.Time { return now }
		var story []string
		for range 40 {
			b := batch.NewBatch(scan.Schema(), 100)
			p, err := r.Read(b, 100)
			if err != nil {
				t.Fatal(err)
			}
			if p.State != connector.More && p.State != connector.Waiting {
				break
			}
			story = append(story, fmt.Sprintf("%d@%d", b.N, now.UnixMilli()-5_000_000))
			if p.State == connector.Waiting {
				now = r.due.Add(900 * time.Millisecond)
			}
		}
		// Event n is due n*100 ms after the start, by its number, which begins with 1.
		want := "0@0 10@1000 0@1000 10@2000 0@2000 10@3000 0@3000 5@4000"
		if got := strings.Join(story, " "); got != want {
			t.Errorf("%s: rows@ms: %s, want %s", option, got, want)
		}
	}
}

func TestWaitForDueEvent(t *testing.T) {
	scan := scanOf(table(map[string]string{"events.num": "2", "first-event.rate": "50", "max-emit-speed": "false"}), "event_type")
	s := openSource(t, scan)
	r := readerOf(t, s, splitsOf(t, s, 1)...)
	b := batch.NewBatch(scan.Schema(), 10)
	if p, _ := r.Read(b, 10); p.State != connector.Waiting || b.N != 0 {
		t.Fatalf("state %d with %d rows, want Waiting", p.State, b.N)
	}
	<-r.Wait()
	if p, _ := r.Read(b, 10); p.State != connector.More || b.N == 0 {
		t.Fatalf("state %d with %d rows after Wait, want More", p.State, b.N)
	}
}

// TestEnds checks limit, stop-at, keep-alive and what is said about boundedness.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		options map[string]string
		limit   int64
		bounded bool
		rows    int
	}{
		{map[string]string{"events.num": "1000"}, -1, true, 1000},
		{map[string]string{"events.num": "1000"}, 10, true, 20},
		{map[string]string{"events.num": "1000", "stop-at": "501"}, -1, true, 501},
		{map[string]string{"stop-at": "77"}, -1, true, 77},
		{map[string]string{}, 100, false, 200},
	} {
		scan := scanOf(table(c.options), "event_type")
		scan.Limit = c.limit
		s := openSource(t, scan)
		if got := s.Abilities().Bounded; got != c.bounded {
			t.Errorf("%v: bounded is %t", c.options, got)
		}
		total := 0
		for _, split := range splitsOf(t, s, 2) {
			total += len(readAll(t, readerOf(t, s, split), scan, 64, func(*batch.Batch, int) string { return "" }))
		}
		if total != c.rows {
			t.Errorf("%v, limit %d: %d rows, want %d", c.options, c.limit, total, c.rows)
		}
	}
	scan := scanOf(table(map[string]string{"events.num": "5", "keep-alive": "true"}), "event_type")
	s := openSource(t, scan)
	if s.Abilities().Bounded {
		t.Error("a source that is kept alive says that it is bounded")
	}
	r := readerOf(t, s, splitsOf(t, s, 1)...)
	b := batch.NewBatch(scan.Schema(), 10)
	var states []connector.ReadState
	for range 4 {
		b.Reset()
		p, _ := r.Read(b, 10)
		states = append(states, p.State)
	}
	if got := fmt.Sprint(states); got != fmt.Sprint([]connector.ReadState{connector.More, connector.Finished, connector.Waiting, connector.Waiting}) {
		t.Errorf("states of a source that is kept alive: %s", got)
	}
}

// TestRefused holds what a user reads when a table cannot be read.
func TestRefused(t *testing.T) {
	withColumn := func(name string, typ types.Type) connector.Table {
		tab := table(nil)
		tab.Columns = append(tab.Columns, connector.Column{Name: name, Type: typ})
		return tab
	}
	bidWith := func(name string, typ types.Type) connector.Table {
		tab := table(nil)
		tab.Columns[3].Type = types.RowOf(types.Field{Name: name, Type: typ})
		return tab
	}
	for _, c := range []struct {
		table connector.Table
		want  string
	}{
		{table(map[string]string{"first-event.rat": "1"}), "Unsupported options found for 'nexmark'.\n\nUnsupported options:\n\nfirst-event.rat\n"},
		{table(map[string]string{"first-event.rate": "0"}), "option 'first-event.rate' is 0; it must be from 1 to 2147483647"},
		{table(map[string]string{"events.num": "-1"}), "option 'events.num' is -1"},
		{table(map[string]string{"events.num": "many"}), "option 'events.num' of connector 'nexmark' is \"many\""},
		{table(map[string]string{"rate.shape": "TRIANGLE"}), "one of SQUARE, SINE"},
		{table(map[string]string{"base-time": "yesterday"}), "must be a timestamp such as '2024-01-31 12:00:00'"},
		{table(map[string]string{"bid.avg-size": "2gb"}), "option 'bid.avg-size' is 2147483648; it must be from 0 to 1073741824"},
		{table(map[string]string{"person.proportion": "0", "auction.proportion": "0", "bid.proportion": "0"}), "are all 0; at least one must be positive"},
		{withColumn("price", types.Of(types.BigInt)), "column 'price' is not made by connector 'nexmark'; its columns are event_type INT and the rows person, auction and bid"},
		{bidWith("prize", types.Of(types.BigInt)), "field 'prize' of column 'bid' is not made by connector 'nexmark'; its fields are auction, bidder, price, channel, url, dateTime, extra"},
		{bidWith("price", types.String()), "column 'bid.price' is STRING, but connector 'nexmark' makes BIGINT"},
		{bidWith("dateTime", types.TimestampOf(6)), "column 'bid.dateTime' is TIMESTAMP(6), but connector 'nexmark' makes milliseconds: declare it TIMESTAMP(3)"},
	} {
		_, err := Factory{}.Source(&connector.Env{}, scanOf(c.table, "event_type"))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error is %v,\nwant %s", err, c.want)
		}
	}
	_, err := Factory{}.Sink(&connector.Env{}, &connector.Target{Table: connector.Table{Name: "t"}})
	if err == nil || !strings.Contains(err.Error(), "'t' can only be read") {
		t.Errorf("error of a sink: %v", err)
	}
}

// TestWarnings: options without effect are named once, by the first subtask.
func TestWarnings(t *testing.T) {
	scan := scanOf(table(map[string]string{"rate.shape": "sine", "rate.period": "5 min", "first-event.rate": "7", "next-event.rate": "8"}), "event_type")
	s := openSource(t, scan)
	var log bytes.Buffer
	for subtask := range 2 {
		if _, err := s.Reader(&connector.ReaderContext{Subtask: subtask, Parallelism: 2, Log: slog.New(slog.NewTextHandler(&log, nil))}); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"'rate.shape' = 'SINE'", "'rate.period'", "'next-event.rate' = '8'"} {
		if strings.Count(log.String(), key) != 1 {
			t.Errorf("%s is not warned about once:\n%s", key, log.String())
		}
	}
}

func TestBrokenState(t *testing.T) {
	s := openSource(t, scanOf(table(nil), "event_type"))
	for _, state := range []string{"", "{}", `{"version":2,"events":1,"generators":1}`, `{"version":1,"events":-1,"generators":1}`} {
		r, _ := s.Reader(&connector.ReaderContext{})
		if err := r.Add([]connector.Split{{ID: "0", State: []byte(state)}}); err == nil {
			t.Errorf("state %q was taken", state)
		}
	}
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"version":1,"firstEventId":1,"events":9,"generators":1,"baseTime":0,"emitted":3}`))
	f.Add([]byte(`{"version":1,"firstEventId":-5,"events":9223372036854775807,"generators":1,"emitted":9223372036854775807}`))
	f.Fuzz(func(t *testing.T, state []byte) {
		s, err := Factory{}.Source(&connector.Env{}, scanOf(table(nil), "event_type", "bid", "auction", "person"))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := s.Reader(&connector.ReaderContext{})
		if r.Add([]connector.Split{{ID: "0", State: state}}) == nil {
			if _, err := r.Read(batch.NewBatch(scanOf(table(nil), "event_type", "bid", "auction", "person").Schema(), 10), 10); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	for _, m := range []struct {
		name   string
		fields []string
	}{
		{"bid-numbers", []string{"event_type", "person.dateTime", "auction.dateTime", "bid.dateTime", "bid.auction", "bid.bidder", "bid.price"}},
		{"bid-extra", []string{"event_type", "person.dateTime", "auction.dateTime", "bid.dateTime", "bid.auction", "bid.bidder", "bid.price", "bid.extra"}},
		{"rows", []string{"event_type", "person", "auction", "bid"}},
	} {
		b.Run(m.name, func(b *testing.B) {
			scan := scanOf(table(map[string]string{}), m.fields...)
			s, err := Factory{}.Source(&connector.Env{}, scan)
			if err != nil {
				b.Fatal(err)
			}
			e, _ := s.Enumerator(context.Background(), 1)
			splits, _ := e.Discover(context.Background())
			r, _ := s.Reader(&connector.ReaderContext{})
			if err := r.Add(splits); err != nil {
				b.Fatal(err)
			}
			out := batch.NewBatch(scan.Schema(), batch.Capacity)
			b.ReportAllocs()
			events := 0
			for b.Loop() {
				out.Reset()
				if _, err := r.Read(out, batch.Capacity); err != nil {
					b.Fatal(err)
				}
				events += out.N
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
		})
	}
}
