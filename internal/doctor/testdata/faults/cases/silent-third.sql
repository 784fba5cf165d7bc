-- expect: idle-source
-- after: 40s
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE a (k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='90','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE b (k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='40','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE c (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='filesystem','path'='{dir}/nothing','format'='csv','source.monitor-interval'='2s');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
CREATE TEMPORARY VIEW u AS SELECT k, ts FROM a UNION ALL SELECT k, ts FROM b UNION ALL SELECT k, ts FROM c;
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(CUMULATE(TABLE u, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '8' SECOND)) GROUP BY k, window_start, window_end;
