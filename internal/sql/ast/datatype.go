package ast

// Nullability is what is written after a data type.
type Nullability uint8

const (
	NullUnspecified Nullability = iota // nullable, by Flink's rule
	NotNull
	Null
)

// DataType is a type as written, with synonyms resolved. Name is one of
//
//	CHAR VARCHAR STRING BINARY VARBINARY BYTES BOOLEAN
//	DECIMAL TINYINT SMALLINT INT BIGINT FLOAT DOUBLE REAL
//	DATE TIME TIMESTAMP TIMESTAMP_LTZ TIMESTAMP_TZ INTERVAL
//	ARRAY MULTISET MAP ROW STRUCTURED RAW VARIANT BITMAP NULL
//
// or "" with Other set for a name the dialect does not know (the binder refuses
// it).
type DataType struct {
	Span
	Name     string
	Other    *Name              // a type name the dialect does not know
	Params   []int              // length; precision; precision, scale. nil when not written
	Key      *DataType          // MAP
	Elem     *DataType          // ARRAY, MULTISET, and the value of MAP
	Fields   []Field            // ROW, STRUCTURED
	Class    string             // STRUCTURED, RAW
	Snapshot string             // RAW: the serializer snapshot, base64
	Interval *IntervalQualifier // INTERVAL
	Null     Nullability
}

// Field is one field of a ROW or STRUCTURED type.
type Field struct {
	Span
	Name    Ident
	Type    *DataType
	Comment *Literal
}
