-- expect: checkpoint-timeout-short
-- tuned: no
-- on: flott
-- after: 40s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.timeout'='10 ms';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='5000';
CREATE TABLE s (k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='2000','fields.k.min'='0','fields.k.max'='30000','fields.v.length'='1000');
CREATE TABLE o (k INT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, LAST_VALUE(v) FROM s GROUP BY k;
