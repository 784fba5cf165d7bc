-- expect: heartbeat-timeout
-- on: flink
-- do: freeze-taskmanager 12s
-- after: 40s
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='4';
CREATE TABLE s (k INT, v INT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='30');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) FROM s;
