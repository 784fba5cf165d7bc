-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
CREATE TABLE s (k INT, v INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts) WITH ('connector'='datagen','rows-per-second'='400','fields.k.min'='0','fields.k.max'='3');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, COUNT(DISTINCT v) FROM TABLE(CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
