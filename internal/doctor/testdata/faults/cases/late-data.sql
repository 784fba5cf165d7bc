-- expect: late-data
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT, d INT, ts AS TIMESTAMPADD(SECOND, -d, LOCALTIMESTAMP), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='500','fields.k.min'='0','fields.k.max'='9','fields.d.min'='0','fields.d.max'='30');
CREATE TABLE o (w TIMESTAMP(3), k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '5' SECOND)) GROUP BY window_start, window_end, k;
