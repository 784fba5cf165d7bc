-- expect: data-skew
-- on: flink
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
SET 'table.optimizer.agg-phase-strategy'='ONE_PHASE';
CREATE TEMPORARY FUNCTION spin AS 'flott.Spin';
CREATE TABLE s (id BIGINT, k BIGINT) WITH ('connector'='datagen','rows-per-second'='1000','fields.id.kind'='random','fields.id.min'='0','fields.id.max'='99');
CREATE TABLE o (k BIGINT, n BIGINT, m BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT kk, n, spin(n, 5000) FROM (SELECT kk, COUNT(*) AS n FROM (SELECT id, CASE WHEN id < 95 THEN 7 ELSE id END AS kk FROM s) GROUP BY kk);
