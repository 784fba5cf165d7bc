-- expect: checkpoint-declined
-- tuned: no
-- do: fill-storage 12s
-- after: 45s
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='2';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='10000';
SET 'table.exec.state.ttl'='10 min';
CREATE TABLE s (k INT, v STRING) WITH ('connector'='datagen','rows-per-second'='400','fields.k.min'='0','fields.k.max'='3000','fields.v.length'='2000');
CREATE TABLE o (k INT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, LAST_VALUE(v) FROM s GROUP BY k;
