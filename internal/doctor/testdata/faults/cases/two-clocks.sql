-- expect: watermark-skew
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE a (k INT, ts AS LOCALTIMESTAMP - INTERVAL '3' HOUR, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='100','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE b (k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='100','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE o (w TIMESTAMP(3), k INT, n BIGINT) WITH ('connector'='blackhole');
CREATE TEMPORARY VIEW u AS SELECT k, ts FROM a UNION ALL SELECT k, ts FROM b;
INSERT INTO o SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY window_start, window_end, k;
