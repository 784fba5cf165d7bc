-- expect: late-data
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, d INT, ts AS TIMESTAMPADD(SECOND, -d, LOCALTIMESTAMP), WATERMARK FOR ts AS ts) WITH ('connector'='datagen','rows-per-second'='250','fields.k.min'='0','fields.k.max'='500','fields.d.min'='0','fields.d.max'='8');
CREATE TABLE o (k INT, w TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY k, window_start, window_end;
