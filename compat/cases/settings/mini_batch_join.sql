-- Mini-batch over a join of aggregates.
-- modes: streaming

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

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '100 ms';
SET 'table.exec.mini-batch.size' = '7';

SELECT a.k, a.n, b.s FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a LEFT JOIN (SELECT k, SUM(v) AS s FROM r GROUP BY k) AS b ON a.k = b.k;
