-- FULL JOIN whose sides both change.
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

SELECT a.k, a.n, b.k AS bk, b.n AS bn FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a FULL JOIN (SELECT k, COUNT(*) AS n FROM r GROUP BY k) AS b ON a.k = b.k AND a.n = b.n;
