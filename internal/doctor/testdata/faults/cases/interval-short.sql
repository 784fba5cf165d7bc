-- expect: checkpoint-interval-short
-- on: flink
SET 'execution.checkpointing.interval'='20 ms';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='1000','fields.id.kind'='random','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE o (k BIGINT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, COUNT(*) AS n FROM s GROUP BY id;
