package bind

import (
	"slices"
	"strconv"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

func itoa(n int) string { return strconv.Itoa(n) }

func sortStrings(s []string) { slices.Sort(s) }

// unique returns name, or name followed by the first number that makes it new,
// and takes it: a, a0, a1.
func unique(name string, taken map[string]bool) string {
	try := name
	for i := 0; taken[try]; i++ {
		try = name + itoa(i)
	}
	taken[try] = true
	return try
}

// sideBySide is the schema of a join: left columns, then right ones, with
// distinct names. A side an outer join may fill with NULLs is nullable.
func sideBySide(l, r types.Schema, nullLeft, nullRight bool) types.Schema {
	taken := map[string]bool{}
	out := make(types.Schema, 0, len(l)+len(r))
	add := func(s types.Schema, null bool) {
		for _, f := range s {
			out = append(out, types.Field{Name: unique(f.Name, taken), Type: f.Type.WithNull(f.Type.Nullable || null)})
		}
	}
	add(l, nullLeft)
	add(r, nullRight)
	return out
}

func upperName(s string) string { return strings.ToUpper(s) }
