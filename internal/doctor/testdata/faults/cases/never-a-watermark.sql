-- expect: watermark-stalled
-- after: 45s
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, ts AS CAST(TO_TIMESTAMP('1970-01-01 00:00:00') AS TIMESTAMP(3)), WATERMARK FOR ts AS CAST(NULL AS TIMESTAMP(3))) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='30');
CREATE TABLE o (w TIMESTAMP(3), k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, k;
