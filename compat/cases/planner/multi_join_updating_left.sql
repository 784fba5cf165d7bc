-- Inputs that update, left joins.
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

SET 'table.optimizer.multi-join.enabled' = 'true';

SELECT l.k, l.n, r.s, m.n AS third FROM (SELECT k, COUNT(*) AS n FROM l GROUP BY k) l LEFT JOIN (SELECT k, SUM(v) AS s FROM r GROUP BY k) r ON l.k = r.k LEFT JOIN (SELECT k, MAX(v) AS n FROM l GROUP BY k HAVING COUNT(*) > 1) m ON m.k = l.k;
