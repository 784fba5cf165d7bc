-- expect: taskmanager-lost
-- on: flink
-- do: kill-taskmanager 15s
-- after: 40s
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='4';
CREATE TABLE a (id INT, x DOUBLE) WITH ('connector'='datagen','rows-per-second'='200','fields.id.min'='0','fields.id.max'='3000');
CREATE TABLE o (id INT, x DOUBLE) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, MAX(x) FROM a GROUP BY id;
