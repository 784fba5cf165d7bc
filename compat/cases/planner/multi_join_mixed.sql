-- Inner, left, inner.
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

SELECT l.name, r.name AS other, m.v, n.name AS last FROM l JOIN r ON l.k = r.k LEFT JOIN l AS m ON m.k = l.k AND m.v > r.v JOIN r AS n ON n.k = l.k AND n.v <> l.v;
