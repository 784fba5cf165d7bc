// Package screen lays out the full-screen view of a result: what stands where on a terminal of some size, and what a key
// does. It is pure; who owns the terminal draws the lines and reads the keys.
package screen

import (
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/tableau"
)

// Rows is a result that is looked at. *tableau.Table is one.
type Rows interface {
	Len() int
	// Rows calls f for up to n rows from the one with number first on.
	Rows(first, n int, f func(*tableau.Row) error) error
}

// Column is a column of the result.
type Column struct {
	Name  string
	Type  string
	Right bool // numbers stand at the right
}

// Screen is where a user stands in a result.
type Screen struct {
	Title   string // what is looked at
	Status  string // how the query goes
	Updated string // when rows came last
	// Progress is more about how it goes, at the foot.
	Progress string
	Columns  []Column
	// WidthMax is the widest a column becomes; longer values are cut, and shown whole by Enter.
	WidthMax int
	// Follow keeps the last row in sight.
	Follow bool

	width, height int
	widths        []int // of the columns; they only grow
	top           int   // first row in sight
	row           int   // the one that is marked
	left          int   // first column in sight
	open          bool  // the marked row is shown whole
	detail        int   // first line of it in sight
}

// lines that are no rows: title, names, help.
const frame = 3

// Resize says how large the terminal is, and reports that this is new.
func (s *Screen) Resize(width, height int) bool {
	changed := s.width != width || s.height != height
	s.width, s.height = width, height
	return changed
}

// body is how many rows are in sight.
func (s *Screen) body() int { return max(1, s.height-frame) }

// Action is what is left to the owner of the terminal.
type Action int

// The actions.
const (
	Stay Action = iota
	Leave
)

// Key takes a key by its name (see Keys) and the number of rows there are.
func (s *Screen) Key(key string, rows int) Action {
	if s.open {
		switch key {
		case "q", "esc", "enter", "left":
			s.open = false
		case "ctrl-c":
			return Leave
		case "down", "j":
			s.detail++
		case "up", "k":
			s.detail = max(0, s.detail-1)
		}
		return Stay
	}
	switch key {
	case "q", "Q", "esc", "ctrl-c", "ctrl-d":
		return Leave
	case "down", "j":
		s.row++
	case "up", "k":
		s.row--
		s.Follow = false
	case "pgdn", " ", "ctrl-f":
		s.row += s.body()
	case "pgup", "ctrl-b":
		s.row -= s.body()
		s.Follow = false
	case "home", "g":
		s.row, s.Follow = 0, false
	case "end", "G":
		s.row, s.Follow = rows-1, true
	case "right", "l":
		s.left = min(s.left+1, max(0, len(s.Columns)-1))
	case "left", "h":
		s.left = max(0, s.left-1)
	case "enter":
		s.open, s.detail = rows > 0, 0
	}
	s.row = max(0, min(s.row, rows-1))
	return Stay
}

// Frame returns the lines of the terminal, each with its escape sequences and no wider than it.
func (s *Screen) Frame(rows Rows) []string {
	n := rows.Len()
	if s.Follow {
		s.row = n - 1
	}
	s.row = max(0, min(s.row, n-1))
	s.top = max(0, min(s.top, s.row), s.row-s.body()+1)
	if n-s.top < s.body() {
		s.top = max(0, n-s.body())
	}
	cells := s.cells(rows)
	var out []string
	out = append(out, inverse(s.heading(n)))
	if s.open {
		out = append(out, s.whole(rows)...)
	} else {
		out = append(out, s.table(cells)...)
	}
	for len(out) < s.height-1 {
		out = append(out, "")
	}
	return append(out[:max(1, s.height-1)], inverse(s.foot()))
}

func (s *Screen) help() string {
	if s.open {
		return " Esc back   ↑↓ lines"
	}
	return " q leave   ↑↓ PgUp PgDn Home End rows   ←→ columns   Enter row"
}

// foot tells the keys, and how it goes where there is room.
func (s *Screen) foot() string {
	help := s.help()
	room := s.width - width(help) - 3
	if s.Progress == "" || room < 20 {
		return s.spread(help, "")
	}
	return s.spread(help, tableau.Cut(s.Progress, room)+" ")
}

// heading says what is looked at and where.
func (s *Screen) heading(n int) string {
	where := fmt.Sprintf("%s  ", s.Status)
	switch {
	case n == 0:
		where += "no rows"
	case n == 1:
		where += "1 row"
	case n <= s.body():
		where += fmt.Sprintf("%d rows", n)
	default:
		where += fmt.Sprintf("row %d of %d", s.row+1, n)
	}
	if s.Updated != "" {
		where += "  " + s.Updated
	}
	return s.spread(" "+s.Title, where+" ")
}

// spread puts texts at both ends of a line.
func (s *Screen) spread(left, right string) string {
	right = tableau.Cut(right, s.width)
	left = tableau.Cut(left, max(0, s.width-width(right)-1))
	return left + strings.Repeat(" ", max(0, s.width-width(left)-width(right))) + right
}

// cells are the texts of the rows in sight; widths grow to hold them.
func (s *Screen) cells(rows Rows) (out [][]string) {
	if s.widths == nil {
		for _, c := range s.Columns {
			s.widths = append(s.widths, min(width(c.Name), s.most()))
		}
	}
	rows.Rows(s.top, s.body(), func(r *tableau.Row) error {
		line := make([]string, len(s.Columns))
		for i := range line {
			line[i] = oneLine(r, i)
			s.widths[i] = max(s.widths[i], min(width(line[i]), s.most()))
		}
		out = append(out, line)
		return nil
	})
	return out
}

// most is the widest a column becomes.
func (s *Screen) most() int { return max(1, min(s.WidthMax, s.width-2)) }

// table are the lines of names and rows.
func (s *Screen) table(rows [][]string) []string {
	var names []string
	for _, c := range s.Columns {
		names = append(names, c.Name)
	}
	out := []string{"\x1b[1m" + s.line(names) + "\x1b[0m"}
	for i, r := range rows {
		line := s.line(r)
		if s.top+i == s.row {
			line = inverse(line + strings.Repeat(" ", max(0, s.width-width(line))))
		}
		out = append(out, line)
	}
	return out
}

// line is a row from the first column in sight on.
func (s *Screen) line(cells []string) string {
	const gap = 2
	var b strings.Builder
	used := 0
	for i := s.left; i < len(cells); i++ {
		room := s.width - used - 1
		if room < 1 {
			break
		}
		w := min(s.widths[i], room)
		text := tableau.Cut(cells[i], w)
		pad := strings.Repeat(" ", max(0, w-width(text)))
		b.WriteByte(' ')
		if s.Columns[i].Right {
			b.WriteString(pad + text)
		} else {
			b.WriteString(text + pad)
		}
		used += 1 + w
		if used+gap-1 < s.width {
			b.WriteByte(' ')
			used++
		}
	}
	return b.String()
}

// whole is the marked row, a line per column and more where a value is long.
func (s *Screen) whole(rows Rows) []string {
	var out []string
	most := 0
	for _, c := range s.Columns {
		most = max(most, min(width(c.Name), s.width/3))
	}
	rows.Rows(s.row, 1, func(r *tableau.Row) error {
		for i, c := range s.Columns {
			text, ok := r.Field(i)
			value := string(text)
			if !ok {
				value = "<NULL>"
			}
			name := tableau.Cut(c.Name, most)
			head := " " + name + strings.Repeat(" ", max(0, most-width(name))) + "  "
			for k, part := range wrap(value, max(1, s.width-most-4)) {
				if k == 1 {
					head = strings.Repeat(" ", most+3)
				}
				out = append(out, head+part)
			}
		}
		return nil
	})
	s.detail = max(0, min(s.detail, len(out)-1))
	return out[s.detail:min(len(out), s.detail+s.height-2)]
}

// wrap breaks a text into lines of so many cells.
func wrap(text string, cells int) (out []string) {
	for _, line := range strings.Split(text, "\n") {
		line = visible(line)
		for width(line) > cells {
			head := strings.TrimSuffix(tableau.Cut(line, cells+1), "…")
			if head == "" {
				break
			}
			out, line = append(out, head), line[len(head):]
		}
		out = append(out, line)
	}
	return out
}

// oneLine is a field with what would break the line made visible.
func oneLine(r *tableau.Row, i int) string {
	text, ok := r.Field(i)
	if !ok {
		return "<NULL>"
	}
	return visible(strings.ReplaceAll(string(text), "\n", "\\n"))
}

// visible replaces control characters, which a terminal would obey.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r >= 0:
			return '␀' + r
		case r == 0x7f || r >= 0x80 && r < 0xa0:
			return '�'
		}
		return r
	}, text)
}

func width(text string) int { return tableau.Width([]byte(text)) }

func inverse(line string) string { return "\x1b[7m" + line + "\x1b[0m" }
