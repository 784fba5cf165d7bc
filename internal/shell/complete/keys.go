package complete

import (
	"strings"

	"github.com/flottstream/flott/internal/config"
	"github.com/flottstream/flott/internal/shell/highlight"
)

// Keys are those that SET takes; own includes those that only flott has.
func Keys(own bool) (out []Setting) {
	known := map[string]config.Option{}
	for _, o := range config.Options {
		known[o.Key] = o
	}
	for _, key := range config.Keys() {
		if !own && strings.HasPrefix(key, "flott.") {
			continue
		}
		s := Setting{Key: key, Doc: known[key].Doc, Values: known[key].Words}
		if doc := clientDocs[key]; doc != "" {
			s.Doc = doc
		}
		switch {
		case len(s.Values) == 0 && known[key].Kind == config.Bool && known[key].Key != "", clientBool[key]:
			s.Values = []string{"true", "false"}
		case key == "sql-client.display.color-schema":
			for name := range highlight.Schemas {
				s.Values = append(s.Values, name)
			}
		}
		out = append(out, s)
	}
	return out
}

// clientBool are keys of the shell that are true or false.
var clientBool = map[string]bool{
	"sql-client.verbose": true, "sql-client.display.print-time-cost": true, "sql-client.display.show-line-numbers": true, "table.dml-sync": true,
}

// clientDocs say what the keys of the shell do.
var clientDocs = map[string]string{
	"sql-client.execution.result-mode":           "rows on the whole screen, their changes, or below the statement",
	"sql-client.execution.max-table-result.rows": "rows kept for the whole screen",
	"sql-client.verbose":                         "errors with all their causes",
	"sql-client.display.print-time-cost":         "how long a query took",
	"sql-client.display.show-line-numbers":       "numbers before the lines of a statement",
	"sql-client.display.color-schema":            "colours of what is typed",
	"table.display.max-column-width":             "cells that a column takes at most",
	"table.dml-sync":                             "wait for the job of an INSERT",
}
