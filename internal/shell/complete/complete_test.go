package complete

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
)

// shop is a catalog of two tables.
type shop struct{}

func (shop) Catalogs() []string  { return []string{"default_catalog", "lake"} }
func (shop) Databases() []string { return []string{"default_database", "archive"} }
func (shop) Tables() []string    { return []string{"orders", "order items", "products"} }
func (shop) Functions() []string { return []string{"count", "concat", "upper"} }
func (shop) Connectors() []string {
	return []string{"datagen", "filesystem", "kafka"}
}
func (shop) Formats() []string { return []string{"csv", "json"} }
func (shop) Keys() []Setting {
	return []Setting{{"execution.runtime-mode", "how", []string{"STREAMING", "BATCH"}}, {"parallelism.default", "n", nil}}
}

func (shop) Columns(table []string) []ColumnOf {
	switch table[len(table)-1] {
	case "orders":
		return []ColumnOf{{"order_id", "BIGINT"}, {"price", "DECIMAL(10, 2)"}, {"time", "TIMESTAMP(3)"}}
	case "products":
		return []ColumnOf{{"product_id", "BIGINT"}, {"Preis €", "INT"}}
	}
	return nil
}

// TestStories completes texts at the place of the bar.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			before, after, ok := strings.Cut(d.Input, "|")
			if !ok {
				t.Fatalf("%s: no bar", d.Pos)
			}
			found, from := At(before+after, len(before), shop{})
			if len(found) == 0 {
				return "nothing\n"
			}
			var b strings.Builder
			fmt.Fprintf(&b, "for %q\n", before[from:])
			kind := Kind("")
			for i, c := range found {
				if c.Kind != kind {
					if kind != "" {
						b.WriteString("\n")
					}
					kind = c.Kind
					fmt.Fprintf(&b, "%s:", kind)
				}
				if i > 60 {
					b.WriteString(" …")
					break
				}
				b.WriteString(" " + c.Text)
			}
			return b.String() + "\n"
		})
	})
}

func FuzzAt(f *testing.F) {
	for _, s := range []string{"SELECT a. FROM `x", "CREATE TABLE t WITH ('conn", "SET 'a' = '", "FROM , , .", "/*", "UPDATE . JOIN ,"} {
		f.Add(s, len(s))
	}
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		found, from := At(text, cursor, shop{})
		if from < 0 || from > len(text) {
			t.Errorf("%q, %d: from %d", text, cursor, from)
		}
		_ = found
	})
}
