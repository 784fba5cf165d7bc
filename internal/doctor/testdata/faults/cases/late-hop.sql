-- expect: late-data
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE s (k INT, d INT, ts AS TIMESTAMPADD(SECOND, CASE WHEN d < 5 THEN -90 ELSE 0 END, LOCALTIMESTAMP), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector'='datagen','rows-per-second'='400','fields.k.min'='0','fields.k.max'='20','fields.d.min'='0','fields.d.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '6' SECOND)) GROUP BY k, window_start, window_end;
