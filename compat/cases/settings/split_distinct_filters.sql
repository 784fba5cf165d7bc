-- Split distinct aggregates over several columns and filters.
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

SELECT k > 10 AS g, COUNT(DISTINCT v) FILTER (WHERE name > 'l20') AS a, COUNT(DISTINCT v) FILTER (WHERE v > 5) AS b, COUNT(DISTINCT name) AS c, SUM(DISTINCT v) FILTER (WHERE k < 20) AS d, COUNT(*) FILTER (WHERE v > 0) AS e, MIN(v) FILTER (WHERE v > 2) AS mi FROM l GROUP BY k > 10;
