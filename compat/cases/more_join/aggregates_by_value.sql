-- A join on aggregated values.
-- modes: streaming, batch

CREATE TABLE l (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_left.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

CREATE TABLE r (
  k INT,
  name STRING,
  v INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${data}/pairs_right.csv',
  'format' = 'csv',
  'csv.null-literal' = 'NA'
);

SELECT a.k, b.k AS bk, a.s FROM (SELECT k, SUM(v) AS s FROM l GROUP BY k) AS a JOIN (SELECT k, SUM(v) AS s FROM r GROUP BY k) AS b ON a.s = b.s;
