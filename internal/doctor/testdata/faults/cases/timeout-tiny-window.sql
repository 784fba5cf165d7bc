-- expect: checkpoint-timeout-short
-- tuned: no
SET 'execution.checkpointing.interval'='3s';
SET 'execution.checkpointing.timeout'='12 ms';
SET 'execution.checkpointing.tolerable-failed-checkpoints'='10000';
SET 'parallelism.default'='3';
CREATE TABLE s (id BIGINT, k STRING) WITH ('connector'='datagen','rows-per-second'='2000','fields.k.length'='40');
CREATE TABLE o (id BIGINT, k STRING) WITH ('connector'='filesystem','path'='{dir}/out','format'='csv');
INSERT INTO o SELECT id, k FROM s;
