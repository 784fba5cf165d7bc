-- expect: watermark-skew
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE a (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE b (id INT, ts AS LOCALTIMESTAMP - INTERVAL '40' MINUTE, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='120','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE o (id INT, n BIGINT) WITH ('connector'='blackhole');
CREATE TEMPORARY VIEW u AS SELECT id, ts FROM a UNION ALL SELECT id, ts FROM b;
INSERT INTO o SELECT id, COUNT(*) FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY id, window_start, window_end;
