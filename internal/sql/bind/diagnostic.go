package bind

import (
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
	"github.com/flottstream/flott/internal/sql/diag"
)

// kind begins every message of the binder, as it does in Flink.
const kind = "SQL validation failed"

// errorAt is a mistake at a node of the tree. hint says how to mend it and may
// be empty.
func errorAt(n ast.Node, hint, format string, args ...any) error {
	s := n.Range()
	return &diag.Error{Pos: s.Pos, End: s.End, Kind: kind, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// located gives an error of the catalog or the expression layer a position. An
// error which has one keeps it.
func errorOf(n ast.Node, err error) error {
	var d *diag.Error
	if err == nil || errors.As(err, &d) {
		return err
	}
	var c *catalog.Error
	if errors.As(err, &c) {
		return errorAt(n, c.Hint, "%s", c.Message)
	}
	var t *expr.TypeError
	if errors.As(err, &t) {
		return errorAt(n, t.Hint, "%s", t.Msg)
	}
	return errorAt(n, "", "%s", err)
}

// notSupported refuses what the dialect has and the engine does not.
func notSupported(n ast.Node, what, hint string) error {
	return errorAt(n, hint, "%s is not supported yet", what)
}

// text is the SQL of a node as the user wrote it.
func (q *query) text(n ast.Node) string {
	s := n.Range()
	if s.Pos < 0 || s.End > len(q.source) || s.Pos >= s.End {
		return "?"
	}
	return q.source[s.Pos:s.End]
}

// plainMessage is the sentence of an error, without its position.
func plainMessage(err error) string {
	var d *diag.Error
	if errors.As(err, &d) {
		return d.Msg
	}
	return err.Error()
}
