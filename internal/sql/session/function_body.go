package session

import (
	"github.com/flottstream/flott/internal/sql/ast"
	"github.com/flottstream/flott/internal/sql/catalog"
)

// plainBody refuses what a function written in Go cannot have.
func plainBody(body *ast.FunctionBody) error {
	switch {
	case body.Language == "PYTHON":
		return fail(body, "", "Python functions cannot be used: functions are written in Go, or compiled to WASM")
	case len(body.Using) > 0:
		return fail(body.Using[0], "functions are written in Go and registered by the program, or compiled to WASM: LANGUAGE WASM USING FILE '…'",
			"USING "+body.Using[0].Kind+" cannot be used: there is no JVM")
	case len(body.Options) > 0:
		return fail(body.Options[0], "", "Options of functions are not supported")
	}
	return nil
}

// wasmBody reads the module and the types of a WASM function.
func wasmBody(f *catalog.Function, body *ast.FunctionBody) error {
	if len(body.Using) != 1 || body.Using[0].Kind == "JAR" {
		return fail(body, "write AS 'export' LANGUAGE WASM USING FILE '/path/module.wasm'", "A WASM function needs USING FILE and one module")
	}
	f.Resource = body.Using[0].Path.Text
	for _, o := range body.Options {
		switch o.Key {
		case "arguments":
			f.Arguments = o.Value
		case "result":
			f.Result = o.Value
		default:
			return fail(o, "there are 'arguments' and 'result'", "Unsupported option '"+o.Key+"' of a WASM function")
		}
	}
	if f.Arguments != "" && f.Result == "" {
		return fail(body, "add 'result' = 'STRING'", "A WASM function with declared arguments needs a declared result")
	}
	return nil
}
