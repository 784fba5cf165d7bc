-- TIMESTAMP(9) as a key, and its least and greatest.
-- modes: streaming, batch

CREATE TABLE moments (
  id INT,
  d DATE,
  t TIME,
  ts TIMESTAMP(3),
  n TIMESTAMP(9)
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/moments.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT n, COUNT(*) AS c, MIN(n) AS lo, MAX(n) AS hi, COUNT(DISTINCT n) AS d FROM (SELECT n FROM moments UNION ALL SELECT n FROM moments WHERE id > 7) GROUP BY n;
