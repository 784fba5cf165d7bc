-- expect: late-data
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (usr INT, d INT, ts AS TIMESTAMPADD(SECOND, -d * d, LOCALTIMESTAMP), WATERMARK FOR ts AS ts - INTERVAL '3' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.usr.min'='0','fields.usr.max'='200','fields.d.min'='0','fields.d.max'='7');
CREATE TABLE o (usr INT, b TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT usr, window_start, COUNT(*) FROM TABLE(SESSION(TABLE s PARTITION BY usr, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY usr, window_start, window_end;
