-- expect: checkpoint-interval-short
-- on: flott
-- tuned: no
SET 'execution.checkpointing.interval'='10 ms';
SET 'parallelism.default'='2';
CREATE TABLE s (id BIGINT, k INT) WITH ('connector'='datagen','rows-per-second'='700','fields.k.min'='0','fields.k.max'='99');
CREATE TABLE o (k INT, n BIGINT) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json','sink.delivery-guarantee'='exactly-once','sink.transactional-id-prefix'='t');
INSERT INTO o SELECT k, COUNT(*) OVER (PARTITION BY k ORDER BY pt) FROM (SELECT k, PROCTIME() AS pt FROM s);
