-- expect: cpu-saturated
-- on: flott
-- do: throttle 8s
-- after: 50s
-- tuned: no
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='2500','fields.k.min'='0','fields.k.max'='999');
CREATE TABLE o (k INT, x STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, SHA512(REPEAT(CAST(n AS STRING), 5000)) FROM (SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) AS n FROM s);
