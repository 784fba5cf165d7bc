package main

import (
	"fmt"
	"strings"
	"time"
)

// Topics that the job writes.
const (
	copies  = "copies"  // every input row: no operator but the sinks
	windows = "windows" // tumbling windows
	paid    = "paid"    // interval join
	totals  = "totals"  // regular join, then a group aggregation: upsert-kafka
	open    = "open"    // outer join with retractions: upsert-kafka
)

// jobName is its pipeline.name, by which --resume finds its checkpoints.
const jobName = "chaos"

// outputs are the topics that the job writes.
var outputs = []string{copies, windows, paid, totals, open}

// job is what the SQL depends on.
type job struct {
	broker   string
	dir      string // of checkpoints
	interval time.Duration
	timeout  time.Duration // transaction.timeout.ms
	events   []event       // the input ends behind them
}

const script = `SET 'pipeline.name' = '{name}';
SET 'execution.checkpointing.dir' = '{dir}';
SET 'execution.checkpointing.interval' = '{interval} ms';
SET 'execution.checkpointing.num-retained' = '3';
SET 'table.local-time-zone' = 'UTC';

CREATE TABLE orders (id BIGINT, customer STRING, amount BIGINT, ms BIGINT,
  ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts - INTERVAL '{tolerance}' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'orders', 'format' = 'json', {input}, 'scan.bounded.specific-offsets' = '{orders}');

CREATE TABLE payments (id BIGINT, order_id BIGINT, amount BIGINT, ms BIGINT,
  ts AS TO_TIMESTAMP_LTZ(ms, 3), WATERMARK FOR ts AS ts - INTERVAL '{tolerance}' SECOND)
WITH ('connector' = 'kafka', 'topic' = 'payments', 'format' = 'json', {input}, 'scan.bounded.specific-offsets' = '{payments}');

CREATE TABLE copies (source STRING, id BIGINT, k STRING)
WITH ('connector' = 'kafka', 'topic' = 'copies', 'format' = 'json', 'key.format' = 'json', 'key.fields' = 'source;k', {output});

CREATE TABLE windows (window_start TIMESTAMP(3), customer STRING, n BIGINT, total BIGINT, ids STRING)
WITH ('connector' = 'kafka', 'topic' = 'windows', 'format' = 'json', {output});

CREATE TABLE paid (order_id BIGINT, payment BIGINT, customer STRING, amount BIGINT)
WITH ('connector' = 'kafka', 'topic' = 'paid', 'format' = 'json', {output});

CREATE TABLE totals (customer STRING, n BIGINT, total BIGINT, newest BIGINT, PRIMARY KEY (customer) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json', {output});

CREATE TABLE open_orders (id BIGINT, customer STRING, payment BIGINT, amount BIGINT, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'upsert-kafka', 'topic' = 'open', 'key.format' = 'json', 'value.format' = 'json', {output});

EXECUTE STATEMENT SET BEGIN
INSERT INTO copies
  SELECT 'order', id, customer FROM orders UNION ALL SELECT 'payment', id, CAST(MOD(order_id, {keys}) AS STRING) FROM payments;
INSERT INTO windows
  SELECT window_start, customer, COUNT(*), SUM(amount), LISTAGG(CAST(id AS STRING))
  FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '{window}' SECOND)) GROUP BY window_start, window_end, customer;
INSERT INTO paid
  SELECT o.id, p.id, o.customer, p.amount FROM orders o JOIN payments p
  ON o.id = p.order_id AND p.ts BETWEEN o.ts AND o.ts + INTERVAL '{within}' SECOND;
INSERT INTO totals
  SELECT o.customer, COUNT(*), SUM(p.amount), MAX(p.id) FROM orders o JOIN payments p ON o.id = p.order_id GROUP BY o.customer;
INSERT INTO open_orders
  SELECT o.id, o.customer, p.id, p.amount FROM orders o LEFT JOIN payments p ON o.id = p.order_id
  ON CONFLICT DO DEDUPLICATE;
END;
`

const inputOptions = `'properties.bootstrap.servers' = '%s', 'properties.group.id' = 'chaos',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'specific-offsets'`

const outputOptions = `'properties.bootstrap.servers' = '%s',
  'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'chaos', 'properties.transaction.timeout.ms' = '%d'`

// sql is the script of the job.
func (j *job) sql() string {
	orders, payments := counts(j.events)
	return strings.NewReplacer(
		"{name}", jobName, "{dir}", j.dir, "{interval}", fmt.Sprint(j.interval.Milliseconds()),
		"{tolerance}", fmt.Sprint(tolerance/1000), "{window}", fmt.Sprint(window/1000), "{within}", fmt.Sprint(within/1000),
		"{keys}", fmt.Sprint(paymentKeys),
		"{input}", fmt.Sprintf(inputOptions, j.broker), "{output}", fmt.Sprintf(outputOptions, j.broker, j.timeout.Milliseconds()),
		"{orders}", specificOffsets(orders[:]), "{payments}", specificOffsets(payments[:]),
	).Replace(script)
}

// specificOffsets are the ends of partitions in the words of the connector.
func specificOffsets(ends []int64) string {
	parts := make([]string, len(ends))
	for p, end := range ends {
		parts[p] = fmt.Sprintf("partition:%d,offset:%d", p, end)
	}
	return strings.Join(parts, ";")
}
