-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE l (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='150','fields.id.min'='0','fields.id.max'='400');
CREATE TABLE r (id INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector'='datagen','rows-per-second'='250','fields.id.min'='0','fields.id.max'='400');
CREATE TABLE o (a INT, b INT) WITH ('connector'='blackhole');
INSERT INTO o SELECT L.id, R.id FROM (SELECT * FROM TABLE(TUMBLE(TABLE l, DESCRIPTOR(ts), INTERVAL '4' SECOND))) L JOIN (SELECT * FROM TABLE(TUMBLE(TABLE r, DESCRIPTOR(ts), INTERVAL '4' SECOND))) R ON L.id = R.id AND L.window_start = R.window_start AND L.window_end = R.window_end;
