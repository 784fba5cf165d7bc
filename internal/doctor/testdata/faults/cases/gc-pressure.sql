-- expect: gc-pressure
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TEMPORARY FUNCTION hog AS 'flott.Hog';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='20000');
CREATE TABLE o (k BIGINT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, hog(k, FALSE) FROM s;
