-- Without AFTER MATCH the search goes on at the next row.
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

SELECT sensor, a, b FROM sensors MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY at_time
  MEASURES A.epoch_ms AS a, B.epoch_ms AS b
  PATTERN (A B)
  DEFINE B AS B.humidity > A.humidity
) AS m;
