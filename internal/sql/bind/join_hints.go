package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/plan"
)

// Join hints say how a join is to be carried out. The answer is the same with and
// without them. MULTI_JOIN asks for one operator for a chain of joins; of the others
// flott has one way for each kind of join, so that they are checked, told of and
// otherwise change nothing.

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
	for _, h := range hs {
		name := upperName(h.Name)
		if !isJoinHint(name) {
			continue
		}
		if name == "LOOKUP" {
			if err := b.lookupHint(h); err != nil {
				return err
			}
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
	var known []string
	for _, r := range b.scope.relations {
		if r.alias != "" {
			known = append(known, r.alias)
		}
		if r.path != nil {
			known = append(known, r.path.Object, r.path.Database+"."+r.path.Object, r.path.String())
		}
	}
	if slices.Contains(known, table) {
		return nil
	}
	return errorAt(n, didYouMean(table, known), "The options of following hints cannot match the name of input tables or views: '%s' of %s", table, hint)
}

func (b *block) warnOfHint(format string, args ...any) {
	if b.Warn != nil {
		b.Warn(fmt.Sprintf(format, args...))
	}
}

// lookupHint takes the options of LOOKUP that cannot change the answer and refuses the
// others by name.
func (b *block) lookupHint(h ast.Hint) error {
	table := ""
	var idle []string
	for _, a := range h.Args {
		switch key := strings.ToLower(a.Key); key {
		case "table":
			table = a.Value
			if err := b.hintedTable(a, "LOOKUP", table); err != nil {
				return err
			}
		case "async", "output-mode", "capacity", "timeout", "shuffle":
			idle = append(idle, "'"+key+"'")
		case "retry-predicate", "retry-strategy", "fixed-delay", "max-attempts":
			return errorAt(a, "take it away, or set 'lookup.max-retries' where the connector has it", "The option '%s' of the LOOKUP hint is not supported: flott does not look a missing row up again", a.Key)
		default:
			return errorAt(a, "options are table, async, output-mode, capacity, timeout, shuffle", "Invalid LOOKUP hint: unsupported option '%s'", a.Key)
		}
	}
	if table == "" {
		return errorAt(h, "write LOOKUP('table' = 'name')", "Invalid LOOKUP hint: incomplete required option(s): 'table'")
	}
	if len(idle) > 0 {
		b.warnOfHint("the options %s of the LOOKUP hint have no effect: flott looks rows up in batches, in order", strings.Join(idle, ", "))
	}
	return nil
}
