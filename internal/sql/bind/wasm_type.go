package bind

import (
	"fmt"

	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/types"
)

// registeredNames lists the functions that the program has registered.
func (b *Binder) registeredNames() []string {
	if b.User == nil {
		return nil
	}
	var names []string
	for n := range b.User.Scalars {
		names = append(names, n)
	}
	for n := range b.User.Tables {
		names = append(names, n)
	}
	for n := range b.User.Aggregates {
		names = append(names, n)
	}
	for n := range b.User.Processes {
		names = append(names, n)
	}
	return names
}

// wasmTypes reads the declared types of a WASM function: the arguments as a list,
// as in 'STRING, INT', and the result.
func wasmTypes(arguments, result string) (args []types.Type, res types.Type, err error) {
	list, err := sqlType("ROW<" + numbered(arguments) + ">")
	if err != nil {
		return nil, res, fmt.Errorf("the option 'arguments' = '%s' is no list of types: %w", arguments, err)
	}
	for _, f := range list.Fields {
		args = append(args, f.Type)
	}
	if res, err = sqlType(result); err != nil {
		return nil, res, fmt.Errorf("the option 'result' = '%s' is no type: %w", result, err)
	}
	return args, res, nil
}

// numbered gives the types of a list names, so that it is the inside of a ROW.
func numbered(list string) string {
	out, depth, n := "", 0, 0
	begin := func() {
		out += fmt.Sprintf("a%d ", n)
		n++
	}
	for i, r := range list {
		if i == 0 {
			begin()
		}
		switch r {
		case '(', '<':
			depth++
		case ')', '>':
			depth--
		}
		out += string(r)
		if r == ',' && depth == 0 {
			out += " "
			begin()
		}
	}
	return out
}

func sqlType(text string) (types.Type, error) {
	d, err := parser.ParseType(text)
	if err != nil {
		return types.Type{}, err
	}
	return dataType(d)
}
