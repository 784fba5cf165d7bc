package sqlfuzz

import (
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/sql/parser"
)

// TestQueriesParse generates queries of each kind; what the parser refuses is a mistake of the grammar.
func TestQueriesParse(t *testing.T) {
	for seed := range uint64(3000) {
		o := Options{Batch: seed%3 == 0, Late: seed%3 == 1}
		q := Generate(seed, o)
		if _, err := parser.ParseScript(q.SQL); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, q.SQL)
		}
		if again := Generate(seed, o); again != q {
			t.Fatalf("seed %d: two queries\n%s\n%s", seed, q.SQL, again.SQL)
		}
	}
}

// TestShrink looks for the smallest query that still has a word.
func TestShrink(t *testing.T) {
	sql := "SELECT a + UPPER(b) AS c0, COUNT(*) FROM (SELECT x AS a, y AS b FROM l LEFT JOIN r ON l.k = r.k WHERE x > 1 AND z < 2) AS q GROUP BY a, UPPER(b) HAVING COUNT(*) > 1 UNION ALL SELECT 1, 2 FROM r"
	got := Shrink(sql, 10000, func(s string) bool { return strings.Contains(s, "UPPER") })
	if got != "SELECT UPPER()" {
		t.Errorf("shrunk to %s", got)
	}
	for _, s := range Smaller(sql) {
		if len(s) >= len(sql) {
			t.Errorf("not smaller: %s", s)
		}
	}
}

// TestDDLOf finds the tables of a query by name.
func TestDDLOf(t *testing.T) {
	got := strings.Join(DDLOf("SELECT * FROM orders AS t1 JOIN versioned FOR SYSTEM_TIME AS OF t1.order_time AS v ON TRUE, TUMBLE(TABLE late, DESCRIPTOR(at_time))"), "\n")
	for _, name := range []string{"TABLE orders ", "TABLE rates ", "VIEW versioned ", "TABLE late "} {
		if !strings.Contains(got, "CREATE "+name) {
			t.Errorf("no %s in\n%s", name, got)
		}
	}
	if strings.Contains(got, "TABLE words") || strings.Contains(got, "TABLE l ") {
		t.Errorf("tables that nobody asks for in\n%s", got)
	}
}
