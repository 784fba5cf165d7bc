-- expect: idle-source
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE a (id BIGINT, k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE b (id BIGINT, k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='filesystem','path'='{dir}/empty','format'='json','source.monitor-interval'='1s');
CREATE TABLE o (w TIMESTAMP(3), k INT, n BIGINT) WITH ('connector'='blackhole');
CREATE TEMPORARY VIEW u AS SELECT id, k, ts FROM a UNION ALL SELECT id, k, ts FROM b;
INSERT INTO o SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, k;
