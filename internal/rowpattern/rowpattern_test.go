package rowpattern

import (
	"errors"
	"fmt"
	"math/rand"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// readPattern reads variables as they are written in SQL: A B+ C{1,2}?.
func readPattern(text string) []Variable {
	var vars []Variable
	for _, word := range strings.Fields(text) {
		v := Variable{Name: word[:1], Min: 1, Max: 1, Greedy: true}
		switch q := word[1:]; {
		case q == "":
		case q[0] == '{':
			inside, reluctant, _ := strings.Cut(q[1:], "}")
			low, high, ranged := strings.Cut(inside, ",")
			v.Min, _ = strconv.Atoi(low)
			v.Max = v.Min
			if ranged {
				v.Max = Unbounded
				if high != "" {
					v.Max, _ = strconv.Atoi(high)
				}
			}
			v.Greedy = reluctant == ""
		default:
			v.Min, v.Max = map[byte]int{'*': 0, '+': 1, '?': 0}[q[0]], map[byte]int{'*': Unbounded, '+': Unbounded, '?': 1}[q[0]]
			v.Greedy = len(q) == 1
		}
		vars = append(vars, v)
	}
	return vars
}

// TestMatches runs stories: a pattern with AFTER MATCH and WITHIN, and rows as words of
// the variables whose condition they satisfy, one row a second unless =n sets the second.
func TestMatches(t *testing.T) {
	datadriven.RunTest(t, "testdata/matches", func(t *testing.T, d *datadriven.TestData) string {
		p := Pattern{}
		var rows string
		p.Variables = readPattern(strings.SplitN(d.Input, "\n", 2)[0])
		if lines := strings.SplitN(d.Input, "\n", 2); len(lines) == 2 {
			rows = lines[1]
		}
		skip := "next"
		if d.HasArg("skip") {
			d.ScanArgs(t, "skip", &skip)
		}
		p.Skip = map[string]SkipKind{"next": SkipToNextRow, "past": SkipPastLastRow, "first": SkipToFirst, "last": SkipToLast}[skip]
		if d.HasArg("to") {
			var to string
			d.ScanArgs(t, "to", &to)
			p.SkipTo = slices.IndexFunc(p.Variables, func(v Variable) bool { return v.Name == to })
		}
		if d.HasArg("within") {
			d.ScanArgs(t, "within", &p.Within)
			p.Within *= 1000
		}
		a, err := Compile(p)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		return story(a, rows)
	})
}

func story(a *Automaton, text string) string {
	m := NewMachine(a)
	var r Run
	m.Reset(&r)
	var out strings.Builder
	var times []int64
	report := func() {
		for _, f := range m.Found {
			at := f.Begin
			for v, end := range f.Cuts {
				for ; at < end; at++ {
					fmt.Fprintf(&out, "%s%d ", a.Variables[v].Name, at)
				}
			}
			out.WriteString("\n")
		}
	}
	second := int64(0)
	for pos, word := range strings.Fields(text) {
		if w, at, ok := strings.Cut(word, "="); ok {
			word = w
			second, _ = strconv.ParseInt(at, 10, 64)
		}
		times = append(times, second*1000)
		second++
		if err := m.Advance(&r, times[pos], times); err != nil {
			return out.String() + "error: " + err.Error() + "\n"
		}
		report()
		truth := make([]bool, m.Partials(&r)*len(a.Variables))
		for i := range truth {
			truth[i] = strings.Contains(word, a.Variables[i%len(a.Variables)].Name)
		}
		if err := m.Step(&r, int32(pos), truth); err != nil {
			return out.String() + "error: " + err.Error() + "\n"
		}
		report()
	}
	fmt.Fprintf(&out, "%d partial matches, first row needed %d of %d\n", m.Partials(&r)-1, m.First(&r, int32(len(times))), len(times))
	return out.String()
}

// A run that is encoded and read back at any row goes on as one that is not.
func TestSaveAndLoad(t *testing.T) {
	for seed := range int64(300) {
		rnd := rand.New(rand.NewSource(seed))
		vars := readPattern([]string{"A B+ C", "A+? B*? C", "A{2,3} B", "A+ B{0,2} C", "A? B{1,}? C", "A+? B+? C+?"}[rnd.Intn(6)])
		a, err := Compile(Pattern{Variables: vars, Skip: SkipKind(rnd.Intn(2)), Within: int64(rnd.Intn(3)) * 3})
		if err != nil {
			t.Fatal(err)
		}
		m, n := NewMachine(a), NewMachine(a)
		var whole, cut Run
		m.Reset(&whole)
		n.Reset(&cut)
		base := int32(0)
		var times []int64
		for pos := range int32(25) {
			times = append(times, int64(pos))
			if err := errors.Join(m.Advance(&whole, int64(pos), times), n.Advance(&cut, int64(pos), times[base:])); err != nil {
				t.Fatal(err)
			}
			same(t, m, n, base)
			row := make([]bool, len(vars))
			for i := range row {
				row[i] = rnd.Intn(3) > 0
			}
			truth := func(k int) (all []bool) {
				for range k {
					all = append(all, row...)
				}
				return all
			}
			if err := errors.Join(m.Step(&whole, pos, truth(m.Partials(&whole))), n.Step(&cut, pos-base, truth(n.Partials(&cut)))); err != nil {
				t.Fatal(err)
			}
			same(t, m, n, base)
			if rnd.Intn(3) == 0 {
				rows := pos + 1 - base
				first := n.First(&cut, rows)
				b := n.Append(nil, &cut, first)
				base += first
				cut = Run{}
				if err := n.Load(&cut, b, rows-first); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
			}
		}
	}
}

func same(t *testing.T, m, n *Machine, base int32) {
	t.Helper()
	if len(m.Found) != len(n.Found) {
		t.Fatalf("%d and %d matches", len(m.Found), len(n.Found))
	}
	for i, f := range m.Found {
		if f.Begin != n.Found[i].Begin+base {
			t.Fatalf("a match begins at %d and at %d", f.Begin, n.Found[i].Begin+base)
		}
	}
}

func FuzzLoad(f *testing.F) {
	a, err := Compile(Pattern{Variables: readPattern("A B+ C")})
	if err != nil {
		f.Fatal(err)
	}
	m := NewMachine(a)
	var r Run
	m.Reset(&r)
	f.Add(m.Append(nil, &r, 0))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var r Run
		if m.Load(&r, b, 4) == nil {
			_ = m.Step(&r, 4, make([]bool, m.Partials(&r)*3))
		}
	})
}

// Runs of a selective pattern cost the same per row however many rows there were.
func BenchmarkStep(b *testing.B) {
	a, err := Compile(Pattern{Variables: readPattern("A B* C"), Skip: SkipPastLastRow})
	if err != nil {
		b.Fatal(err)
	}
	m := NewMachine(a)
	var r Run
	m.Reset(&r)
	truth := make([]bool, 6)
	for i := range b.N {
		truth[0] = i == 0
		truth[1], truth[4] = true, true
		if err := m.Step(&r, int32(i), truth); err != nil {
			b.Fatal(err)
		}
	}
}
