-- expect: slow-operator
-- tuned: no
-- on: flott
-- work: flott=60 flink=60
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, t STRING) WITH ('connector'='datagen','rows-per-second'='1000','fields.t.length'='40');
CREATE TABLE o (w STRING, n BIGINT) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='30 s';
INSERT INTO o SELECT w, COUNT(*) FROM (SELECT SUBSTRING(SHA256(REPEAT(t, {work} * x)), 1, 4) AS w FROM s CROSS JOIN UNNEST(ARRAY[1,2,3,4,5,6,7,8,9,10,11,12]) AS u(x)) GROUP BY w;
