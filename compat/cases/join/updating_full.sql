-- A full join of two aggregates.
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

SELECT a.k AS ak, b.k AS bk, a.n, b.m FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a FULL JOIN (SELECT k, MAX(v) AS m FROM r GROUP BY k) AS b ON a.k = b.k;
