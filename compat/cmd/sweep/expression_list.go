package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// pack is expressions that travel together.
type pack struct {
	settings map[string]string
	from     string // "" is one row without columns
	exprs    []string
}

// note tells the settings of a pack, for a report.
func (p pack) note() string {
	var sb strings.Builder
	for _, k := range slices.Sorted(maps.Keys(p.settings)) {
		if k != "execution.runtime-mode" && k != "parallelism.default" && p.settings[k] != "UTC" {
			fmt.Fprintf(&sb, "   {%s = %s}", k, p.settings[k])
		}
	}
	return sb.String()
}

// query is the query for some expressions of p, each on a line of its own, the first on line 2.
func (p pack) query(exprs []string) string {
	var sb strings.Builder
	sb.WriteString("SELECT\n")
	for i, x := range exprs {
		if i > 0 {
			sb.WriteString(",\n")
		}
		fmt.Fprintf(&sb, "%s AS x%d", x, i)
	}
	if p.from != "" {
		sb.WriteString("\nFROM " + p.from)
	}
	return sb.String()
}

func readList(file string, o options) ([]pack, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	current := pack{settings: map[string]string{
		"execution.runtime-mode": o.mode, "parallelism.default": "1", "table.local-time-zone": "UTC",
	}}
	var packs []pack
	flush := func() {
		if len(current.exprs) > 0 {
			packs = append(packs, current)
		}
		current.exprs, current.settings = nil, maps.Clone(current.settings)
	}
	seen := make(map[string]bool)
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "--"):
		case strings.HasPrefix(line, "@set "):
			flush()
			clear(seen)
			key, value, ok := strings.Cut(strings.TrimPrefix(line, "@set "), "=")
			if !ok {
				return nil, fmt.Errorf("%s:%d: '@set key = value' is expected", file, n+1)
			}
			current.settings[strings.TrimSpace(key)] = strings.TrimSpace(value)
		case strings.HasPrefix(line, "@from"):
			flush()
			clear(seen)
			current.from = strings.TrimSpace(strings.TrimPrefix(line, "@from"))
		default:
			x := operands(line, o.column)
			if seen[x] || !strings.Contains(x, o.only) {
				continue
			}
			seen[x] = true
			if current.exprs = append(current.exprs, x); len(current.exprs) == o.pack {
				flush()
			}
		}
	}
	flush()
	return packs, nil
}

// operands writes what stands in guillemets as it is, or so that it cannot be folded.
func operands(line string, column bool) string {
	if column {
		return strings.NewReplacer("«", "(CASE WHEN RAND() < 2 THEN ", "»", " END)").Replace(line)
	}
	return strings.NewReplacer("«", "", "»", "").Replace(line)
}
