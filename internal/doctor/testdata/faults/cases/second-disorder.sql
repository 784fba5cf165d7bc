-- expect: late-data
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, d INT, ts AS CASE WHEN d < 30 THEN LOCALTIMESTAMP - INTERVAL '2' MINUTE ELSE LOCALTIMESTAMP END, WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='30','fields.d.min'='0','fields.d.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end;
