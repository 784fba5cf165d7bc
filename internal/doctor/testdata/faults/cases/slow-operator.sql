-- expect: slow-operator
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.optimizer.agg-phase-strategy'='ONE_PHASE';
CREATE TEMPORARY FUNCTION spin AS 'flott.Spin';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='1500');
CREATE TABLE o (k BIGINT, n BIGINT, m BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, n, spin(n, 3000) FROM (SELECT id, COUNT(*) AS n FROM s GROUP BY id);
