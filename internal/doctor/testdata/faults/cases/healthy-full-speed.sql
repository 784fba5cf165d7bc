-- expect: none
SET 'execution.checkpointing.interval'='3s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen');
CREATE TABLE o (id BIGINT, k BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, k FROM s WHERE id > 0;
