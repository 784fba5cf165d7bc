-- The last row of each window and key.
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

SELECT sensor, epoch_ms, window_end FROM (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end, sensor ORDER BY at_time DESC) AS rn
  FROM TUMBLE(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '2' MINUTE))
WHERE rn = 1;
