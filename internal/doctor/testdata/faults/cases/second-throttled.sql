-- expect: cpu-saturated
-- tuned: no
-- on: flott
-- do: throttle 10s
-- after: 50s
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, t STRING) WITH ('connector'='datagen','rows-per-second'='9000','fields.k.min'='0','fields.k.max'='999','fields.t.length'='64');
CREATE TABLE o (h STRING, n BIGINT) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='30 s';
INSERT INTO o SELECT SUBSTRING(h, 1, 2), COUNT(*) FROM (SELECT SHA256(REPEAT(t, 3000)) AS h FROM s) GROUP BY SUBSTRING(h, 1, 2);
