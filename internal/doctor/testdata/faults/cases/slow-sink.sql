-- expect: slow-sink
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='2000');
CREATE TABLE o (id BIGINT, k BIGINT) WITH ('connector'='slow','delay-ms'='10','sink.parallelism'='1');
INSERT INTO o SELECT id, k FROM s;
