-- Full join of aggregates with mini-batch.
-- modes: streaming, batch
-- flink: batch

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
SET 'table.exec.mini-batch.allow-latency' = '200 ms';
SET 'table.exec.mini-batch.size' = '7';

SELECT COALESCE(a.k, b.k) AS k, a.n, b.m FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) AS a FULL OUTER JOIN (SELECT k, MAX(v) AS m FROM r GROUP BY k) AS b ON a.k = b.k AND a.n < b.m;
