-- LAG with offset and default.
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

SELECT sensor, epoch_ms, LAG(temperature) OVER w AS before_, LAG(epoch_ms, 2) OVER w AS two, epoch_ms - LAG(epoch_ms, 1) OVER w AS gap
FROM sensors
WINDOW w AS (PARTITION BY sensor ORDER BY at_time);
