-- Windows over TIMESTAMP_LTZ computed from epoch milliseconds.
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

SELECT sensor, window_start, window_end, COUNT(*) AS n, SUM(temperature) AS t, MAX(humidity) AS h, AVG(temperature) AS a
FROM TUMBLE(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '1' MINUTE)
GROUP BY sensor, window_start, window_end;
