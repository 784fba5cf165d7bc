-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='15000','fields.t.length'='20');
CREATE TABLE o (id BIGINT, t STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, LOWER(t) FROM s WHERE MOD(id, 3) = 0;
