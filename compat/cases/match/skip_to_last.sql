-- AFTER MATCH SKIP TO LAST.
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

SELECT * FROM sensors MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY at_time
  MEASURES A.epoch_ms AS a, LAST(B.epoch_ms) AS e, C.epoch_ms AS c
  AFTER MATCH SKIP TO LAST B
  PATTERN (A B+? C)
  DEFINE C AS C.temperature > FIRST(B.temperature)
) AS m;
