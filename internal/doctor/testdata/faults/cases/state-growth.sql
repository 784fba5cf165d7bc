-- expect: state-growth
-- after: 50s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k STRING) WITH ('connector'='datagen','rows-per-second'='3000','fields.k.length'='100');
CREATE TABLE o (id BIGINT, k STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, MAX(k) FROM s GROUP BY id;
