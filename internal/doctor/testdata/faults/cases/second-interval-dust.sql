-- expect: checkpoint-interval-short
-- tuned: no
-- on: flott
SET 'execution.checkpointing.interval'='15 ms';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='500','fields.k.min'='0','fields.k.max'='400','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(DISTINCT v) FROM s GROUP BY k;
