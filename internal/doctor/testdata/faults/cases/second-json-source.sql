-- expect: slow-operator
-- tuned: no
-- work: flott=1200 flink=60
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='4000','fields.t.length'='100');
CREATE TABLE o (id BIGINT, v STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, JSON_VALUE(CONCAT('{"a":"', REPEAT(t, {work}), '","b":{"c":[1,2,3]}}'), '$.b.c[1]') FROM s;
