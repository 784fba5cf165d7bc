// Package highlight colours SQL for a terminal. It is pure, and leaves every character where it is.
package highlight

import (
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/parser"
)

// Schema is a set of colours: the parameters of the escape sequence of each kind of token, "" for none.
type Schema struct {
	Keyword, Quoted, String, Number, Comment, Hint string
}

// Schemas are those that 'sql-client.display.color-schema' names.
var Schemas = map[string]Schema{
	"DEFAULT":   {"1;34", "36", "32", "35", "90", "33"},
	"DARK":      {"1;94", "96", "92", "95", "90", "93"},
	"CHESTER":   {"1;34", "31", "32", "33", "3;90", "36"},
	"DRACULA":   {"38;5;212", "38;5;117", "38;5;228", "38;5;141", "38;5;61", "38;5;84"},
	"SOLARIZED": {"38;5;64", "38;5;33", "38;5;37", "38;5;125", "38;5;245", "38;5;136"},
	"VS2010":    {"38;5;33", "38;5;80", "38;5;173", "38;5;151", "38;5;71", "38;5;186"},
	"OBSIDIAN":  {"38;5;108", "38;5;110", "38;5;208", "38;5;220", "38;5;102", "38;5;180"},
	"GESHI":     {"1;38;5;28", "38;5;94", "38;5;196", "38;5;90", "3;38;5;244", "38;5;18"},
}

// names are words that are no reserved ones and read as keywords all the same.
var names = map[string]bool{
	"TUMBLE": true, "HOP": true, "CUMULATE": true, "SESSION": true, "DESCRIPTOR": true, "TEMPORARY": true, "VIEW": true, "CATALOG": true, "DATABASE": true, "KEY": true,
	"ENFORCED": true, "METADATA": true, "VIRTUAL": true, "IF": true, "REPLACE": true, "EXPLAIN": true, "JOB": true, "JOBS": true, "STOP": true, "QUIT": true, "EXIT": true,
	"HELP": true, "CLEAR": true, "SOURCE": true, "FUNCTION": true, "OPTIONS": true, "ASC": true, "DESC": true, "UNBOUNDED": true, "PRECEDING": true, "FOLLOWING": true,
	"WINDOW": true, "INCLUDING": true, "EXCLUDING": true, "BOUNDED": true, "SETS": true, "ORDINALITY": true, "OVERWRITE": true, "PARTITIONED": true, "BY": true,
}

// SQL returns the text with colours.
func SQL(text string, s Schema) string {
	var b strings.Builder
	at := 0
	hint := false // inside of /*+ … */
	for _, t := range parser.Tokens(text) {
		b.WriteString(text[at:t.Pos])
		at = t.End
		style := s.of(t)
		if t.IsPunct("/*+") {
			hint = true
		}
		if hint {
			style = s.Hint
		}
		if t.IsPunct("*/") {
			hint = false
		}
		paint(&b, text[t.Pos:t.End], style)
	}
	b.WriteString(text[at:])
	return b.String()
}

// of is the style of a token.
func (s Schema) of(t parser.Token) string {
	switch t.Kind {
	case parser.WordToken:
		if ast.Reserved(t.Text) || names[strings.ToUpper(t.Text)] {
			return s.Keyword
		}
	case parser.QuotedToken:
		return s.Quoted
	case parser.StringToken:
		return s.String
	case parser.NumberToken:
		return s.Number
	case parser.CommentToken:
		return s.Comment
	}
	return ""
}

// paint writes text in a style, line by line: an editor draws each line by itself.
func paint(b *strings.Builder, text, style string) {
	if style == "" {
		b.WriteString(text)
		return
	}
	for line := range strings.Lines(text) {
		body := strings.TrimSuffix(line, "\n")
		b.WriteString("\x1b[" + style + "m" + body + "\x1b[0m" + line[len(body):])
	}
}
