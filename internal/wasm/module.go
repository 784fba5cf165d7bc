// Package wasm calls functions of WebAssembly modules as scalar SQL functions.
//
// # ABI
//
// Numbers travel as what they are: BOOLEAN, TINYINT, SMALLINT, INT and DATE as i32,
// BIGINT, TIMESTAMP and TIMESTAMP_LTZ (in the unit of their precision, since 1970) as
// i64, FLOAT as f32, DOUBLE as f64. A text or BYTES is two i32, address and length in
// the module's memory; the module exports alloc(i32) i32, which is asked for room for
// each, and may export free(i32, i32), which gets address and length back after the
// call. A text or BYTES result is one i64: address << 32 | length.
//
// A NULL argument makes the result NULL; the function is not called. Memory and time
// of a call are bounded. Modules may import WASI; they see no files, no environment
// and no clock but a fake one, so that a function gives the same result for the same
// arguments.
package wasm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

const (
	memoryPages = 1024 // 64 MiB, of 64 KiB each
	// callLimit bounds one call. The row that takes longer fails the job.
	callLimit = 10 * time.Second
)

// Signature names a function of a module. Without Declared its SQL types follow
// from those of WebAssembly, which has numbers only.
type Signature struct {
	Name      string // in SQL
	Export    string
	Path      string // of the module
	Declared  bool
	Arguments []types.Type
	Result    types.Type
}

// Load compiles a module and checks that it has the function.
func Load(s Signature) (*expr.UserFunction, error) {
	code, err := os.ReadFile(s.Path)
	if err != nil {
		return nil, fmt.Errorf("The module '%s' cannot be read: %w", s.Path, err)
	}
	return Compile(s, code)
}

// Compile is Load of a module that has been read.
func Compile(s Signature, code []byte) (*expr.UserFunction, error) {
	return compile(s, code, callLimit)
}

func compile(s Signature, code []byte, limit time.Duration) (*expr.UserFunction, error) {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages).WithCloseOnContextDone(true))
	compiled, err := runtime.CompileModule(ctx, code)
	if err != nil {
		return nil, fmt.Errorf("'%s' is no WebAssembly module: %w", s.Path, err)
	}
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return nil, err
	}
	exports := compiled.ExportedFunctions()
	def := exports[s.Export]
	if def == nil {
		return nil, fmt.Errorf("The module '%s' has no function '%s'; it has %s", s.Path, s.Export, names(exports))
	}
	if !s.Declared {
		if s.Arguments, s.Result, err = numbers(def); err != nil {
			return nil, err
		}
	}
	if err := s.check(def, exports); err != nil {
		return nil, err
	}
	m := &module{Signature: s, runtime: runtime, compiled: compiled, limit: limit}
	return &expr.UserFunction{
		Name: s.Name, Infer: m.infer, New: m.newCaller, Append: isText(s.Result), Deterministic: true,
	}, nil
}

func names(exports map[string]api.FunctionDefinition) string {
	var list []string
	for n := range exports {
		if n != "alloc" && n != "free" && !strings.HasPrefix(n, "_") {
			list = append(list, n)
		}
	}
	if len(list) == 0 {
		return "none"
	}
	sortNames(list)
	return strings.Join(list, ", ")
}

// numbers are the SQL types of a function of numbers.
func numbers(def api.FunctionDefinition) (args []types.Type, result types.Type, err error) {
	for _, t := range def.ParamTypes() {
		args = append(args, numberType(t))
	}
	if len(def.ResultTypes()) != 1 {
		return nil, result, fmt.Errorf("The function '%s' of the module has %d results; SQL needs one", def.Name(), len(def.ResultTypes()))
	}
	return args, numberType(def.ResultTypes()[0]), nil
}

func numberType(t api.ValueType) types.Type {
	switch t {
	case api.ValueTypeI64:
		return types.Of(types.BigInt)
	case api.ValueTypeF32:
		return types.Of(types.Float)
	case api.ValueTypeF64:
		return types.Of(types.Double)
	}
	return types.Of(types.Int)
}

func isText(t types.Type) bool { return t.Physical() == types.LayoutBytes }

// wire is how a value of a type travels as an argument.
func wire(t types.Type) ([]api.ValueType, error) {
	switch t.Kind {
	case types.Boolean, types.TinyInt, types.SmallInt, types.Int, types.Date:
		return []api.ValueType{api.ValueTypeI32}, nil
	case types.BigInt:
		return []api.ValueType{api.ValueTypeI64}, nil
	case types.Timestamp, types.TimestampLTZ:
		if !t.HasNanos() { // which 64 bits cannot count in all years
			return []api.ValueType{api.ValueTypeI64}, nil
		}
	case types.Float:
		return []api.ValueType{api.ValueTypeF32}, nil
	case types.Double:
		return []api.ValueType{api.ValueTypeF64}, nil
	}
	if isText(t) {
		return []api.ValueType{api.ValueTypeI32, api.ValueTypeI32}, nil
	}
	return nil, fmt.Errorf("%s cannot be passed to a WASM function", t)
}

// check compares the SQL types with those of the module.
func (s *Signature) check(def api.FunctionDefinition, exports map[string]api.FunctionDefinition) error {
	var want []api.ValueType
	texts := isText(s.Result)
	for _, a := range s.Arguments {
		w, err := wire(a)
		if err != nil {
			return err
		}
		texts = texts || isText(a)
		want = append(want, w...)
	}
	result, err := wire(s.Result)
	if err != nil {
		return err
	}
	if isText(s.Result) {
		result = []api.ValueType{api.ValueTypeI64}
	}
	if !same(want, def.ParamTypes()) || !same(result, def.ResultTypes()) {
		return fmt.Errorf("The function '%s' of the module is %s, but its SQL types need %s", s.Export,
			signatureText(def.ParamTypes(), def.ResultTypes()), signatureText(want, result))
	}
	if alloc := exports["alloc"]; texts && (alloc == nil || !same(alloc.ParamTypes(), []api.ValueType{api.ValueTypeI32}) || !same(alloc.ResultTypes(), []api.ValueType{api.ValueTypeI32})) {
		return errors.New("A module whose functions take texts must export alloc(i32) i32")
	}
	return nil
}

func same(a, b []api.ValueType) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func signatureText(params, results []api.ValueType) string {
	list := func(ts []api.ValueType) string {
		parts := make([]string, len(ts))
		for i, t := range ts {
			parts[i] = api.ValueTypeName(t)
		}
		return strings.Join(parts, ", ")
	}
	return "(" + list(params) + ") → " + list(results)
}

// module is a function that has been compiled.
type module struct {
	Signature
	limit    time.Duration
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
}

func (m *module) infer(args []types.Type) ([]types.Type, types.Type, error) {
	if len(args) != len(m.Arguments) {
		return nil, types.Type{}, fmt.Errorf("%s takes %d arguments", m.Name, len(m.Arguments))
	}
	return m.Arguments, m.Result.WithNull(true), nil
}

// newCaller makes an instance of the module for one goroutine.
func (m *module) newCaller() (func(args []*batch.Vector, rows []int32, out *batch.Vector) error, error) {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	instance, err := m.runtime.InstantiateModule(ctx, m.compiled, wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize"))
	if err != nil {
		return nil, fmt.Errorf("The WASM function %s cannot be started: %s", m.Name, reason(err))
	}
	c := &caller{module: m, memory: instance.Memory(), call: instance.ExportedFunction(m.Export), alloc: instance.ExportedFunction("alloc"), free: instance.ExportedFunction("free")}
	return c.eval, nil
}
