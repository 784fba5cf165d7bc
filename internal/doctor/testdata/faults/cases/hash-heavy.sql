-- expect: slow-operator
-- tuned: no
-- work: flott=60000 flink=2000
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.optimizer.agg-phase-strategy'='ONE_PHASE';
CREATE TABLE s (id BIGINT, k BIGINT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='1500','fields.k.min'='0','fields.k.max'='4999');
CREATE TABLE o (k BIGINT, n STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, SHA512(REPEAT(CAST(n + id AS STRING), {work})) FROM (SELECT k, id, COUNT(*) OVER (PARTITION BY k ORDER BY pt) AS n FROM s);
