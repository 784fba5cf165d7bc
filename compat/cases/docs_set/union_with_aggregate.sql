-- UNION under an aggregate.
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

SELECT k, COUNT(*) AS n, SUM(v) AS s FROM (SELECT k, v FROM l UNION SELECT k, v FROM r UNION ALL SELECT k, v FROM l WHERE v > 10) AS q GROUP BY k;
