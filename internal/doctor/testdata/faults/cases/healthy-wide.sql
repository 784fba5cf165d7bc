-- expect: none
-- tuned: no
-- env: FLINK_SLOTS=4
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='8';
CREATE TABLE s (r INT, v INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='160','fields.r.min'='0','fields.r.max'='1','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (r INT, m INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT r, MAX(v) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY r, window_start, window_end;
