-- expect: data-skew
-- tuned: no
-- work: flott=60000 flink=250
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
CREATE TABLE s (id BIGINT, r INT, v STRING, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='2400','fields.r.min'='0','fields.r.max'='199','fields.v.length'='24');
CREATE TABLE o (k INT, x STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT k, SHA256(REPEAT(v, {work})) FROM (SELECT k, v, ROW_NUMBER() OVER (PARTITION BY k ORDER BY pt DESC) AS n FROM (SELECT CASE WHEN r < 176 THEN 77 ELSE r END AS k, v, pt FROM s)) WHERE n = 1;
