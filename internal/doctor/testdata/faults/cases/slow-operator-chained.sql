-- expect: slow-operator
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TEMPORARY FUNCTION spin AS 'flott.Spin';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='2000');
CREATE TABLE o (id BIGINT, k BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, spin(k, 3000) FROM s;
