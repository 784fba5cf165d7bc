-- The first and last moments of each half.
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

SELECT id / 8 AS half, MIN(n) AS lo, MAX(n) AS hi, COUNT(DISTINCT n) AS c FROM moments GROUP BY id / 8;
