package protobuf

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/flottstream/flott/internal/types"
)

// message is a message as decoder and encoder walk it. Each place in the
// columns has its own, so it carries what one message needs while it is read.
type message struct {
	columns  []*field // in the order of the columns
	ordered  []*field // by number, as they are written
	dense    []*field // by number, small ones
	sparse   map[protowire.Number]*field
	required []*field
	oneofs   [][]*field // members, in the order of the columns
}

// field is a field of a message, of a map's entry, or an element.
type field struct {
	fd       protoreflect.FieldDescriptor
	typ      types.Type
	kind     protoreflect.Kind
	wire     protowire.Type
	column   int      // -1: not wanted, but it has to be known whether it is there
	message  *message // of kind MessageKind
	entry    *message // of a map: key and value
	oneof    []*field // the members that exclude each other, nil
	defaults bool     // where it is absent the default is read, not NULL
	names    map[int32]string
	numbers  map[string]int32
	number   uint64 // the default
	text     []byte

	spans  [][]byte // what the message has of it, without tag and length
	packed []bool   // of repeated fields: spans[i] holds many values
	joined []byte   // a message that came in parts
	last   map[string]int
}

// builder matches columns with fields, as Flink does.
type builder struct {
	settings
	syntax protoreflect.Syntax // of the file of the outermost message
	write  bool
}

func (b *builder) message(desc protoreflect.MessageDescriptor, columns []types.Field) (*message, error) {
	m := &message{sparse: map[protowire.Number]*field{}}
	known := map[protowire.Number]*field{}
	for i, c := range columns {
		fd := desc.Fields().ByName(protoreflect.Name(c.Name))
		if fd == nil {
			return nil, fmt.Errorf("Column %s does not exist in definition of proto class. Message %s has %s", c.Name, desc.FullName(), fieldNames(desc))
		}
		f, err := b.field(fd, c.Type)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		f.column = i
		m.columns = append(m.columns, f)
		known[fd.Number()] = f
	}
	m.ordered = slices.Clone(m.columns)
	slices.SortFunc(m.ordered, func(x, y *field) int { return cmp.Compare(x.fd.Number(), y.fd.Number()) })
	m.watch(desc, known)
	for n, f := range known {
		if n >= 256 {
			m.sparse[n] = f
			continue
		}
		if int(n) >= len(m.dense) {
			m.dense = append(m.dense, make([]*field, int(n)+1-len(m.dense))...)
		}
		m.dense[n] = f
	}
	for _, f := range m.required {
		if b.write && f.column < 0 {
			return nil, fmt.Errorf("field %s of message %s is required: the table needs a column for it", f.fd.Name(), desc.FullName())
		}
	}
	return m, nil
}

// watch adds the fields that are no columns but matter: required ones, and
// those that exclude a column.
func (m *message) watch(desc protoreflect.MessageDescriptor, known map[protowire.Number]*field) {
	oneofs := map[protoreflect.FullName][]*field{}
	for _, f := range m.columns {
		if o := f.fd.ContainingOneof(); o != nil && !o.IsSynthetic() {
			oneofs[o.FullName()] = append(oneofs[o.FullName()], f)
		}
	}
	for i := range desc.Fields().Len() {
		fd := desc.Fields().Get(i)
		f, wanted := known[fd.Number()]
		o := fd.ContainingOneof()
		excludes := o != nil && oneofs[o.FullName()] != nil
		if !wanted {
			if !excludes && fd.Cardinality() != protoreflect.Required {
				continue
			}
			f = &field{fd: fd, kind: fd.Kind(), wire: wireOf(fd.Kind()), column: -1}
			known[fd.Number()] = f
			if excludes {
				oneofs[o.FullName()] = append(oneofs[o.FullName()], f)
			}
		}
		if fd.Cardinality() == protoreflect.Required {
			m.required = append(m.required, f)
		}
	}
	for _, members := range oneofs {
		for _, f := range members {
			f.oneof = members
		}
		m.oneofs = append(m.oneofs, members)
	}
}

func fieldNames(desc protoreflect.MessageDescriptor) string {
	text := ""
	for i := range desc.Fields().Len() {
		if i > 0 {
			text += ", "
		}
		text += string(desc.Fields().Get(i).Name())
	}
	return text
}

func (b *builder) field(fd protoreflect.FieldDescriptor, t types.Type) (*field, error) {
	f := &field{fd: fd, typ: t, kind: fd.Kind(), wire: wireOf(fd.Kind()), defaults: b.defaults}
	switch {
	case fd.Kind() == protoreflect.GroupKind:
		return nil, fmt.Errorf("field %s is a group, which is not supported", fd.Name())
	case fd.IsMap():
		if t.Kind != types.Map {
			return nil, fmt.Errorf("Unexpected LogicalType: %s. It should be MapType", t)
		}
		entry, err := b.message(fd.Message(), []types.Field{{Name: "key", Type: *t.Key}, {Name: "value", Type: *t.Elem}})
		if err != nil {
			return nil, err
		}
		for _, c := range entry.columns {
			c.defaults = true
		}
		f.entry = entry
		return f, nil
	case fd.IsList():
		if t.Kind != types.Array {
			return nil, fmt.Errorf("Unexpected LogicalType: %s. It should be ArrayType", t)
		}
		return f, b.element(f, *t.Elem)
	}
	// As in Flink: a simple field of proto3 always has a value.
	if f.kind != protoreflect.MessageKind {
		switch b.syntax {
		case protoreflect.Proto3:
			f.defaults = true
		case protoreflect.Editions:
			f.defaults = f.defaults || !fd.HasPresence()
		}
	}
	return f, b.element(f, t)
}

// element says how single values of f are read into t.
func (b *builder) element(f *field, t types.Type) (err error) {
	f.typ = t
	if f.kind == protoreflect.MessageKind {
		if t.Kind != types.Row {
			return fmt.Errorf("Unexpected LogicalType: %s. It should be RowType", t)
		}
		f.message, err = b.message(f.fd.Message(), t.Fields)
		return err
	}
	class, fit := suits(f.kind, t.Kind)
	if !fit {
		return fmt.Errorf("Protobuf field type does not match column type, %s(protobuf) is not compatible with %s", class, t.Kind)
	}
	if f.kind == protoreflect.EnumKind {
		values := f.fd.Enum().Values()
		f.names, f.numbers = map[int32]string{}, map[string]int32{}
		for i := range values.Len() {
			v := values.Get(i)
			if _, given := f.names[int32(v.Number())]; !given {
				f.names[int32(v.Number())] = string(v.Name())
			}
			f.numbers[string(v.Name())] = int32(v.Number())
		}
	}
	if !f.fd.IsList() {
		f.setDefault()
	}
	return nil
}

func (f *field) setDefault() {
	x := f.fd.Default()
	switch f.kind {
	case protoreflect.BoolKind:
		f.number = protowire.EncodeBool(x.Bool())
	case protoreflect.EnumKind:
		f.number = uint64(int64(x.Enum()))
	case protoreflect.FloatKind:
		f.number = uint64(math.Float32bits(float32(x.Float())))
	case protoreflect.DoubleKind:
		f.number = math.Float64bits(x.Float())
	case protoreflect.StringKind:
		f.text = []byte(x.String())
	case protoreflect.BytesKind:
		f.text = x.Bytes()
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		f.number = x.Uint()
	default:
		f.number = uint64(x.Int())
	}
}

// suits reports whether a column of that type holds such a field, whose class
// is what Flink's messages call it.
func suits(kind protoreflect.Kind, t types.Kind) (class string, fit bool) {
	switch kind {
	case protoreflect.BoolKind:
		return "BOOLEAN", t == types.Boolean
	case protoreflect.EnumKind:
		switch t {
		case types.Varchar, types.Char, types.TinyInt, types.SmallInt, types.Int, types.BigInt:
			return "ENUM", true
		}
		return "ENUM", false
	case protoreflect.FloatKind:
		return "FLOAT", t == types.Float
	case protoreflect.DoubleKind:
		return "DOUBLE", t == types.Double
	case protoreflect.StringKind:
		return "STRING", t == types.Varchar || t == types.Char
	case protoreflect.BytesKind:
		return "BYTE_STRING", t == types.Varbinary || t == types.Binary
	case protoreflect.Int64Kind, protoreflect.Uint64Kind, protoreflect.Sint64Kind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return "LONG", t == types.BigInt
	}
	return "INT", t == types.Int
}

func wireOf(kind protoreflect.Kind) protowire.Type {
	switch kind {
	case protoreflect.FloatKind, protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind:
		return protowire.Fixed32Type
	case protoreflect.DoubleKind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return protowire.Fixed64Type
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind:
		return protowire.BytesType
	case protoreflect.GroupKind:
		return protowire.StartGroupType
	}
	return protowire.VarintType
}
