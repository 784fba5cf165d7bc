// Package types holds the SQL logical types: data only, no behaviour beyond
// comparison and printing as Flink prints them.
//
// A Type says what a column means; how its values lie in memory is decided by
// its Physical layout alone (see Physical), so kernels switch on a dozen
// layouts, not on thirty types.
package types

import (
	"fmt"
	"strings"
)

// Kind is the root of a logical type.
type Kind uint8

// The logical type roots, in Flink's order.
const (
	Null Kind = iota // type of a bare NULL literal
	Char
	Varchar // STRING is Varchar with MaxLength
	Boolean
	Binary
	Varbinary // BYTES is Varbinary with MaxLength
	Decimal
	TinyInt
	SmallInt
	Int
	BigInt
	Float
	Double
	Date              // days since 1970-01-01
	Time              // milliseconds of the day
	Timestamp         // without time zone; unit by precision, see TimestampUnit
	TimestampLTZ      // an instant; unit by precision
	IntervalYearMonth // months
	IntervalDayTime   // milliseconds
	Array
	Multiset // element to count
	Map
	Row
	Variant // a JSON-like value of any shape: its canonical JSON text
	Bitmap  // a set of 32-bit integers: a roaring bitmap in its portable format
)

// MaxLength is the length of STRING and BYTES.
const MaxLength = 1<<31 - 1

// TimeAttribute marks a column as carrying time progress. It is a property of
// the plan, not of the value: it never changes the layout.
type TimeAttribute uint8

// The time attributes a column can have.
const (
	NoTime TimeAttribute = iota
	Rowtime
	Proctime
)

// Type is an SQL logical type. It is a value; Elem, Key and Fields are shared
// and must not be changed after construction. The zero Type is NULL NOT NULL.
type Type struct {
	Kind     Kind
	Nullable bool
	// Length is the length of CHAR/VARCHAR/BINARY/VARBINARY, the precision of
	// DECIMAL (1..38), TIME and TIMESTAMP (0..9).
	Length int
	Scale  int     // DECIMAL: digits after the point, 0..Length
	Elem   *Type   // ARRAY and MULTISET element, MAP value
	Key    *Type   // MAP key
	Fields []Field // ROW
	Class  string  // ROW: the class of a STRUCTURED type, "" for a plain ROW
	Time   TimeAttribute
}

// Field is a named member of a ROW, and a column of a Schema.
type Field struct {
	Name string
	Type Type
}

// Of returns a nullable type of a kind that needs no parameters.
func Of(k Kind) Type { return Type{Kind: k, Nullable: true} }

// String and Bytes are Flink's STRING and BYTES, nullable.
func String() Type { return Type{Kind: Varchar, Length: MaxLength, Nullable: true} }

// Bytes is VARBINARY(2147483647), nullable.
func Bytes() Type { return Type{Kind: Varbinary, Length: MaxLength, Nullable: true} }

// DecimalOf is DECIMAL(p, s), nullable.
func DecimalOf(p, s int) Type { return Type{Kind: Decimal, Length: p, Scale: s, Nullable: true} }

// TimestampOf is TIMESTAMP(p), nullable.
func TimestampOf(p int) Type { return Type{Kind: Timestamp, Length: p, Nullable: true} }

// TimestampLTZOf is TIMESTAMP_LTZ(p), nullable.
func TimestampLTZOf(p int) Type { return Type{Kind: TimestampLTZ, Length: p, Nullable: true} }

// ArrayOf is ARRAY<elem>, nullable.
func ArrayOf(elem Type) Type { return Type{Kind: Array, Elem: &elem, Nullable: true} }

// MapOf is MAP<key, value>, nullable.
func MapOf(key, value Type) Type { return Type{Kind: Map, Key: &key, Elem: &value, Nullable: true} }

// RowOf is ROW<fields>, nullable.
func RowOf(fields ...Field) Type { return Type{Kind: Row, Fields: fields, Nullable: true} }

// StructuredOf is STRUCTURED<'class', fields>, nullable: a row that knows its class.
func StructuredOf(class string, fields ...Field) Type {
	return Type{Kind: Row, Class: class, Fields: fields, Nullable: true}
}

// NotNull returns t without NULL among its values.
func (t Type) NotNull() Type { t.Nullable = false; return t }

// WithNull returns t with the given nullability.
func (t Type) WithNull(nullable bool) Type { t.Nullable = nullable; return t }

// WithoutTime returns t as a plain type, without its time attribute.
func (t Type) WithoutTime() Type { t.Time = NoTime; return t }

// Equal reports whether two types are the same, nullability included and the
// time attribute excluded.
func (t Type) Equal(o Type) bool { return t.Nullable == o.Nullable && t.EqualIgnoringNull(o) }

// EqualIgnoringNull compares types without looking at top-level nullability.
func (t Type) EqualIgnoringNull(o Type) bool {
	if t.Kind != o.Kind || t.Length != o.Length || t.Scale != o.Scale || len(t.Fields) != len(o.Fields) || t.Class != o.Class {
		return false
	}
	if (t.Elem == nil) != (o.Elem == nil) || (t.Key == nil) != (o.Key == nil) {
		return false
	}
	if t.Elem != nil && !t.Elem.Equal(*o.Elem) || t.Key != nil && !t.Key.Equal(*o.Key) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return true
}

// Family predicates, as SQL groups types.

// IsCharacter reports CHAR or VARCHAR.
func (t Type) IsCharacter() bool { return t.Kind == Char || t.Kind == Varchar }

// IsBinary reports BINARY or VARBINARY.
func (t Type) IsBinary() bool { return t.Kind == Binary || t.Kind == Varbinary }

// IsInteger reports TINYINT, SMALLINT, INT or BIGINT.
func (t Type) IsInteger() bool { return t.Kind >= TinyInt && t.Kind <= BigInt }

// IsExact reports an integer or DECIMAL.
func (t Type) IsExact() bool { return t.Kind >= Decimal && t.Kind <= BigInt }

// IsApproximate reports FLOAT or DOUBLE.
func (t Type) IsApproximate() bool { return t.Kind == Float || t.Kind == Double }

// IsNumeric reports any number type.
func (t Type) IsNumeric() bool { return t.Kind >= Decimal && t.Kind <= Double }

// IsTimestamp reports TIMESTAMP or TIMESTAMP_LTZ.
func (t Type) IsTimestamp() bool { return t.Kind == Timestamp || t.Kind == TimestampLTZ }

// IsTemporal reports DATE, TIME or a timestamp.
func (t Type) IsTemporal() bool { return t.Kind >= Date && t.Kind <= TimestampLTZ }

// IsInterval reports either interval kind.
func (t Type) IsInterval() bool { return t.Kind == IntervalYearMonth || t.Kind == IntervalDayTime }

// UnitsPerSecond is how many ticks of the physical integer of a timestamp of
// this precision make a second: 1e3 for p<=3, 1e6 for p<=6, else 1e9. Ticks
// count from 1970-01-01T00:00:00 (UTC for TIMESTAMP_LTZ). Milliseconds and
// microseconds of all years of SQL fit 64 bits; nanoseconds take 128.
func (t Type) UnitsPerSecond() int64 {
	switch {
	case t.Length <= 3:
		return 1_000
	case t.Length <= 6:
		return 1_000_000
	}
	return 1_000_000_000
}

// Physical is the memory layout of a column.
type Physical uint8

// The layouts. Fixed-width ones are little-endian Arrow buffers.
const (
	LayoutNull    Physical = iota // no buffer, all null
	LayoutBool                    // bitmap, 1 bit a value
	LayoutInt8                    // TINYINT
	LayoutInt16                   // SMALLINT
	LayoutInt32                   // INT, DATE, TIME, INTERVAL YEAR TO MONTH
	LayoutInt64                   // BIGINT, timestamps up to microseconds, INTERVAL DAY TO SECOND
	LayoutFloat32                 // FLOAT
	LayoutFloat64                 // DOUBLE
	LayoutDecimal                 // 128-bit two's complement, decimal.Num: DECIMAL, timestamps of nanoseconds (p > 6)
	LayoutBytes                   // CHAR, VARCHAR, BINARY, VARBINARY, VARIANT, BITMAP: offsets and bytes
	LayoutList                    // ARRAY: offsets and one child
	LayoutMap                     // MAP, MULTISET: offsets and two children (key, value)
	LayoutRow                     // ROW: one child per field, of the same length
)

var layouts = [...]Physical{
	Null: LayoutNull, Char: LayoutBytes, Varchar: LayoutBytes, Boolean: LayoutBool,
	Binary: LayoutBytes, Varbinary: LayoutBytes, Decimal: LayoutDecimal,
	TinyInt: LayoutInt8, SmallInt: LayoutInt16, Int: LayoutInt32, BigInt: LayoutInt64,
	Float: LayoutFloat32, Double: LayoutFloat64, Date: LayoutInt32, Time: LayoutInt32,
	Timestamp: LayoutInt64, TimestampLTZ: LayoutInt64,
	IntervalYearMonth: LayoutInt32, IntervalDayTime: LayoutInt64,
	Array: LayoutList, Multiset: LayoutMap, Map: LayoutMap, Row: LayoutRow,
	Variant: LayoutBytes, Bitmap: LayoutBytes,
}

// Physical returns the layout of t's columns.
func (t Type) Physical() Physical {
	if t.HasNanos() {
		return LayoutDecimal
	}
	return layouts[t.Kind]
}

// HasNanos reports a timestamp that counts nanoseconds, in 128 bits.
func (t Type) HasNanos() bool { return t.Length > 6 && t.IsTimestamp() }

// Width is the size in bytes of one value of a fixed-width layout, else 0.
// (Bool is a bitmap and counts as 0.)
func (p Physical) Width() int {
	switch p {
	case LayoutInt8:
		return 1
	case LayoutInt16:
		return 2
	case LayoutInt32, LayoutFloat32:
		return 4
	case LayoutInt64, LayoutFloat64:
		return 8
	case LayoutDecimal:
		return 16
	}
	return 0
}

var kindNames = [...]string{
	Null: "NULL", Char: "CHAR", Varchar: "VARCHAR", Boolean: "BOOLEAN", Binary: "BINARY",
	Varbinary: "VARBINARY", Decimal: "DECIMAL", TinyInt: "TINYINT", SmallInt: "SMALLINT",
	Int: "INT", BigInt: "BIGINT", Float: "FLOAT", Double: "DOUBLE", Date: "DATE",
	Time: "TIME", Timestamp: "TIMESTAMP", TimestampLTZ: "TIMESTAMP_LTZ",
	IntervalYearMonth: "INTERVAL MONTH", IntervalDayTime: "INTERVAL SECOND(3)",
	Array: "ARRAY", Multiset: "MULTISET", Map: "MAP", Row: "ROW",
	Variant: "VARIANT", Bitmap: "BITMAP",
}

// String prints the kind as SQL names it.
func (k Kind) String() string { return kindNames[k] }

// String prints t as Flink's asSummaryString does, e.g. "DECIMAL(10, 2) NOT NULL".
func (t Type) String() string {
	s := t.root()
	if !t.Nullable && t.Kind != Null {
		s += " NOT NULL"
	}
	switch t.Time {
	case Rowtime:
		s += " *ROWTIME*"
	case Proctime:
		s += " *PROCTIME*"
	}
	return s
}

func (t Type) root() string {
	name := t.Kind.String()
	switch t.Kind {
	case Varchar:
		if t.Length == MaxLength {
			return "STRING"
		}
		return fmt.Sprintf("%s(%d)", name, t.Length)
	case Varbinary:
		if t.Length == MaxLength {
			return "BYTES"
		}
		return fmt.Sprintf("%s(%d)", name, t.Length)
	case Char, Binary, Time, Timestamp, TimestampLTZ:
		return fmt.Sprintf("%s(%d)", name, t.Length)
	case Decimal:
		return fmt.Sprintf("%s(%d, %d)", name, t.Length, t.Scale)
	case Array, Multiset:
		return fmt.Sprintf("%s<%s>", name, t.Elem)
	case Map:
		return fmt.Sprintf("%s<%s, %s>", name, t.Key, t.Elem)
	case Row:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = fmt.Sprintf("`%s` %s", f.Name, f.Type)
		}
		if t.Class != "" {
			return "STRUCTURED<'" + strings.ReplaceAll(t.Class, "'", "''") + "', " + strings.Join(parts, ", ") + ">"
		}
		return "ROW<" + strings.Join(parts, ", ") + ">"
	}
	return name
}

// Schema is the ordered list of columns of a table, batch or edge.
type Schema []Field

// Types returns the column types in order.
func (s Schema) Types() []Type {
	ts := make([]Type, len(s))
	for i, f := range s {
		ts[i] = f.Type
	}
	return ts
}

// Names returns the column names in order.
func (s Schema) Names() []string {
	ns := make([]string, len(s))
	for i, f := range s {
		ns[i] = f.Name
	}
	return ns
}

// Index returns the position of a column by its exact name, or -1.
func (s Schema) Index(name string) int {
	for i, f := range s {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// String prints the schema as a parenthesised column list.
func (s Schema) String() string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = f.Name + " " + f.Type.String()
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
