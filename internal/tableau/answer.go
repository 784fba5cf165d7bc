package tableau

import (
	"fmt"
	"io"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/types"
)

// Answer shows the answer of a statement that is no job: a text to be read, or a table. OK is not shown.
func Answer(to io.Writer, style Style, node ast.Statement, columns types.Schema, rows [][]*string) error {
	if columns == nil {
		return nil
	}
	if plain(node, style) && len(columns) == 1 {
		for _, row := range rows {
			if row[0] == nil {
				continue
			}
			if _, err := fmt.Fprintln(to, strings.TrimRight(*row[0], "\n")); err != nil {
				return err
			}
		}
		return nil
	}
	w, err := New(to, style, columns, false)
	if err != nil {
		return err
	}
	var texts Row
	for _, row := range rows {
		texts.Reset()
		for _, field := range row {
			if field == nil {
				texts.Null()
				continue
			}
			texts.Text = append(texts.Text, *field...)
			texts.End()
		}
		if err := w.Row(batch.Insert, &texts); err != nil {
			return err
		}
	}
	return w.End()
}

// plain reports that the answer of a statement is a text to be read, not a table.
func plain(node ast.Statement, style Style) bool {
	switch x := node.(type) {
	case *ast.Explain:
		return true
	case *ast.Show:
		return style == Tableau && strings.HasPrefix(x.What, "CREATE ")
	}
	return false
}
