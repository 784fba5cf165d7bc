package bind

import (
	"slices"

	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// checkDistribution checks the columns that rows are put into buckets by.
func checkDistribution(t *catalog.Table, stmt ast.Node) error {
	if t.Distribution == nil {
		return nil
	}
	for _, c := range t.Distribution.Columns {
		at := slices.IndexFunc(t.Columns, func(o catalog.Column) bool { return o.Name == c.Name })
		place := named(stmt, c.Name)
		switch {
		case at < 0:
			return errorAt(place, "", "Invalid bucket key '%s'. A bucket key for a distribution must reference a physical column in the schema. Available columns: %s", c.Name, quotedNames(t))
		case t.Columns[at].Computed != nil || t.Columns[at].IsMetadata:
			return errorAt(place, "", "Invalid bucket key '%s'. It is not a physical column.", c.Name)
		}
	}
	return nil
}

func quotedNames(t *catalog.Table) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return "[" + joinNames(names) + "]"
}

// alterDistribution is ADD and MODIFY DISTRIBUTION.
func (a *alteration) alterDistribution(x *ast.AlterDistribution) error {
	switch {
	case !x.Modify && a.t.Distribution != nil:
		return refusedAlter(x, "The base table has already defined the distribution `%s`. You can modify it or drop it before adding a new one.", ast.FormatDistribution(a.t.Distribution))
	case x.Modify && a.t.Distribution == nil:
		return refusedAlter(x, "The base table does not define any distribution. You can ADD one.")
	}
	d := x.Distribution
	a.t.Distribution = &d
	return nil
}

// keyColumn reports that a schema makes a column part of the primary key.
func keyColumn(s *ast.TableSchema, name string) bool {
	if s == nil {
		return false
	}
	return slices.ContainsFunc(s.Constraints, func(c ast.Constraint) bool {
		return slices.ContainsFunc(c.Columns, func(id ast.Ident) bool { return id.Name == name })
	})
}

// aliasTwice finds an alias of a SELECT list that is there twice.
func aliasTwice(x *ast.Query) *ast.Ident {
	sel, ok := x.Body.(*ast.Select)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for i := range sel.Items {
		alias := sel.Items[i].Alias
		if alias == nil {
			continue
		}
		if seen[alias.Name] {
			return alias
		}
		seen[alias.Name] = true
	}
	return nil
}
