-- expect: checkpoint-timeout-short
-- tuned: no
-- on: flink
-- after: 50s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.timeout'='150 ms';
SET 'execution.checkpointing.incremental'='false';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='5000';
CREATE TABLE s (k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='1500','fields.k.min'='0','fields.k.max'='20000','fields.v.length'='1500');
CREATE TABLE o (k INT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, LAST_VALUE(v) FROM s GROUP BY k;
