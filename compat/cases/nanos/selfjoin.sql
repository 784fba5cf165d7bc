-- An equi-join of keys that are TIMESTAMP(9).
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

SELECT a.id, b.n, a.n > b.ts AS later FROM moments a JOIN moments b ON a.n = b.n;
