-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, v INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='5','fields.v.min'='0','fields.v.max'='9999');
CREATE TABLE o (e TIMESTAMP(3), k INT, v INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT window_end, k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, k ORDER BY v DESC) AS n FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '4' SECOND))) WHERE n <= 2;
