package flott

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
)

// RegisterTable registers a table function of one argument: it emits any number of
// rows for each call. In SQL it stands in FROM:
//
//	SELECT id, word FROM lines, LATERAL TABLE(words(text)) AS t(word)
//	SELECT id, word FROM lines LEFT JOIN LATERAL TABLE(words(text)) AS t(word) ON TRUE
//
// A row is a struct, whose exported fields are the columns (named by the tag `sql:"name"`,
// else as the field in lower case), or a single value: one column EXPR$0. Types are those
// of RegisterScalar. For a NULL argument there are no rows, without a call, unless its type
// is an sql.Null.
func RegisterTable[A, R any](p *Program, name string, f func(a A, emit func(R)) error) {
	a := codecOf[A]()
	rows := rowOf[R](name)
	p.table(name, rows.schema, []accepting{&a}, func() func([]*batch.Vector, int, []*batch.Vector) (int, error) {
		e := &emitter[R]{write: rows.write}
		emit := e.emit
		return func(args []*batch.Vector, i int, out []*batch.Vector) (int, error) {
			if args[0].IsNull(i) && !a.nulls {
				return 0, nil
			}
			e.out, e.n = out, 0
			if err := f(a.read(args[0], i), emit); err != nil {
				return 0, failed(name, err)
			}
			return e.n, nil
		}
	})
}

// RegisterTable2 is RegisterTable of a function of two arguments.
func RegisterTable2[A, B, R any](p *Program, name string, f func(a A, b B, emit func(R)) error) {
	a, b := codecOf[A](), codecOf[B]()
	rows := rowOf[R](name)
	p.table(name, rows.schema, []accepting{&a, &b}, func() func([]*batch.Vector, int, []*batch.Vector) (int, error) {
		e := &emitter[R]{write: rows.write}
		emit := e.emit
		return func(args []*batch.Vector, i int, out []*batch.Vector) (int, error) {
			if args[0].IsNull(i) && !a.nulls || args[1].IsNull(i) && !b.nulls {
				return 0, nil
			}
			e.out, e.n = out, 0
			if err := f(a.read(args[0], i), b.read(args[1], i), emit); err != nil {
				return 0, failed(name, err)
			}
			return e.n, nil
		}
	})
}

// emitter counts the rows of a call.
type emitter[R any] struct {
	write func(out []*batch.Vector, r *R)
	out   []*batch.Vector
	n     int
}

func (e *emitter[R]) emit(r R) {
	e.write(e.out, &r)
	e.n++
}

func (p *Program) table(name string, schema types.Schema, args []accepting, fresh func() func([]*batch.Vector, int, []*batch.Vector) (int, error)) {
	p.users.Tables[p.key(name)] = &expr.UserTable{
		Name: name, New: fresh,
		Infer: func(given []types.Type) ([]types.Type, types.Schema, error) {
			want, err := inferring(args, given)
			return want, append(types.Schema(nil), schema...), err
		},
	}
}

// rowWriter appends rows of type R to columns.
type rowWriter[R any] struct {
	schema types.Schema
	write  func(out []*batch.Vector, r *R)
}

func rowOf[R any](name string) rowWriter[R] {
	t := reflect.TypeFor[R]()
	if t.Kind() != reflect.Struct || strings.HasPrefix(t.String(), "sql.Null[") || t.String() == "time.Time" {
		c := codecOf[R]()
		return rowWriter[R]{types.Schema{{Name: "EXPR$0", Type: c.sql.WithNull(c.nulls)}}, func(out []*batch.Vector, r *R) { c.write(out[0], *r) }}
	}
	var schema types.Schema
	var fields []func(v *batch.Vector, row reflect.Value)
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		sqlType, write := fieldWriter(name, f.Type)
		column := f.Tag.Get("sql")
		if column == "" {
			column = strings.ToLower(f.Name)
		}
		schema = append(schema, types.Field{Name: column, Type: sqlType})
		fields = append(fields, func(v *batch.Vector, row reflect.Value) { write(v, row.Field(i)) })
	}
	if len(fields) == 0 {
		panic(fmt.Sprintf("flott: the rows of function %s have no exported field", name))
	}
	return rowWriter[R]{schema, func(out []*batch.Vector, r *R) {
		row := reflect.ValueOf(r).Elem()
		for i, f := range fields {
			f(out[i], row)
		}
	}}
}

// fieldWriter writes a field of a row.
func fieldWriter(name string, t reflect.Type) (types.Type, func(v *batch.Vector, x reflect.Value)) {
	switch t.Kind() {
	case reflect.Bool:
		return types.Of(types.Boolean).NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendBool(x.Bool()) }
	case reflect.Int32:
		return types.Of(types.Int).NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendInt32(int32(x.Int())) }
	case reflect.Int64, reflect.Int:
		return types.Of(types.BigInt).NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendInt64(x.Int()) }
	case reflect.Float32:
		return types.Of(types.Float).NotNull(), func(v *batch.Vector, x reflect.Value) { batch.AppendFixed(v, float32(x.Float())) }
	case reflect.Float64:
		return types.Of(types.Double).NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendFloat64(x.Float()) }
	case reflect.String:
		return types.String().NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendString(x.String()) }
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return types.Bytes().NotNull(), func(v *batch.Vector, x reflect.Value) { v.AppendBytes(x.Bytes()) }
		}
	case reflect.Struct:
		if t.String() == "time.Time" {
			c := codecOf[timeValue]()
			return c.sql.NotNull(), func(v *batch.Vector, x reflect.Value) { c.write(v, x.Interface().(timeValue)) }
		}
		if strings.HasPrefix(t.String(), "sql.Null[") {
			inner, write := fieldWriter(name, t.Field(0).Type)
			return inner.WithNull(true), func(v *batch.Vector, x reflect.Value) {
				if !x.Field(1).Bool() {
					v.AppendNull()
					return
				}
				write(v, x.Field(0))
			}
		}
	}
	panic(fmt.Sprintf("flott: function %s: a row cannot have a field of type %s; see RegisterScalar for the types", name, t))
}
