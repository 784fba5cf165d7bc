-- expect: user-exception
-- tuned: no
-- after: 45s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='3';
SET 'restart-strategy.type'='failure-rate';
SET 'restart-strategy.failure-rate.max-failures-per-interval'='500';
SET 'restart-strategy.failure-rate.delay'='2 s';
CREATE TABLE s (k INT, v INT) WITH ('connector'='datagen','rows-per-second'='200','fields.k.min'='0','fields.k.max'='20','fields.v.min'='0','fields.v.max'='9');
CREATE TABLE o (k INT, b TINYINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, CAST(CASE WHEN n > 150 THEN 'many' ELSE CAST(MOD(n, 100) AS STRING) END AS TINYINT) FROM (SELECT k, COUNT(*) AS n FROM s GROUP BY k);
