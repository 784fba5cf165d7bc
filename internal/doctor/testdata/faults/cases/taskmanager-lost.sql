-- expect: taskmanager-lost
-- on: flink
-- do: kill-taskmanager 15s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT, v INT) WITH ('connector'='datagen','rows-per-second'='800','fields.id.kind'='random','fields.id.min'='0','fields.id.max'='999','fields.k.min'='0','fields.k.max'='99999','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (id BIGINT, v BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, SUM(v) FROM s GROUP BY id;
