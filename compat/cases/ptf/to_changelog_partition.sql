-- It has no PARTITION BY.
-- modes: streaming
-- refused: streaming

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

SELECT * FROM TO_CHANGELOG(TABLE sensors PARTITION BY sensor);
