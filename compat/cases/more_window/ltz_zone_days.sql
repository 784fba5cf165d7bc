-- Day windows over TIMESTAMP_LTZ in another zone.
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

SET 'table.local-time-zone' = 'Asia/Kolkata';

SELECT window_start, window_end, window_time, sensor, COUNT(*) AS n, MAX(at_time) AS m, MIN(temperature) AS t
FROM TUMBLE(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '1' DAY) GROUP BY window_start, window_end, window_time, sensor;
