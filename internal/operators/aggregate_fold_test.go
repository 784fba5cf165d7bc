package operators

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/stream"
)

// aggRow is a row (k, v, t) of the random tests; v < 0 is NULL.
type aggRow struct{ k, v, t int64 }

// naiveAggregates are COUNT(*), SUM(v), MAX(v), MIN(v), COUNT(DISTINCT v).
const naiveCalls = "COUNT(),SUM(1),MAX(1),MIN(1),COUNT(DISTINCT.1)"

func naiveAggregates(rows []aggRow) string {
	distinct := map[int64]bool{}
	sum, low, high := int64(0), int64(0), int64(0)
	for _, r := range rows {
		if r.v < 0 {
			continue
		}
		if len(distinct) == 0 {
			low, high = r.v, r.v
		}
		distinct[r.v] = true
		sum, low, high = sum+r.v, min(low, r.v), max(high, r.v)
	}
	if len(distinct) == 0 {
		return fmt.Sprintf("%d null null null 0", len(rows))
	}
	return fmt.Sprintf("%d %d %d %d %d", len(rows), sum, high, low, len(distinct))
}

func directive(cmd, args string) *datadriven.TestData {
	d := &datadriven.TestData{Cmd: cmd}
	for _, a := range strings.Fields(args) {
		key, vals, ok := strings.Cut(a, "=")
		arg := datadriven.CmdArg{Key: key}
		if ok {
			arg.Vals = strings.Split(strings.Trim(vals, "()"), ",")
			if strings.HasPrefix(vals, "(") && strings.HasSuffix(vals, "))") {
				arg.Vals = strings.Split(vals[1:len(vals)-1], ",")
			}
		}
		d.CmdArgs = append(d.CmdArgs, arg)
	}
	return d
}

func appendAggRow(b *batch.Batch, r aggRow, kind batch.RowKind) {
	b.Cols[0].AppendInt64(r.k)
	if r.v < 0 {
		b.Cols[1].AppendNull()
	} else {
		b.Cols[1].AppendInt64(r.v)
	}
	b.Cols[2].AppendInt64(r.t)
	b.AppendKind(kind)
}

// foldLines applies the changes in lines to a table and checks that they make
// sense: nothing is taken away that is not there.
func foldLines(t *testing.T, table map[string]bool, lines []string) {
	t.Helper()
	for _, line := range lines {
		kind, row := line[:2], line[3:]
		switch kind {
		case "+I", "+U":
			if table[row] {
				t.Fatalf("%s comes twice", line)
			}
			table[row] = true
		default:
			if !table[row] {
				t.Fatalf("%s takes away what is not there", line)
			}
			delete(table, row)
		}
	}
}

func sortedKeys(table map[string]bool) string {
	var out []string
	for row := range table {
		out = append(out, row)
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

const aggInput = " in=(k:BIGINT,v:BIGINT,t:TS) "

// Whatever comes and goes, the changelog folded is the query computed anew.
func TestGroupAggEqualsRecomputation(t *testing.T) {
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 1))
		flags := []string{"", " bundle=(13)", " record"}[seed%3]
		retract := seed%2 == 0
		if retract {
			flags += " retract"
		}
		s := newStory(directive("group", aggInput+"keys=(0) ub ordered aggs=("+naiveCalls+")"+flags))
		if err := s.open(); err != nil {
			t.Fatal(err)
		}
		table, live := map[string]bool{}, map[int64][]aggRow{}
		var all []aggRow
		for range 40 {
			b := batch.NewBatch(s.in, 0)
			for range 1 + r.IntN(30) {
				if retract && len(all) > 0 && r.IntN(2) == 0 {
					i := r.IntN(len(all))
					appendAggRow(b, all[i], batch.Delete)
					all = append(all[:i], all[i+1:]...)
					continue
				}
				row := aggRow{k: r.Int64N(8), v: r.Int64N(6) - 1}
				all = append(all, row)
				appendAggRow(b, row, batch.Insert)
			}
			if err := s.feed(b); err != nil {
				t.Fatal(err)
			}
			if err := s.flush(); err != nil {
				t.Fatal(err)
			}
			foldLines(t, table, s.lines)
			s.lines = nil
			clear(live)
			for _, row := range all {
				live[row.k] = append(live[row.k], row)
			}
			want := map[string]bool{}
			for k, rows := range live {
				want[fmt.Sprintf("%d %s", k, naiveAggregates(rows))] = true
			}
			if got, want := sortedKeys(table), sortedKeys(want); got != want {
				t.Fatalf("seed %d:\ngot\n%s\nwant\n%s", seed, got, want)
			}
		}
	}
}

// naiveWindows lists the windows of a row, [start, end).
func naiveWindows(kind string, size, slide, t int64) [][2]int64 {
	var out [][2]int64
	switch kind {
	case "tumble":
		start := floor(t, 0, size)
		return [][2]int64{{start, start + size}}
	case "hop":
		for start := floor(t, 0, slide); start > t-size; start -= slide {
			out = append(out, [2]int64{start, start + size})
		}
	case "cumulate":
		start := floor(t, 0, size)
		for end := start + slide; end <= start+size; end += slide {
			if end > t {
				out = append(out, [2]int64{start, end})
			}
		}
	}
	return out
}

// Random rows, out of order but never late: every window holds what it should.
func TestWindowAggEqualsRecomputation(t *testing.T) {
	shapes := []struct {
		kind        string
		size, slide int64
	}{{"tumble", 50, 0}, {"hop", 60, 20}, {"hop", 50, 20}, {"hop", 20, 50}, {"cumulate", 60, 20}}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 2))
		sh := shapes[seed%5]
		args := fmt.Sprintf("%skeys=(0) aggs=(%s) time=2 props=(start,end) kind=(%s,%d,%d)", aggInput, naiveCalls, sh.kind, sh.size, sh.slide)
		if sh.kind == "tumble" {
			args = strings.Replace(args, ",0)", ")", 1)
		}
		retract := seed%4 == 3
		switch {
		case retract:
			args += " retract"
		case seed%2 == 1:
			args = strings.Replace(args, "(DISTINCT.1)", "(1)", 1) + " local"
		}
		s := newStory(directive("window", args))
		if err := s.open(); err != nil {
			t.Fatal(err)
		}
		want := map[string][]aggRow{}
		at := int64(0)
		for range 30 {
			b := batch.NewBatch(s.in, 0)
			for range 1 + r.IntN(20) {
				row := aggRow{k: r.Int64N(4), v: r.Int64N(6) - 1, t: at + r.Int64N(40)}
				appendAggRow(b, row, batch.Insert)
				if retract && r.IntN(3) == 0 {
					appendAggRow(b, row, batch.Delete)
					continue
				}
				for _, w := range naiveWindows(sh.kind, sh.size, sh.slide, row.t) {
					key := fmt.Sprintf("%d %d %d", row.k, w[0], w[1])
					want[key] = append(want[key], row)
				}
			}
			if err := s.feed(b); err != nil {
				t.Fatal(err)
			}
			at += r.Int64N(25)
			if err := s.watermark(at - 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.watermark(stream.MaxTime); err != nil {
			t.Fatal(err)
		}
		var wants []string
		for key, rows := range want {
			var k, start, end int64
			fmt.Sscan(key, &k, &start, &end)
			text := naiveAggregates(rows)
			if strings.Contains(args, "local") { // COUNT(v) for COUNT(DISTINCT v)
				n := 0
				for _, r := range rows {
					if r.v >= 0 {
						n++
					}
				}
				text = text[:strings.LastIndex(text, " ")] + fmt.Sprint(" ", n)
			}
			wants = append(wants, fmt.Sprintf("+I %d %s %s %s", k, text, timeText(start), timeText(end)))
		}
		compareLines(t, fmt.Sprintf("seed %d %s", seed, args), s.lines, wants)
	}
}

func timeText(ms int64) string {
	v := batch.New(storyTypes["TS"], 1)
	v.AppendInt64(ms)
	return strings.TrimPrefix(changeText(&batch.Batch{Cols: []*batch.Vector{v}, N: 1}, 0), "+I ")
}

func compareLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	sort.Strings(got)
	sort.Strings(want)
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("%s:\ngot\n%s\nwant\n%s", what, g, w)
	}
}

// Random rows in any order: sessions are the runs without a gap.
func TestSessionAggEqualsRecomputation(t *testing.T) {
	const gap = 10
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 3))
		s := newStory(directive("window", aggInput+"keys=(0) aggs=("+naiveCalls+") time=2 props=(start,end) kind=(session,10)"))
		if err := s.open(); err != nil {
			t.Fatal(err)
		}
		rows := map[int64][]aggRow{}
		at := int64(0)
		for range 30 {
			b := batch.NewBatch(s.in, 0)
			for range 1 + r.IntN(12) {
				row := aggRow{k: r.Int64N(5), v: r.Int64N(6) - 1, t: at + r.Int64N(60)}
				row.t = (row.t + 3) / 4 * 4 // two sessions never touch: whether they join would depend on the watermark
				appendAggRow(b, row, batch.Insert)
				rows[row.k] = append(rows[row.k], row)
			}
			if err := s.feed(b); err != nil {
				t.Fatal(err)
			}
			at += r.Int64N(25)
			if err := s.watermark(at - 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.watermark(stream.MaxTime); err != nil {
			t.Fatal(err)
		}
		var want []string
		for k, list := range rows {
			sort.Slice(list, func(i, j int) bool { return list[i].t < list[j].t })
			for from := 0; from < len(list); {
				to := from + 1
				for to < len(list) && list[to].t <= list[to-1].t+gap {
					to++
				}
				want = append(want, fmt.Sprintf("+I %d %s %s %s", k, naiveAggregates(list[from:to]), timeText(list[from].t), timeText(list[to-1].t+gap)))
				from = to
			}
		}
		compareLines(t, fmt.Sprintf("seed %d", seed), s.lines, want)
	}
}
