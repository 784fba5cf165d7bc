-- SET of several keys, RESET of one.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING,
  at_time AS TO_TIMESTAMP_LTZ(epoch_ms, 3)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.local-time-zone' = 'Asia/Tokyo';
SET 'pipeline.name' = 'named';
SET 'table.exec.state.ttl' = '1 h';
SET 'table.exec.source.idle-timeout' = '10 s';
RESET 'table.local-time-zone';

SELECT sensor, MAX(at_time) AS m, COUNT(*) AS n FROM sensors GROUP BY sensor;
