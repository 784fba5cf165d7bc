package bind

import "github.com/flottstream/flott/internal/sql/ast"

// repeated returns a name that is there twice, or "".
func repeated(names []string) string {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			return n
		}
		seen[n] = true
	}
	return ""
}

// namedOnce refuses * over a relation with two columns of one name.
func namedOnce(star *ast.Star, r *relation) error {
	names := make([]string, len(r.columns))
	for i, c := range r.columns {
		names[i] = c.name
	}
	if twice := repeated(names); twice != "" {
		return errorAt(star, "give one of them another name in the subquery", "Column '%s' is ambiguous", twice)
	}
	return nil
}
