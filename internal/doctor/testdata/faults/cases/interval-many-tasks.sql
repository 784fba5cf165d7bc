-- expect: checkpoint-interval-short
-- tuned: no
-- env: FLINK_SLOTS=4
SET 'execution.checkpointing.interval'='40 ms';
SET 'parallelism.default'='6';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='900','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (v BIGINT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT v, COUNT(*) FROM (SELECT k, SUM(v) AS v FROM s GROUP BY k) GROUP BY v;
