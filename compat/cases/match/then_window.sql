-- MATCH_ROWTIME is a time attribute that windows take.
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

SELECT sensor, TUMBLE_START(rt, INTERVAL '1' MINUTE) AS w, COUNT(*) AS n FROM sensors MATCH_RECOGNIZE (
  PARTITION BY sensor ORDER BY at_time
  MEASURES MATCH_ROWTIME() AS rt
  PATTERN (A B)
  DEFINE B AS B.temperature > A.temperature
) AS m GROUP BY sensor, TUMBLE(rt, INTERVAL '1' MINUTE);
