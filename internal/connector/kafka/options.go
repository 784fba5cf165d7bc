package kafka

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flottstream/flott/internal/connector"
	"github.com/flottstream/flott/internal/format"
)

// settings are the options of a table, read. A table's options serve its
// sources and its sinks.
type settings struct {
	table   connector.Table
	mode    Mode
	topics  []string
	pattern *regexp.Regexp // instead of topics, of whole names
	client  *properties
	group   string // consumer group of committed offsets

	key, value *messageFormat // key is nil if records have none
	keyFields  []string
	keyPrefix  string
	exceptKey  bool // the value does not have the fields of the key

	startup, bounded bound
	discovery        time.Duration // 0: once
	scanParallelism  int

	fixed           bool // sink.partitioner = fixed
	guarantee       string
	transactionalID string // prefix, for guarantee exactly-once
	sinkParallelism int
	buffer          bufferOptions
}

// bufferOptions are those of an upsert sink that holds rows back so that a key
// is written once. The zero value writes at once.
type bufferOptions struct {
	rows     int
	interval time.Duration
}

// messageFormat is a format with its options.
type messageFormat struct {
	format.Factory
	options map[string]string
}

// where is a startup or bounded mode.
type where string

// The modes; unbounded is one of scan.bounded.mode alone, earliest one of
// scan.startup.mode.
const (
	earliest  where = "earliest-offset"
	latest    where = "latest-offset"
	committed where = "group-offsets"
	timestamp where = "timestamp"
	specific  where = "specific-offsets"
	unbounded where = "unbounded"
)

// bound is where reading begins or ends.
type bound struct {
	where
	millis  int64           // for timestamp
	offsets map[int32]int64 // for specific
}

func newSettings(env *connector.Env, table connector.Table, mode Mode) (*settings, error) {
	name := "kafka"
	if mode == Upsert {
		name = "upsert-kafka"
	}
	o := connector.NewOptions(name, table.Options)
	s := &settings{table: table, mode: mode}
	o.String("property-version", "")
	o.Required("properties.bootstrap.servers")
	s.readTopics(o)
	s.readFormats(env, o)
	s.readScan(o)
	s.readSink(o)
	props := o.Prefixed("properties.")
	var err error
	if s.client, err = newProperties(props); err != nil {
		o.Fail(err)
	}
	if err := o.Done(); err != nil {
		return nil, err
	}
	if s.group = s.client.group; s.group == "" {
		s.group = "KafkaSource-" + table.Name
	}
	if err := s.checkTransactions(); err != nil {
		return nil, err
	}
	return s, s.checkKey()
}

func (s *settings) readTopics(o *connector.Options) {
	if s.mode == Upsert {
		s.topics = splitList(o.Required("topic"))
		return
	}
	s.topics = splitList(o.String("topic", ""))
	pattern := o.String("topic-pattern", "")
	switch {
	case o.Has("topic") && o.Has("topic-pattern"):
		o.Fail(errors.New("Option 'topic' and 'topic-pattern' shouldn't be set together."))
	case !o.Has("topic") && !o.Has("topic-pattern"):
		o.Fail(errors.New("Either 'topic' or 'topic-pattern' must be set."))
	case o.Has("topic-pattern"):
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			o.Fail(fmt.Errorf("option 'topic-pattern' of connector 'kafka' is no regular expression: %v", err))
		}
		s.pattern = re
	case len(s.topics) == 0:
		o.Fail(errors.New("option 'topic' of connector 'kafka' names no topic"))
	}
}

// splitList reads a list separated by semicolons.
func splitList(text string) (list []string) {
	for _, part := range strings.Split(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func (s *settings) readFormats(env *connector.Env, o *connector.Options) {
	switch {
	case s.mode == Upsert:
		s.key = readFormat(env, o, o.Required("key.format"), "key.")
		s.value = readFormat(env, o, o.Required("value.format"), "value.")
	default:
		if o.Has("key.format") {
			s.key = readFormat(env, o, o.String("key.format", ""), "key.")
		}
		switch {
		case o.Has("format"):
			if o.Has("value.format") {
				o.Fail(errors.New("options 'format' and 'value.format' of connector 'kafka' mean the same: leave one of them out"))
			}
			s.value = readFormat(env, o, o.String("format", ""), "")
		case o.Has("value.format"):
			s.value = readFormat(env, o, o.String("value.format", ""), "value.")
		default:
			o.Fail(errors.New("Could not find required scan format 'value.format'."))
		}
		s.keyFields = splitList(o.String("key.fields", ""))
	}
	s.keyPrefix = o.String("key.fields-prefix", "")
	s.exceptKey = o.Enum("value.fields-include", "ALL", "ALL", "EXCEPT_KEY") == "EXCEPT_KEY"
	if s.mode == Upsert {
		s.checkUpsertFormats(o)
	}
}

// readFormat finds a format and its options, which begin with prefix.
func readFormat(env *connector.Env, o *connector.Options, name, prefix string) *messageFormat {
	if name == "" {
		return nil // Done reports it
	}
	f, ok := env.Formats[name]
	if !ok {
		o.Fail(connector.UnknownFormat(name, env.Formats))
		return nil
	}
	m := &messageFormat{Factory: f, options: map[string]string{}}
	for _, option := range f.Options() {
		if key := prefix + name + "." + option; o.Has(key) {
			m.options[option] = o.String(key, "")
		}
	}
	return m
}

func (s *settings) checkUpsertFormats(o *connector.Options) {
	for _, m := range []struct {
		role string
		*messageFormat
	}{{"key", s.key}, {"value", s.value}} {
		if m.messageFormat != nil && m.Changelog() != format.InsertOnly {
			o.Fail(fmt.Errorf("'upsert-kafka' connector doesn't support '%s' as %s format, because '%s' is not in insert-only mode.", m.Name(), m.role, m.Name()))
		}
	}
	if len(s.table.PrimaryKey) == 0 {
		o.Fail(errors.New("'upsert-kafka' tables require to define a PRIMARY KEY constraint. " +
			"The PRIMARY KEY specifies which columns should be read from or write to the Kafka message key. " +
			"The PRIMARY KEY also defines records in the 'upsert-kafka' table should update or delete on which keys."))
	}
	for _, k := range s.table.PrimaryKey {
		s.keyFields = append(s.keyFields, s.table.Columns[k].Name)
	}
}

func (s *settings) readScan(o *connector.Options) {
	s.startup.where = earliest
	if s.mode == Append {
		s.startup.where = where(o.Enum("scan.startup.mode", string(committed),
			string(earliest), string(latest), string(committed), string(timestamp), string(specific)))
		s.startup.read(o, "startup", s)
		s.discovery = o.Duration("scan.topic-partition-discovery.interval", 5*time.Minute)
	}
	s.bounded.where = where(o.Enum("scan.bounded.mode", string(unbounded),
		string(unbounded), string(latest), string(committed), string(timestamp), string(specific)))
	s.bounded.read(o, "bounded", s)
	if s.bounded.where != unbounded {
		s.discovery = 0
	}
	s.scanParallelism = parallelism(o, "scan.parallelism")
}

// read takes the options that a mode needs and refuses what it has no use for.
func (b *bound) read(o *connector.Options, role string, s *settings) {
	millis, offsets := "scan."+role+".timestamp-millis", "scan."+role+".specific-offsets"
	b.millis = o.Int(millis, 0)
	text := o.String(offsets, "")
	need := func(option string) {
		if !o.Has(option) {
			o.Fail(fmt.Errorf("'%s' is required in '%s' %s mode but missing.", option, b.where, role))
		}
	}
	switch b.where {
	case timestamp:
		need(millis)
	case specific:
		need(offsets)
		if len(s.topics) != 1 {
			o.Fail(errors.New("Currently Kafka source only supports specific offset for single topic."))
		}
		var err error
		if b.offsets, err = parseOffsets(offsets, text); err != nil && o.Has(offsets) {
			o.Fail(err)
		}
	}
}

// parseOffsets reads "partition:0,offset:42;partition:1,offset:300".
func parseOffsets(option, text string) (map[int32]int64, error) {
	wrong := fmt.Errorf("Invalid properties '%s' should follow the format 'partition:0,offset:42;partition:1,offset:300', but is '%s'.", option, text)
	offsets := map[int32]int64{}
	for _, pair := range strings.Split(strings.TrimSuffix(text, ";"), ";") {
		left, right, ok := strings.Cut(pair, ",")
		if !ok {
			return nil, wrong
		}
		p, isPartition := strings.CutPrefix(strings.TrimSpace(left), "partition:")
		at, isOffset := strings.CutPrefix(strings.TrimSpace(right), "offset:")
		partition, err := strconv.ParseInt(strings.TrimSpace(p), 10, 32)
		offset, err2 := strconv.ParseInt(strings.TrimSpace(at), 10, 64)
		if !isPartition || !isOffset || err != nil || err2 != nil || partition < 0 || offset < 0 {
			return nil, wrong
		}
		offsets[int32(partition)] = offset
	}
	return offsets, nil
}

func parallelism(o *connector.Options, name string) int {
	n := o.Int(name, 0)
	if o.Has(name) && n < 1 {
		o.Fail(fmt.Errorf("option '%s' must be at least 1, but is %d", name, n))
	}
	return int(n)
}

func (s *settings) readSink(o *connector.Options) {
	s.sinkParallelism = parallelism(o, "sink.parallelism")
	s.guarantee = o.Enum("sink.delivery-guarantee", "at-least-once", "at-least-once", "none", "exactly-once")
	if s.mode == Append {
		if o.Has("sink.semantic") {
			s.guarantee = o.Enum("sink.semantic", "at-least-once", "at-least-once", "none", "exactly-once")
		}
		s.readPartitioner(o)
	} else {
		s.readBuffer(o)
	}
	s.transactionalID = o.String("sink.transactional-id-prefix", "")
	if naming := o.Enum("sink.transaction-naming-strategy", "default", "default", "INCREMENTING", "POOLING"); naming == "INCREMENTING" {
		o.Fail(errors.New("option 'sink.transaction-naming-strategy' = 'INCREMENTING' is not supported: transactional IDs come from a small pool and are used again, as with 'POOLING'"))
	}
	if s.guarantee == exactlyOnce && s.transactionalID == "" {
		o.Fail(errors.New("sink.transactional-id-prefix must be specified when using DeliveryGuarantee.EXACTLY_ONCE."))
	}
}

const exactlyOnce = "exactly-once"

// checkTransactions checks the client's properties against the guarantee.
func (s *settings) checkTransactions() error {
	if s.guarantee != exactlyOnce {
		if s.client.transactionTimeout > 0 {
			s.client.ignored = append(s.client.ignored, "transaction.timeout.ms")
		}
		return nil
	}
	if !s.client.idempotent {
		return fmt.Errorf("option 'sink.delivery-guarantee' = 'exactly-once' needs 'properties.acks' = 'all' and 'properties.enable.idempotence' = 'true': leave them out")
	}
	return nil
}

func (s *settings) readPartitioner(o *connector.Options) {
	name := o.String("sink.partitioner", "default")
	switch name {
	case "default":
	case "fixed":
		s.fixed = true
	case "round-robin":
		// As in Flink this is the producer's own way with records without a key.
		if len(s.keyFields) > 0 {
			o.Fail(errors.New("Currently 'round-robin' partitioner only works when option 'key.fields' is not specified."))
		}
	default:
		o.Fail(fmt.Errorf("Could not find and instantiate partitioner class '%s': option 'sink.partitioner' must be default, fixed or round-robin", name))
	}
}

func (s *settings) readBuffer(o *connector.Options) {
	s.buffer.rows = int(o.Int("sink.buffer-flush.max-rows", 0))
	s.buffer.interval = o.Duration("sink.buffer-flush.interval", 0)
	if (s.buffer.rows > 0) != (s.buffer.interval > 0) || s.buffer.rows < 0 {
		o.Fail(errors.New("'sink.buffer-flush.max-rows' and 'sink.buffer-flush.interval' must be set to be greater than zero together to enable sink buffer flushing."))
	}
}

// checkKey checks the options of the key against the columns.
func (s *settings) checkKey() error {
	if s.key == nil && len(s.keyFields) > 0 {
		return errors.New("The option 'key.fields' can only be declared if a key format is defined using 'key.format'.")
	}
	if s.key != nil && len(s.keyFields) == 0 {
		return errors.New("A key format 'key.format' requires the declaration of one or more of key fields using 'key.fields'.")
	}
	if s.keyPrefix != "" && !s.exceptKey {
		return errors.New("A key prefix is not allowed when option 'value.fields-include' is set to 'ALL'. " +
			"Set it to 'EXCEPT_KEY' instead to avoid field overlaps.")
	}
	var physical []string
	for _, c := range s.table.Columns {
		if c.Metadata == "" {
			physical = append(physical, c.Name)
		}
	}
	for _, name := range s.keyFields {
		if !slices.Contains(physical, name) {
			return fmt.Errorf("Could not find the field '%s' in the table schema for usage in the key format. "+
				"A key field must be a regular, physical column. "+
				"The following columns can be selected in the 'key.fields' option:\n%s", name, strings.Join(physical, "\n"))
		}
		if !strings.HasPrefix(name, s.keyPrefix) {
			return fmt.Errorf("All fields in 'key.fields' must be prefixed with '%s' when option 'key.fields-prefix' is set but field '%s' is not prefixed.", s.keyPrefix, name)
		}
	}
	if s.mode == Append && len(s.table.PrimaryKey) > 0 && s.value.Changelog() == format.InsertOnly {
		return fmt.Errorf("The Kafka table '%s' with '%s' format doesn't support defining PRIMARY KEY constraint on the table, "+
			"because it can't guarantee the semantic of primary key.", s.table.Name, s.value.Name())
	}
	return nil
}
