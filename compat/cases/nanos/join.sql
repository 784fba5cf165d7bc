-- Joins on TIMESTAMP(9), and on TIMESTAMP(9) with TIMESTAMP(3).
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

SELECT a.id, b.id AS b, a.n, b.ts FROM moments a LEFT JOIN moments b ON a.n = b.ts AND b.id < 10 WHERE a.id > 2 OR a.n < b.n;
