package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

// TypeError says that a function does not exist or cannot be applied to its
// arguments. The binder adds the position.
type TypeError struct {
	Msg  string
	Hint string // how to mend it, may be empty
	Arg  int    // the argument at fault, -1 if it is the call as a whole
}

func (e *TypeError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return e.Msg + ". " + e.Hint
}

func typeErrorf(arg int, hint, format string, args ...any) *TypeError {
	return &TypeError{Msg: fmt.Sprintf(format, args...), Hint: hint, Arg: arg}
}

// cannotApply is the error for arguments of the wrong types, in the words of
// Flink's validator.
func cannotApply(fn string, args []Expr, arg int, hint string) *TypeError {
	return typeErrorf(arg, hint, "Cannot apply '%s' to arguments of type '%s'", fn, signatureText(fn, args))
}

// signatureText prints a call by the types of its arguments: "<INT> + <STRING>",
// "UPPER(<INT>)".
func signatureText(fn string, args []Expr) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = "<" + typeName(a.Type()) + ">"
	}
	if isInfix(fn) && len(parts) == 2 {
		return parts[0] + " " + fn + " " + parts[1]
	}
	if strings.HasPrefix(fn, "IS ") && len(parts) == 1 {
		return parts[0] + " " + fn
	}
	return fn + "(" + strings.Join(parts, ", ") + ")"
}

// typeName prints a type for a message, without nullability.
func typeName(t types.Type) string { return t.WithNull(true).WithoutTime().String() }

func isInfix(fn string) bool {
	switch fn {
	case "+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "AND", "OR", "||",
		"LIKE", "NOT LIKE", "SIMILAR TO", "NOT SIMILAR TO", "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		return true
	}
	return false
}

// unknownFunction names the functions that are spelled most alike.
func unknownFunction(name string, known []string) *TypeError {
	type candidate struct {
		name string
		dist int
	}
	var near []candidate
	limit := max(1, len(name)/3)
	for _, k := range known {
		if k[0] < 'A' || k[0] > 'Z' {
			continue
		}
		if d := editDistance(name, k); d <= limit {
			near = append(near, candidate{k, d})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int {
		if a.dist != b.dist {
			return a.dist - b.dist
		}
		return strings.Compare(a.name, b.name)
	})
	hint := "SHOW FUNCTIONS lists the functions there are; CREATE FUNCTION registers a new one"
	if len(near) > 0 {
		names := make([]string, 0, 3)
		for _, c := range near[:min(3, len(near))] {
			names = append(names, c.name)
		}
		hint = "Did you mean " + strings.Join(names, " or ") + "?"
	}
	return typeErrorf(-1, hint, "No match found for function %s", name)
}

// editDistance is the number of insertions, deletions, replacements and swaps
// of neighbours that turn a into b.
func editDistance(a, b string) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
