-- expect: none
-- tuned: no
-- on: flink
-- do: savepoint 15s
-- after: 45s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'table.exec.state.ttl'='1 h';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='90','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(*) FROM s GROUP BY k;
