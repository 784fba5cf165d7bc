package wasm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/types"
)

// A module is put together from sections: id, length, content. Lengths here are below
// 128, so each is one byte.
func section(id byte, content ...byte) []byte {
	return append([]byte{id, byte(len(content))}, content...)
}

func body(code ...byte) []byte {
	code = append([]byte{0}, append(code, 0x0b)...) // no locals … end
	return append([]byte{byte(len(code))}, code...)
}

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func export(name string, kind, index byte) []byte {
	return join([]byte{byte(len(name))}, []byte(name), []byte{kind, index})
}

const (
	i32, i64, f64 = 0x7f, 0x7e, 0x7c
)

// testModule exports
//
//	add(i64, i64) i64      their sum
//	half(f64) f64          half of it
//	div(i32, i32) i32      traps on zero
//	spin(i32) i32          never ends
//	alloc(i32) i32         a bump allocator that never gives back
//	echo(i32, i32) i64     the text itself
//	outside(i32, i32) i64  a text outside of the memory
func testModule() []byte {
	types := section(1, join([]byte{6},
		[]byte{0x60, 2, i64, i64, 1, i64}, []byte{0x60, 1, f64, 1, f64}, []byte{0x60, 2, i32, i32, 1, i32},
		[]byte{0x60, 1, i32, 1, i32}, []byte{0x60, 2, i32, i32, 1, i64}, []byte{0x60, 0, 0})...)
	functions := section(3, 7, 0, 1, 2, 3, 3, 4, 4)
	memory := section(5, 1, 0, 1)
	globals := section(6, 1, i32, 1, 0x41, 16, 0x0b) // the next free address
	exports := section(7, join([]byte{8}, export("add", 0, 0), export("half", 0, 1), export("div", 0, 2), export("spin", 0, 3),
		export("alloc", 0, 4), export("echo", 0, 5), export("outside", 0, 6), export("memory", 2, 0))...)
	pack := []byte{0x20, 0, 0xad, 0x42, 32, 0x86, 0x20, 1, 0xad, 0x84} // (i64(address) << 32) | i64(length)
	code := section(10, join([]byte{7},
		body(0x20, 0, 0x20, 1, 0x7c),
		body(0x20, 0, 0x44, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f, 0xa2),
		body(0x20, 0, 0x20, 1, 0x6d),
		body(0x03, 0x40, 0x0c, 0, 0x0b, 0x20, 0),
		body(0x23, 0, 0x23, 0, 0x20, 0, 0x6a, 0x24, 0),
		body(pack...),
		body(0x42, 0x7f))...)
	return join([]byte("\x00asm\x01\x00\x00\x00"), types, functions, memory, globals, exports, code)
}

func vector(t types.Type, values ...any) *batch.Vector {
	v := batch.New(t, 0)
	for _, x := range values {
		switch x := x.(type) {
		case nil:
			v.AppendNull()
		case int32:
			v.AppendInt32(x)
		case int64:
			v.AppendInt64(x)
		case float64:
			v.AppendFloat64(x)
		case string:
			v.AppendString(x)
		}
	}
	return v
}

func rows(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(i)
	}
	return out
}

func TestNumbers(t *testing.T) {
	f, err := Compile(Signature{Name: "add", Export: "add"}, testModule())
	if err != nil {
		t.Fatal(err)
	}
	params, result, err := f.Infer([]types.Type{types.Of(types.Int), types.Of(types.Int)})
	if err != nil || params[0].Kind != types.BigInt || result.Kind != types.BigInt {
		t.Fatal(params, result, err)
	}
	eval, err := f.New()
	if err != nil {
		t.Fatal(err)
	}
	a, b := vector(types.Of(types.BigInt), int64(1), nil, int64(-5)), vector(types.Of(types.BigInt), int64(41), int64(1), int64(2))
	out := batch.New(types.Of(types.BigInt), 0)
	out.Resize(3)
	if err := eval([]*batch.Vector{a, b}, rows(3), out); err != nil {
		t.Fatal(err)
	}
	if got := out.Int64s(); got[0] != 42 || !out.IsNull(1) || got[2] != -3 {
		t.Error(got)
	}
	if f, err = Compile(Signature{Name: "half", Export: "half"}, testModule()); err != nil {
		t.Fatal(err)
	}
	if eval, err = f.New(); err != nil {
		t.Fatal(err)
	}
	half := batch.New(types.Of(types.Double), 0)
	half.Resize(1)
	if err := eval([]*batch.Vector{vector(types.Of(types.Double), 5.0)}, rows(1), half); err != nil || half.Float64s()[0] != 2.5 {
		t.Error(half.Float64s(), err)
	}
}

func TestTexts(t *testing.T) {
	s := Signature{Name: "echo", Export: "echo", Declared: true, Arguments: []types.Type{types.String()}, Result: types.String()}
	f, err := Compile(s, testModule())
	if err != nil {
		t.Fatal(err)
	}
	eval, err := f.New()
	if err != nil {
		t.Fatal(err)
	}
	out := batch.New(types.String(), 0)
	in := vector(types.String(), "héllo", nil, "", strings.Repeat("x", 1000))
	if err := eval([]*batch.Vector{in}, rows(4), out); err != nil {
		t.Fatal(err)
	}
	if string(out.At(0)) != "héllo" || !out.IsNull(1) || len(out.At(2)) != 0 || len(out.At(3)) != 1000 {
		t.Error("the texts came back otherwise")
	}
}

func TestFailures(t *testing.T) {
	text := []types.Type{types.String()}
	for _, c := range []struct {
		s    Signature
		args []*batch.Vector
		want string
	}{
		{Signature{Name: "d", Export: "div"}, []*batch.Vector{vector(types.Of(types.Int), int32(7)), vector(types.Of(types.Int), int32(0))},
			"The WASM function d failed: integer divide by zero (in d(7, 0))"},
		{Signature{Name: "o", Export: "outside", Declared: true, Arguments: text, Result: types.String()}, []*batch.Vector{vector(types.String(), "x")},
			"The WASM function o failed: the result lies outside of the memory"},
		{Signature{Name: "e", Export: "echo", Declared: true, Arguments: text, Result: types.String()}, []*batch.Vector{vector(types.String(), strings.Repeat("x", 70_000))},
			"alloc gave an address outside of the memory"},
	} {
		f, err := Compile(c.s, testModule())
		if err != nil {
			t.Fatal(err)
		}
		eval, err := f.New()
		if err != nil {
			t.Fatal(err)
		}
		out := batch.New(c.s.Result, 0)
		if !c.s.Declared {
			out = batch.New(types.Of(types.Int), 0)
			out.Resize(1)
		}
		if err := eval(c.args, rows(1), out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// A function that never ends is stopped.
func TestDeadline(t *testing.T) {
	f, err := compile(Signature{Name: "spin", Export: "spin"}, testModule(), 1)
	if err != nil {
		t.Fatal(err)
	}
	eval, err := f.New()
	if err != nil {
		t.Fatal(err)
	}
	out := batch.New(types.Of(types.Int), 0)
	out.Resize(1)
	err = eval([]*batch.Vector{vector(types.Of(types.Int), int32(1))}, rows(1), out)
	if err == nil || !strings.Contains(err.Error(), "The WASM function spin failed: it took longer than") {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.wasm")
	if err := os.WriteFile(file, []byte("no module"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(Signature{Name: "f", Export: "f", Path: file})
	if err == nil || !strings.Contains(err.Error(), "is no WebAssembly module") {
		t.Error(err)
	}
	_, err = Load(Signature{Name: "f", Export: "f", Path: file + "x"})
	if err == nil || !strings.Contains(err.Error(), "cannot be read") {
		t.Error(err)
	}
	for _, c := range []struct {
		s    Signature
		want string
	}{
		{Signature{Export: "sub"}, "has no function 'sub'; it has add, div, echo, half, outside, spin"},
		{Signature{Export: "add", Declared: true, Arguments: []types.Type{types.String()}, Result: types.String()}, "The function 'add' of the module is (i64, i64) → i64, but its SQL types need (i32, i32) → i64"},
		{Signature{Export: "add", Declared: true, Arguments: []types.Type{types.DecimalOf(10, 2)}, Result: types.String()}, "DECIMAL(10, 2) cannot be passed to a WASM function"},
	} {
		if _, err := Compile(c.s, testModule()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}
