-- By processing time every row is looked at as it comes.
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

SELECT * FROM (SELECT *, PROCTIME() AS pt FROM sensors) MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY pt
  MEASURES A.epoch_ms AS a, COUNT(B.epoch_ms) AS n, C.epoch_ms AS c
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B+ C)
  DEFINE A AS A.humidity > 50, B AS B.humidity <= 50
) AS m;
