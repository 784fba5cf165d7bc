-- Variances and averages of each window.
-- modes: streaming, batch
-- digits: 9

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

SELECT window_start, sensor, AVG(temperature) AS a, STDDEV_POP(temperature) AS sp, STDDEV_SAMP(temperature) AS ss, VAR_POP(humidity) AS vp, VAR_SAMP(humidity) AS vs, AVG(humidity) AS ah
FROM TUMBLE(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '3' MINUTE) GROUP BY window_start, window_end, sensor;
