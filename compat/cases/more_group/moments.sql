-- MIN, MAX and COUNT(DISTINCT) of dates, times and timestamps.
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

SELECT MIN(d) AS a, MAX(d) AS b, MIN(t) AS c, MAX(t) AS e, MIN(ts) AS f, MAX(ts) AS g, COUNT(DISTINCT d) AS h, COUNT(DISTINCT CAST(ts9 AS TIMESTAMP(9))) AS i, COUNT(DISTINCT EXTRACT(YEAR FROM d)) AS j FROM moments WHERE id NOT IN (8, 9);
