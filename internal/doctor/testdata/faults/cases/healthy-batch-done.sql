-- expect: none
-- tuned: no
-- on: flink
-- after: 25s
SET 'parallelism.default'='2';
SET 'execution.runtime-mode'='batch';
CREATE TABLE s (id INT, v INT) WITH ('connector'='datagen','number-of-rows'='20000','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (v INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT v, COUNT(*) FROM s GROUP BY v;
