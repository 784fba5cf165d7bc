-- PERCENTILE of counts that change.
-- modes: streaming, batch
-- digits: 12

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

SELECT PERCENTILE(n, 0.5) AS a, PERCENTILE(n, ARRAY[0.0, 0.9, 1.0], n) AS b FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k);
