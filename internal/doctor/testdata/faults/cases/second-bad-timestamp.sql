-- expect: user-exception
-- tuned: no
-- after: 40s
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='4';
SET 'restart-strategy.type'='exponential-delay';
SET 'restart-strategy.exponential-delay.initial-backoff'='1 s';
SET 'restart-strategy.exponential-delay.max-backoff'='3 s';
CREATE TABLE s (id BIGINT, d INT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.kind'='sequence','fields.id.start'='1','fields.id.end'='50000','fields.d.min'='1','fields.d.max'='28');
CREATE TABLE o (t TIMESTAMP(3), n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT t, COUNT(*) FROM (SELECT CAST(CONCAT('2026-0', CASE WHEN id > 1200 THEN 'x' ELSE '3' END, '-10 00:00:00') AS TIMESTAMP(3)) AS t FROM s) GROUP BY t;
