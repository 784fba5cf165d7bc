-- expect: slow-lookup
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k BIGINT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='2000');
CREATE TABLE d (k BIGINT, name STRING) WITH ('connector'='slowdim','delay-ms'='20');
CREATE TABLE o (id BIGINT, name STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT a.id, d.name FROM (SELECT id, COUNT(*) AS n, LAST_VALUE(k) AS k, PROCTIME() AS pt FROM s GROUP BY id) a JOIN d FOR SYSTEM_TIME AS OF a.pt ON a.k = d.k;
