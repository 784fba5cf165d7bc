-- Two phases with filters on every call.
-- modes: streaming

SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '1 s';
SET 'table.exec.mini-batch.size' = '7';
SET 'table.optimizer.agg-phase-strategy' = 'TWO_PHASE';

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

SELECT k, AVG(v) FILTER (WHERE v > 5) AS a, SUM(v) FILTER (WHERE name > 'l20') AS s, COUNT(*) FILTER (WHERE v IS NULL) AS c, MIN(v) FILTER (WHERE v > 100) AS mi, MAX(name) FILTER (WHERE v > 3) AS ma FROM l GROUP BY k;
