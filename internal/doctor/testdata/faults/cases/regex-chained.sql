-- expect: slow-operator
-- tuned: no
-- work: flott=1500 flink=100
SET 'execution.checkpointing.interval'='10s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='3000','fields.t.length'='200');
CREATE TABLE o (id BIGINT, t STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, REGEXP_REPLACE(REPEAT(t, {work}), '([0-9a-f])([0-9a-f]+)x?', '$2$1') FROM s;
