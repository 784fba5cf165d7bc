package kafka

import (
	"errors"
	"fmt"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
	"github.com/flottstream/flott/internal/types"
)

// sink writes the rows of a table to a topic.
type sink struct {
	*settings
	key, value part
	// Columns of the written metadata in the sink's schema, -1 without.
	topicColumn, headersColumn, timestampColumn int
}

func newSink(env *connector.Env, target *connector.Target, mode Mode) (connector.Sink, error) {
	if len(target.Table.Partition) > 0 {
		return nil, connector.WithHint(fmt.Errorf("Table '%s' is a partitioned table, but connector 'kafka' has no partitions by column", target.Table.Name),
			"leave PARTITIONED BY out; 'sink.partitioner' and 'key.fields' say where a row goes")
	}
	settings, err := newSettings(env, target.Table, mode)
	if err != nil {
		return nil, err
	}
	s := &sink{settings: settings, topicColumn: -1, headersColumn: -1, timestampColumn: -1}
	metadata := map[string]connector.Column{}
	for _, c := range target.Table.Columns {
		if c.Metadata != "" {
			metadata[c.Name] = c
		}
	}
	for i, f := range target.Schema {
		if c, ok := metadata[f.Name]; ok {
			if err := s.writes(c, i, f.Type); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case s.pattern != nil:
		return nil, errors.New("Currently Kafka sink only supports 'topic', not 'topic-pattern': name the topic to write to")
	case len(s.topics) > 1 && s.topicColumn < 0:
		return nil, fmt.Errorf("Currently Kafka sink only supports single topic, but got 'topic': %v; a list needs a metadata column 'topic' that says where a row goes", s.topics)
	}
	s.key, s.value = s.parts(target.Schema, func(i int) bool { _, ok := metadata[target.Schema[i].Name]; return !ok })
	_, _, err = s.encoders()
	return s, err
}

// writes notes that column i of the schema is the metadata of c.
func (s *sink) writes(c connector.Column, i int, t types.Type) error {
	ok := false
	switch c.Metadata {
	case metaTopic:
		s.topicColumn, ok = i, t.IsCharacter()
	case metaHeaders:
		s.headersColumn, ok = i, t.Kind == types.Map && t.Key.IsCharacter() && t.Elem.IsBinary()
	case metaTimestamp:
		s.timestampColumn, ok = i, t.Kind == types.TimestampLTZ
	default:
		return fmt.Errorf("metadata column '%s' cannot be written: declare it VIRTUAL", c.Name)
	}
	if !ok {
		return fmt.Errorf("metadata column '%s' cannot have type %s", c.Name, t)
	}
	return nil
}

// encoders makes the encoders of keys (nil without) and values.
func (s *sink) encoders() (key, value format.Encoder, err error) {
	if s.settings.key != nil {
		if key, err = s.settings.key.NewEncoder(s.key.schema, s.settings.key.options); err != nil {
			return nil, nil, err
		}
	}
	value, err = s.settings.value.NewEncoder(s.value.schema, s.settings.value.options)
	return key, value, err
}

// Changelog is what the value's format can express, or upserts.
func (s *sink) Changelog() format.Changelog {
	if s.mode == Upsert {
		return format.Upsert
	}
	return s.settings.value.Changelog()
}

// Parallelism is the option, 0 if not given.
func (s *sink) Parallelism() int { return s.sinkParallelism }

// Writer returns the writer of a subtask.
func (s *sink) Writer(ctx *connector.WriterContext) (connector.Writer, error) {
	key, value, err := s.encoders()
	if err != nil {
		return nil, err
	}
	if ctx.Subtask == 0 {
		s.warn(ctx.Log)
	}
	w, err := newWriter(s, ctx, key, value)
	if err != nil {
		return nil, err
	}
	var held *reducer
	if s.buffer.rows > 0 {
		held = newReducer(w, s.buffer)
	}
	switch {
	case s.guarantee == exactlyOnce:
		return newCommitter(w, held, ctx)
	case held != nil:
		return held, nil
	}
	return w, nil
}
