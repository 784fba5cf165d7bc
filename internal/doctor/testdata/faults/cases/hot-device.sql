-- expect: data-skew
-- after: 40s
-- tuned: no
-- work: flott=30000 flink=2000
SET 'execution.checkpointing.interval'='5s';
SET 'parallelism.default'='3';
CREATE TABLE s (dev INT, v INT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='1800','fields.dev.min'='0','fields.dev.max'='999','fields.v.min'='0','fields.v.max'='100');
CREATE TABLE o (dev INT, h STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT dev, SHA256(REPEAT(CAST(v + n AS STRING), {work})) FROM (SELECT dev, v, SUM(v) OVER (PARTITION BY dev ORDER BY pt ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS n FROM (SELECT CASE WHEN dev < 970 THEN 42 ELSE dev END AS dev, v, pt FROM s));
