-- expect: data-skew
-- tuned: no
-- work: flott=20000 flink=300
SET 'execution.checkpointing.interval'='6s';
SET 'parallelism.default'='4';
CREATE TABLE s (id BIGINT, seller INT, price DOUBLE, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='2000','fields.seller.min'='0','fields.seller.max'='999');
CREATE TABLE o (seller INT, x STRING) WITH ('connector'='blackhole');
INSERT INTO o SELECT seller, SHA512(REPEAT(CAST(id + n AS STRING), {work})) FROM (SELECT id, seller, COUNT(*) OVER (PARTITION BY seller ORDER BY pt) AS n FROM (SELECT id, pt, CASE WHEN seller < 900 THEN 1 ELSE seller END AS seller FROM s));
