-- EXCEPT ALL of INTERSECT ALL of EXCEPT ALL over many equal rows, each of their changes by itself.
-- modes: streaming, batch
-- flink: batch

SET 'flott.table.exec.changelog' = 'per-record';

CREATE TABLE sensors (sensor STRING, epoch_ms BIGINT, temperature DOUBLE, humidity INT, status STRING) WITH ('connector' = 'filesystem', 'path' = '${data}/sensors.csv', 'format' = 'csv', 'csv.null-literal' = 'NA');

SELECT status FROM sensors
EXCEPT ALL
(SELECT status FROM sensors WHERE humidity > 40
 INTERSECT ALL
 (SELECT status FROM sensors WHERE humidity > 20 EXCEPT ALL SELECT status FROM sensors WHERE humidity > 90));
