-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, v INT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='250','fields.k.min'='0','fields.k.max'='50','fields.v.min'='0','fields.v.max'='99');
CREATE TABLE o (k INT, e TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(pt), INTERVAL '3' SECOND)) GROUP BY k, window_start, window_end;
