-- expect: late-data
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, d INT, ts AS CASE WHEN d < 25 THEN LOCALTIMESTAMP - INTERVAL '5' MINUTE ELSE LOCALTIMESTAMP END, WATERMARK FOR ts AS ts) WITH ('connector'='datagen','rows-per-second'='250','fields.k.min'='0','fields.k.max'='10','fields.d.min'='0','fields.d.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, TUMBLE_END(ts, INTERVAL '3' SECOND), COUNT(*) FROM s GROUP BY k, TUMBLE(ts, INTERVAL '3' SECOND);
