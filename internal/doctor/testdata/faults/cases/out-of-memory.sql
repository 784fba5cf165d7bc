-- expect: memory-limit
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay'; 
SET 'restart-strategy.fixed-delay.attempts'='1000';
CREATE TEMPORARY FUNCTION hog AS 'flott.Hog';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='200');
CREATE TABLE o (k BIGINT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, hog(k, TRUE) FROM s;
