-- expect: checkpoint-interval-short
-- on: flink
-- tuned: no
SET 'execution.checkpointing.interval'='10 ms';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k STRING) WITH ('connector'='datagen','rows-per-second'='800','fields.k.length'='40');
CREATE TABLE o (id BIGINT, k STRING) WITH ('connector'='filesystem','path'='{dir}/out','format'='csv');
INSERT INTO o SELECT id, MAX(k) FROM (SELECT id, k, ts FROM (SELECT id, k, PROCTIME() AS ts FROM s)) GROUP BY TUMBLE(ts, INTERVAL '1' SECOND), id;
