package compat

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// swept is an expression of functions/sweep_*.txt with Flink's answer in batch mode: tabs between the expression, its
// type without nullability ("!" if Flink refuses it or fails) and the value.
type swept struct{ expr, typ, value string }

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\t`, "\t")

// readSwept reads a file, whose first line may be "@zone" and the time zone of all of it.
func readSwept(t *testing.T, file string) (zone string, good, bad []swept) {
	zone = "UTC"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		part := strings.Split(line, "\t")
		if part[0] == "@zone" {
			zone = part[1]
			continue
		}
		x := swept{expr: unescape.Replace(part[0]), typ: part[1]}
		if len(part) > 2 {
			x.value = unescape.Replace(part[2])
		}
		if x.typ == "!" {
			bad = append(bad, x)
		} else {
			good = append(good, x)
		}
	}
	return zone, good, bad
}

// TestSweep compares flott with what Flink answered to thousands of expressions (compat/cmd/sweep). The text that stands
// for an operand which no planner can fold is "CASE WHEN RAND() < 2 THEN x END".
func TestSweep(t *testing.T) {
	files, err := filepath.Glob("functions/sweep_*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no sweeps", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "sweep_"), ".txt")
		t.Run(name, func(t *testing.T) {
			zone, good, bad := readSwept(t, file)
			settings := Settings(Batch, 1)
			settings["table.local-time-zone"] = zone
			const together = 100
			for len(good) > 0 {
				n := min(together, len(good))
				checkSwept(t, good[:n], settings)
				good = good[n:]
			}
			for _, x := range bad {
				if _, _, err := (Flott{}).Run(t.Context(), "SELECT "+x.expr, settings); err == nil {
					t.Errorf("%s: Flink does not take it", x.expr)
				}
			}
		})
	}
}

// checkSwept asks for all expressions in one query.
func checkSwept(t *testing.T, all []swept, settings map[string]string) {
	t.Helper()
	var sql strings.Builder
	for i, x := range all {
		fmt.Fprintf(&sql, "%s%s AS x%d", map[bool]string{true: "SELECT ", false: ",\n"}[i == 0], x.expr, i)
	}
	columns, rows, err := Flott{}.Run(t.Context(), sql.String(), settings)
	if err != nil {
		t.Errorf("a query of %d expressions: %v", len(all), err)
		return
	}
	for i, x := range all {
		_, typ, _ := strings.Cut(columns[i], " ")
		typ = strings.ReplaceAll(typ, " NOT NULL", "")
		if got := rows[0].Fields[i]; got != x.value || typ != x.typ {
			t.Errorf("%s\n got %s %s\nwant %s %s", x.expr, got, typ, x.value, x.typ)
		}
	}
}
