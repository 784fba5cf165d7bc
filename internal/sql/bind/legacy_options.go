package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
)

// legacyNames are the options of Flink before 1.11 that old scripts of files
// still have, and what they are called now; "" is what needs no saying any more.
var legacyNames = map[string]string{
	"connector.type":                 "connector",
	"connector.path":                 "path",
	"connector.property-version":     "",
	"format.type":                    "format",
	"format.property-version":        "",
	"format.derive-schema":           "",
	"format.field-delimiter":         "csv.field-delimiter",
	"format.quote-character":         "csv.quote-character",
	"format.escape-character":        "csv.escape-character",
	"format.allow-comments":          "csv.allow-comments",
	"format.ignore-parse-errors":     "csv.ignore-parse-errors",
	"format.null-literal":            "csv.null-literal",
	"format.array-element-delimiter": "csv.array-element-delimiter",
	"update-mode":                    "",
}

// legacyOptions writes the old names of a files table's options anew and warns
// about it. Options of other old connectors are refused with their modern name.
func (b *Binder) legacyOptions(path fmt.Stringer, list []ast.Option, options map[string]string) error {
	connector, old := options["connector.type"]
	if !old {
		return nil
	}
	at := list[slices.IndexFunc(list, func(o ast.Option) bool { return o.Key == "connector.type" })]
	if _, both := options["connector"]; both {
		return errorAt(at, "leave 'connector.type' out", "'connector.type' is the old name of 'connector', which is given too")
	}
	if connector != "filesystem" {
		return errorAt(at, "write 'connector' = '"+connector+"' and the options of today's connector", "'connector.type' = '%s' is not supported any more", connector)
	}
	if f := options["format.type"]; f != "csv" && f != "" {
		return errorAt(at, "write 'connector' = 'filesystem', 'path' = '…', 'format' = '"+f+"'", "old option names are understood for the format csv only, not for '%s'", f)
	}
	var said []string
	for _, o := range list {
		now, ok := legacyNames[o.Key]
		if !ok {
			continue
		}
		delete(options, o.Key)
		if now == "" {
			said = append(said, fmt.Sprintf("'%s' (not needed any more)", o.Key))
			continue
		}
		if _, both := options[now]; both {
			return errorAt(o, "leave it out", "'%s' is the old name of '%s', which is given too", o.Key, now)
		}
		options[now] = o.Value
		said = append(said, fmt.Sprintf("'%s' → '%s'", o.Key, now))
	}
	if b.Warn != nil {
		b.Warn(fmt.Sprintf("table '%s' has old names of options: %s", path, strings.Join(said, ", ")))
	}
	return nil
}
