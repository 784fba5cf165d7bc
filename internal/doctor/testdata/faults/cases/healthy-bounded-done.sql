-- expect: none
-- tuned: no
-- on: flink
-- after: 25s
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id INT, v INT) WITH ('connector'='datagen','number-of-rows'='3000','rows-per-second'='1000','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (v INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT v, COUNT(*) FROM s GROUP BY v;
