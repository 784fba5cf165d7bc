-- TIMESTAMP and TIMESTAMP_LTZ into each other in a zone with summer time.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  ts9 STRING
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SET 'table.local-time-zone' = 'Europe/Berlin';

SELECT id, CAST(ts AS TIMESTAMP_LTZ(3)) AS a, CAST(CAST(ts AS TIMESTAMP_LTZ(3)) AS TIMESTAMP(3)) AS b, CAST(CAST(ts AS TIMESTAMP_LTZ(3)) AS STRING) AS c, CAST(CAST(ts AS TIMESTAMP_LTZ(3)) AS DATE) AS d, CAST(CAST(d AS TIMESTAMP_LTZ(3)) AS TIME) AS e, UNIX_TIMESTAMP(CAST(ts AS STRING)) AS u FROM moments WHERE id NOT IN (8, 9, 10, 11);
