-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='10s';
SET 'parallelism.default'='1';
CREATE TABLE sensors (dev INT, temp DOUBLE, ts AS LOCALTIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector'='datagen','rows-per-second'='900','fields.dev.min'='1','fields.dev.max'='400');
CREATE TABLE o (dev INT, e TIMESTAMP(3), hi DOUBLE) WITH ('connector'='blackhole');
INSERT INTO o SELECT dev, window_end, MAX(temp) FROM TABLE(HOP(TABLE sensors, DESCRIPTOR(ts), INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY dev, window_start, window_end;
