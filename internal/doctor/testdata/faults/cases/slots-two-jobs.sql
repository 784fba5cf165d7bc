-- expect: slots-exhausted
-- tuned: no
-- on: flink
-- after: 40s
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='3';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='100','fields.k.min'='0','fields.k.max'='90','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
CREATE TABLE p (k INT, v INT) WITH ('connector'='blackhole');
SET 'pipeline.name'='the first';
INSERT INTO o SELECT k, COUNT(*) FROM s GROUP BY k;
SET 'pipeline.name'='slots-two-jobs';
INSERT INTO p SELECT k, v FROM s WHERE v > 50;
