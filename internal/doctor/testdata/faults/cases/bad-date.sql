-- expect: user-exception
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
SET 'restart-strategy.type'='fixed-delay';
SET 'restart-strategy.fixed-delay.attempts'='1000';
SET 'restart-strategy.fixed-delay.delay'='3 s';
CREATE TABLE s (id BIGINT) WITH ('connector'='datagen','rows-per-second'='100','fields.id.kind'='sequence','fields.id.start'='0','fields.id.end'='100000');
CREATE TABLE o (id BIGINT, d DATE) WITH ('connector'='blackhole');
INSERT INTO o SELECT id, CAST(CASE WHEN MOD(id, 800) = 799 THEN '31/12/2026' ELSE '2026-12-31' END AS DATE) FROM s;
