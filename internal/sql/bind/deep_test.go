package bind

import (
	"strings"
	"testing"
)

// TestDeep binds expressions as long as the parser lets through.
func TestDeep(t *testing.T) {
	b := newBinder()
	if _, err := run(b, fuzzTables); err != nil {
		t.Fatal(err)
	}
	for name, src := range map[string]string{
		"sum":    "SELECT a" + strings.Repeat(" + a", 20_000) + " FROM t",
		"and":    "SELECT a FROM t WHERE a = 1" + strings.Repeat(" AND a = 1", 20_000),
		"union":  "SELECT a FROM t" + strings.Repeat(" UNION ALL SELECT a FROM t", 2_000),
		"in":     "SELECT a FROM t WHERE a IN (1" + strings.Repeat(", 2", 20_000) + ")",
		"nested": "SELECT " + strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200) + " FROM t",
	} {
		if _, err := run(b, src); err != nil {
			t.Errorf("%s: %.200s", name, err)
		}
	}
}
