-- Hour windows with an offset in a zone with half hours.
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

SET 'table.local-time-zone' = 'Australia/Adelaide';

SELECT window_start, window_end, COUNT(*) AS n, SUM(humidity) AS h FROM TUMBLE(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '1' HOUR, INTERVAL '10' MINUTE) GROUP BY window_start, window_end;
