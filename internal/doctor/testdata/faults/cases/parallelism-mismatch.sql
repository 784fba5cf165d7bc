-- expect: parallelism-mismatch
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TEMPORARY FUNCTION spin AS 'flott.Spin';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='2000','scan.parallelism'='4');
CREATE TABLE o (k BIGINT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, spin(k, 2500) FROM s;
