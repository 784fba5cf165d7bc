package flott

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/expr"
	"github.com/flottstream/flott/internal/types"
	"github.com/flottstream/flott/internal/valuetext"
)

// TableTrait says what a table argument can be.
type TableTrait uint8

// The traits of table arguments, as Flink's.
const (
	OptionalPartitionBy TableTrait = iota // without PARTITION BY one subtask has all rows
	PassColumnsThrough                    // the output has all columns of the table
	SupportUpdates                        // the table may change: see Table.Kind
	RequireUpdateBefore                   // with SupportUpdates: updates come with the row before
	RequireOnTime                         // a call must say on_time
)

// Table is a table argument. T is a struct, whose exported fields are the columns that
// the function reads (named by the tag `sql:"name"`, else as the field in lower case), or
// AnyRow, which takes any table.
type Table[T any] struct {
	d    *Declaration
	read func(row *T, b *batch.Batch, i int) error
	row  T
	b    *batch.Batch
	i    int
	done bool // row is the current one
}

// RowTable declares a table argument with row semantics: rows have nothing to do with
// each other.
func RowTable[T any](d *Declaration, name string, traits ...TableTrait) *Table[T] {
	return table[T](d, name, false, traits)
}

// SetTable declares a table argument with set semantics: rows of the same PARTITION BY
// come to the same place and share state.
func SetTable[T any](d *Declaration, name string, traits ...TableTrait) *Table[T] {
	return table[T](d, name, true, traits)
}

func table[T any](d *Declaration, name string, set bool, traits []TableTrait) *Table[T] {
	t := &Table[T]{d: d}
	arg := &expr.ProcessTable{Set: set}
	for _, trait := range traits {
		switch trait {
		case OptionalPartitionBy:
			arg.OptionalPartition = true
		case PassColumnsThrough:
			arg.PassThrough = true
		case SupportUpdates:
			arg.Updates = true
		case RequireUpdateBefore:
			arg.UpdateBefore = true
		case RequireOnTime:
			arg.RequireOnTime = true
		default:
			d.mistake("argument %q: there is no trait %d", name, trait)
		}
	}
	arg.Check = func(s types.Schema) error {
		_, err := rowReader[T](s)
		return err
	}
	if _, err := rowReader[T](nil); errors.Is(err, errNoRow) {
		d.mistake("argument %q: %v", name, err)
	}
	d.args = append(d.args, expr.ProcessArg{Name: name, Table: arg})
	d.tables = append(d.tables, rowsOf[T]{t})
	return t
}

// Present reports that the row at hand is of this table. With several tables, one of
// them is; in OnTimer, none.
func (t *Table[T]) Present() bool { return t.b != nil }

// Row is the row at hand, nil if it is not of this table. It is valid during the call.
func (t *Table[T]) Row() *T {
	if t.b == nil {
		return nil
	}
	if !t.done {
		t.done = true
		t.d.note(t.read(&t.row, t.b, t.i))
	}
	return &t.row
}

// Kind says what the row at hand does to its table: Insert, unless the table supports
// updates.
func (t *Table[T]) Kind() Kind {
	if t.b == nil {
		return Insert
	}
	return t.b.Kind(t.i)
}

// rowsOf is how the engine gives a table its rows.
type rowsOf[T any] struct{ t *Table[T] }

// Bind prepares for the columns that come.
func (r rowsOf[T]) Bind(s types.Schema) (err error) {
	r.t.read, err = rowReader[T](s)
	return err
}

// Take makes row i of b the one at hand.
func (r rowsOf[T]) Take(b *batch.Batch, i int) { r.t.b, r.t.i, r.t.done = b, i, false }

// Leave says that no row of the table is at hand.
func (r rowsOf[T]) Leave() { r.t.b = nil }

var errNoRow = errors.New("the rows of a table are a struct or flott.AnyRow")

// AnyRow is a row of a table whose columns are known when the function is called only.
type AnyRow struct {
	schema types.Schema
	b      *batch.Batch
	i      int
}

// Columns are the names of the columns.
func (r *AnyRow) Columns() []string { return r.schema.Names() }

// Index is the position of a column, -1 if there is none of that name.
func (r *AnyRow) Index(column string) int { return r.schema.Index(column) }

// Value is the value of a column in Go, nil for NULL: see Row of Program.Query.
func (r *AnyRow) Value(column int) any { return goValue(r.b.Cols[column], r.i) }

// IsNull reports NULL.
func (r *AnyRow) IsNull(column int) bool { return r.b.Cols[column].IsNull(r.i) }

// Text is the value of a column as a result shows it.
func (r *AnyRow) Text(column int) string {
	return string(valuetext.AppendDisplay(nil, r.b.Cols[column], r.i, time.UTC))
}

// Column gives all values of a column without copying; Position is the row's in it.
func (r *AnyRow) Column(column int) Column { return Column{r.b.Cols[column]} }

// Position is that of the row in its columns.
func (r *AnyRow) Position() int32 { return int32(r.i) }

// rowReader reads rows of a schema into T.
func rowReader[T any](s types.Schema) (func(row *T, b *batch.Batch, i int) error, error) {
	if _, ok := any(new(T)).(*AnyRow); ok {
		return func(row *T, b *batch.Batch, i int) error {
			*any(row).(*AnyRow) = AnyRow{s, b, i}
			return nil
		}, nil
	}
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct || isNull(t) || t == reflect.TypeFor[timeValue]() {
		return nil, errNoRow
	}
	var fields []func(row reflect.Value, b *batch.Batch, i int) error
	for k := range t.NumField() {
		f := t.Field(k)
		if !f.IsExported() {
			continue
		}
		name := columnName(f)
		at := s.Index(name)
		if at < 0 {
			return nil, fmt.Errorf("it needs a column '%s', but the table has %s", name, strings.Join(s.Names(), ", "))
		}
		read, err := fieldReader(f.Type, s[at].Type)
		if err != nil {
			return nil, fmt.Errorf("column '%s': %w", name, err)
		}
		nulls := isNull(f.Type)
		fields = append(fields, func(row reflect.Value, b *batch.Batch, i int) error {
			v := b.Cols[at]
			if v.IsNull(i) && !nulls {
				return fmt.Errorf("column '%s' is NULL; the field for it must be an sql.Null", name)
			}
			read(row.Field(k), v, i)
			return nil
		})
	}
	return func(row *T, b *batch.Batch, i int) error {
		v := reflect.ValueOf(row).Elem()
		for _, f := range fields {
			if err := f(v, b, i); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func isNull(t reflect.Type) bool { return strings.HasPrefix(t.String(), "sql.Null[") }

// columnName is the column of a field.
func columnName(f reflect.StructField) string {
	if name := f.Tag.Get("sql"); name != "" {
		return name
	}
	return strings.ToLower(f.Name)
}

// fieldReader sets a field of type t from a column, which must lose nothing.
func fieldReader(t reflect.Type, column types.Type) (func(x reflect.Value, v *batch.Vector, i int), error) {
	refused := fmt.Errorf("%s cannot be read as %s", column.WithNull(true).WithoutTime(), t)
	if isNull(t) {
		inner, err := fieldReader(t.Field(0).Type, column)
		if err != nil {
			return nil, err
		}
		return func(x reflect.Value, v *batch.Vector, i int) {
			if v.IsNull(i) {
				x.SetZero()
				return
			}
			inner(x.Field(0), v, i)
			x.Field(1).SetBool(true)
		}, nil
	}
	switch t.Kind() {
	case reflect.Bool:
		if column.Kind == types.Boolean {
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetBool(v.Bool(i)) }, nil
		}
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		if read := intReader(column, t.Bits()); read != nil {
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetInt(read(v, i)) }, nil
		}
	case reflect.Float32, reflect.Float64:
		switch {
		case column.Kind == types.Float:
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetFloat(float64(v.Float32s()[i])) }, nil
		case column.Kind == types.Double && t.Kind() == reflect.Float64:
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetFloat(v.Float64s()[i]) }, nil
		}
	case reflect.String:
		if column.IsCharacter() {
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetString(string(v.At(i))) }, nil
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 && column.IsBinary() {
			return func(x reflect.Value, v *batch.Vector, i int) { x.SetBytes(append([]byte(nil), v.At(i)...)) }, nil
		}
	case reflect.Struct:
		if t == reflect.TypeFor[timeValue]() && column.IsTimestamp() {
			return func(x reflect.Value, v *batch.Vector, i int) { *x.Addr().Interface().(*timeValue) = readTime(v, i) }, nil
		}
	}
	return nil, refused
}

// intReader reads an integer column that fits into bits; nil if it does not.
func intReader(column types.Type, bits int) func(v *batch.Vector, i int) int64 {
	switch {
	case column.Kind == types.TinyInt:
		return func(v *batch.Vector, i int) int64 { return int64(v.Int8s()[i]) }
	case column.Kind == types.SmallInt && bits >= 16:
		return func(v *batch.Vector, i int) int64 { return int64(v.Int16s()[i]) }
	case column.Kind == types.Int && bits >= 32:
		return func(v *batch.Vector, i int) int64 { return int64(v.Int32s()[i]) }
	case column.Kind == types.BigInt && bits >= 64:
		return func(v *batch.Vector, i int) int64 { return v.Int64s()[i] }
	}
	return nil
}
