-- expect: slow-lookup
-- tuned: no
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='4';
CREATE TABLE s (id BIGINT, k BIGINT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='1600');
CREATE TABLE fast (k BIGINT, name STRING) WITH ('connector'='slowdim','delay-ms'='0');
CREATE TABLE customers (k BIGINT, name STRING) WITH ('connector'='slowdim','delay-ms'='9');
CREATE TABLE o (id BIGINT, a STRING, b STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT s.id, f.name, c.name FROM s LEFT JOIN fast FOR SYSTEM_TIME AS OF s.pt AS f ON s.k = f.k LEFT JOIN customers FOR SYSTEM_TIME AS OF s.pt AS c ON s.id = c.k;
