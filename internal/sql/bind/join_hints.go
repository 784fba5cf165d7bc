package bind

import (
	"fmt"
	"slices"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Join hints say how a join is to be carried out. The answer is the same with and
// without them. MULTI_JOIN asks for one operator for a chain of joins; of the others
// flott has one way for each kind of join, so that they are checked, told of and
// otherwise change nothing. Only LOOKUP changes answers: see lookup_hint.go.

// isJoinHint reports a hint that names the tables of joins.
func isJoinHint(name string) bool {
	switch name {
	case "LOOKUP", "BROADCAST", "SHUFFLE_HASH", "SHUFFLE_MERGE", "NEST_LOOP", "MULTI_JOIN":
		return true
	}
	return false
}

// joinHints checks the join hints of a block whose FROM clause is bound.
func (b *block) joinHints(hs []ast.Hint) error {
	if err := b.lookupTables(); err != nil {
		return err
	}
	for _, h := range hs {
		name := upperName(h.Name)
		if !isJoinHint(name) {
			continue
		}
		if name == "LOOKUP" {
			continue
		}
		if len(h.Args) == 0 {
			return errorAt(h, "write "+name+"(table)", "Invalid hint: %s, expecting at least one table or view specified in hint %s.", h.Name, name)
		}
		for _, a := range h.Args {
			if a.HasKey {
				return errorAt(a, "write "+name+"(table)", "Invalid hint: %s takes names of tables, no options", h.Name)
			}
			if err := b.hintedTable(a, name, a.Value); err != nil {
				return err
			}
		}
		if name == "MULTI_JOIN" {
			b.node = hintedMultiJoin(b.node)
			continue
		}
		b.warnOfHint("the hint %s has no effect: flott has one way to carry out a join, and the result is the same", name)
	}
	return nil
}

// hintedMultiJoin marks the joins of a FROM clause, not those of its subqueries.
func hintedMultiJoin(n plan.Node) plan.Node {
	j, ok := n.(*plan.Join)
	if !ok {
		return n
	}
	out := *j
	out.Left, out.Right, out.MultiJoin = hintedMultiJoin(j.Left), hintedMultiJoin(j.Right), true
	return &out
}

// hintedTable refuses the name of a table that the FROM clause does not have.
func (b *block) hintedTable(n ast.Node, hint, table string) error {
	known := hintNames(b.scope)
	if slices.Contains(known, table) {
		return nil
	}
	return errorAt(n, didYouMean(table, known), "The options of following hints cannot match the name of input tables or views: '%s' of %s", table, hint)
}

// hintNames are the names by which hints may call the relations of a scope.
func hintNames(s *scope) []string {
	var known []string
	for _, r := range s.relations {
		if r.alias != "" {
			known = append(known, r.alias)
		}
		if r.path != nil {
			known = append(known, r.path.Object, r.path.Database+"."+r.path.Object, r.path.String())
		}
	}
	return known
}

func (b *block) warnOfHint(format string, args ...any) {
	if b.Warn != nil {
		b.Warn(fmt.Sprintf(format, args...))
	}
}
