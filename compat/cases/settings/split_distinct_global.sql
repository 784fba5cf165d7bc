-- Split distinct aggregates without GROUP BY beside others.
-- modes: streaming

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

SELECT COUNT(DISTINCT k) AS a, COUNT(DISTINCT v) AS b, SUM(DISTINCT v) AS d, AVG(DISTINCT v) AS e, COUNT(*) AS n, SUM(v) AS s, MAX(k) AS m, AVG(v) AS av FROM l;
