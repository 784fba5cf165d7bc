-- expect: none
-- tuned: no
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='300');
CREATE TABLE d (k BIGINT, name STRING) WITH ('connector'='slowdim','delay-ms'='1');
CREATE TABLE o (id BIGINT, name STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT s.id, d.name FROM s JOIN d FOR SYSTEM_TIME AS OF s.pt ON s.k = d.k;
