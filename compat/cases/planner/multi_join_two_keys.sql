-- A key of two columns.
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

SELECT l.name, r.name AS other, m.name AS last FROM l JOIN l AS r ON l.k = r.k AND l.v = r.v JOIN l AS m ON m.k = l.k AND m.v = r.v;
