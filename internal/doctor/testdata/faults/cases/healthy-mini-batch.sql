-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
SET 'table.exec.mini-batch.enabled'='true';
SET 'table.exec.mini-batch.allow-latency'='2 s';
SET 'table.exec.mini-batch.size'='1000';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='600','fields.k.min'='0','fields.k.max'='400','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (b INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT MOD(k, 7), COUNT(DISTINCT v) FROM s GROUP BY MOD(k, 7);
