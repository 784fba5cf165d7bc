-- OVER without PARTITION BY.
-- modes: streaming, batch
-- flink: streaming

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

SELECT epoch_ms, COUNT(*) OVER (ORDER BY at_time RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW) AS n, SUM(temperature) OVER (ORDER BY at_time RANGE BETWEEN INTERVAL '10' SECOND PRECEDING AND CURRENT ROW) AS s FROM sensors;
