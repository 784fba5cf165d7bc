-- Grouped inputs in another order.
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

SET 'table.optimizer.join-reorder-enabled' = 'true';

SELECT l.name, a.n, b.s FROM l JOIN (SELECT k, COUNT(*) AS n FROM r GROUP BY k) a ON l.k = a.k JOIN (SELECT v, SUM(k) AS s FROM l GROUP BY v) b ON b.v = l.v WHERE a.n > 1;
