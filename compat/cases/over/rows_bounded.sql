-- The last three rows of each sensor.
-- modes: streaming, batch

CREATE TABLE sensors (
  sensor STRING,
  epoch_ms BIGINT,
  temperature DOUBLE,
  humidity INT,
  status STRING,
  at_time AS TO_TIMESTAMP_LTZ(epoch_ms, 3),
  WATERMARK FOR at_time AS at_time - INTERVAL '5' SECOND
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/sensors.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT sensor, epoch_ms, temperature, SUM(temperature) OVER w AS s, COUNT(temperature) OVER w AS n, MIN(humidity) OVER w AS m
FROM sensors
WINDOW w AS (PARTITION BY sensor ORDER BY at_time ROWS BETWEEN 2 PRECEDING AND CURRENT ROW);
