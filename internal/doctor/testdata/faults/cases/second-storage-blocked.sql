-- expect: checkpoint-declined
-- tuned: no
-- do: block-storage 20s
-- after: 50s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='4';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='10000';
SET 'table.exec.state.ttl'='30 s';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='300','fields.k.min'='0','fields.k.max'='900','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, v INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, v, n FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM s) WHERE n <= 3;
