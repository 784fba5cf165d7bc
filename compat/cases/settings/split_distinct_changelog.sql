-- Split distinct aggregates over a changelog.
-- modes: streaming

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '7';
SET 'table.optimizer.distinct-agg.split.enabled' = 'true';
SET 'table.optimizer.distinct-agg.split.bucket-num' = '3';

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

SELECT c, COUNT(DISTINCT k) AS a, COUNT(DISTINCT s) AS b, SUM(s) AS ss, MAX(s) AS m FROM (SELECT k, COUNT(*) AS c, SUM(v) AS s FROM l GROUP BY k) GROUP BY c;
