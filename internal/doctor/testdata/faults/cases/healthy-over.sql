-- expect: none
-- tuned: no
SET 'execution.checkpointing.interval'='4s';
SET 'parallelism.default'='2';
CREATE TABLE trades (id BIGINT, sym INT, price DOUBLE, pt AS PROCTIME()) WITH ('connector'='datagen','rows-per-second'='600','fields.sym.min'='0','fields.sym.max'='299','fields.price.min'='1','fields.price.max'='500');
CREATE TABLE o (sym INT, price DOUBLE, mean DOUBLE) WITH ('connector'='blackhole');
INSERT INTO o SELECT sym, price, AVG(price) OVER (PARTITION BY sym ORDER BY pt ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) FROM trades;
