-- expect: config-deprecated
-- tuned: no
-- on: flink
-- cluster: state.checkpoint-storage=filesystem
-- cluster: restart-strategy=fixed-delay
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='100','fields.k.min'='0','fields.k.max'='90','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(*) FROM s GROUP BY k;
