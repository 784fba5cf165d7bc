-- expect: watermark-stalled
-- tuned: no
-- after: 50s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, v INT, ts AS TIMESTAMP '2026-01-01 00:00:00', WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='30','fields.v.min'='0','fields.v.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, MAX(v) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY k, window_start, window_end;
