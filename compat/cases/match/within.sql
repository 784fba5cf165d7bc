-- Matches that take less than ten seconds.
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
  MEASURES FIRST(A.epoch_ms) AS a, B.epoch_ms AS b, COUNT(A.epoch_ms) AS n
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A{2,} B) WITHIN INTERVAL '10' SECOND
  DEFINE A AS A.humidity > 40, B AS B.humidity <= 40
) AS m;
