package flott

import (
	"fmt"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/sql/bind"
	"github.com/flottstream/flott/internal/sql/parser"
	"github.com/flottstream/flott/internal/types"
)

// Columns is a scalar function over whole columns: nothing is boxed or copied.
type Columns struct {
	Arguments []string // SQL types
	Result    string   // SQL type; BOOLEAN, a number, a TIMESTAMP or a text
	// Call computes the result at rows, which ascend. Column i of args has the type
	// Arguments[i]; it has values for all rows of the batch, of which only those at rows
	// are defined. Everything is valid during the call only.
	Call func(args []Column, rows []int32, out *Result) error
}

// Column is the values of one argument.
type Column struct{ v *batch.Vector }

// IsNull reports a NULL. The slices below hold any value there.
func (c Column) IsNull(i int32) bool { return c.v.IsNull(int(i)) }

// HasNulls is false if no row is NULL.
func (c Column) HasNulls() bool { return c.v.Valid != nil }

// Bool is a BOOLEAN.
func (c Column) Bool(i int32) bool { return c.v.Bool(int(i)) }

// Int32s are the values of an INT or DATE (days since 1970).
func (c Column) Int32s() []int32 { return c.v.Int32s() }

// Int64s are the values of a BIGINT, or of a TIMESTAMP in units of its precision: ms up
// to 3 digits, µs up to 6, then ns.
func (c Column) Int64s() []int64 { return c.v.Int64s() }

// Float32s are the values of a FLOAT.
func (c Column) Float32s() []float32 { return c.v.Float32s() }

// Float64s are the values of a DOUBLE.
func (c Column) Float64s() []float64 { return c.v.Float64s() }

// Bytes is a text or BYTES.
func (c Column) Bytes(i int32) []byte { return c.v.At(int(i)) }

// Result takes a value for each row, in order.
type Result struct{ v *batch.Vector }

// Null appends NULL.
func (r *Result) Null() { r.v.AppendNull() }

// Bool appends a BOOLEAN.
func (r *Result) Bool(x bool) { r.v.AppendBool(x) }

// Int32 appends an INT or DATE.
func (r *Result) Int32(x int32) { r.v.AppendInt32(x) }

// Int64 appends a BIGINT or a TIMESTAMP.
func (r *Result) Int64(x int64) { r.v.AppendInt64(x) }

// Float32 appends a FLOAT.
func (r *Result) Float32(x float32) { batch.AppendFixed(r.v, x) }

// Float64 appends a DOUBLE.
func (r *Result) Float64(x float64) { r.v.AppendFloat64(x) }

// Bytes appends a copy of a text or BYTES.
func (r *Result) Bytes(x []byte) { r.v.AppendBytes(x) }

// RegisterScalarColumns registers a function over columns.
func RegisterScalarColumns(p *Program, name string, c Columns) {
	params := make([]types.Type, len(c.Arguments))
	for i, text := range c.Arguments {
		params[i] = sqlType(name, text)
	}
	result := sqlType(name, c.Result).WithNull(true)
	p.users.Scalars[p.key(name)] = &expr.UserFunction{
		Name: name, Append: true, Deterministic: true,
		Infer: func(given []types.Type) ([]types.Type, types.Type, error) {
			if len(given) != len(params) {
				return nil, result, fmt.Errorf("it takes %d arguments", len(params))
			}
			return params, result, nil
		},
		New: func() (func([]*batch.Vector, []int32, *batch.Vector) error, error) {
			columns := make([]Column, len(params))
			return func(args []*batch.Vector, rows []int32, out *batch.Vector) error {
				for i, a := range args {
					columns[i].v = a
				}
				if err := c.Call(columns, rows, &Result{out}); err != nil {
					return failed(name, err)
				}
				return nil
			}, nil
		},
	}
}

// sqlType reads a type; a mistake is one of the program.
func sqlType(name, text string) types.Type {
	d, err := parser.ParseType(text)
	if err == nil {
		var t types.Type
		if t, err = new(bind.Binder).Type(d); err == nil {
			return t
		}
	}
	panic(fmt.Sprintf("flott: function %s: %q is no SQL type: %v", name, text, err))
}
