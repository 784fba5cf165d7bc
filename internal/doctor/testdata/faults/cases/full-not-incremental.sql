-- expect: checkpoint-not-incremental
-- on: flink
-- after: 90s
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'execution.checkpointing.incremental'='false';
SET 'parallelism.default'='2';
CREATE TABLE s (id INT, k STRING) WITH ('connector'='datagen','rows-per-second'='1500','fields.id.min'='0','fields.id.max'='12000','fields.k.length'='1800');
CREATE TABLE o (id INT, k STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, LAST_VALUE(k) FROM s GROUP BY id;
