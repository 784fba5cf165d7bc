package screen

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/tableau"
	"github.com/flottstream/flott/internal/types"
)

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestStories draws results:
//
//	result columns=(…) [log]     a result of rows, one per line, fields separated by '|', the first may be a kind
//	frame width=W height=H       draws it; {…} is inverse
//	keys …                       presses keys
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var s *Screen
		var rows Rows
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			switch d.Cmd {
			case "result":
				s, rows = result(d)
			case "frame":
				var w, h int
				d.ScanArgs(t, "width", &w)
				d.ScanArgs(t, "height", &h)
				s.Resize(w, h)
				return draw(t, s, rows, w)
			case "keys":
				for _, k := range d.CmdArgs {
					if s.Key(k.Key, rows.Len()) == Leave {
						return "left\n"
					}
				}
			default:
				t.Fatalf("unknown command %s", d.Cmd)
			}
			return ""
		})
	})
}

func result(d *datadriven.TestData) (*Screen, Rows) {
	s := &Screen{Title: "orders", Status: "running", WidthMax: 20}
	var schema types.Schema
	var log *Log
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "columns":
			for _, name := range a.Vals {
				schema = append(schema, types.Field{Name: name, Type: types.String()})
				s.Columns = append(s.Columns, Column{Name: name, Right: name == "n"})
			}
		case "log":
			log = NewLog(100)
			s.Follow = true
		}
	}
	table := tableau.NewTable(schema, nil, 0)
	for line := range strings.Lines(d.Input) {
		kind := batch.Insert
		line = strings.TrimSuffix(line, "\n")
		for k, word := range map[batch.RowKind]string{batch.UpdateBefore: "-U ", batch.UpdateAfter: "+U ", batch.Delete: "-D "} {
			if rest, ok := strings.CutPrefix(line, word); ok {
				kind, line = k, rest
			}
		}
		var r tableau.Row
		for _, f := range strings.Split(line, "|") {
			r.Text = append(r.Text, strings.ReplaceAll(f, `\n`, "\n")...)
			r.End()
		}
		table.Apply(kind, &r)
		if log != nil {
			log.Apply(kind, &r)
		}
	}
	if log != nil {
		s.Columns = append([]Column{{Name: "op"}}, s.Columns...)
		return s, log
	}
	return s, table
}

func draw(t *testing.T, s *Screen, rows Rows, width int) string {
	var b strings.Builder
	lines := s.Frame(rows)
	for _, l := range lines {
		plain := escape.ReplaceAllString(l, "")
		if w := tableau.Width([]byte(plain)); w > width {
			t.Errorf("a line takes %d cells of %d: %q", w, width, plain)
		}
		marked := strings.Contains(l, "\x1b[7m")
		plain = strings.TrimRight(plain, " ")
		if marked {
			plain = "{" + plain + "}"
		}
		if plain == "" {
			plain = "."
		}
		b.WriteString(plain + "\n")
	}
	return b.String()
}

func TestKeys(t *testing.T) {
	for sent, want := range map[string][]string{
		"q": {"q"}, "\x1b[A\x1b[6~x": {"up", "pgdn", "x"}, "\x1b": {"esc"}, "\x1b[1;5Cj": {"j"}, "日\r": {"日", "enter"}, "\x03": {"ctrl-c"}, "\x1b[99": nil,
	} {
		if got := Keys(sent); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

func FuzzKeys(f *testing.F) {
	f.Add("\x1b[A\xff\x1bO")
	f.Fuzz(func(t *testing.T, sent string) { Keys(sent) })
}
