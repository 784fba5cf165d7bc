-- Optional and reluctant variables.
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
  MEASURES A.epoch_ms AS a, B.epoch_ms AS b, COUNT(C.epoch_ms) AS cs, D.epoch_ms AS d
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A B? C*? D)
  DEFINE B AS B.humidity > A.humidity, D AS D.status <> A.status
) AS m;
