package kafka

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
	"github.com/twmb/franz-go/pkg/kgo"
)

// source reads the topics of a table.
type source struct {
	*settings
	scan  *connector.Scan
	key   decoded
	value decoded
	meta  []metaField
	nulls bool // a record without a value is a row with NULL (format raw)
}

// decoded is the columns that come from the key or the value of records.
type decoded struct {
	schema types.Schema
	keep   []int    // of schema, to decode
	out    []int    // their places in the output, those of keys last
	keys   []string // metadata of the format to decode
}

func newSource(env *connector.Env, scan *connector.Scan, mode Mode) (*source, error) {
	settings, err := newSettings(env, scan.Table, mode)
	if err != nil {
		return nil, err
	}
	s := &source{settings: settings, scan: scan, nulls: settings.value.Name() == "raw"}
	all := make(types.Schema, len(scan.Table.Columns))
	for i, c := range scan.Table.Columns {
		all[i] = types.Field{Name: c.Name, Type: c.Type}
	}
	key, value := s.parts(all, func(i int) bool { return scan.Table.Columns[i].Metadata == "" })
	s.key.schema, s.value.schema = key.schema, value.schema
	var known []int // places of the format's metadata
	for out, f := range scan.Fields {
		if c := scan.Table.Columns[f.Column]; c.Metadata != "" {
			if key, ok := s.valueKey(c); ok {
				s.value.keys, known = append(s.value.keys, key), append(known, out)
				continue
			}
			m, err := newMetaField(c, out)
			if err != nil {
				return nil, err
			}
			s.meta = append(s.meta, m)
			continue
		}
		// A column in both is the value's, as in Flink. Where a value may be
		// missing it is the key's, which is the same unless a stranger wrote it.
		first, second := &s.value, &s.key
		columns, others := value.columns, key.columns
		if mode == Upsert {
			first, second, columns, others = second, first, others, columns
		}
		if !first.take(columns, f.Column, out) && !second.take(others, f.Column, out) {
			return nil, fmt.Errorf("table %s: column '%s' is neither in the key nor in the value", scan.Table.Name, f.Name)
		}
	}
	s.value.out = append(s.value.out, known...)
	if _, _, err = s.decoders(); err != nil {
		return nil, err
	}
	return s, s.checkGroup()
}

// checkGroup refuses the offsets of a group that is not named.
func (s *settings) checkGroup() error {
	if s.client.group != "" || s.startup.where != committed && s.bounded.where != committed {
		return nil
	}
	return connector.WithHint(errors.New("Property group.id is required when using committed offset for offsets initializer"),
		"add 'properties.group.id', or 'scan.startup.mode' = 'earliest-offset'")
}

// valueKey is the key of a metadata column that the value's format knows.
func (s *source) valueKey(c connector.Column) (key string, ok bool) {
	key, ok = strings.CutPrefix(c.Metadata, valuePrefix)
	return key, ok && slices.ContainsFunc(format.MetadataOf(s.settings.value.Factory), func(m format.Metadata) bool {
		return m.Key == key && m.Type.Physical() == c.Type.Physical()
	})
}

// take notes that column of the table is to be decoded, if d has it.
func (d *decoded) take(columns []int, column, out int) bool {
	for i, c := range columns {
		if c == column {
			d.keep = append(d.keep, i)
			d.out = append(d.out, out)
			return true
		}
	}
	return false
}

// decoders makes the decoders of keys (nil without) and values.
func (s *source) decoders() (key, value format.Decoder, err error) {
	if s.settings.key != nil {
		if key, err = format.NewProjected(s.settings.key.Factory, s.key.schema, s.key.keep, s.settings.key.options); err != nil {
			return nil, nil, err
		}
	}
	value, err = format.NewWithMetadata(s.settings.value.Factory, s.value.schema, s.value.keep, s.value.keys, s.settings.value.options)
	return key, value, err
}

// Abilities are those of partitions: each has its own progress.
func (s *source) Abilities() connector.Abilities {
	a := connector.Abilities{
		Bounded: s.bounded.where != unbounded, Changelog: s.settings.value.Changelog(),
		WatermarkPerSplit: true, Parallelism: s.scanParallelism,
	}
	if s.mode == Upsert {
		a.Changelog = format.Upsert
	}
	return a
}

// Reader returns the reader of a subtask.
func (s *source) Reader(ctx *connector.ReaderContext) (connector.Reader, error) {
	key, value, err := s.decoders()
	if err != nil {
		return nil, err
	}
	if ctx.Subtask == 0 {
		s.warn(ctx.Log)
	}
	return newReader(s, ctx, key, value)
}

// resetOption says where to go on when the offset to read is not there any
// more, by Flink's rules.
func (s *settings) resetOption() kgo.Opt {
	policy := s.client.reset
	switch s.startup.where {
	case earliest, specific:
		policy = "earliest"
	case latest, timestamp:
		policy = "latest"
	}
	switch policy {
	case "earliest":
		return kgo.ConsumeResetOffset(kgo.NewOffset().AtStart())
	case "latest":
		return kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd())
	}
	return kgo.ConsumeResetOffset(kgo.NoResetOffset())
}
