package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// Nothing stands in the matrix for a case without a cause, and for no cause named.
const Nothing = "healthy"

// Score is how the doctor did on some cases.
type Score struct {
	Cases, Healthy    int
	Kinds             int // kinds of fault: each case with one is another
	True, Wrong, Miss int // causes named rightly, named but not there, there but not named
	Causes            []string
	cells             map[[2]string]int // [there, named]
}

// Measure counts.
func Measure(cases []Case) *Score {
	s := &Score{cells: map[[2]string]int{}}
	for i := range cases {
		s.add(&cases[i])
	}
	s.Kinds = s.Cases - s.Healthy
	for cell := range s.cells {
		for _, c := range cell {
			if c != Nothing && !slices.Contains(s.Causes, c) {
				s.Causes = append(s.Causes, c)
			}
		}
	}
	slices.Sort(s.Causes)
	s.Causes = append(s.Causes, Nothing)
	return s
}

func (s *Score) add(c *Case) {
	s.Cases++
	var missed, wrong []string
	for _, e := range c.Expect {
		if slices.Contains(c.Named, e) {
			s.cells[[2]string{e, e}]++
			s.True++
		} else {
			missed = append(missed, e)
		}
	}
	for _, n := range c.Named {
		if !slices.Contains(c.Expect, n) && !slices.Contains(wrong, n) {
			wrong = append(wrong, n)
		}
	}
	s.Miss += len(missed)
	s.Wrong += len(wrong)
	if len(c.Expect) == 0 {
		s.Healthy++
		if len(wrong) == 0 {
			s.cells[[2]string{Nothing, Nothing}]++
		}
	}
	for len(missed) > 0 || len(wrong) > 0 { // what was missed stands against what was named instead
		cell := [2]string{Nothing, Nothing}
		if len(missed) > 0 {
			cell[0], missed = missed[0], missed[1:]
		}
		if len(wrong) > 0 {
			cell[1], wrong = wrong[0], wrong[1:]
		}
		s.cells[cell]++
	}
}

// Precision is the share of named causes that are there.
func (s *Score) Precision() float64 { return share(s.True, s.True+s.Wrong) }

// Recall is the share of causes there that were named.
func (s *Score) Recall() float64 { return share(s.True, s.True+s.Miss) }

// of is precision and recall of one cause, and how often it is there.
func (s *Score) of(cause string) (there int, precision, recall float64) {
	named := 0
	for cell, n := range s.cells {
		if cell[0] == cause {
			there += n
		}
		if cell[1] == cause {
			named += n
		}
	}
	right := s.cells[[2]string{cause, cause}]
	return there, share(right, named), share(right, there)
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// Matrix is the confusion matrix as text: a row per cause that is there, a column
// per cause named, by number.
func (s *Score) Matrix() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-32s", "there \\ named")
	for i := range s.Causes {
		fmt.Fprintf(&b, "%3d", i+1)
	}
	b.WriteString("   precision  recall\n")
	for i, row := range s.Causes {
		there, precision, recall := s.of(row)
		fmt.Fprintf(&b, "%2d %-29s", i+1, row)
		for _, column := range s.Causes {
			if n := s.cells[[2]string{row, column}]; n > 0 {
				fmt.Fprintf(&b, "%3d", n)
			} else {
				b.WriteString("  ·")
			}
		}
		if there == 0 {
			fmt.Fprintf(&b, "   %9.2f       –\n", precision)
			continue
		}
		fmt.Fprintf(&b, "   %9.2f  %6.2f\n", precision, recall)
	}
	return b.String()
}

// Summary is one line.
func (s *Score) Summary() string {
	return fmt.Sprintf("%d cases (%d kinds of fault, %d healthy jobs): precision %.3f, recall %.3f", s.Cases, s.Kinds, s.Healthy, s.Precision(), s.Recall())
}
