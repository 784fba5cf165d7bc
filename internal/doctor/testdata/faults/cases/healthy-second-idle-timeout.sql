-- expect: none
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.exec.source.idle-timeout'='3 s';
CREATE TABLE a (k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='90','fields.k.min'='0','fields.k.max'='9');
CREATE TABLE b (k INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','properties.group.id'='g','scan.startup.mode'='earliest-offset','format'='json');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
CREATE TEMPORARY VIEW u AS SELECT k, ts FROM a UNION ALL SELECT k, ts FROM b;
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end;
