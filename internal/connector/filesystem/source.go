package filesystem

import (
	"context"
	"fmt"
	"strings"

	"github.com/flottstream/flott/internal/batch"
	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/format/scalar"
	"github.com/flottstream/flott/internal/types"
)

// source reads the files of a table.
type source struct {
	*settings
	scan    *connector.Scan
	keep    []int // columns to decode, as indexes into fileColumns
	decoded []int // their places in the output
	fixed   []fixedColumn
	lines   bool
	block   int64
}

// fixedColumn is an output column that has one value per file.
type fixedColumn struct {
	out    int
	column connector.Column
}

// Source reads the options.
func (Factory) Source(env *connector.Env, scan *connector.Scan) (connector.Source, error) {
	settings, err := newSettings(env, scan.Table)
	if err != nil {
		return nil, err
	}
	if settings.remote {
		return nil, fmt.Errorf("path '%s': connector 'filesystem' writes to %s://, but reads files of this machine only yet%w",
			settings.path, strings.SplitN(settings.path, ":", 2)[0], connector.ErrUser)
	}
	s := &source{settings: settings, scan: scan, block: blockBytes}
	inFile := map[int]int{}
	for i, k := range s.fileColumns {
		inFile[k] = i
	}
	for i, f := range scan.Fields {
		if k, ok := inFile[f.Column]; ok {
			s.keep = append(s.keep, k)
			s.decoded = append(s.decoded, i)
			continue
		}
		c := fixedColumn{out: i, column: scan.Table.Columns[f.Column]}
		if _, err := c.value(&splitState{Parts: map[string]string{c.column.Name: s.defaultPart}}, s.defaultPart); err != nil {
			return nil, err
		}
		s.fixed = append(s.fixed, c)
	}
	if f, ok := s.format.(format.FileFormat); ok {
		return s, f.CheckFile(s.kept(), s.options)
	}
	dec, err := s.decoder()
	if err != nil {
		return nil, err
	}
	if l, ok := dec.(format.LineDecoder); ok {
		s.lines = l.Lines()
	}
	return s, nil
}

// kept is the columns that are read from the files.
func (s *source) kept() types.Schema {
	all, out := s.fileSchema(), make(types.Schema, len(s.keep))
	for i, k := range s.keep {
		out[i] = all[k]
	}
	return out
}

// decoder makes a decoder of the columns that are asked for.
func (s *source) decoder() (format.StreamDecoder, error) {
	dec, err := format.NewProjected(s.format, s.fileSchema(), s.keep, s.options)
	if err != nil {
		return nil, err
	}
	stream, ok := dec.(format.StreamDecoder)
	if !ok {
		return nil, fmt.Errorf("format '%s' cannot be read from files by connector 'filesystem'", s.format.Name())
	}
	return stream, nil
}

// Abilities are those of the format; the table is bounded unless it is watched.
func (s *source) Abilities() connector.Abilities {
	return connector.Abilities{Bounded: s.monitor == 0, Changelog: s.format.Changelog()}
}

// Enumerator returns what finds the files.
func (s *source) Enumerator(context.Context, int) (connector.Enumerator, error) {
	return &enumerator{settings: s.settings, filter: s.scan.Filter, lines: s.lines, block: s.block, seen: map[string]bool{}}, nil
}

// Reader returns the reader of a subtask.
func (s *source) Reader(ctx *connector.ReaderContext) (connector.Reader, error) {
	if f, ok := s.format.(format.FileFormat); ok {
		return newReader(s, &whole{source: s, format: f}), nil
	}
	dec, err := s.decoder()
	if err != nil {
		return nil, err
	}
	return newReader(s, &records{source: s, decoder: dec, find: dec.Split()}), nil
}

// value is the one value of the column for a file, as a vector.
func (c *fixedColumn) value(st *splitState, defaultPart string) (*batch.Vector, error) {
	t := c.column.Type
	v := batch.New(t.WithoutTime(), 1)
	if c.column.Metadata == "" {
		text := st.Parts[c.column.Name]
		if text == defaultPart {
			v.AppendNull()
			return v, nil
		}
		return v, appendPartition(v, c.column.Name, []byte(text))
	}
	mismatch := fmt.Errorf("metadata column '%s' cannot have type %s", c.column.Name, t)
	switch c.column.Metadata {
	case filePath, fileName:
		if !t.IsCharacter() {
			return nil, mismatch
		}
		if c.column.Metadata == filePath {
			v.AppendString(st.Path)
		} else {
			v.AppendString(baseName(st.Path))
		}
	case fileSize:
		if t.Kind != types.BigInt {
			return nil, mismatch
		}
		v.AppendInt64(st.Size)
	case modificationTime:
		if t.Kind != types.TimestampLTZ {
			return nil, mismatch
		}
		v.AppendMoment(st.Mtime/1000, st.Mtime%1000*1_000_000)
	default:
		return nil, fmt.Errorf("Invalid metadata key '%s' in column '%s' of table '%s'.", c.column.Metadata, c.column.Name, "filesystem")
	}
	return v, nil
}

// appendPartition appends the value that a directory name gives to a column.
func appendPartition(v *batch.Vector, name string, text []byte) error {
	t := v.Type
	ok := true
	switch t.Kind {
	case types.Char, types.Varchar:
		v.AppendBytes(text)
	case types.Boolean:
		v.AppendBool(scalar.Bool(text))
	case types.TinyInt, types.SmallInt, types.Int, types.BigInt:
		var x int64
		if x, ok = scalar.Int64(text); ok {
			ok = appendInteger(v, x)
		}
	case types.Float:
		var x float32
		x, ok = scalar.Float32(text)
		batch.AppendFixed(v, x)
	case types.Double:
		var x float64
		x, ok = scalar.Float64(text)
		v.AppendFloat64(x)
	case types.Decimal:
		x, fit := scalar.Decimal(text, t.Length, t.Scale)
		ok = fit == scalar.Fits
		batch.AppendFixed(v, x)
	case types.Date:
		var x int32
		x, ok = scalar.Date(text)
		v.AppendInt32(x)
	case types.Timestamp:
		var sec, nano int64
		if sec, nano, ok = scalar.Moment(text, 'T', scalar.NoZone); !ok {
			sec, nano, ok = scalar.Moment(text, ' ', scalar.NoZone)
		}
		v.AppendMoment(sec, nano)
	default:
		return fmt.Errorf("Can't convert %s to type %s for partition value", text, t)
	}
	if !ok {
		return fmt.Errorf("partition column '%s': cannot read '%s' as %s%w", name, text, t, connector.ErrUser)
	}
	return nil
}

func appendInteger(v *batch.Vector, x int64) bool {
	switch v.Type.Kind {
	case types.TinyInt:
		batch.AppendFixed(v, int8(x))
		return x == int64(int8(x))
	case types.SmallInt:
		batch.AppendFixed(v, int16(x))
		return x == int64(int16(x))
	case types.Int:
		v.AppendInt32(int32(x))
		return x == int64(int32(x))
	}
	v.AppendInt64(x)
	return true
}
