-- A join of two aggregates: both sides update.
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

SELECT a.k, a.n, b.n AS m, b.s FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a JOIN (SELECT k, COUNT(*) AS n, SUM(v) AS s FROM r GROUP BY k) AS b ON a.k = b.k;
