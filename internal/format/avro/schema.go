package avro

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/types"
)

// kind is a type of Avro.
type kind uint8

const (
	null kind = iota
	boolean
	integer
	long
	float
	double
	bytesKind
	str
	record
	array
	mapping
	union
	enum
	fixed
)

var kindNames = [...]string{"null", "boolean", "int", "long", "float", "double", "bytes", "string", "record", "array", "map", "union", "enum", "fixed"}

// String is the name in a schema.
func (k kind) String() string { return kindNames[k] }

// Schema is an Avro schema. Named types may contain themselves.
type Schema struct {
	kind     kind
	name     string    // of record, enum and fixed, with its namespace
	logical  string    // logicalType
	fields   []field   // record
	elem     *Schema   // array and map
	branches []*Schema // union
	symbols  []string  // enum
	size     int       // fixed
	// precision and scale of a decimal
	precision, scale int
}

type field struct {
	name    string
	schema  *Schema
	nullDef bool // the default is null
}

// Parse reads a schema as JSON.
func Parse(text []byte) (*Schema, error) {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, fmt.Errorf("the Avro schema is no JSON: %w", err)
	}
	p := schemaParser{named: map[string]*Schema{}}
	return p.schema(v, "")
}

type schemaParser struct{ named map[string]*Schema }

func (p *schemaParser) schema(v any, namespace string) (*Schema, error) {
	switch v := v.(type) {
	case string:
		return p.name(v, namespace)
	case []any:
		u := &Schema{kind: union}
		for _, b := range v {
			s, err := p.schema(b, namespace)
			if err != nil {
				return nil, err
			}
			if s.kind == union {
				return nil, errors.New("the Avro schema has a union directly in a union")
			}
			u.branches = append(u.branches, s)
		}
		return u, nil
	case map[string]any:
		return p.object(v, namespace)
	}
	return nil, fmt.Errorf("the Avro schema has %v where a type is expected", v)
}

func (p *schemaParser) name(name, namespace string) (*Schema, error) {
	for k := null; k <= str; k++ {
		if k.String() == name {
			return &Schema{kind: k}, nil
		}
	}
	if s, ok := p.named[fullName(name, namespace)]; ok {
		return s, nil
	}
	if s, ok := p.named[name]; ok {
		return s, nil
	}
	return nil, fmt.Errorf("the Avro schema names the type '%s', which it does not define", name)
}

func fullName(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}

func (p *schemaParser) object(v map[string]any, namespace string) (*Schema, error) {
	kindName, isName := v["type"].(string)
	if !isName {
		return p.schema(v["type"], namespace)
	}
	s := &Schema{}
	s.logical, _ = v["logicalType"].(string)
	s.precision, s.scale = number(v["precision"]), number(v["scale"])
	switch kindName {
	case "record", "error", "enum", "fixed":
		name, _ := v["name"].(string)
		if name == "" {
			return nil, fmt.Errorf("the Avro schema has a %s without a name", kindName)
		}
		if space, ok := v["namespace"].(string); ok && !strings.Contains(name, ".") {
			namespace = space
		}
		s.name = fullName(name, namespace)
		if i := strings.LastIndexByte(s.name, '.'); i >= 0 {
			namespace = s.name[:i]
		}
		if p.named[s.name] != nil {
			return nil, fmt.Errorf("the Avro schema defines the type '%s' twice", s.name)
		}
		p.named[s.name] = s
	}
	var err error
	switch kindName {
	case "record", "error":
		s.kind = record
		err = p.fields(s, v["fields"], namespace)
	case "enum":
		s.kind = enum
		list, _ := v["symbols"].([]any)
		for _, x := range list {
			text, _ := x.(string)
			s.symbols = append(s.symbols, text)
		}
	case "fixed":
		s.kind, s.size = fixed, number(v["size"])
	case "array":
		s.kind = array
		s.elem, err = p.schema(v["items"], namespace)
	case "map":
		s.kind = mapping
		s.elem, err = p.schema(v["values"], namespace)
	default:
		named, err := p.name(kindName, namespace)
		if err != nil || named.kind > str {
			return named, err
		}
		s.kind = named.kind
	}
	return s, err
}

func number(v any) int {
	f, _ := v.(float64)
	return int(f)
}

func (p *schemaParser) fields(s *Schema, v any, namespace string) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("the record '%s' of the Avro schema has no fields", s.name)
	}
	for _, x := range list {
		m, _ := x.(map[string]any)
		name, _ := m["name"].(string)
		if name == "" {
			return fmt.Errorf("a field of the record '%s' of the Avro schema has no name", s.name)
		}
		t, err := p.schema(m["type"], namespace)
		if err != nil {
			return err
		}
		def, has := m["default"]
		s.fields = append(s.fields, field{name, t, has && def == nil})
	}
	return nil
}

// mappings says which Avro types stand for SQL's timestamps.
type mappings struct {
	// legacy: TIMESTAMP is timestamp-millis and there is no TIMESTAMP_LTZ. Else
	// TIMESTAMP is local-timestamp-* and TIMESTAMP_LTZ timestamp-*.
	legacy bool
}

// recordName is that of the records Flink writes.
const recordName = "org.apache.flink.avro.generated.record"

// schemaOf is the schema that Flink derives for rows.
func (m mappings) schemaOf(fields []types.Field) (*Schema, error) {
	return m.record(fields, recordName)
}

func (m mappings) record(fields []types.Field, name string) (*Schema, error) {
	s := &Schema{kind: record, name: name}
	for _, f := range fields {
		t, err := m.typ(f.Type, name+"_"+f.Name)
		if err != nil {
			return nil, err
		}
		s.fields = append(s.fields, field{f.Name, t, f.Type.Nullable})
	}
	return s, nil
}

// typ derives the schema of a type; nullable ones are a union with null.
func (m mappings) typ(t types.Type, name string) (*Schema, error) {
	s, err := m.notNull(t, name)
	if err != nil || !t.Nullable || s.kind == null {
		return s, err
	}
	return &Schema{kind: union, branches: []*Schema{{kind: null}, s}}, nil
}

func (m mappings) notNull(t types.Type, name string) (*Schema, error) {
	switch t.Kind {
	case types.Null:
		return &Schema{kind: null}, nil
	case types.Boolean:
		return &Schema{kind: boolean}, nil
	case types.TinyInt, types.SmallInt, types.Int:
		return &Schema{kind: integer}, nil
	case types.BigInt:
		return &Schema{kind: long}, nil
	case types.Float:
		return &Schema{kind: float}, nil
	case types.Double:
		return &Schema{kind: double}, nil
	case types.Char, types.Varchar:
		return &Schema{kind: str}, nil
	case types.Binary, types.Varbinary:
		return &Schema{kind: bytesKind}, nil
	case types.Decimal:
		return &Schema{kind: bytesKind, logical: "decimal", precision: t.Length, scale: t.Scale}, nil
	case types.Date:
		return &Schema{kind: integer, logical: "date"}, nil
	case types.Time:
		if t.Length > 3 {
			return nil, fmt.Errorf("Avro does not support TIME type with precision: %d, it only supports precision less than 3.", t.Length)
		}
		return &Schema{kind: integer, logical: "time-millis"}, nil
	case types.Timestamp, types.TimestampLTZ:
		logical, err := m.timestamp(t)
		return &Schema{kind: long, logical: logical}, err
	case types.Row:
		return m.record(t.Fields, name)
	case types.Array:
		elem, err := m.typ(*t.Elem, name)
		return &Schema{kind: array, elem: elem}, err
	case types.Map, types.Multiset:
		key, value := t.Key, t.Elem
		if t.Kind == types.Multiset {
			count := types.Of(types.Int).NotNull()
			key, value = t.Elem, &count
		}
		if !key.IsCharacter() {
			return nil, fmt.Errorf("Avro format doesn't support non-string as key type of map. The key type is: %s", key)
		}
		elem, err := m.typ(*value, name)
		return &Schema{kind: mapping, elem: elem}, err
	}
	return nil, fmt.Errorf("Unsupported to derive Schema for type: %s", t)
}

func (m mappings) timestamp(t types.Type) (logical string, err error) {
	switch {
	case m.legacy && t.Kind == types.TimestampLTZ:
		return "", fmt.Errorf("Unsupported to derive Schema for type: %s; set 'timestamp_mapping.legacy' to 'false'", t)
	case m.legacy && t.Length > 3:
		return "", fmt.Errorf("Avro does not support TIMESTAMP type with precision: %d, it only supports precision less than 3.", t.Length)
	case t.Length > 6:
		return "", fmt.Errorf("Avro does not support %s type with precision: %d, it only supports precision less than 6.", t.Kind, t.Length)
	}
	logical = "timestamp-millis"
	if t.Length > 3 {
		logical = "timestamp-micros"
	}
	if t.Kind == types.Timestamp && !m.legacy {
		logical = "local-" + logical
	}
	return logical, nil
}

// String is the schema as JSON, as Avro for Java prints it.
func (s *Schema) String() string { return string(s.append(nil, "", map[string]bool{})) }

func (s *Schema) append(dst []byte, namespace string, defined map[string]bool) []byte {
	if s.name != "" && defined[s.name] {
		return appendString(dst, relativeName(s.name, namespace))
	}
	switch s.kind {
	case union:
		dst = append(dst, '[')
		for i, b := range s.branches {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = b.append(dst, namespace, defined)
		}
		return append(dst, ']')
	case array:
		return append(s.elem.append(append(dst, `{"type":"array","items":`...), namespace, defined), '}')
	case mapping:
		return append(s.elem.append(append(dst, `{"type":"map","values":`...), namespace, defined), '}')
	case record, enum, fixed:
		return s.appendNamed(dst, namespace, defined)
	}
	if s.logical == "" {
		return appendString(dst, s.kind.String())
	}
	dst = fmt.Appendf(dst, `{"type":"%s","logicalType":"%s"`, s.kind, s.logical)
	if s.logical == "decimal" {
		dst = fmt.Appendf(dst, `,"precision":%d,"scale":%d`, s.precision, s.scale)
	}
	return append(dst, '}')
}

func relativeName(name, namespace string) string {
	if rest, ok := strings.CutPrefix(name, namespace+"."); ok && !strings.Contains(rest, ".") {
		return rest
	}
	return name
}

func (s *Schema) appendNamed(dst []byte, namespace string, defined map[string]bool) []byte {
	defined[s.name] = true
	dst = fmt.Appendf(dst, `{"type":"%s","name":`, s.kind)
	space, name := "", s.name
	if i := strings.LastIndexByte(s.name, '.'); i >= 0 {
		space, name = s.name[:i], s.name[i+1:]
	}
	dst = appendString(dst, name)
	if space != namespace {
		dst = appendString(append(dst, `,"namespace":`...), space)
	}
	switch s.kind {
	case enum:
		dst = append(dst, `,"symbols":[`...)
		for i, x := range s.symbols {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendString(dst, x)
		}
		return append(dst, `]}`...)
	case fixed:
		return fmt.Appendf(dst, `,"size":%d}`, s.size)
	}
	dst = append(dst, `,"fields":[`...)
	for i, f := range s.fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(append(dst, `{"name":`...), f.name), `,"type":`...)
		dst = f.schema.append(dst, space, defined)
		if f.nullDef {
			dst = append(dst, `,"default":null`...)
		}
		dst = append(dst, '}')
	}
	return append(dst, `]}`...)
}

func appendString(dst []byte, text string) []byte {
	quoted, _ := json.Marshal(text)
	return append(dst, quoted...)
}

// Derive is the schema that Flink derives for rows, with its older mapping of
// timestamps.
func Derive(columns types.Schema) (*Schema, error) { return mappings{legacy: true}.schemaOf(columns) }

// Nullable is a union of null and s.
func Nullable(s *Schema) *Schema {
	return &Schema{kind: union, branches: []*Schema{{kind: null}, s}}
}

// SameLayout reports that records of the two schemas have the same bytes and
// the same field names: names of types, defaults and logical types may differ.
func SameLayout(a, b *Schema) bool {
	if a.kind != b.kind || len(a.fields) != len(b.fields) || len(a.branches) != len(b.branches) || a.size != b.size || len(a.symbols) != len(b.symbols) {
		return false
	}
	for i := range a.fields {
		if a.fields[i].name != b.fields[i].name || !SameLayout(a.fields[i].schema, b.fields[i].schema) {
			return false
		}
	}
	for i := range a.branches {
		if !SameLayout(a.branches[i], b.branches[i]) {
			return false
		}
	}
	return a.elem == nil || SameLayout(a.elem, b.elem)
}
