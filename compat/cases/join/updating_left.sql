-- A left join whose right side updates, aggregated again.
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

SELECT n, m, COUNT(*) AS c FROM (SELECT a.n, b.m FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a LEFT JOIN (SELECT k, COUNT(*) AS m FROM r GROUP BY k) AS b ON a.k = b.k) GROUP BY n, m;
