-- expect: parallelism-mismatch
-- tuned: no
-- work: flott=30000 flink=400
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='1';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='2000','scan.parallelism'='3','fields.t.length'='100');
CREATE TABLE o (id BIGINT, t STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, SHA512(REPEAT(t, {work})) FROM s;
