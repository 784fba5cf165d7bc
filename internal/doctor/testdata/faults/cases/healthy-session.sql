-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='3';
CREATE TABLE clicks (usr INT, url STRING, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ('connector'='datagen','rows-per-second'='200','fields.usr.min'='0','fields.usr.max'='5000','fields.url.length'='20');
CREATE TABLE o (usr INT, b TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT usr, window_start, COUNT(*) FROM TABLE(SESSION(TABLE clicks PARTITION BY usr, DESCRIPTOR(ts), INTERVAL '4' SECOND)) GROUP BY usr, window_start, window_end;
