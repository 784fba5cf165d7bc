-- expect: config-dangerous
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'restart-strategy.type'='none';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='500','fields.k.min'='0','fields.k.max'='999');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, COUNT(*) FROM s GROUP BY k;
