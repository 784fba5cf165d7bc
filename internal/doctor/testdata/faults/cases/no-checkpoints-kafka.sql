-- expect: checkpoint-disabled
-- tuned: no
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='500','fields.k.min'='0','fields.k.max'='999');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json');
INSERT INTO o SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) FROM s;
