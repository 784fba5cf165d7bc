-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, u INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='9','fields.u.min'='0','fields.u.max'='500');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, COUNT(DISTINCT u) FROM TABLE(CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
