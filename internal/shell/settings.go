package shell

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/shell/highlight"
)

// The keys that the shell acts on, besides those of the engine.
const (
	keyMode     = "sql-client.execution.result-mode"
	keyRows     = "sql-client.execution.max-table-result.rows"
	keyVerbose  = "sql-client.verbose"
	keyTime     = "sql-client.display.print-time-cost"
	keyNumbers  = "sql-client.display.show-line-numbers"
	keyColors   = "sql-client.display.color-schema"
	keyWidth    = "table.display.max-column-width"
	keyOldWidth = "sql-client.display.max-column-width"
	keySync     = "table.dml-sync"
)

// prefix begins the keys of SQL clients: those that are not below are refused.
const prefix = "sql-client."

// defaults are the values of the keys, and all of the keys.
var defaults = map[string]string{
	keyMode: "TABLE", keyRows: "1000000", keyVerbose: "false", keyTime: "true", keyNumbers: "false", keyColors: "DEFAULT", keyWidth: "30", keySync: "false",
}

// Acts reports whether the shell acts on a key.
func Acts(key string) bool {
	_, ok := defaults[renamed(key)]
	return ok
}

// renamed follows Flink's renames.
func renamed(key string) string {
	if key == keyOldWidth {
		return keyWidth
	}
	return key
}

// settings are the values of the shell's keys.
type settings map[string]string

// check refuses a key of clients that the shell does not act on, and a value that a key does not take.
func (s settings) check(key, value string) error {
	key = renamed(key)
	def, ok := defaults[key]
	switch {
	case !ok && strings.HasPrefix(key, prefix):
		return fmt.Errorf("'%s' is a key that flott sql does not act on; those of clients are %s", key, strings.Join(slices.Sorted(maps.Keys(defaults)), ", "))
	case !ok:
		return nil
	}
	words := []string{"true", "false"}
	switch key {
	case keyMode:
		words = []string{"TABLE", "CHANGELOG", "TABLEAU"}
	case keyColors:
		words = slices.Sorted(maps.Keys(highlight.Schemas))
	case keyRows, keyWidth:
		if n, err := strconv.Atoi(strings.TrimSpace(value)); err != nil || n < 1 {
			return fmt.Errorf("'%s' is %q, but must be a whole number, at least 1 (default: %s)", key, value, def)
		}
		return nil
	}
	for _, w := range words {
		if strings.EqualFold(w, strings.TrimSpace(value)) {
			return nil
		}
	}
	return fmt.Errorf("'%s' is %q, but must be one of %s", key, value, strings.Join(words, ", "))
}

func (s settings) set(key, value string) {
	if key = renamed(key); Acts(key) {
		s[key] = strings.TrimSpace(value)
	}
}

// reset forgets a key, or all of them.
func (s settings) reset(key string) {
	if key == "" {
		clear(s)
		return
	}
	delete(s, renamed(key))
}

func (s settings) text(key string) string {
	if v, ok := s[key]; ok {
		return v
	}
	return defaults[key]
}

func (s settings) is(key string) bool { return strings.EqualFold(s.text(key), "true") }

func (s settings) number(key string) int {
	n, _ := strconv.Atoi(s.text(key))
	return n
}

// mode is how the rows of a query are shown.
func (s settings) mode() string { return strings.ToUpper(s.text(keyMode)) }

func (s settings) colors() highlight.Schema {
	return highlight.Schemas[strings.ToUpper(s.text(keyColors))]
}
