-- FIRST and LAST with offsets, and columns without a variable.
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
  MEASURES FIRST(epoch_ms, 1) AS f1, LAST(epoch_ms, 1) AS l1, FIRST(A.humidity, 1) AS a1, LAST(A.humidity, 5) AS a5, temperature AS t,
    CASE WHEN FIRST(A.humidity) > B.humidity THEN 'falls' ELSE 'rises' END AS way
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A{3} B)
  DEFINE B AS humidity <> LAST(A.humidity, 1)
) AS m;
