-- expect: slow-sink
-- tuned: no
-- do: narrow-broker 8s
-- after: 55s
SET 'execution.checkpointing.interval'='20s';
SET 'parallelism.default'='2';
CREATE TABLE s (k INT, a STRING, b STRING) WITH ('connector'='datagen','rows-per-second'='900','fields.k.min'='0','fields.k.max'='500','fields.a.length'='120','fields.b.length'='120');
CREATE TABLE o (k INT, n BIGINT, a STRING, b STRING) WITH ('connector'='kafka','topic'='orders','properties.bootstrap.servers'='{broker}','format'='json','properties.buffer.memory'='131072','properties.delivery.timeout.ms'='600000','properties.request.timeout.ms'='300000','properties.max.block.ms'='600000');
INSERT INTO o SELECT k, n, a, b FROM (SELECT k, a, b, COUNT(*) OVER (PARTITION BY k ORDER BY pt ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS n FROM (SELECT *, PROCTIME() AS pt FROM s));
