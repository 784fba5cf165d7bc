-- expect: checkpoint-declined
-- do: block-storage 25s
-- after: 50s
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='10000';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='30');
CREATE TABLE o (w TIMESTAMP(3), k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT window_start, k, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, k;
