-- TIMESTAMP to shorter types, DATE and TIME.
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

SELECT id, CAST(CAST(ts9 AS TIMESTAMP(9)) AS TIMESTAMP(3)) AS a, CAST(CAST(ts9 AS TIMESTAMP(9)) AS TIMESTAMP(0)) AS b, CAST(ts AS DATE) AS c, CAST(ts AS TIME) AS e, CAST(d AS TIMESTAMP(3)) AS f, CAST(ts9 AS TIMESTAMP(6)) AS g, CAST(ts AS TIMESTAMP(9)) AS h, CAST(t AS STRING) AS j FROM moments WHERE id NOT IN (8, 9, 10);
