-- MATCH_ROWTIME(column) has the type of the column.
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

SELECT * FROM sensors MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY at_time
  MEASURES MATCH_ROWTIME(at_time) AS rt, MATCH_ROWTIME() AS plain
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B)
  DEFINE B AS B.humidity > 30
) AS m;
