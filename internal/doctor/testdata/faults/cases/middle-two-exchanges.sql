-- expect: slow-operator
-- tuned: no
-- work: flott=5000 flink=150
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='2';
CREATE TABLE s (a INT, b INT, t STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='3000','fields.a.min'='0','fields.a.max'='4000','fields.b.min'='0','fields.b.max'='4000','fields.t.length'='30');
CREATE TABLE o (h STRING, n BIGINT) WITH ('connector'='blackhole');
SET 'table.exec.state.ttl'='30 s';
INSERT INTO o SELECT SUBSTRING(h, 1, 3), COUNT(*) FROM (
  SELECT SHA512(REPEAT(t, {work})) AS h FROM (SELECT t, COUNT(*) OVER (PARTITION BY b ORDER BY pt) AS m FROM (SELECT b, t, pt, COUNT(*) OVER (PARTITION BY a ORDER BY pt) AS n FROM s) WHERE n > 0) WHERE m > 0
) GROUP BY SUBSTRING(h, 1, 3);
