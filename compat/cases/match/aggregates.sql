-- Aggregates over the rows of a variable, in DEFINE and in MEASURES.
-- modes: streaming, batch
-- digits: 12

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
  MEASURES SUM(A.humidity) AS s, AVG(A.temperature * 2) AS av, MAX(temperature) AS mx, MIN(B.humidity + 1) AS mn, COUNT(*) AS n, LISTAGG(A.status) AS l
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (A+ B)
  DEFINE A AS SUM(A.humidity) < 150
) AS m;
