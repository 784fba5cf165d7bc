-- Sessions over TIMESTAMP_LTZ without a key, in a zone.
-- modes: streaming

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

SET 'table.local-time-zone' = 'America/Sao_Paulo';

SELECT window_start, window_end, window_time, COUNT(*) AS n, COUNT(DISTINCT sensor) AS d FROM SESSION(TABLE sensors, DESCRIPTOR(at_time), INTERVAL '3' SECOND) GROUP BY window_start, window_end, window_time;
