package main

import (
	"strconv"

	"github.com/flottstream/flott/bench/measure"
	"github.com/flottstream/flott/compat"
)

// script holds the last value of every key. Hex characters carry four bits each: codecs that look for repetitions (LZ4,
// Snappy) find none, those that count symbols (Zstd) can halve them, on either engine.
const script = `
CREATE TABLE fill (id BIGINT, payload STRING) WITH (
  'connector' = 'datagen', 'rows-per-second' = '100000000',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '${LAST}',
  'fields.payload.length' = '${VALUE}'
);
CREATE TABLE updates (id BIGINT, payload STRING) WITH (
  'connector' = 'datagen', 'rows-per-second' = '${RATE}',
  'fields.id.min' = '0', 'fields.id.max' = '${LAST}', 'fields.payload.length' = '${VALUE}'
);
CREATE TABLE latest (id BIGINT, payload STRING) WITH ('connector' = 'blackhole');
INSERT INTO latest
SELECT id, LAST_VALUE(payload) FROM (SELECT * FROM fill UNION ALL SELECT * FROM updates) GROUP BY id;
`

// aggregate is how the name of the operator with the state begins, on both engines.
const aggregate = "GroupAggregate"

func text(o *options, keys int64) (string, error) {
	return measure.Variables{
		"LAST": strconv.FormatInt(keys-1, 10), "VALUE": strconv.Itoa(o.value), "RATE": strconv.FormatInt(o.rate, 10),
	}.Fill(script)
}

func statements(o *options, keys int64) ([]string, error) {
	s, err := text(o, keys)
	return compat.Split(s), err
}

func settings(o *options) map[string]string {
	return map[string]string{
		"pipeline.name":                                             "checkpoint benchmark",
		"parallelism.default":                                       strconv.Itoa(o.parallelism),
		"table.local-time-zone":                                     "UTC",
		"execution.checkpointing.interval":                          measure.Duration(o.interval),
		"execution.checkpointing.incremental":                       "true",
		"execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
	}
}
