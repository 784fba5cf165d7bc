-- expect: checkpoint-sync-slow
-- on: flink
SET 'execution.checkpointing.interval'='10s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='50');
CREATE TABLE o (id BIGINT, k BIGINT) WITH ('connector'='slow','delay-ms'='0','flush-ms'='3000');
INSERT INTO o SELECT id, SUM(k) FROM s GROUP BY id;
