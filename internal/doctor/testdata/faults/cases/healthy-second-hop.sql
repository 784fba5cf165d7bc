-- expect: none
-- tuned: no
-- env: FLINK_SLOTS=4
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='6';
CREATE TABLE s (k INT, v INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='600','fields.k.min'='0','fields.k.max'='300','fields.v.min'='0','fields.v.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, SUM(v) FROM TABLE(HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY k, window_start, window_end;
