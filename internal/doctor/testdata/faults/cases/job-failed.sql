-- expect: user-exception
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='none';
CREATE TEMPORARY FUNCTION fail AS 'flott.Fail';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='500','fields.id.kind'='sequence','fields.id.start'='0','fields.id.end'='1000000');
CREATE TABLE o (k BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT fail(id, 2000) FROM s;
